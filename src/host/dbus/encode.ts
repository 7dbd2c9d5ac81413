// Values to bytes, little-endian: writers compiled once per signature into closures. A value that does not fit its
// type is refused with the way to it ("argument 2, key \"a\": expected u, got string"), everything counted from 1.
// An error names types and places, never a value: it could be a secret.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import {
  BASIC_WRITES,
  Misfit,
  mismatch,
  nameOf,
  outOfRange,
  putSignature,
  type Write,
} from "./encode-basic.ts";
import { Output, pad, putUint32 } from "./output.ts";
import { isSingleType, parseSignature, parseSingleType, type Type } from "./signature.ts";
import { Variant, type DBusValue } from "./value.ts";

/**
 * The bytes of a body, as they stand in a message. `fdCount`: descriptors that go with it, for `h`.
 * Throws OPD3010 when the values do not fit the signature, or exceed a limit of the protocol.
 */
export function encodeBody(signature: string, values: readonly DBusValue[], fdCount = 0): Buffer {
  return withOutput((out) => writeBody(out, signature, values, fdCount));
}

/** Runs `write` on an output and returns what it wrote. A getter among the values may lead here again: it gets an
 * output of its own. */
export function withOutput(write: (out: Output) => void): Buffer {
  const out = spare ?? new Output();
  spare = null;
  try {
    out.begin();
    write(out);
    return out.finish();
  } finally {
    spare = out;
  }
}

let spare: Output | null = null;

/** Appends a body to an output that stands at a multiple of 8. Throws as encodeBody. */
export function writeBody(
  out: Output,
  signature: string,
  values: readonly DBusValue[],
  fdCount: number,
): void {
  const writes = bodyWrites(signature);
  if (values.length !== writes.length) {
    const message = `signature ${JSON.stringify(signature)} has ${writes.length} arguments, got ${values.length}`;
    throw new OpError("OPD3010", message);
  }
  out.fdCount = fdCount;
  let i = 0;
  try {
    for (; i < writes.length; i++) writes[i]!(out, values[i]);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    const way = [`argument ${i + 1}`, ...error.way].join(", ");
    throw new OpError("OPD3010", `${way}: ${error.message}`);
  }
}

const bodies = new Map<string, readonly Write[]>();
const singles = new Map<string, { readonly write: Write; readonly height: number }>();

function bodyWrites(signature: string): readonly Write[] {
  const known = bodies.get(signature);
  if (known !== undefined) return known;
  const writes = parseSignature(signature).map((type) => compile(type, 0));
  if (bodies.size >= LIMITS.signatureCacheEntriesMax) bodies.clear();
  bodies.set(signature, writes);
  return writes;
}

function single(signature: string): { readonly write: Write; readonly height: number } {
  const known = singles.get(signature);
  if (known !== undefined) return known;
  if (!isSingleType(signature)) throw new Misfit("the signature of a variant is not one type");
  const type = parseSingleType(signature);
  const compiled = { write: compile(type, 0), height: type.height };
  if (singles.size >= LIMITS.signatureCacheEntriesMax) singles.clear();
  singles.set(signature, compiled);
  return compiled;
}

/** `depth`: containers of the same signature around the type. */
function compile(type: Type, depth: number): Write {
  if (type.code === "v") return compileVariant(depth);
  if (type.code === "(") return compileStruct(type, depth);
  if (type.code === "a" || type.code === "{") return compileArray(type, depth);
  return BASIC_WRITES[type.code];
}

function compileVariant(depth: number): Write {
  const levels = depth + 1;
  return (out, value) => {
    if (!(value instanceof Variant)) throw mismatch("v", value);
    const { write, height } = single(value.signature);
    const outer = out.depth;
    const inner = outer + levels;
    if (inner + height > LIMITS.valueDepthMax) throw new Misfit("values nest deeper than 64");
    putSignature(out, value.signature);
    out.depth = inner;
    write(out, value.value);
    out.depth = outer;
  };
}

function compileStruct(type: Type, depth: number): Write {
  const writes = type.children.map((child) => compile(child, depth + 1));
  const { length } = writes;
  return (out, value) => {
    if (!Array.isArray(value)) throw mismatch(type.signature, value);
    if (value.length !== length) {
      throw new Misfit(`expected ${type.signature} with ${length} fields, got ${value.length}`);
    }
    pad(out, 8);
    let i = 0;
    try {
      for (; i < length; i++) writes[i]!(out, value[i]);
    } catch (error) {
      throw within(error, `field ${i + 1}`);
    }
  };
}

function compileArray(type: Type, depth: number): Write {
  const element = type.children[0]!;
  if (element.code === "y") return writeBytes;
  if (element.code === "{") return compileDict(type, element, depth);
  const write = compile(element, depth + 1);
  return (out, value) => {
    if (!Array.isArray(value)) throw mismatch(type.signature, value);
    const lengthAt = enterArray(out, element.alignment);
    let i = 0;
    try {
      for (; i < value.length; i++) write(out, value[i]);
    } catch (error) {
      throw within(error, `element ${i + 1}`);
    }
    leaveArray(out, lengthAt, element.alignment);
  };
}

function compileDict(type: Type, entry: Type, depth: number): Write {
  const keyType = entry.children[0]!;
  const writeKey = compile(keyType, depth + 2);
  const writeValue = compile(entry.children[1]!, depth + 2);
  const textKeys = "sog".includes(keyType.code);

  function writeEntry(out: Output, key: unknown, value: unknown): void {
    try {
      pad(out, 8);
      writeKey(out, key);
      writeValue(out, value);
    } catch (error) {
      throw within(error, `key ${typeof key === "string" ? JSON.stringify(key.slice(0, 64)) : nameOf(key)}`);
    }
  }

  return (out, value) => {
    if (value instanceof Map) {
      const lengthAt = enterArray(out, 8);
      for (const [key, item] of value) writeEntry(out, key, item);
      leaveArray(out, lengthAt, 8);
    } else if (textKeys && isPlainObject(value)) {
      const lengthAt = enterArray(out, 8);
      for (const key of Object.keys(value)) writeEntry(out, key, value[key]);
      leaveArray(out, lengthAt, 8);
    } else {
      throw mismatch(type.signature, value);
    }
  };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Writes a length to be filled in, and the padding; returns where the length stands, from the message's start. */
function enterArray(out: Output, alignment: number): number {
  putUint32(out, 0);
  const lengthAt = out.pos - 4 - out.start;
  pad(out, alignment);
  return lengthAt;
}

function leaveArray(out: Output, lengthAt: number, alignment: number): void {
  // The padding behind the length does not count.
  const first = (lengthAt + 4 + alignment - 1) & ~(alignment - 1);
  const size = out.pos - out.start - first;
  checkArraySize(size);
  out.view.setUint32(out.start + lengthAt, size, true);
}

function writeBytes(out: Output, value: unknown): void {
  if (!(value instanceof Uint8Array) && !Array.isArray(value)) throw mismatch("ay", value);
  const { length } = value;
  checkArraySize(length);
  putUint32(out, length);
  out.reserve(length);
  if (value instanceof Uint8Array) {
    out.bytes.set(value, out.pos);
  } else {
    for (let i = 0; i < length; i++) {
      const byte: unknown = value[i];
      if (typeof byte !== "number") throw within(mismatch("y", byte), `element ${i + 1}`);
      if ((byte & 0xff) !== byte) throw within(outOfRange("y", 0, 0xff), `element ${i + 1}`);
      out.bytes[out.pos + i] = byte;
    }
  }
  out.pos += length;
}

function checkArraySize(size: number): void {
  if (size > LIMITS.arraySizeBytesMax) throw new Misfit("an array is longer than 64 MiB");
}

function within(error: unknown, place: string): unknown {
  if (error instanceof Misfit) error.way.unshift(place);
  return error;
}
