// How one field of a mapping looks in documents: names for values, quantities with units, text with parts, byte strings
// as paths, text or MACs; without any of these, the plain table of value.ts. Pure; made once per field.
//
//   wire -> toDocument -> normal form <- normalise <- what a person wrote        normal form -> toWire -> wire
//
// A wire value that no name (and no unit or text) covers is *foreign*: it is shown as {"$foreign": value}. A document
// may hold it, so that the output of `query` stays valid, but nothing can be changed to it.

import { parseSingleType, type DBusValue } from "../../host/dbus/dbus.ts";
import { isTable, kindOf, tableOf } from "../doc.ts";
import { equalDoc } from "../equal.ts";
import type { DocValue } from "../plugin.ts";
import { describeText, joinText, splitText, type TextShape } from "./text-form.ts";
import { normaliseQuantity, quantityToDocument, quantityToWire, type Unit } from "./unit-form.ts";
import { toDocument, toWire, type TypeAt, type WireResult } from "./value.ts";

/** One name: the wire values it stands for (the first is written), or all others (`rest`, nothing to write). */
export interface ValueName {
  readonly name: string;
  readonly document: string | boolean;
  readonly wire: readonly { readonly value: DocValue }[];
  readonly rest: boolean;
}

export interface FormSpec {
  /** D-Bus type of the wire value. */
  readonly signature: string;
  /** Empty = no names. */
  readonly values?: readonly ValueName[];
  readonly unit?: Unit | null;
  /** Wire = document x scale. */
  readonly scale?: number;
  readonly text?: TextShape | null;
  /** `types` of the mapping, by path below the field (the field itself: []). */
  readonly typeAt?: TypeAt;
  /** Variants are shown plain: their type is known from the value now there when writing. */
  readonly plain?: boolean;
}

export type Normalised = { readonly value: DocValue } | { readonly fault: string; readonly hint?: string };

export interface FieldForm {
  /** Total. The normal form, so that two readings compare by equalDoc. */
  toDocument(wire: DBusValue): DocValue;
  /** `now` is the wire value now there: gives variants their types. A foreign value, or a name for "all others", is a
   * fault: there is nothing to write. */
  toWire(doc: DocValue, now?: DBusValue): WireResult;
  normalise(doc: DocValue): Normalised;
  /** The names a document may use, for hints and completion; null = any value. */
  readonly names: readonly string[] | null;
}

/** True for a value that toDocument marked as foreign. */
export function isForeign(doc: DocValue): boolean {
  return isTable(doc) && Object.keys(doc).length === 1 && Object.hasOwn(doc, "$foreign");
}

/** The form of a field. `spec.values` and `spec.unit` together: names for some numbers. */
export function formOf(spec: FormSpec): FieldForm {
  const inner = spec.unit
    ? unitForm(spec, spec.unit)
    : spec.text
      ? textForm(spec, spec.text)
      : plainForm(spec);
  const form =
    spec.values === undefined || spec.values.length === 0 ? inner : namedForm(spec, spec.values, inner);
  return Object.freeze({
    ...form,
    normalise: (doc: DocValue) => (isForeign(doc) ? { value: doc } : form.normalise(doc)),
    toWire: (doc: DocValue, now?: DBusValue) =>
      isForeign(doc) ? { fault: "this value has no name here: it cannot be written" } : form.toWire(doc, now),
  });
}

function foreign(value: DocValue): DocValue {
  return tableOf([["$foreign", value]]);
}

function plainForm(spec: FormSpec): FieldForm {
  const hints = spec.typeAt === undefined ? {} : { typeAt: spec.typeAt };
  const show = { ...hints, plain: spec.plain ?? false };
  return {
    names: null,
    toDocument: (wire) => toDocument(spec.signature, wire, show),
    toWire: (doc, now) => toWire(spec.signature, doc, { ...hints, now }),
    normalise: (doc) => normalisePlain(spec, doc, hints, show),
  };
}

/** There and back gives the normal form: 64-bit text becomes a number, pairs are sorted. Where the value now there
 * has to give a variant's type nothing can be checked yet: the document's value stands as it is. */
function normalisePlain(
  spec: FormSpec,
  doc: DocValue,
  hints: { typeAt?: TypeAt },
  show: { typeAt?: TypeAt; plain: boolean },
): Normalised {
  const result = toWire(spec.signature, doc, hints);
  if (!("fault" in result)) return { value: toDocument(spec.signature, result.wire, show) };
  return spec.plain && spec.signature.includes("v") ? { value: doc } : result;
}

function unitForm(spec: FormSpec, unit: Unit): FieldForm {
  const scale = spec.scale ?? 1;
  const write = (doc: DocValue): WireResult => {
    const quantity = quantityToWire(unit, scale, doc, spec.signature);
    return "fault" in quantity ? quantity : toWire(spec.signature, quantity.count);
  };
  return {
    names: null,
    toDocument: (wire) => quantityToDocument(scale, wire),
    toWire: write,
    normalise: (doc) => {
      const wire = write(doc);
      return "fault" in wire ? wire : normaliseQuantity(unit, doc);
    },
  };
}

// ---- text: a struct (or list of strings) as one string, a list of them as a list, "{key}={value}" as a table

function textForm(spec: FormSpec, shape: TextShape): FieldForm {
  const type = spec.signature;
  if (type === "as" && shape.parts.join(" ") === "key value") return entriesForm(shape);
  const isList = type === "aas" || type.startsWith("a(");
  const one = isList ? type.slice(1) : type;
  const expected = `expected ${isList ? "a list of texts" : "a text"} like "${describeText(shape)}"`;
  const write = (doc: DocValue): WireResult => {
    const texts = isList ? doc : [doc];
    if (!Array.isArray(texts)) return { fault: `${expected}, found ${kindOf(doc)}` };
    const wires: DBusValue[] = [];
    for (const text of texts as readonly DocValue[]) {
      const parts = typeof text === "string" ? splitText(shape, text) : null;
      if (parts === null) return { fault: `${expected}, found ${kindOf(text)}` };
      const wire = tupleOf(one, [...parts.values()]);
      if ("fault" in wire) return wire;
      wires.push(wire.wire);
    }
    return { wire: isList ? wires : (wires[0] ?? []) };
  };
  const show = (wire: DBusValue): DocValue => {
    const texts = (isList ? (wire as readonly DBusValue[]) : [wire]).map((tuple) => {
      const members = toDocument(one, tuple) as readonly DocValue[];
      return joinText(shape, members.map(String));
    });
    if (texts.includes(null)) return foreign(toDocument(type, wire));
    return isList ? texts : (texts[0] ?? null);
  };
  const normalise = (doc: DocValue): Normalised => {
    const wire = write(doc);
    return "fault" in wire ? wire : { value: show(wire.wire) };
  };
  return { names: null, toDocument: show, toWire: write, normalise };
}

/** Texts as the members of a struct (each by its type) or of a list of strings. */
function tupleOf(type: string, texts: readonly string[]): WireResult {
  if (type === "as") return { wire: texts };
  const members = parseSingleType(type).children;
  const docs = texts.map((text, at): DocValue => {
    const member = members[at]?.signature ?? "s";
    if (member === "b") return text === "true" ? true : text === "false" ? false : text;
    return "ynqiuxt".includes(member) && /^-?[0-9]{1,20}$/.test(text) ? BigInt(text) : text;
  });
  return toWire(type, docs);
}

function entriesForm(shape: TextShape): FieldForm {
  const expected = "expected a table of texts";
  const write = (doc: DocValue): WireResult => {
    if (!isTable(doc)) return { fault: `${expected}, found ${kindOf(doc)}` };
    const lines: string[] = [];
    for (const [key, value] of Object.entries(doc)) {
      if (value === null) continue;
      if (typeof value !== "string") return { fault: `${key}: expected a text, found ${kindOf(value)}` };
      const line = joinText(shape, [key, value]);
      if (line === null) return { fault: `${key}: cannot be written as ${describeText(shape)}` };
      lines.push(line);
    }
    return toWire("as", lines);
  };
  const show = (wire: DBusValue): DocValue => {
    const lines = (wire as readonly string[]).map((line) => splitText(shape, line));
    const keys = new Set(lines.map((parts) => parts?.get("key")));
    if (lines.includes(null) || keys.size !== lines.length) return foreign(toDocument("as", wire));
    return tableOf(lines.map((parts) => [parts?.get("key") ?? "", parts?.get("value") ?? ""]));
  };
  const normalise = (doc: DocValue): Normalised => {
    const wire = write(doc);
    return "fault" in wire ? wire : { value: doc };
  };
  return { names: null, toDocument: show, toWire: write, normalise };
}

// ---- names

function namedForm(spec: FormSpec, names: readonly ValueName[], inner: FieldForm): FieldForm {
  const list = names.map((name) => name.name);
  const rest = names.find((name) => name.rest);
  const hasUnit = Boolean(spec.unit);
  const raw = plainForm({
    signature: spec.signature,
    ...(spec.typeAt === undefined ? {} : { typeAt: spec.typeAt }),
  });
  // Literals of the file in normal form: "18446744073709551615" is the number that the wire gives.
  const meanings = names.map((name) => ({
    name,
    values: name.wire.map(({ value }) => {
      const normal = raw.normalise(value);
      return "fault" in normal ? value : normal.value;
    }),
  }));
  const find = (doc: DocValue): ValueName | undefined => names.find((name) => name.document === doc);
  return {
    names: list,
    toDocument: (wire) => {
      const value = raw.toDocument(wire);
      const meaning = meanings.find((entry) =>
        entry.values.some((candidate) => equalDoc(candidate, value, "value")),
      );
      if (meaning !== undefined) return meaning.name.document;
      if (rest !== undefined) return rest.document;
      return hasUnit ? inner.toDocument(wire) : foreign(value);
    },
    toWire: (doc, now) => {
      const name = find(doc);
      if (name === undefined) return hasUnit ? inner.toWire(doc, now) : { fault: oneOf(list, doc) };
      const [first] = name.wire;
      if (first === undefined)
        return { fault: `${kindOf(doc)} stands for many values: there is none to write` };
      return raw.toWire(first.value, now);
    },
    normalise: (doc) => {
      const name = find(doc);
      if (name !== undefined) return { value: name.document };
      if (!hasUnit) return { fault: oneOf(list, doc) };
      const number = inner.normalise(doc);
      if ("fault" in number) return { fault: `${number.fault}, or one of: ${list.join(", ")}` };
      // A number that has a name is that name: one value, one normal form.
      const wire = inner.toWire(number.value);
      const meaning =
        "fault" in wire
          ? undefined
          : meanings.find((entry) =>
              entry.values.some((value) => equalDoc(value, raw.toDocument(wire.wire), "value")),
            );
      return { value: meaning?.name.document ?? number.value };
    },
  };
}

function oneOf(names: readonly string[], doc: DocValue): string {
  return `expected one of ${names.join(", ")}, found ${kindOf(doc)}`;
}
