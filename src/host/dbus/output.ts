// The bytes of messages under construction: one growing slab, from which finished messages are cut without copying.
// A slab is not cleared: whoever writes writes every byte, padding too. A message has at most 128 MiB.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { viewOf } from "./reader.ts";

const SLAB_BYTES = 65_536;
/** A slab with less than this left is given up. */
const SLAB_REST_BYTES = 256;

/** Memory of a large message that was sent, for the next one: fresh memory costs as much as the message itself,
 * because the kernel clears each page of it. */
let used: Buffer | null = null;
const USED_BYTES_MAX = 4 * 1024 * 1024;

/** Takes the memory of a message back. Nobody may look at the message any more. Small ones share theirs and keep it. */
export function reuse(message: Buffer): void {
  const { byteLength } = message.buffer;
  if (message.length > SLAB_BYTES && byteLength <= USED_BYTES_MAX)
    used = Buffer.from(message.buffer, 0, byteLength);
}

function memory(sizeBytes: number): Buffer {
  const again = used;
  if (again === null || again.length < sizeBytes) return Buffer.allocUnsafeSlow(sizeBytes);
  used = null;
  return again;
}

export class Output {
  bytes: Buffer;
  view: DataView;
  /** Where the message under construction begins; 8-aligned. */
  start = 0;
  pos = 0;
  /** Descriptors that go with the message. */
  fdCount = 0;
  /** Containers around what is written now that do not follow from its own signature. */
  depth = 0;

  constructor() {
    this.bytes = Buffer.allocUnsafeSlow(SLAB_BYTES);
    this.view = viewOf(this.bytes);
  }

  /** Begins a message behind the one before. Whatever an earlier, failed one left is overwritten. */
  begin(): void {
    this.pos = this.start;
    this.fdCount = 0;
    this.depth = 0;
  }

  /** Cuts the message that was begun. The rest of the slab is for the next ones, unless it is nearly used up or was
   * made for a large message. */
  finish(): Buffer {
    const message = this.bytes.subarray(this.start, this.pos);
    this.start = (this.pos + 7) & ~7;
    if (this.bytes.length > SLAB_BYTES || this.start > SLAB_BYTES - SLAB_REST_BYTES) {
      this.start = 0;
      this.bytes = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.view = viewOf(this.bytes);
    }
    return message;
  }

  /** Makes room for `size` more bytes. Throws OPD3010 beyond the largest message. */
  reserve(size: number): void {
    if (size > this.bytes.length - this.pos) this.#grow(size);
  }

  #grow(size: number): void {
    const used = this.pos - this.start;
    if (used + size > LIMITS.messageSizeBytesMax)
      throw new OpError("OPD3010", "a message has at most 128 MiB");
    const grown = Math.min(Math.max(SLAB_BYTES, used * 2, used + size), LIMITS.messageSizeBytesMax);
    const bytes = memory(grown);
    this.bytes.copy(bytes, 0, this.start, this.pos);
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.pos = used;
    this.start = 0;
  }
}

/** Zeros up to the next multiple of `alignment` (1, 2, 4 or 8) from the beginning of the message. */
export function pad(out: Output, alignment: number): void {
  const padding = (out.start - out.pos) & (alignment - 1);
  if (padding === 0) return;
  out.reserve(padding);
  for (let i = 0; i < padding; i++) out.bytes[out.pos + i] = 0;
  out.pos += padding;
}

export function putUint32(out: Output, value: number): void {
  pad(out, 4);
  out.reserve(4);
  out.view.setUint32(out.pos, value, true);
  out.pos += 4;
}

/** Writes `text` as UTF-8 and a NUL; returns its bytes without the NUL, or -1 for text that D-Bus cannot carry. */
export function putText(out: Output, text: string): number {
  const { length } = text;
  if (length > SHORT_TEXT) return putLongText(out, text);
  out.reserve(length + 1);
  const { bytes, pos } = out;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0) return -1;
    if (code > 0x7f) return putLongText(out, text);
    bytes[pos + i] = code;
  }
  bytes[pos + length] = 0;
  out.pos = pos + length + 1;
  return length;
}

/** Up to here a loop over the characters is faster than the call into the runtime. */
const SHORT_TEXT = 48;

function putLongText(out: Output, text: string): number {
  // A lone surrogate would become U+FFFD without a word.
  if (text.includes("\0") || !text.isWellFormed()) return -1;
  const size = Buffer.byteLength(text, "utf8");
  out.reserve(size + 1);
  out.bytes.write(text, out.pos, "utf8");
  out.pos += size;
  out.bytes[out.pos] = 0;
  out.pos += 1;
  return size;
}
