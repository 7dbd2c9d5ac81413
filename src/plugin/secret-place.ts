// The name of a secret for its digest: everyone who makes one for the same field makes the same digest, and the same
// secret in two places gives two.

/** `resource` and `key` are null for a field of the plugin itself; `key` is the item's own key, never an alias. */
export function secretPlace(
  plugin: string,
  resource: string | null,
  key: string | null,
  field: string,
): string {
  return JSON.stringify([plugin, resource, key, field]);
}
