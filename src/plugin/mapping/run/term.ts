// What a reference stands for while a mapping runs: a wire value with its signature, or a row of named columns. Pure.
// A reference that has no value is `undefined`; a term is never null. Paths walk through variants without saying so.

import { Variant, type DBusValue } from "../../../host/dbus/dbus.ts";
import { splitTypes as typesOf } from "../../value/signature.ts";
import { splitText } from "../../value/text-form.ts";
import type { TextForm } from "../model.ts";

/** One line of a listing: its columns by name, and the whole struct for paths that count members. */
export interface Row {
  readonly columns: ReadonlyMap<string, Variant>;
  readonly whole: Variant;
}
export type Term = Variant | Row;

export function isRow(term: Term): term is Row {
  return "columns" in term;
}

/** The wire value of a term: a row's is its struct. */
export function wireOf(term: Term): Variant {
  return isRow(term) ? term.whole : term;
}

/** A message body as one term: nothing, the one value, or a struct of several. */
export function bodyTerm(signature: string, body: readonly DBusValue[]): Variant | undefined {
  const first = body[0];
  if (first === undefined) return undefined;
  return body.length === 1 ? new Variant(signature, first) : new Variant(`(${signature})`, body);
}

/** Takes variants off a value: what stands in a `v` is what people mean. */
export function plain(value: Variant): Variant {
  let now = value;
  while (now.signature === "v" && now.value instanceof Variant) now = now.value;
  return now;
}

/** Members of a list or struct (dicts give their values); a lone value is its only member. */
export function membersOf(term: Term): readonly Variant[] {
  const { signature, value } = plain(wireOf(term));
  if (Array.isArray(value)) {
    const inner = signature.startsWith("(") ? typesOf(signature.slice(1, -1)) : null;
    return value.map((member: DBusValue, i) => new Variant(inner?.[i] ?? signature.slice(1), member));
  }
  if (value instanceof Uint8Array) return [...value].map((byte) => new Variant("y", byte));
  if (signature.startsWith("a{")) {
    const inner = typesOf(signature.slice(2, -1))[1] ?? "v";
    const values = value instanceof Map ? [...value.values()] : Object.values(value as object);
    return values.map((member: DBusValue) => new Variant(inner, member));
  }
  return [plain(wireOf(term))];
}

/** Follows columns, dict keys and member numbers; undefined where the way ends. */
export function walk(term: Term, path: readonly (string | number)[]): Term | undefined {
  let now: Term | undefined = term;
  for (const step of path) {
    if (now === undefined) return undefined;
    now = enter(now, step);
  }
  return now !== undefined && !isRow(now) ? plain(now) : now;
}

function enter(term: Term, step: string | number): Variant | undefined {
  if (isRow(term)) {
    const column = term.columns.get(String(step));
    if (column !== undefined) return column;
  }
  const { signature, value } = plain(wireOf(term));
  if (signature.startsWith("a{")) {
    const inner = typesOf(signature.slice(2, -1))[1] ?? "v";
    const found: DBusValue | undefined =
      value instanceof Map
        ? value.get(step)
        : Object.hasOwn(value as object, step)
          ? (value as Record<string, DBusValue>)[step]
          : undefined;
    return found === undefined ? undefined : new Variant(inner, found);
  }
  if (!Array.isArray(value) || !/^\d+$/.test(String(step))) return undefined;
  return membersOf(term)[Number(step)];
}

/** The term as one line of text: what keys and conditions are compared by. Structures have none. */
export function textOf(term: Term | undefined): string | undefined {
  if (term === undefined) return undefined;
  const { signature, value } = plain(wireOf(term));
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return String(value);
  if (signature === "ay" && value instanceof Uint8Array) {
    const end = value.at(-1) === 0 ? value.length - 1 : value.length;
    return Buffer.from(value.buffer, value.byteOffset, end).toString("utf8");
  }
  return undefined;
}

/** Structs as rows: `columns` name their members, `parts` split the text of a column into more columns. */
export function rowsOf(
  structs: readonly Variant[],
  columns: readonly string[] | null,
  parts: ReadonlyMap<string, TextForm>,
): readonly Row[] {
  return structs.map((whole) => {
    const named = new Map<string, Variant>();
    if (columns !== null) {
      for (const [i, member] of membersOf(whole).entries()) {
        const name = columns[i];
        if (name !== undefined) named.set(name, plain(member));
      }
    }
    return splitColumns({ columns: named, whole }, parts);
  });
}

export function splitColumns(row: Row, parts: ReadonlyMap<string, TextForm>): Row {
  if (parts.size === 0) return row;
  const columns = new Map(row.columns);
  for (const [column, form] of parts) {
    const text = textOf(row.columns.get(column));
    const split = text === undefined ? null : splitText(form, text);
    if (split !== null) for (const [name, part] of split) columns.set(name, new Variant("s", part));
  }
  return { columns, whole: row.whole };
}

/** Deep equality of wire values; 5 and 5n are equal, dicts compare without order. */
export function sameWire(a: DBusValue, b: DBusValue): boolean {
  if (a instanceof Variant && b instanceof Variant)
    return a.signature === b.signature && sameWire(a.value, b.value);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((x: DBusValue, i) => sameWire(x, b[i] as DBusValue));
  if (a instanceof Map && b instanceof Map) {
    return (
      a.size === b.size &&
      [...a].every(([k, x]) => b.has(k) && sameWire(x as DBusValue, b.get(k) as DBusValue))
    );
  }
  if (typeof a === "object" && typeof b === "object") {
    const x = a as Record<string, DBusValue>;
    const y = b as Record<string, DBusValue>;
    const keys = Object.keys(x);
    return (
      keys.length === Object.keys(y).length &&
      keys.every((k) => Object.hasOwn(y, k) && sameWire(x[k] as DBusValue, y[k] as DBusValue))
    );
  }
  return a === b || (isWhole(a) && isWhole(b) && BigInt(a) === BigInt(b));
}

function isWhole(value: DBusValue): value is number | bigint {
  return typeof value === "bigint" || Number.isInteger(value);
}
