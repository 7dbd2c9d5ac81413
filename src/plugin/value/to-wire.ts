// Document -> wire: the table of value.ts read from right to left, every range checked, the type of a variant found in
// the order that value.ts gives. The first fault ends it and says where in the value it is.

import { isSingleType, parseSingleType, Variant, type DBusValue } from "../../host/dbus/dbus.ts";
import { bytesToWire, type BytesKind } from "./bytes-form.ts";
import { dollarKey, isTable, kindOf, type DocTable, type DocValue } from "../doc.ts";
import { scalarToWire } from "./scalar.ts";
import { bytesKindHere, hintHere, isTableKey, type Hints, type TypeAt } from "./type-hints.ts";

export interface ToWire {
  readonly typeAt?: TypeAt;
  /** The wire value now there, of the same signature: gives variants their types. */
  readonly now?: DBusValue | undefined;
}
export type WireResult = { readonly wire: DBusValue } | { readonly fault: string };

/** The wire value of a document value; the fault names the place inside the value and what was expected there. */
export function toWire(signature: string, doc: DocValue, context: ToWire = {}): WireResult {
  const faults: string[] = [];
  const wire = build(signature, doc, context.now, { typeAt: context.typeAt, path: [], place: [], faults });
  return faults[0] === undefined && wire !== undefined ? { wire } : { fault: faults[0] ?? "no value" };
}

interface Building extends Hints {
  /** Keys and positions, for messages. */
  readonly place: (string | number)[];
  readonly faults: string[];
}

function build(
  type: string,
  doc: DocValue,
  now: DBusValue | undefined,
  how: Building,
): DBusValue | undefined {
  switch (type.charAt(0)) {
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

function buildStruct(
  type: string,
  doc: DocValue,
  now: DBusValue | undefined,
  how: Building,
): DBusValue | undefined {
  const members = parseSingleType(type).children;
  if (!Array.isArray(doc)) return fail(how, `expected a list of ${members.length}, found ${kindOf(doc)}`);
  if (doc.length !== members.length)
    return fail(how, `expected ${members.length} members, found ${doc.length}`);
  return each(doc, how, (value, at) => build(members[at]?.signature ?? "", value, nth(now, at), how));
}

function buildArray(
  type: string,
  doc: DocValue,
  now: DBusValue | undefined,
  how: Building,
): DBusValue | undefined {
  if (type === "ay") return buildBytes(doc, bytesKindHere("ay", how), how);
  const element = type.slice(1);
  if (element[0] === "{") return buildDict(element, doc, now, how);
  if (!Array.isArray(doc)) return fail(how, `expected a list, found ${kindOf(doc)}`);
  const kind = type === "aay" ? bytesKindHere("aay", how) : null;
  if (kind !== null) return each(doc, how, (value) => buildBytes(value, kind, how));
  return each(doc, how, (value, at) => build(element, value, nth(now, at), how));
}

function buildBytes(doc: DocValue, kind: BytesKind | null, how: Building): DBusValue | undefined {
  const result = bytesToWire(doc, kind);
  return "fault" in result ? fail(how, result.fault) : result.wire;
}

function buildDict(
  entry: string,
  doc: DocValue,
  now: DBusValue | undefined,
  how: Building,
): DBusValue | undefined {
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
    if (!Array.isArray(pair) || pair.length !== 2)
      return fail(how, `expected [key, value], found ${kindOf(pair)}`);
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
  const given = hintHere(how);
  if (given !== null) return variantOf(given.type, doc, undefined, how);
  if (now instanceof Variant) return variantOf(now.signature, doc, now.value, how);
  if (typeof doc === "string") return variantOf("s", doc, undefined, how);
  if (typeof doc === "boolean") return variantOf("b", doc, undefined, how);
  if (Array.isArray(doc) && doc.length > 0 && doc.every((element) => typeof element === "string")) {
    return variantOf("as", doc, undefined, how);
  }
  return fail(
    how,
    `the type of ${kindOf(doc)} is not known here: write it as { "$u" = 5 } with its D-Bus type`,
  );
}

function variantOf(
  type: string,
  doc: DocValue,
  now: DBusValue | undefined,
  how: Building,
): Variant | undefined {
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
  if (typeof now !== "object" || now === null || Array.isArray(now) || !Object.hasOwn(now, key))
    return undefined;
  return (now as { readonly [key: string]: DBusValue })[key];
}

/** Records the first fault with its place; the value is lost. */
function fail(how: Building, message: string): undefined {
  const place = how.place
    .filter((step) => step !== "")
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`));
  how.faults.push(place.length === 0 ? message : `${place.join("").replace(/^\./, "")}: ${message}`);
  return undefined;
}
