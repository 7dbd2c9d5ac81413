// Document values of the basic D-Bus types to the wire: every integer in its range (D-Bus specification, "Basic
// types"), 64-bit ones also as text, doubles with {"$d": "nan"}, strings without NUL, valid paths and signatures.

import { isObjectPath, isSignature, type DBusValue } from "../../host/dbus/dbus.ts";
import { isTable, kindOf } from "../doc.ts";
import type { DocValue } from "../plugin.ts";

const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = Object.freeze({
  y: [0n, 255n],
  n: [-32768n, 32767n],
  q: [0n, 65535n],
  i: [-(2n ** 31n), 2n ** 31n - 1n],
  u: [0n, 2n ** 32n - 1n],
  x: [-(2n ** 63n), 2n ** 63n - 1n],
  t: [0n, 2n ** 64n - 1n],
});

/** The wire value of one basic type, or what was expected and what was found. */
export function scalarToWire(type: string, doc: DocValue): { wire: DBusValue } | { fault: string } {
  if (type === "d") return doubleToWire(doc);
  const range = RANGES[type];
  if (range !== undefined) return integerToWire(type, range, doc);
  if (type === "b") return typeof doc === "boolean" ? { wire: doc } : wrong("true or false", doc);
  return textToWire(type, doc);
}

function integerToWire(type: string, [min, max]: readonly [bigint, bigint], doc: DocValue) {
  const is64 = type === "x" || type === "t";
  let value: bigint;
  if (typeof doc === "bigint") value = doc;
  else if (typeof doc === "number" && Number.isSafeInteger(doc)) value = BigInt(doc);
  else if (is64 && typeof doc === "string" && /^-?(0|[1-9][0-9]{0,19})$/.test(doc)) value = BigInt(doc);
  else return wrong(`an integer from ${min} to ${max}`, doc);
  if (value < min || value > max) return wrong(`an integer from ${min} to ${max}`, doc);
  return { wire: is64 ? value : Number(value) };
}

function doubleToWire(doc: DocValue): { wire: DBusValue } | { fault: string } {
  if (typeof doc === "number") return { wire: doc };
  if (typeof doc === "bigint" && BigInt(Number(doc)) === doc) return { wire: Number(doc) };
  if (isTable(doc)) {
    const said = doc["$d"];
    if (said === "nan") return { wire: Number.NaN };
    if (said === "inf" || said === "-inf") return { wire: said === "inf" ? Infinity : -Infinity };
    if (typeof said === "number") return { wire: said };
  }
  return wrong('a number, or { "$d" = "nan" }', doc);
}

function textToWire(type: string, doc: DocValue): { wire: DBusValue } | { fault: string } {
  if (typeof doc !== "string") return wrong(type === "o" ? "an object path" : "a string", doc);
  if (doc.includes("\0")) return { fault: "a string on the bus cannot contain a NUL" };
  if (!doc.isWellFormed()) return { fault: "the text is not valid Unicode" };
  if (type === "o" && !isObjectPath(doc)) return wrong("an object path", doc);
  if (type === "g" && !isSignature(doc)) return wrong("a signature", doc);
  return { wire: doc };
}

function wrong(expected: string, doc: DocValue): { fault: string } {
  return { fault: `expected ${expected}, found ${kindOf(doc)}` };
}
