// A value without places: what documents, plans and replies are made of. Tables have no prototype, so that no key of a
// stranger (`__proto__`) means anything. Depth is bounded by the readers (LIMITS.textDepthMax) and by the wire.

import type { Located } from "./located.ts";

export type Plain = null | boolean | number | bigint | string | readonly Plain[] | PlainTable;
export type PlainTable = { readonly [key: string]: Plain };

/** The value alone. */
export function plainOf(located: Located): Plain {
  const { value } = located;
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Map) {
    const table: { [key: string]: Plain } = Object.create(null);
    for (const [key, entry] of value) table[key] = plainOf(entry);
    return table;
  }
  return Array.from(value as readonly Located[], plainOf);
}

/** Are two values the same? Order of keys does not count, 1 and 1n are one number, nan is itself, and a double that JSON
 * cannot write is the same as its literal there ({"$d": "nan"}). */
export function samePlain(a: Plain, b: Plain): boolean {
  if (a === b) return true;
  if (Array.isArray(a))
    return (
      Array.isArray(b) && a.length === b.length && a.every((element, i) => samePlain(element, b[i] ?? null))
    );
  if (isPlainTable(a)) {
    if (!isPlainTable(b)) return typeof b === "number" && isLiteralOf(b, a);
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && samePlain(a[key] ?? null, b[key] ?? null))
    );
  }
  if (typeof a === "bigint" && typeof b === "number") return sameNumber(a, b);
  if (typeof a === "number" && typeof b === "bigint") return sameNumber(b, a);
  if (typeof a === "number" && isPlainTable(b)) return isLiteralOf(a, b);
  return Object.is(a, b);
}

/** nan, inf and -inf as writeJson writes them. */
function isLiteralOf(value: number, table: PlainTable): boolean {
  if (Number.isFinite(value) || Object.keys(table).length !== 1) return false;
  return table["$d"] === (Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf");
}

function sameNumber(exact: bigint, number: number): boolean {
  return Number.isInteger(number) && BigInt(number) === exact;
}

function isPlainTable(value: Plain): value is PlainTable {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
