// When two document values are the same, by the kind of their field, and what a partial record makes of the one that
// is there. Pure. Numbers compare by value, so 5 and 5n are the same; text is compared byte for byte.

import type { DocTable, DocValue, FieldKind } from "../plugin/plugin.ts";

/** Does `found` satisfy `wanted`? For a record: every key that is wanted, and none that is wanted to be null. */
export function satisfies(wanted: DocValue, found: DocValue, kind: FieldKind): boolean {
  if (wanted === found) return true;
  if (kind === "set" && Array.isArray(wanted) && Array.isArray(found)) return sameMembers(wanted, found);
  if (kind === "record" && isTable(wanted) && isTable(found)) return covers(wanted, found);
  return sameValue(wanted, found);
}

/** The whole value that a wish leads to: a record keeps the keys that are not named, null removes one. */
export function merged(wanted: DocValue, found: DocValue, kind: FieldKind): DocValue {
  if (kind !== "record" || !isTable(wanted)) return wanted;
  const result: Record<string, DocValue> = Object.create(null) as Record<string, DocValue>;
  if (isTable(found)) Object.assign(result, found);
  for (const [key, value] of Object.entries(wanted)) {
    if (value === null) delete result[key];
    else result[key] = isTable(value) ? merged(value, result[key] ?? null, "record") : value;
  }
  return Object.freeze(result);
}

/** Deep equality of document values; the order of keys in a table means nothing. */
export function sameValue(a: DocValue, b: DocValue): boolean {
  if (a === b) return true;
  if (typeof a === "number" || typeof a === "bigint") {
    // eslint-disable-next-line eqeqeq
    return (typeof b === "number" || typeof b === "bigint") && (a == b || (a !== a && b !== b));
  }
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((member, index) => sameValue(member as DocValue, b[index] as DocValue));
  }
  const [left, right] = [a as DocTable, b as DocTable];
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && sameValue(left[key]!, right[key]!));
}

function covers(wanted: DocTable, found: DocTable): boolean {
  return Object.keys(wanted).every((key) => {
    const [want, have] = [wanted[key]!, Object.hasOwn(found, key) ? found[key]! : null];
    return isTable(want) && isTable(have) ? covers(want, have) : sameValue(want, have);
  });
}

/** Repetitions count once: that is what a set means. */
function sameMembers(a: readonly DocValue[], b: readonly DocValue[]): boolean {
  const [left, right] = [new Set(a.map(memberKey)), new Set(b.map(memberKey))];
  if (left.size !== right.size) return false;
  for (const key of left) if (!right.has(key)) return false;
  return true;
}

/** A text that two members share exactly when `sameValue` holds for them. */
function memberKey(value: DocValue): string {
  if (typeof value === "string") return `"${value}`;
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map((member) => lengthened(memberKey(member as DocValue))).join("")}]`;
  const table = value as DocTable;
  const entries = Object.keys(table).sort();
  return `{${entries.map((key) => lengthened(key) + lengthened(memberKey(table[key]!))).join("")}}`;
}

function lengthened(text: string): string {
  return `${text.length}:${text}`;
}

export function isTable(value: DocValue): value is DocTable {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
