// Every limit of the product with its unit and its reason, in one place. A limit that nothing uses fails the tidy test.

export const LIMITS = Object.freeze({
  // ---- base/text: documents that people write

  // ---- host/dbus: the wire (D-Bus specification, "Message Protocol")

  // ---- plugin: mappings, discovery

  // ---- state: plans and applies

  // ---- cli
});
