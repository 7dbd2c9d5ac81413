// Bytes to values: readers compiled once per signature into closures, in the byte order of the message. Strict: what
// libdbus refuses is refused here. No prototype, no getter and no code of a peer is ever reached. value.ts says what
// comes out.

import { LIMITS } from "../../base/limits.ts";
import { isObjectPath } from "./names.ts";
import {
  align,
  BodyError,
  countContainer,
  Reader,
  readSignatureText,
  readText,
  readUint32,
  take,
  viewOf,
} from "./reader.ts";
import { isSignature, isSingleType, parseSignature, parseSingleType, type Type } from "./signature.ts";
import { UnixFd, Variant, type DBusValue } from "./value.ts";

type Read = (r: Reader) => DBusValue;

interface Compiled {
  readonly read: Read;
  /** Containers on the deepest way down. */
  readonly height: number;
}

/**
 * The values of a body: `bytes` from `offset` to its end, encoded by `signature`. `fdCount` is what the header says.
 * Throws BodyError (OPD3012). An `ay` that fills at least half of its buffer is a view of it, else a copy.
 */
export function decodeBody(
  signature: string,
  bytes: Uint8Array,
  offset: number,
  littleEndian: boolean,
  fdCount: number,
): readonly DBusValue[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return readBody(signature, new Reader(buffer, viewOf(bytes), offset, bytes.length, littleEndian, fdCount));
}

/** As decodeBody, for a reader that stands at the beginning of the body and ends with it. */
export function readBody(signature: string, r: Reader): readonly DBusValue[] {
  const values = bodyReads(signature).map((read) => read(r));
  if (r.pos !== r.end) throw new BodyError("bytes are left after its last value");
  return values;
}

/** Reads one variant. For header fields that nobody knows: they must be well formed even so. */
export function readVariant(r: Reader): DBusValue {
  return topVariant(r);
}

const bodies = new Map<string, readonly Read[]>();
const singles = new Map<string, Compiled>();

function bodyReads(signature: string): readonly Read[] {
  const known = bodies.get(signature);
  if (known !== undefined) return known;
  if (!isSignature(signature)) throw new BodyError("its signature is not valid");
  const reads = parseSignature(signature).map((type) => compile(type, 0));
  if (bodies.size >= LIMITS.signatureCacheEntriesMax) bodies.clear();
  bodies.set(signature, reads);
  return reads;
}

function single(signature: string): Compiled {
  const known = singles.get(signature);
  if (known !== undefined) return known;
  if (!isSingleType(signature)) throw new BodyError("the signature of a variant is not one type");
  const type = parseSingleType(signature);
  const compiled = { read: compile(type, 0), height: type.height };
  if (singles.size >= LIMITS.signatureCacheEntriesMax) singles.clear();
  singles.set(signature, compiled);
  return compiled;
}

/** `depth`: containers of the same signature around the type. */
function compile(type: Type, depth: number): Read {
  switch (type.code) {
    case "y":
      return (r) => r.bytes[take(r, 1)]!;
    case "b":
      return readBoolean;
    case "n":
      return (r) => (align(r, 2), r.view.getInt16(take(r, 2), r.little));
    case "q":
      return (r) => (align(r, 2), r.view.getUint16(take(r, 2), r.little));
    case "i":
      return (r) => (align(r, 4), r.view.getInt32(take(r, 4), r.little));
    case "u":
      return readUint32;
    case "x":
      return (r) => (align(r, 8), r.view.getBigInt64(take(r, 8), r.little));
    case "t":
      return (r) => (align(r, 8), r.view.getBigUint64(take(r, 8), r.little));
    case "d":
      return (r) => (align(r, 8), r.view.getFloat64(take(r, 8), r.little));
    case "s":
      return readText;
    case "o":
      return readPath;
    case "g":
      return readSignature;
    case "h":
      return readFd;
    case "v":
      return compileVariant(depth);
    case "(":
    case "{":
      return compileStruct(type, depth);
    case "a":
      return compileArray(type, depth);
  }
}

function readBoolean(r: Reader): boolean {
  const value = readUint32(r);
  if (value > 1) throw new BodyError("a boolean is neither 0 nor 1");
  return value === 1;
}

function readPath(r: Reader): string {
  const text = readText(r);
  if (!isObjectPath(text)) throw new BodyError("an object path is not valid");
  return text;
}

function readSignature(r: Reader): string {
  const text = readSignatureText(r);
  if (!isSignature(text)) throw new BodyError("a signature is not valid");
  return text;
}

function readFd(r: Reader): UnixFd {
  const index = readUint32(r);
  if (index >= r.fdCount) throw new BodyError("it names a file descriptor that did not come with it");
  return new UnixFd(index);
}

function compileVariant(depth: number): Read {
  const levels = depth + 1;
  return (r) => {
    const signature = readSignatureText(r);
    const { read, height } = single(signature);
    countContainer(r);
    const outer = r.depth;
    const inner = outer + levels;
    if (inner + height > LIMITS.valueDepthMax) throw new BodyError("its values nest too deep");
    r.depth = inner;
    const value = read(r);
    r.depth = outer;
    return new Variant(signature, value);
  };
}

const topVariant = compileVariant(0);

function compileStruct(type: Type, depth: number): Read {
  const reads = type.children.map((child) => compile(child, depth + 1));
  return (r) => {
    countContainer(r);
    align(r, 8);
    return reads.map((read) => read(r));
  };
}

function compileArray(type: Type, depth: number): Read {
  const [element] = type.children;
  if (element === undefined) throw new BodyError("an array has no element type");
  if (element.code === "y") return readBytes;
  if (element.code === "{") return compileDict(element, depth);
  const read = compile(element, depth + 1);
  const { alignment } = element;
  return (r) => {
    const stop = enterArray(r, alignment);
    const values: DBusValue[] = [];
    while (r.pos < stop) values.push(read(r));
    leaveArray(r, stop);
    // push made room for 17; the copy has room for what is there.
    return values.length < SPACIOUS ? values.slice() : values;
  };
}

/** Below this many elements an array that was pushed together wastes more than a copy costs. */
const SPACIOUS = 16;

function compileDict(entry: Type, depth: number): Read {
  const [keyType, valueType] = entry.children;
  if (keyType === undefined || valueType === undefined) throw new BodyError("a dict entry is not a pair");
  const readValue = compile(valueType, depth + 2);
  if ("sog".includes(keyType.code)) {
    const readKey = compile(keyType, depth + 2) as (r: Reader) => string;
    return (r) => {
      const stop = enterArray(r, 8);
      const dict = bareObject();
      while (r.pos < stop) {
        align(r, 8);
        const key = readKey(r);
        dict[key] = readValue(r);
      }
      leaveArray(r, stop);
      return dict;
    };
  }
  const readKey = compile(keyType, depth + 2);
  return (r) => {
    const stop = enterArray(r, 8);
    const map = new Map<DBusValue, DBusValue>();
    while (r.pos < stop) {
      align(r, 8);
      const key = readKey(r);
      map.set(key, readValue(r));
    }
    leaveArray(r, stop);
    return map;
  };
}

/** An object without a prototype. Not Object.create(null): V8 would make that a hash table, slower and larger. */
function bareObject(): Record<string, DBusValue> {
  return Object.setPrototypeOf({}, null) as Record<string, DBusValue>;
}

/** Reads the length and the padding in front of the first element; returns where the last one must end. */
function enterArray(r: Reader, alignment: number): number {
  countContainer(r);
  const size = readUint32(r);
  if (size > LIMITS.arraySizeBytesMax) throw new BodyError("an array is longer than 64 MiB");
  align(r, alignment);
  if (size > r.end - r.pos) throw new BodyError("it ends in the middle of an array");
  return r.pos + size;
}

function leaveArray(r: Reader, stop: number): void {
  if (r.pos !== stop) throw new BodyError("the last element of an array goes beyond it");
}

function readBytes(r: Reader): Uint8Array {
  const stop = enterArray(r, 1);
  const start = r.pos;
  r.pos = stop;
  const size = stop - start;
  const { buffer, byteOffset } = r.bytes;
  // A small view would keep a whole message in memory; a large one is worth not copying.
  if (size * 2 >= buffer.byteLength) return new Uint8Array(buffer, byteOffset + start, size);
  const copy = new Uint8Array(size);
  if (size > SHORT_BYTES) copy.set(r.bytes.subarray(start, stop));
  else for (let i = 0; i < size; i++) copy[i] = r.bytes[start + i]!;
  return copy;
}

/** Up to here a loop over the bytes is faster than the call into the runtime. */
const SHORT_BYTES = 64;
