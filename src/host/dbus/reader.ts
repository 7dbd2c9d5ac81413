// A place in the bytes of one message, and the reads that every type is made of. Alignment counts from `base`, where
// the message (or its body, which is 8-aligned in it) begins. Each read checks its end, its padding and its text;
// what is wrong is a BodyError, which costs one message.

import { isUtf8 } from "node:buffer";

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { internAscii } from "./intern.ts";

/** The body of one message does not decode (OPD3012). The connection can go on. */
export class BodyError extends OpError {
  readonly reason: string;
  constructor(reason: string) {
    super("OPD3012", `cannot decode a message: ${reason}`);
    this.name = "BodyError";
    this.reason = reason;
  }
}

export class Reader {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly base: number;
  readonly end: number;
  readonly little: boolean;
  readonly fdCount: number;
  pos: number;
  /** Containers around what is read now that do not follow from its own signature. */
  depth = 0;
  containers = 0;

  /** `view` is over exactly the bytes of `bytes`; the first value stands at `base`, nothing at or after `end`. */
  constructor(bytes: Buffer, view: DataView, base: number, end: number, little: boolean, fdCount: number) {
    this.bytes = bytes;
    this.view = view;
    this.base = base;
    this.end = end;
    this.little = little;
    this.fdCount = fdCount;
    this.pos = base;
  }

  /** Back to the beginning, for another try. */
  rewind(): void {
    this.pos = this.base;
    this.depth = 0;
    this.containers = 0;
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Moves to the next multiple of `alignment` (1, 2, 4 or 8); the bytes between must be zero. */
export function align(r: Reader, alignment: number): void {
  let padding = (r.base - r.pos) & (alignment - 1);
  while (padding > 0) {
    if (r.bytes[r.pos] !== 0) throw new BodyError("padding is not zero");
    r.pos += 1;
    padding -= 1;
  }
}

/** Takes `size` bytes and returns where they begin. */
export function take(r: Reader, size: number): number {
  const start = r.pos;
  if (size > r.end - start) throw new BodyError("it ends in the middle of a value");
  r.pos = start + size;
  return start;
}

export function readUint32(r: Reader): number {
  align(r, 4);
  return r.view.getUint32(take(r, 4), r.little);
}

/** A string (`s`, and the bytes of an `o`): length, text, NUL. */
export function readText(r: Reader): string {
  const length = readUint32(r);
  const start = take(r, length + 1);
  return textAt(r, start, start + length);
}

/** The text of a signature: one byte of length, text, NUL. Its validity is the caller's question. */
export function readSignatureText(r: Reader): string {
  const length = r.bytes[take(r, 1)]!;
  const start = take(r, length + 1);
  return textAt(r, start, start + length);
}

function textAt(r: Reader, start: number, end: number): string {
  const { bytes } = r;
  if (bytes[end] !== 0) throw new BodyError("a string does not end with NUL");
  const known = internAscii(bytes, start, end);
  if (known !== null) return known;
  if (start === end) return "";
  const text = bytes.toString("utf8", start, end);
  if (text.includes("\0")) throw new BodyError("a string contains NUL");
  // U+FFFD is what the decoder puts for bytes that are not UTF-8, but it may also have been sent.
  if (text.includes("\u{fffd}") && !isUtf8(bytes.subarray(start, end)))
    throw new BodyError("text is not UTF-8");
  return text;
}

/** Counts one more container of this body. */
export function countContainer(r: Reader): void {
  r.containers += 1;
  if (r.containers > LIMITS.containersPerBodyMax) throw new BodyError("it holds too many values");
}
