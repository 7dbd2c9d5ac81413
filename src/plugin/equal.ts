// When two document values are the same, by the kind of their field. Integers compare by value (5 and 5n), tables
// without regard to order, sets without order and repetition. A record asks only for the keys it names; `null` in it
// asks for a key to be absent.

import { canonicalJson, samePlain } from "../base/text/text.ts";
import { isTable, type DocTable, type DocValue } from "./doc.ts";

/** How two values of a field are compared and merged: `value` as a whole, `set` without order, `ordered` list,
 * `record` a table whose absent keys are not touched. */
export type FieldKind = "value" | "set" | "ordered" | "record";

/** Does `found` satisfy `wanted`? Symmetric for every kind but `record`. Both in normal form. */
export function equalDoc(wanted: DocValue, found: DocValue, kind: FieldKind): boolean {
  if (kind === "set" && Array.isArray(wanted) && Array.isArray(found)) return sameSet(wanted, found);
  if (kind === "record" && isTable(wanted) && isTable(found)) return within(wanted, found);
  return samePlain(wanted, found);
}

function within(wanted: DocTable, found: DocTable): boolean {
  return Object.entries(wanted).every(([key, value]) => {
    const there = Object.hasOwn(found, key) ? (found[key] ?? null) : null;
    if (isTable(value) && isTable(there)) return within(value, there);
    return samePlain(value, there);
  });
}

function sameSet(a: readonly DocValue[], b: readonly DocValue[]): boolean {
  const names = new Set(a.map(keyOfDoc));
  const others = new Set(b.map(keyOfDoc));
  return names.size === others.size && [...names].every((name) => others.has(name));
}

/** One text for all values that are the same: for sets and lookups. */
export function keyOfDoc(value: DocValue): string {
  return canonicalJson(value);
}
