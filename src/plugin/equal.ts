// When two document values are the same, by the kind of their field. Integers compare by value (5 and 5n), tables
// without regard to order, sets without order and repetition. A record asks only for the keys it names; `null` in it
// asks for a key to be absent.

import type { DocTable, DocValue, FieldKind } from "./plugin.ts";

/** Does `found` satisfy `wanted`? Symmetric for every kind but `record`. Both in normal form. */
export function equalDoc(wanted: DocValue, found: DocValue, kind: FieldKind): boolean {
  if (kind === "set" && Array.isArray(wanted) && Array.isArray(found)) return sameSet(wanted, found);
  if (kind === "record" && isTable(wanted) && isTable(found)) return within(wanted, found);
  return same(wanted, found);
}

function same(a: DocValue, b: DocValue): boolean {
  if (a === b) return true;
  if (typeof a === "bigint" || typeof b === "bigint") {
    // == compares a bigint with a number by mathematical value, which is what is meant.
    return (typeof a === "number" || typeof a === "bigint") && (typeof b === "number" || typeof b === "bigint") && a == b;
  }
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((value, at) => same(value, (b as DocValue[])[at] ?? null));
  }
  if (!isTable(a) || !isTable(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && same(a[key] ?? null, b[key] ?? null));
}

function within(wanted: DocTable, found: DocTable): boolean {
  return Object.entries(wanted).every(([key, value]) => {
    const there = Object.hasOwn(found, key) ? (found[key] ?? null) : null;
    if (isTable(value) && isTable(there)) return within(value, there);
    return same(value, there);
  });
}

function sameSet(a: readonly DocValue[], b: readonly DocValue[]): boolean {
  const names = new Set(a.map(keyOfDoc));
  const others = new Set(b.map(keyOfDoc));
  return names.size === others.size && [...names].every((name) => others.has(name));
}

/** One text for all values that are the same: for sets and lookups. Not a format. */
export function keyOfDoc(value: DocValue): string {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return `[${value.map(keyOfDoc).join(",")}]`;
  if (!isTable(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${keyOfDoc(value[key] ?? null)}`).join(",")}}`;
}

function isTable(value: DocValue): value is DocTable {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
