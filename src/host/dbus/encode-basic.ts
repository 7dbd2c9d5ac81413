// Writers of the basic types, and the error of a value that does not fit. Each checks type and range before it writes:
// nothing is rounded, wrapped or replaced without a word.

import { isObjectPath } from "./names.ts";
import { pad, putText, putUint32, type Output } from "./output.ts";
import { isSignature, type BasicCode } from "./signature.ts";
import { UnixFd, Variant } from "./value.ts";

export type Write = (out: Output, value: unknown) => void;

/** What is wrong, and the way to it from the outside in. encode.ts makes an OpError of it. */
export class Misfit extends Error {
  readonly way: string[] = [];
}

/** Writers of the types that hold nothing but themselves. */
export const BASIC_WRITES: Readonly<Record<BasicCode, Write>> = Object.freeze({
  y: integer("y", 1, 0, 0xff, (out, value) => out.view.setUint8(out.pos, value)),
  n: integer("n", 2, -0x8000, 0x7fff, (out, value) => out.view.setInt16(out.pos, value, true)),
  q: integer("q", 2, 0, 0xffff, (out, value) => out.view.setUint16(out.pos, value, true)),
  i: integer("i", 4, -0x8000_0000, 0x7fff_ffff, (out, value) => out.view.setInt32(out.pos, value, true)),
  u: integer("u", 4, 0, 0xffff_ffff, (out, value) => out.view.setUint32(out.pos, value, true)),
  x: long("x", -(2n ** 63n), 2n ** 63n - 1n, (out, value) => out.view.setBigInt64(out.pos, value, true)),
  t: long("t", 0n, 2n ** 64n - 1n, (out, value) => out.view.setBigUint64(out.pos, value, true)),
  b: writeBoolean,
  d: writeDouble,
  s: writeString,
  o: writePath,
  g: writeSignature,
  h: writeFd,
});

function integer(code: string, size: number, min: number, max: number, put: Put<number>): Write {
  return (out, value) => {
    if (typeof value !== "number") throw mismatch(code, value);
    if (!(value >= min && value <= max) || !Number.isInteger(value)) throw outOfRange(code, min, max);
    pad(out, size);
    out.reserve(size);
    put(out, value);
    out.pos += size;
  };
}

function long(code: string, min: bigint, max: bigint, put: Put<bigint>): Write {
  return (out, value) => {
    const exact = Number.isSafeInteger(value) ? BigInt(value as number) : value;
    if (typeof exact === "number")
      throw new Misfit(`expected ${code}, got a number that is not a safe integer`);
    if (typeof exact !== "bigint") throw mismatch(code, value);
    if (exact < min || exact > max) throw outOfRange(code, min, max);
    pad(out, 8);
    out.reserve(8);
    put(out, exact);
    out.pos += 8;
  };
}

type Put<T> = (out: Output, value: T) => void;

function writeBoolean(out: Output, value: unknown): void {
  if (typeof value !== "boolean") throw mismatch("b", value);
  putUint32(out, value ? 1 : 0);
}

function writeDouble(out: Output, value: unknown): void {
  if (typeof value !== "number") throw mismatch("d", value);
  pad(out, 8);
  out.reserve(8);
  out.view.setFloat64(out.pos, value, true);
  out.pos += 8;
}

function writeString(out: Output, value: unknown): void {
  if (typeof value !== "string") throw mismatch("s", value);
  putString(out, value);
}

function writePath(out: Output, value: unknown): void {
  if (typeof value !== "string") throw mismatch("o", value);
  if (!isObjectPath(value)) throw new Misfit("expected o, got a string that is not an object path");
  putString(out, value);
}

/** Length, text, NUL. */
export function putString(out: Output, text: string): void {
  putUint32(out, 0);
  const lengthAt = out.pos - 4 - out.start;
  const size = putText(out, text);
  if (size < 0) throw new Misfit("expected s, got a string with NUL or a lone surrogate");
  out.view.setUint32(out.start + lengthAt, size, true);
}

function writeSignature(out: Output, value: unknown): void {
  if (typeof value !== "string") throw mismatch("g", value);
  if (!isSignature(value)) throw new Misfit("expected g, got a string that is not a signature");
  putSignature(out, value);
}

/** One byte of length, text, NUL, for a text that is a valid signature. */
export function putSignature(out: Output, signature: string): void {
  out.reserve(1);
  out.bytes[out.pos] = signature.length;
  out.pos += 1;
  putText(out, signature);
}

function writeFd(out: Output, value: unknown): void {
  if (!(value instanceof UnixFd)) throw mismatch("h", value);
  if (!(value.index >= 0 && value.index < out.fdCount) || !Number.isInteger(value.index)) {
    throw new Misfit("expected h, got the index of a descriptor that does not go with the message");
  }
  putUint32(out, value.index);
}

export function mismatch(code: string, value: unknown): Misfit {
  return new Misfit(`expected ${code}, got ${nameOf(value)}`);
}

export function outOfRange(code: string, min: number | bigint, max: number | bigint): Misfit {
  return new Misfit(`expected ${code}, got a number that is not an integer from ${min} to ${max}`);
}

/** What a value is, for a person; never the value. */
export function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value !== "object") return typeof value;
  if (value instanceof Variant) return `variant of ${value.signature}`;
  if (value instanceof Map) return "Map";
  if (value instanceof Uint8Array) return "bytes";
  return value instanceof UnixFd ? "UnixFd" : "object";
}
