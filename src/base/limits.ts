// Every limit of the product with its unit and its reason, in one place. A limit that nothing uses fails the tidy test.

export const LIMITS = Object.freeze({
  // ---- telemetry
  /** Slots of the metric slab, 8 bytes each: 40 histograms and some thousand counters in 128 KiB. */
  metricSlotsMax: 16_384,

  // ---- base/text: documents that people write
  /** Size of a file that is read as JSON or TOML: a document of 100,000 entries has about 6 MiB. */
  textSizeBytesMax: 16 * 1024 * 1024,
  /** Levels of a text: what the wire allows (32 arrays and 32 structs), so nothing that can be written is lost. */
  textDepthMax: 64,
  /** Values of a text, each key and each element one: bounds memory at some 200 MiB. */
  textValuesMax: 1_000_000,
  /** UTF-16 units of one text value: 3 MiB of bytes as base64, beyond any property seen in the wild. */
  textStringMax: 4 * 1024 * 1024,
  /** Characters of a number, date or word without quotes: a 64-bit integer in binary has 64 digits and as many `_`. */
  textScalarMax: 1_000,
  /** Faults reported for one text; a person corrects no more in one go, and later ones are often consequences. */
  textFaultsMax: 50,
  /** Characters of a snippet; of a longer line the part around the fault is shown. */
  snippetCharsMax: 160,
  /** Characters of a name for which a nearest one is looked for: the cost grows with its square. */
  nearestCharsMax: 64,
  /** Candidates that are compared for "did you mean": every unit of a large machine, in some 20 ms. */
  nearestCandidatesMax: 10_000,

  // ---- host/dbus: the wire (D-Bus specification, "Message Protocol")
  /** A signature: the specification's own limit (its length is one byte). */
  signatureSizeBytesMax: 255,
  /** Arrays in arrays, and structs in structs, of one signature: the specification's limit for each. */
  typeDepthMax: 32,
  /** Containers in containers of one body, variants included: what libdbus refuses beyond, so nobody can need more. */
  valueDepthMax: 64,
  /** An array's elements: the specification's limit. */
  arraySizeBytesMax: 67_108_864,
  /** A whole message: the specification's limit. What a connection takes is far less: see the caps of its framer. */
  messageSizeBytesMax: 134_217_728,
  /** The header of one message. Names have at most 255 bytes; only an object path could make it longer than this. */
  headerSizeBytesMax: 65_536,
  /** Interface, member, error and bus names: the specification's limit. */
  nameSizeBytesMax: 255,
  /** Arrays, structs, dicts and variants in one body. Each takes up to 40 times its bytes as a JavaScript value, so
   * a message below its size cap could still fill the heap; 150,000 are in a tree of 10,000 objects. */
  containersPerBodyMax: 1_000_000,
  /** Names and paths, of each kind, that are known to be valid and not checked again. */
  namesKeptMax: 1024,
  /** Introspection data, in characters: the largest seen is 1 MB. */
  xmlSizeMax: 4_194_304,
  /** Elements in elements: real introspection data has 4, with documentation in it 8. */
  xmlDepthMax: 16,
  /** Elements of one document: 1 MB of introspection data has 20,000. */
  xmlElementsMax: 100_000,
  /** Attributes of one element: introspection data has 3. */
  xmlAttributesMax: 32,
  /** One attribute, in characters: documentation that tools put into annotations stays below. */
  xmlAttributeSizeMax: 65_536,
  /** Remarks about one document: a person reads no more. */
  introspectionNotesMax: 100,
  /** Parsed signatures, and compiled coders, that are kept: a machine's services use a few hundred. */
  signatureCacheEntriesMax: 2048,
  /** Milliseconds a call may wait for its reply unless it says otherwise: what libdbus and sd-bus use. */
  callDeadlineMs: 25_000,
  /** Milliseconds for connecting, authenticating and Hello over all addresses of a list. */
  connectDeadlineMs: 10_000,
  /** Bytes of a reply unless the call says otherwise: 10,000 managed objects need 6 MiB. */
  replyBytesMax: 32 * 1024 * 1024,
  /** Bytes of a call to an object of ours: nothing we export takes large arguments. */
  incomingCallBytesMax: 16 * 1024 * 1024,
  /** Bytes of a signal that nobody here subscribed to: anyone may send one to any connection of the system bus. */
  strangerSignalBytesMax: 1024 * 1024,
  /** Calls waiting for a reply on one connection: dbus-daemon allows far fewer. */
  pendingCallsMax: 65_536,
  /** Calls of one peer that handlers of ours work on at once; more are answered with LimitsExceeded. */
  incomingCallsAtOnceMax: 1024,
  /** Bytes of all calls that handlers of ours work on at once: four of the largest. */
  incomingBytesAtOnceMax: 64 * 1024 * 1024,
  /** Bytes queued for a bus that does not read: one message of the largest size and as much again. */
  writeQueueBytesMax: 256 * 1024 * 1024,
  /** Milliseconds a closed connection may take to hand over what was still queued. */
  closeDeadlineMs: 1000,
  /** Bytes of one line of the authentication dialogue: libdbus refuses more, too. */
  authLineBytesMax: 16_384,
  /** Bytes of a unix socket path: sun_path of Linux without its NUL. */
  socketPathBytesMax: 107,
  /** Addresses in one list. */
  addressesMax: 16,
  /** Milliseconds before the first attempt to reconnect; doubled up to reconnectDelayMsMax. */
  reconnectDelayMsMin: 100,
  /** Milliseconds between attempts to reconnect, at most. */
  reconnectDelayMsMax: 10_000,
  /** Connections of one embedded bus: it serves one person's programs and tests. */
  embeddedClientsMax: 256,
  /** Bytes of one message through the embedded bus: the system bus takes 32 MiB. */
  embeddedMessageBytesMax: 32 * 1024 * 1024,
  /** Bytes queued for one client of the embedded bus that does not read, before it is disconnected. */
  embeddedQueueBytesMax: 128 * 1024 * 1024,
  /** Match rules of one client of the embedded bus. */
  embeddedMatchesMax: 4096,
  /** Names of one client of the embedded bus. */
  embeddedNamesMax: 512,
  /** Milliseconds a client of the embedded bus may take to authenticate. */
  embeddedAuthDeadlineMs: 30_000,

  // ---- plugin: mappings, discovery
  /** Services looked at together by discover. */
  discoverNamesParallelMax: 8,
  /** Calls in flight to one service while it is looked at: more only queue up in its socket. */
  discoverCallsParallelMax: 16,
  /** Objects of one service that discover reads: a machine has some hundred units, BlueZ and NetworkManager dozens. */
  discoverObjectsMax: 20_000,
  /** Characters of an object path that discover follows: the longest in use have 200. */
  discoverPathCharsMax: 1024,
  /** Characters of different introspection texts of one service: they become up to a hundred times as many bytes, and
   * the largest service seen says 1 MB. */
  discoverTextCharsMax: 4 * 1024 * 1024,
  /** Levels of an object tree; the deepest ones in use have ten. */
  discoverDepthMax: 32,
  /** Milliseconds for one call of discover: a service that works answers introspection in a few. */
  discoverCallDeadlineMs: 5_000,
  /** Milliseconds for everything about one service, its start included. */
  discoverNameDeadlineMs: 20_000,
  /** Milliseconds in which a generated plugin looks for the objects of its service. */
  generatedDeadlineMs: 60_000,
  /** Plugin folders in one directory: far more than there are D-Bus services. */
  pluginFoldersMax: 1024,
  /** Bytes of plugin.toml, mapping.toml or introspection.xml: the largest introspection in use has some 100 KiB. */
  pluginFileBytesMax: 4 * 1024 * 1024,
  /** Bytes of the list of approved mappings: some two thousand of them. */
  approvalsFileBytesMax: 1024 * 1024,
  /** Notes kept of one service. */
  discoverNotesMax: 20,
  /** Objects whose introspection is kept; a unit of systemd takes some 50 KiB. */
  introspectionNodesMax: 10_000,
  /** Different introspection texts that are kept parsed: most objects of a service share one. */
  introspectionTextsMax: 256,
  /** Characters of all of them together: a text may be as long as xmlSizeMax. */
  introspectionTextCharsMax: 4 * 1024 * 1024,
  /** UTF-16 units of a mapping: fifty times the largest shipped one; its checks recurse along what it chains. */
  mappingCharsMax: 256 * 1024,
  /** Milliseconds a mapping may give a call or flow: a day, far below what a timer can hold (2^31 - 1). */
  mappingDeadlineMsMax: 24 * 3_600_000,
  /** States of a compiled pattern; each character of a value costs at most this many steps. */
  patternStatesMax: 4096,
  /** Groups in groups of a pattern: it is compiled by recursion. */
  patternDepthMax: 32,
  /** Items of a refused rehearsal that are rehearsed alone, to name the one at fault: each takes up to a second. */
  rehearsedAloneMax: 16,
  /** Rows kept of one listing or transaction: a full Debian archive has about 70,000 packages. */
  flowRowsMax: 500_000,
  /** Characters and bytes in these rows together: those packages have 10 million. */
  flowRowCharsMax: 64 * 1024 * 1024,
  /** Ends that come before the reply which says what to wait for: a busy systemd ends some hundred jobs meanwhile. */
  flowEarlyEndsMax: 10_000,
  /** Milliseconds a flow that was asked to stop may take to say so; after that its outcome is unknown. */
  flowCancelGraceMs: 10_000,
  /** Items of one resource that are read together: more only queue up in the service's socket. */
  readItemsParallelMax: 16,
  /** Objects introspected to learn what the items of a resource look like: one for each ending of their names. */
  sampleObjectsMax: 24,

  // ---- state: plans and applies
  /** Services read at the same time; each answers one call after the other anyway. */
  inventoryParallelMax: 10,
  /** First and last pause between two reads while waiting without a signal, milliseconds: quick for what is nearly
   * there, and one read a second for what takes long. */
  verifyPauseFirstMs: 20,
  verifyPauseLastMs: 1_000,
  /** How long a verification waits when nothing else is said, milliseconds: units take their time to settle. */
  verifyTimeoutMs: 30_000,
  /** After which a service undoes its own checkpoint if we are gone, milliseconds: a machine that lost its network
   * comes back by itself, and nearly every apply is done before. One that is not fails at its commit and is undone. */
  checkpointTimeoutMs: 600_000,
  /** Faults of one document that are kept: all faults in one go, but a generated document can have a million. */
  documentFaultsMax: 1_000,
  /** Items that `exclusive = true` may remove where the document gives no max_removals: a slip costs little. */
  removalsDefault: 10,

  // ---- cli
  /** Bytes of a file that holds a secret: a key or a certificate, not a disk image. */
  secretSizeBytesMax: 65_536,
  /** Bytes of the host's key: the block that HMAC-SHA-256 takes whole is 64, its strength ends at 32. */
  hostKeyBytes: 32,
  /** Milliseconds before a live line appears: what is over sooner should not flicker. */
  liveLineAfterMs: 200,
  /** Milliseconds between two signs of life where there is no terminal. */
  heartbeatMs: 30_000,
  /** Columns where the stream is no terminal: house width of all text output. */
  plainWidthColumns: 100,
  /** Characters of one value in text output; longer ones are shortened in the middle and say so. */
  shownValueCharsMax: 72,
  /** Milliseconds a completion may take: a person waits at the prompt. */
  completionDeadlineMs: 1500,
  /** Names one completion offers. */
  completionNamesMax: 500,
});
