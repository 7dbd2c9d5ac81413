// What keeps the tables of recall small: the weakest entries go, some at once so that making room is rare.

/** Beyond `max` entries the weakest go, until a quarter of the room is free; of equals the oldest first.
 * Whether any went. */
export function trim<Key, Value>(
  table: Map<Key, Value>,
  max: number,
  strengthOf: (value: Value) => number,
): boolean {
  if (table.size <= max) return false;
  const ranked = [...table].map(([key, value]): [Key, number] => [key, strengthOf(value)]);
  ranked.sort(([, a], [, b]) => a - b);
  for (const [key] of ranked.slice(0, table.size - max + (max >> 2))) table.delete(key);
  return true;
}

/** Which keys were seen lately: at least the last `max / 2` different ones, at most `max`. */
export interface Seen<Key> {
  /** Whether it was not among them; it is now. */
  isNew(key: Key): boolean;
}

export function newSeen<Key>(max: number): Seen<Key> {
  // Two generations: taking the oldest out of one Set again and again would walk over the holes it leaves.
  let [young, old] = [new Set<Key>(), new Set<Key>()];
  return {
    isNew(key) {
      if (young.has(key)) return false;
      const isNew = !old.has(key);
      if (young.size >= max / 2) [young, old] = [new Set(), young];
      young.add(key);
      return isNew;
    },
  };
}
