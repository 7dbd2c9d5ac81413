// The bytes of a log, and nothing but bytes: no file is touched here. All numbers are little-endian.
//
// A segment is a file of fixed size, written full of zeros before its first frame. Its name is the seq of its first
// record, 16 digits, and `.log`.
//
//  0               8         12        16                        32              40        44        48
// +---------------+---------+---------+-------------------------+---------------+---------+---------+-- frames -- 0 0 0
// | "op-log\r\n"  | version |  kind   |  log id, 16 random bytes |   first seq   |  size   |   CRC   |
// +---------------+---------+---------+-------------------------+---------------+---------+---------+-----------------
//
// A frame, at a multiple of 8:
//
//  0         4         8         12    13        16
// +---------+---------+---------+-----+---------+------------- - - -+-------+
// |   CRC   | length  | behind  |t | L| 0  0  0 |  payload: length  | 0 - 7 |
// +---------+---------+---------+-----+---------+------------- - - -+-------+
//
// length  bytes of the payload, at least 1. Sixteen zero bytes where a frame would begin end the segment.
// behind  everything before (offset of this frame - behind) was on disk before this frame was written. So a valid frame
//         proves that what lies before that place was whole once: if it is not, the log is damaged and not cut short.
// t       type, 7 bits; L, the highest bit: the last frame of its batch. A batch counts when it is whole.
// CRC     CRC-32C of everything behind it up to the next frame, padding included, seeded with the segment's CRC and the
//         offset of the frame: a frame that was moved, or belongs to another segment, has a wrong one.

import { crc32c } from "./crc32c.ts";
import type { Frame } from "./model.ts";

export const HEADER_BYTES = 48;
export const FRAME_HEADER_BYTES = 16;
/** Segments have a multiple of this: a page of every machine we run on. */
export const PAGE_BYTES = 4096;
const VERSION = 1;
const MAGIC = Buffer.from("op-log\r\n", "latin1");
const LAST = 0x80;

export interface SegmentHeader {
  readonly kind: string;
  /** 16 bytes, the same in all segments of a log. */
  readonly id: Buffer;
  readonly first: number;
  readonly sizeBytes: number;
  /** Seeds the checksums of its frames. */
  readonly seed: number;
}

export function encodeHeader(kind: string, id: Uint8Array, first: number, sizeBytes: number): Buffer {
  const words = new Uint32Array(HEADER_BYTES / 4);
  const bytes = Buffer.from(words.buffer);
  bytes.set(MAGIC, 0);
  bytes.writeUInt32LE(VERSION, 8);
  bytes.write(kind, 12, 4, "latin1");
  bytes.set(id, 16);
  bytes.writeBigUInt64LE(BigInt(first), 32);
  bytes.writeUInt32LE(sizeBytes, 40);
  bytes.writeUInt32LE(crc32c(words, 0, 11, 0), 44);
  return bytes;
}

/** The header, or in one phrase what is wrong with it. */
export function decodeHeader(bytes: Uint8Array, kind: string): SegmentHeader | string {
  const words = new Uint32Array(HEADER_BYTES / 4);
  const header = Buffer.from(words.buffer);
  if (bytes.length < HEADER_BYTES) return "its header is cut off";
  header.set(bytes.subarray(0, HEADER_BYTES));
  if (MAGIC.compare(header, 0, 8) !== 0) return "it is no segment of a log";
  const seed = header.readUInt32LE(44);
  if (crc32c(words, 0, 11, 0) !== seed) return "its header does not have its checksum";
  if (header.readUInt32LE(8) !== VERSION)
    return `it has version ${header.readUInt32LE(8)}, known is ${VERSION}`;
  if (header.toString("latin1", 12, 16) !== kind) return "it belongs to a log of another kind";
  const first = Number(header.readBigUInt64LE(32));
  return { kind, id: header.subarray(16, 32), first, sizeBytes: header.readUInt32LE(40), seed };
}

/** What a frame with a payload of that many bytes takes. */
function frameSizeBytes(payloadBytes: number): number {
  return (FRAME_HEADER_BYTES + payloadBytes + 7) & ~7;
}

/** What a batch takes. */
export function batchSizeBytes(frames: readonly Frame[]): number {
  let total = 0;
  for (const { payload } of frames) total += frameSizeBytes(payload.length);
  return total;
}

/** Bytes that can be seen as words too: both views begin at a multiple of 8 of the file and of their memory. */
export interface Block {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
}

export function newBlock(sizeBytes: number): Block {
  const buffer = new ArrayBuffer((sizeBytes + 7) & ~7);
  return { bytes: new Uint8Array(buffer), words: new Uint32Array(buffer) };
}

/**
 * Writes a batch into `block` from `at` on and returns where it ends. `fileOffset` is where the block's byte 0 will lie in
 * its segment; `settled` is the offset in the segment before which everything is on disk.
 */
export function encodeBatch(
  frames: readonly Frame[],
  block: Block,
  at: number,
  fileOffset: number,
  settled: number,
  seed: number,
): number {
  const { bytes, words } = block;
  let offset = at;
  for (let n = 0; n < frames.length; n++) {
    const { type, payload } = frames[n]!;
    const word = offset >>> 2;
    const end = offset + frameSizeBytes(payload.length);
    words[(end >>> 2) - 2] = 0;
    words[(end >>> 2) - 1] = 0;
    words[word + 1] = payload.length;
    words[word + 2] = fileOffset + offset - settled;
    words[word + 3] = n === frames.length - 1 ? type | LAST : type;
    bytes.set(payload, offset + FRAME_HEADER_BYTES);
    words[word] = crc32c(words, word + 1, end >>> 2, seed ^ (fileOffset + offset));
    offset = end;
  }
  return offset;
}

/** What stands in a frame's first 16 bytes. */
export interface FrameHeader {
  readonly type: number;
  readonly last: boolean;
  readonly payloadBytes: number;
  readonly sizeBytes: number;
  /** Everything before this offset of the segment was on disk when the frame was written. */
  readonly settled: number;
}

/**
 * The header of the frame at byte `at` of the block, which lies at `fileOffset` + `at` of a segment of `sizeBytes`; "end" =
 * sixteen zeros; null = no frame can begin like this.
 */
export function decodeFrameHeader(
  block: Block,
  at: number,
  fileOffset: number,
  sizeBytes: number,
): FrameHeader | "end" | null {
  const { words } = block;
  const word = at >>> 2;
  const [length, behind, flags] = [words[word + 1]!, words[word + 2]!, words[word + 3]!];
  if (length === 0) return (words[word]! | behind | flags) === 0 ? "end" : null;
  const offset = fileOffset + at;
  const type = flags & ~LAST;
  if (length > sizeBytes || flags > 0xff || type === 0 || behind > offset - HEADER_BYTES) return null;
  const size = frameSizeBytes(length);
  if (offset + size > sizeBytes) return null;
  return {
    type,
    last: (flags & LAST) !== 0,
    payloadBytes: length,
    sizeBytes: size,
    settled: offset - behind,
  };
}

/** Whether the frame has its checksum; all its bytes are in the block. */
export function frameHolds(
  block: Block,
  at: number,
  fileOffset: number,
  size: number,
  seed: number,
): boolean {
  const { words } = block;
  return crc32c(words, (at >>> 2) + 1, (at + size) >>> 2, seed ^ (fileOffset + at)) === words[at >>> 2]!;
}
