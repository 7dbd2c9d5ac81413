// What a wish makes of the value that is there, and the wish that takes it back: a record keeps the keys that are not
// named, everything else is replaced. Pure.

import { isTable, tableOf, type DocValue, type FieldKind } from "../../plugin/plugin.ts";

/** The whole value that a wish leads to; null removes a key of a record. */
export function merged(wanted: DocValue, found: DocValue, kind: FieldKind): DocValue {
  if (kind !== "record" || !isTable(wanted)) return wanted;
  const result = new Map(isTable(found) ? Object.entries(found) : []);
  for (const [key, value] of Object.entries(wanted)) {
    if (value === null) result.delete(key);
    else result.set(key, merged(value, result.get(key) ?? null, "record"));
  }
  return Object.freeze(tableOf(result));
}

/** The wish that leads from `after` back to `before`: for a record also null for every key that came. */
export function wayBack(before: DocValue, after: DocValue, kind: FieldKind): DocValue {
  if (kind !== "record" || !isTable(after)) return before;
  const then = isTable(before) ? before : tableOf([]);
  const came = Object.keys(after).filter((key) => !Object.hasOwn(then, key));
  const back = Object.entries(then).map(
    ([key, value]) => [key, wayBack(value, after[key] ?? null, isTable(value) ? "record" : "value")] as const,
  );
  return Object.freeze(tableOf([...back, ...came.map((key) => [key, null] as const)]));
}
