// Several files as one document, before anything is known about its plugins. Tables are united, equal values are one,
// and two different values at one address are a fault that shows both places: files have no order of precedence.
// Nothing here says what a value is, for it could be a secret that nobody has found out to be one yet.

import { plainOf, samePlain, type Located, type LocatedTable } from "../../base/text/text.ts";

/** Called for each second value; the first is kept. `path` leads from the merged values to the conflict. */
export type OnConflict = (path: readonly string[], first: Located, second: Located) => void;

/** Unites two tables; entries of `into` come first. Depth is bounded by the reader. */
export function mergeTables(
  into: LocatedTable,
  from: LocatedTable,
  path: readonly string[],
  conflict: OnConflict,
): LocatedTable {
  const merged = new Map(into);
  for (const [name, second] of from) {
    const first = merged.get(name);
    merged.set(name, first === undefined ? second : mergeValues(first, second, [...path, name], conflict));
  }
  return merged;
}

function mergeValues(
  first: Located,
  second: Located,
  path: readonly string[],
  conflict: OnConflict,
): Located {
  if (isOpen(first.value) && isOpen(second.value))
    return {
      value: mergeTables(first.value, second.value, path, conflict),
      at: first.at,
      keyAt: first.keyAt,
    };
  if (!samePlain(plainOf(first), plainOf(second))) conflict(path, first, second);
  return first;
}

/** A table that names things. Literals, references and resets are one value each. */
function isOpen(value: Located["value"]): value is LocatedTable {
  if (!(value instanceof Map)) return false;
  if (value.size !== 1) return true;
  const [[name, entry]] = value as unknown as [[string, Located]];
  return !(name.startsWith("$") || (name === "secret" && typeof entry.value === "string") || isReset(value));
}

/** `{ reset = true }`. */
export function isReset(value: Located["value"]): boolean {
  return value instanceof Map && value.size === 1 && value.get("reset")?.value === true;
}

/** `{ "$u" = 5 }`: one value with its type. */
export function isLiteral(value: Located["value"]): boolean {
  return value instanceof Map && value.size === 1 && [...value.keys()].every((name) => name.startsWith("$"));
}
