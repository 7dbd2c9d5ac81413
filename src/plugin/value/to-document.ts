// Wire -> document: the table of value.ts read from left to right. Total for every value the codec can give.

import { parseSingleType, UnixFd, type DBusValue, type Variant } from "../../host/dbus/dbus.ts";
import { bytesToDocument } from "./bytes-form.ts";
import { dollarKey, tableOf, type DocValue } from "../doc.ts";
import { bytesKindHere, hintHere, isTableKey, type Hints, type TypeAt } from "./type-hints.ts";

export interface ToDocument {
  readonly typeAt?: TypeAt;
  /** Variants come without their type: the value now there will give it when writing. */
  readonly plain?: boolean;
}

/** The document value of a wire value of one complete type. */
export function toDocument(signature: string, wire: DBusValue, options: ToDocument = {}): DocValue {
  return show(signature, wire, { typeAt: options.typeAt, plain: options.plain ?? false, path: [] });
}

interface Showing extends Hints {
  readonly plain: boolean;
}

function show(type: string, wire: DBusValue, how: Showing): DocValue {
  switch (type.charAt(0)) {
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
      return (wire as readonly DBusValue[]).map((member, at) =>
        show(members[at]?.signature ?? "s", member, how),
      );
    }
    case "a":
      return showArray(type, wire, how);
    default:
      return wire as boolean | number | string;
  }
}

function showArray(type: string, wire: DBusValue, how: Showing): DocValue {
  if (type === "ay") return bytesToDocument(wire as Uint8Array, bytesKindHere("ay", how));
  if (type === "aay") {
    const kind = bytesKindHere("aay", how);
    if (kind !== null) return (wire as readonly Uint8Array[]).map((bytes) => bytesToDocument(bytes, kind));
  }
  if (type[1] !== "{") {
    const element = type.slice(1);
    return Array.from(wire as readonly DBusValue[], (value) => show(element, value, how));
  }
  const keyType = type[2] ?? "s";
  const valueType = type.slice(3, -1);
  if (!isTableKey(keyType)) {
    const entries = [...entriesOf(wire)].sort(([a], [b]) => compareKeys(a, b));
    return entries.map(([key, value]) => [show(keyType, key, how), show(valueType, value, how)]);
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
  const given = hintHere(how);
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

/** Order of the keys of one dict, which are of one basic type: any fixed one, so that equal dicts are shown equal. */
function compareKeys(a: DBusValue, b: DBusValue): number {
  const [x, y] = [a, b].map((key) => (key instanceof UnixFd ? key.index : (key as number | bigint | string)));
  if (x === undefined || y === undefined || Number.isNaN(x)) return 1;
  return x < y || Number.isNaN(y) ? -1 : 1;
}

function entriesOf(wire: DBusValue): Iterable<readonly [DBusValue, DBusValue]> {
  return wire instanceof Map ? wire : Object.entries(wire as { [key: string]: DBusValue });
}
