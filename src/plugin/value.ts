// Wire values as document values and back, by signature. One table for the whole product:
//
//   b s o g -> boolean, string      y n q i u -> number       x t -> number, bigint beyond 2^53 (text is read too)
//   d -> number, {"$d": "nan" | "inf" | "-inf"}               ay -> {"$ay": "base64"} or text where a form is given
//   a. (..) -> list                 a{s.} a{o.} a{g.} -> table      a{other.} -> list of [key, value], sorted
//   v -> strings, booleans and lists of strings plain, everything else {"$SIGNATURE": value}; plain too where the
//        caller says that the type is given (`typeAt`, `plain`)
//
// To the wire, a variant takes its type from, in this order: {"$u": 5}; `typeAt`; the value now there; the plain rule.
// Anything else is a fault: the type of a number or of an empty list is never guessed. toDocument is total; toWire
// checks every range and says where a value is wrong. File descriptors cannot be said in documents.

import { isSingleType, parseSingleType, UnixFd, Variant, type DBusValue } from "../host/dbus/dbus.ts";
import { bytesToDocument, bytesToWire, readTypeForm, type BytesKind } from "./bytes-form.ts";
import { dollarKey, isTable, kindOf, tableOf } from "./doc.ts";
import type { DocTable, DocValue } from "./plugin.ts";
import { scalarToWire } from "./scalar.ts";

/** Type of the variant (or form of the bytes) at a path of dict keys, as a mapping's `types` says: "u", "ay:path". */
export type TypeAt = (path: readonly string[]) => string | undefined;

export interface ToDocument {
  readonly typeAt?: TypeAt;
  /** Variants come without their type: the value now there will give it when writing. */
  readonly plain?: boolean;
}
export interface ToWire {
  readonly typeAt?: TypeAt;
  /** The wire value now there, of the same signature: gives variants their types. */
  readonly now?: DBusValue | undefined;
}
export type WireResult = { readonly wire: DBusValue } | { readonly fault: string };

/** The document value of a wire value of one complete type. Total for every value the codec can give. */
export function toDocument(signature: string, wire: DBusValue, options: ToDocument = {}): DocValue {
  return show(signature, wire, { typeAt: options.typeAt, plain: options.plain ?? false, path: [] });
}

/** The wire value of a document value; the fault names the place inside the value and what was expected there. */
export function toWire(signature: string, doc: DocValue, context: ToWire = {}): WireResult {
  const faults: string[] = [];
  const wire = build(signature, doc, context.now, { typeAt: context.typeAt, path: [], place: [], faults });
  return faults[0] === undefined && wire !== undefined ? { wire } : { fault: faults[0] ?? "no value" };
}

/** True when a dict with this key type is a table in documents. */
export function isTableKey(type: string): boolean {
  return type === "s" || type === "o" || type === "g";
}

// ---- wire -> document

interface Showing {
  readonly typeAt: TypeAt | undefined;
  readonly plain: boolean;
  readonly path: string[];
}

function show(type: string, wire: DBusValue, how: Showing): DocValue {
  switch (type[0]) {
    case "x":
    case "t":
      return integer(wire as bigint | number);
    case "d":
      return double(wire as number);
    case "v":
      return showVariant(wire as Variant, how);
    case "h":
      return tableOf([["$h", wire instanceof UnixFd ? wire.index : 0]]);
    case "(": {
      const members = parseSingleType(type).children;
      return (wire as readonly DBusValue[]).map((member, at) => show(members[at]?.signature ?? "s", member, how));
    }
    case "a":
      return showArray(type, wire, how);
    default:
      return wire as boolean | number | string;
  }
}

function showArray(type: string, wire: DBusValue, how: Showing): DocValue {
  if (type === "ay") return bytesToDocument(wire as Uint8Array, kindHere("ay", how));
  if (type === "aay") {
    const kind = kindHere("aay", how);
    if (kind !== null) return (wire as readonly Uint8Array[]).map((bytes) => bytesToDocument(bytes, kind));
  }
  if (type[1] !== "{") {
    const element = type.slice(1);
    return Array.from(wire as readonly DBusValue[], (value) => show(element, value, how));
  }
  const keyType = type[2] ?? "s";
  const valueType = type.slice(3, -1);
  if (!isTableKey(keyType)) {
    const pairs = [...entriesOf(wire)].map(([key, value]) => [show(keyType, key, how), show(valueType, value, how)]);
    return pairs.sort(([a = null], [b = null]) => (a === b ? 0 : (a ?? 0) < (b ?? 0) ? -1 : 1));
  }
  const table: { [key: string]: DocValue } = Object.create(null);
  for (const [key, value] of entriesOf(wire)) {
    const name = String(key);
    how.path.push(name);
    table[name] = show(valueType, value, how);
    how.path.pop();
  }
  return table;
}

function showVariant(variant: Variant, how: Showing): DocValue {
  const { signature, value } = variant;
  const given = formHere(how);
  const doc = show(signature, value, how);
  const isGiven = how.plain || given?.type === signature;
  // A table that looks like {"$u": 5} itself must keep its type, or it would be read as one.
  if (isGiven && dollarKey(doc) === null) return doc;
  if (signature === "s" || signature === "b") return doc;
  if (signature === "as" && Array.isArray(doc) && doc.length > 0) return doc;
  // {"$ay": ..} and {"$d": ..} say their type already.
  const said = dollarKey(doc);
  if (said !== null && said === signature && (signature === "ay" || signature === "d")) return doc;
  return tableOf([[`$${signature}`, doc]]);
}

function integer(value: bigint | number): number | bigint {
  if (typeof value === "number") return value;
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

function double(value: number): DocValue {
  if (Number.isFinite(value)) return value;
  return tableOf([["$d", Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf"]]);
}

function entriesOf(wire: DBusValue): Iterable<readonly [DBusValue, DBusValue]> {
  return wire instanceof Map ? wire : Object.entries(wire as { [key: string]: DBusValue });
}

function kindHere(type: string, how: { typeAt: TypeAt | undefined; path: readonly string[] }): BytesKind | null {
  const form = formHere(how);
  return form?.type === type ? form.kind : null;
}

function formHere(how: { typeAt: TypeAt | undefined; path: readonly string[] }): ReturnType<typeof readTypeForm> {
  const text = how.typeAt?.(how.path);
  return text === undefined ? null : readTypeForm(text);
}

// ---- document -> wire

interface Building {
  readonly typeAt: TypeAt | undefined;
  /** Dict keys, for typeAt. */
  readonly path: string[];
  /** Keys and positions, for messages. */
  readonly place: (string | number)[];
  readonly faults: string[];
}

function build(type: string, doc: DocValue, now: DBusValue | undefined, how: Building): DBusValue | undefined {
  switch (type[0]) {
    case "v":
      return buildVariant(doc, now, how);
    case "h":
      return fail(how, "a file descriptor cannot be said in a document");
    case "(":
      return buildStruct(type, doc, now, how);
    case "a":
      return buildArray(type, doc, now, how);
    default: {
      const result = scalarToWire(type, doc);
      return "fault" in result ? fail(how, result.fault) : result.wire;
    }
  }
}

function buildStruct(type: string, doc: DocValue, now: DBusValue | undefined, how: Building): DBusValue | undefined {
  const members = parseSingleType(type).children;
  if (!Array.isArray(doc)) return fail(how, `expected a list of ${members.length}, found ${kindOf(doc)}`);
  if (doc.length !== members.length) return fail(how, `expected ${members.length} members, found ${doc.length}`);
  return each(doc, how, (value, at) => build(members[at]?.signature ?? "", value, nth(now, at), how));
}

function buildArray(type: string, doc: DocValue, now: DBusValue | undefined, how: Building): DBusValue | undefined {
  if (type === "ay") return buildBytes(doc, kindHere("ay", how), how);
  const element = type.slice(1);
  if (element[0] === "{") return buildDict(element, doc, now, how);
  if (!Array.isArray(doc)) return fail(how, `expected a list, found ${kindOf(doc)}`);
  const kind = type === "aay" ? kindHere("aay", how) : null;
  if (kind !== null) return each(doc, how, (value) => buildBytes(value, kind, how));
  return each(doc, how, (value, at) => build(element, value, nth(now, at), how));
}

function buildBytes(doc: DocValue, kind: BytesKind | null, how: Building): DBusValue | undefined {
  const result = bytesToWire(doc, kind);
  return "fault" in result ? fail(how, result.fault) : result.wire;
}

function buildDict(entry: string, doc: DocValue, now: DBusValue | undefined, how: Building): DBusValue | undefined {
  const keyType = entry[1] ?? "";
  const valueType = entry.slice(2, -1);
  if (!isTableKey(keyType)) return buildPairs(keyType, valueType, doc, now, how);
  if (!isTable(doc)) return fail(how, `expected a table, found ${kindOf(doc)}`);
  const dict: { [key: string]: DBusValue } = Object.create(null);
  for (const [key, value] of Object.entries(doc)) {
    how.place.push(key);
    how.path.push(key);
    const isKey = scalarToWire(keyType, key);
    if ("fault" in isKey) fail(how, isKey.fault);
    const wire = build(valueType, value, member(now, key), how);
    how.path.pop();
    how.place.pop();
    if (wire === undefined) return undefined;
    dict[key] = wire;
  }
  return dict;
}

function buildPairs(
  keyType: string,
  valueType: string,
  doc: DocValue,
  now: DBusValue | undefined,
  how: Building,
): DBusValue | undefined {
  if (!Array.isArray(doc)) return fail(how, `expected a list of [key, value], found ${kindOf(doc)}`);
  const map = new Map<DBusValue, DBusValue>();
  for (const [at, pair] of doc.entries()) {
    how.place.push(at);
    if (!Array.isArray(pair) || pair.length !== 2) return fail(how, `expected [key, value], found ${kindOf(pair)}`);
    const key = build(keyType, pair[0] ?? null, undefined, how);
    if (key === undefined) return undefined;
    const before = now instanceof Map ? (now as ReadonlyMap<DBusValue, DBusValue>).get(key) : undefined;
    const value = build(valueType, pair[1] ?? null, before, how);
    if (value === undefined) return undefined;
    if (map.has(key)) return fail(how, "this key is given twice");
    map.set(key, value);
    how.place.pop();
  }
  return map;
}

function buildVariant(doc: DocValue, now: DBusValue | undefined, how: Building): DBusValue | undefined {
  if (how.place.length > 64) return fail(how, "nested too deeply");
  const said = dollarKey(doc);
  if (said !== null) {
    if (!isSingleType(said)) return fail(how, `"$${said}" is no D-Bus type`);
    // {"$ay": "base64"} and {"$d": "nan"} are their own values.
    const inner = (doc as DocTable)[`$${said}`] ?? null;
    const itself = (said === "ay" || said === "d") && typeof inner === "string";
    return variantOf(said, itself ? doc : inner, undefined, how);
  }
  const given = formHere(how);
  if (given !== null) return variantOf(given.type, doc, undefined, how);
  if (now instanceof Variant) return variantOf(now.signature, doc, now.value, how);
  if (typeof doc === "string") return variantOf("s", doc, undefined, how);
  if (typeof doc === "boolean") return variantOf("b", doc, undefined, how);
  if (Array.isArray(doc) && doc.length > 0 && doc.every((element) => typeof element === "string")) {
    return variantOf("as", doc, undefined, how);
  }
  return fail(how, `the type of ${kindOf(doc)} is not known here: write it as { "$u" = 5 } with its D-Bus type`);
}

function variantOf(type: string, doc: DocValue, now: DBusValue | undefined, how: Building): Variant | undefined {
  how.place.push("");
  const value = build(type, doc, now, how);
  how.place.pop();
  return value === undefined ? undefined : new Variant(type, value);
}

function each(
  list: readonly DocValue[],
  how: Building,
  one: (value: DocValue, at: number) => DBusValue | undefined,
): DBusValue | undefined {
  const wires: DBusValue[] = [];
  for (const [at, value] of list.entries()) {
    how.place.push(at);
    const wire = one(value, at);
    how.place.pop();
    if (wire === undefined) return undefined;
    wires.push(wire);
  }
  return wires;
}

function nth(now: DBusValue | undefined, at: number): DBusValue | undefined {
  return Array.isArray(now) ? (now as readonly DBusValue[])[at] : undefined;
}

function member(now: DBusValue | undefined, key: string): DBusValue | undefined {
  if (now instanceof Map) return now.get(key) as DBusValue | undefined;
  if (typeof now !== "object" || now === null || Array.isArray(now) || !Object.hasOwn(now, key)) return undefined;
  return (now as { readonly [key: string]: DBusValue })[key];
}

/** Records the first fault with its place; the value is lost. */
function fail(how: Building, message: string): undefined {
  const place = how.place.filter((step) => step !== "").map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`));
  how.faults.push(place.length === 0 ? message : `${place.join("").replace(/^\./, "")}: ${message}`);
  return undefined;
}
