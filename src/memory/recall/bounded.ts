// What keeps the tables of recall small: the weakest entries go, some at once so that making room is rare.

/** Beyond `max` entries the weakest go, until an eighth of the room is free; of equals the oldest first.
 * Whether any went. */
export function trim<Key, Value>(
  table: Map<Key, Value>,
  max: number,
  strengthOf: (value: Value) => number,
): boolean {
  if (table.size <= max) return false;
  const ranked = [...table].map(([key, value]): [Key, number] => [key, strengthOf(value)]);
  ranked.sort(([, a], [, b]) => a - b);
  for (const [key] of ranked.slice(0, table.size - max + (max >> 3))) table.delete(key);
  return true;
}

/** Whether `key` is new to `seen`, which remembers the last `max` new ones. */
export function firstTime<Key>(seen: Set<Key>, key: Key, max: number): boolean {
  if (seen.has(key)) return false;
  if (seen.size >= max) for (const oldest of seen) if (seen.delete(oldest)) break;
  seen.add(key);
  return true;
}
