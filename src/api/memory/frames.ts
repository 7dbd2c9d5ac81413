// Frames of the memory's protocol, cut out of a stream: pure, no socket. Nothing is made for what is only announced: a frame
// that arrives in parts is collected in a buffer that doubles with what is there. What is too long is skipped, not kept.
//
//   version 1   | length u32 BE | message (length bytes)                     |
//   version 2   | length u32 BE | id u32 BE | message (length - 4 bytes)     |

import { LIMITS } from "../../base/limits.ts";
import type { MsgWriter } from "../../base/msgpack-writer.ts";

const HEAD_BYTES = 4;
const PART_BYTES_FIRST = 512;

export type Frame =
  | { readonly kind: "frame"; readonly bytes: Buffer }
  /** Its `sizeBytes` come and go unseen: it is longer than allowed, or was given up with `skip`. */
  | { readonly kind: "skipped"; readonly sizeBytes: number };

export class FrameReader {
  /** Bytes of a frame; longer ones are skipped. */
  sizeBytesMax: number;
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #headBytes = 0;
  /** Chunks not looked at yet, the first from `#at`. */
  readonly #chunks: Buffer[] = [];
  #at = 0;
  /** The frame that is being collected: what is announced, and what there is. */
  #sizeBytes = 0;
  #part: Buffer | null = null;
  #partBytes = 0;
  #skipBytes = 0;

  constructor(sizeBytesMax: number) {
    this.sizeBytesMax = sizeBytesMax;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  /** Announced bytes of the frame of which a part is here; 0 = none. */
  get unfinishedBytes(): number {
    if (this.#part !== null) return this.#sizeBytes;
    return this.#skipBytes > 0 ? this.#skipBytes : this.#headBytes;
  }

  /** Bytes that are kept. */
  get keptBytes(): number {
    const chunks = this.#chunks.reduce((sum, { length }) => sum + length, 0);
    return chunks + (this.#part?.length ?? 0);
  }

  /** Gives up the frame that is being collected; null = none is. */
  skip(): Frame | null {
    if (this.#part === null) return null;
    const sizeBytes = this.#sizeBytes;
    this.#skipBytes = sizeBytes - this.#partBytes;
    this.#part = null;
    return { kind: "skipped", sizeBytes };
  }

  /** The next one; null = more must come. Its bytes are valid as long as the chunk that they came in. */
  next(): Frame | null {
    for (;;) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) return null;
      if (this.#at === chunk.length) {
        this.#chunks.shift();
        this.#at = 0;
      } else if (this.#skipBytes > 0) {
        const count = Math.min(this.#skipBytes, chunk.length - this.#at);
        this.#skipBytes -= count;
        this.#at += count;
      } else if (this.#part !== null) {
        if (this.#collect(chunk)) return this.#whole();
      } else {
        const frame = this.#begin(chunk);
        if (frame !== null) return frame;
      }
    }
  }

  /** The length, and the frame where all of it is in this chunk. */
  #begin(chunk: Buffer): Frame | null {
    const count = Math.min(HEAD_BYTES - this.#headBytes, chunk.length - this.#at);
    chunk.copy(this.#head, this.#headBytes, this.#at, this.#at + count);
    this.#headBytes += count;
    this.#at += count;
    if (this.#headBytes < HEAD_BYTES) return null;
    this.#headBytes = 0;
    const sizeBytes = this.#head.readUInt32BE(0);
    if (sizeBytes > this.sizeBytesMax) {
      this.#skipBytes = sizeBytes;
      return { kind: "skipped", sizeBytes };
    }
    if (chunk.length - this.#at >= sizeBytes) {
      this.#at += sizeBytes;
      return { kind: "frame", bytes: chunk.subarray(this.#at - sizeBytes, this.#at) };
    }
    this.#sizeBytes = sizeBytes;
    this.#partBytes = 0;
    this.#part = Buffer.allocUnsafeSlow(Math.min(sizeBytes, PART_BYTES_FIRST));
    return null;
  }

  /** Takes what of the frame is in this chunk; true when it is whole. */
  #collect(chunk: Buffer): boolean {
    const count = Math.min(this.#sizeBytes - this.#partBytes, chunk.length - this.#at);
    const needBytes = this.#partBytes + count;
    if (needBytes > this.#part!.length) {
      const grown = Buffer.allocUnsafeSlow(
        Math.min(this.#sizeBytes, Math.max(needBytes, this.#part!.length * 2)),
      );
      this.#part!.copy(grown, 0, 0, this.#partBytes);
      this.#part = grown;
    }
    chunk.copy(this.#part!, this.#partBytes, this.#at, this.#at + count);
    this.#partBytes = needBytes;
    this.#at += count;
    return needBytes === this.#sizeBytes;
  }

  #whole(): Frame {
    const bytes = this.#part!.subarray(0, this.#sizeBytes);
    this.#part = null;
    return { kind: "frame", bytes };
  }
}

/** One frame in a buffer of its own: head and message go out in one write. `id` null: version 1. */
export function writeFrame(writer: MsgWriter, id: number | null, write: (writer: MsgWriter) => void): Buffer {
  writer.clear();
  const head = writer.reserve(HEAD_BYTES);
  if (id !== null) writer.put32(writer.reserve(HEAD_BYTES), id);
  write(writer);
  writer.put32(head, writer.length - HEAD_BYTES);
  return writer.bytes();
}

/** What a frame of version 2 holds; null = it is too short to have an id. */
export function splitFrame(bytes: Buffer): { readonly id: number; readonly message: Buffer } | null {
  if (bytes.length < HEAD_BYTES) return null;
  return { id: bytes.readUInt32BE(0), message: bytes.subarray(HEAD_BYTES) };
}

/** Of the frames of a version; 2 has the id before the message. */
export function frameBytesMax(version: 1 | 2): number {
  return LIMITS.memoryMessageBytesMax + (version === 2 ? HEAD_BYTES : 0);
}
