// The body of a concept: content, vector, attributes and what the analyzer said, in bytes that are the same in the log, in the
// arena and in a checkpoint. Little-endian, at a multiple of 8.
//
//  0        4          8            10          12           16
// +--------+----------+------------+-----------+------------+--------------+---------+------------+----------+-----+
// | size   | content  | dimensions | number of | attributes | vector:      | content | attributes | semantic | 0-7 |
// | bytes  | bytes    |        u16 | attr. u16 | bytes      | f32 each     |         |            |          |     |
// +--------+----------+------------+-----------+------------+--------------+---------+------------+----------+-----+
//
// size        of all, a multiple of 8.
// dimensions  0 = no vector.
// attributes  each: bytes of the name u16, of the value u16, name, value, in UTF-8.
// semantic    see semantic.ts; its first byte is 0 where the analyzer said nothing.

import { LIMITS } from "../../base/limits.ts";
import type { NewConcept, Semantic } from "../model.ts";
import type { Ink } from "./ink.ts";
import { decodeSemantic, encodeSemantic, semanticBytes } from "./semantic.ts";

const HEADER_BYTES = 16;
/** Of the largest body there can be, with some hundred causal relations in it. */
export const BODY_BYTES_MAX =
  LIMITS.memoryContentBytesMax + LIMITS.memoryDimensionsMax * 4 + LIMITS.memoryAttributesBytesMax + 8192;

/** What `encodeBody` will take; `attributesBytes` is what `attributesBytesOf` says. */
export function bodyBytes(concept: NewConcept, attributesBytes: number): number {
  const { content, vector, semantic } = concept;
  const vectorBytes = vector === null ? 0 : vector.length * 4;
  const used = HEADER_BYTES + vectorBytes + content.length + attributesBytes + semanticBytes(semantic);
  return (used + 7) & ~7;
}

export function attributesBytesOf(attributes: ReadonlyMap<string, string>): number {
  if (attributes.size === 0) return 0;
  let total = 0;
  for (const [name, value] of attributes) total += 4 + Buffer.byteLength(name) + Buffer.byteLength(value);
  return total;
}

/** Writes it at the end of `ink`, which has room for `sizeBytes`. */
export function encodeBody(concept: NewConcept, ink: Ink, sizeBytes: number, attributesBytes: number): void {
  const { content, vector, attributes, semantic } = concept;
  const { bytes, words } = ink;
  const at = ink.end;
  const word = at >>> 2;
  // What was in the buffer before must not stand in the padding.
  words[(at + sizeBytes - 8) >>> 2] = 0;
  words[(at + sizeBytes - 4) >>> 2] = 0;
  words[word] = sizeBytes;
  words[word + 1] = content.length;
  words[word + 2] = (vector === null ? 0 : vector.length) | (attributes.size << 16);
  words[word + 3] = attributesBytes;
  let end = at + HEADER_BYTES;
  if (vector !== null) {
    ink.floats.set(vector, end >>> 2);
    end += vector.length * 4;
  }
  copy(content, bytes, end);
  end += content.length;
  if (attributes.size > 0)
    for (const [name, value] of attributes) {
      const nameBytes = bytes.write(name, end + 4);
      const valueBytes = bytes.write(value, end + 4 + nameBytes);
      bytes.writeUInt16LE(nameBytes, end);
      bytes.writeUInt16LE(valueBytes, end + 2);
      end += 4 + nameBytes + valueBytes;
    }
  encodeSemantic(semantic, bytes, end);
  ink.end = at + sizeBytes;
}

/** Short ones byte by byte: a call into the engine costs more. */
function copy(from: Uint8Array, to: Uint8Array, at: number): void {
  if (from.length > 64) return to.set(from, at);
  for (let n = 0; n < from.length; n++) to[at + n] = from[n]!;
}

/** Bytes of the body that begins at word `word`. */
export function bodySizeBytes(words: Uint32Array, word: number): number {
  return words[word]!;
}

/** Where the content lies: offset and length in bytes, of a body at byte `at`. */
export function contentBytes(words: Uint32Array, at: number): number {
  return words[at / 4 + 1]!;
}

export function contentAt(words: Uint32Array, at: number): number {
  return at + HEADER_BYTES + dimensions(words, at) * 4;
}

/** 0 = no vector. */
export function dimensions(words: Uint32Array, at: number): number {
  return words[at / 4 + 2]! & 0xffff;
}

export function vectorAt(at: number): number {
  return at + HEADER_BYTES;
}

export const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

/** Of the body at byte `at`, whose content ends at `contentEnd`. */
export function readAttributes(
  bytes: Uint8Array,
  words: Uint32Array,
  at: number,
  contentEnd: number,
): ReadonlyMap<string, string> {
  const count = words[at / 4 + 2]! >>> 16;
  if (count === 0) return NO_ATTRIBUTES;
  const own = borrow(bytes, contentEnd, contentEnd + words[at / 4 + 3]!);
  const attributes = new Map<string, string>();
  for (let left = count, begin = 0; left > 0; left--) {
    const nameEnd = begin + 4 + own.readUInt16LE(begin);
    const valueEnd = nameEnd + own.readUInt16LE(begin + 2);
    attributes.set(own.toString("utf8", begin + 4, nameEnd), own.toString("utf8", nameEnd, valueEnd));
    begin = valueEnd;
  }
  return attributes;
}

export function readSemantic(
  bytes: Uint8Array,
  words: Uint32Array,
  at: number,
  contentEnd: number,
): Semantic | null {
  const begin = contentEnd + words[at / 4 + 3]!;
  if (bytes[begin] === 0) return null;
  return decodeSemantic(borrow(bytes, begin, at + words[at / 4]!));
}

const borrowed = Buffer.alloc(4096);

/** A copy, because text is not decoded from shared memory; it is there until the next one is asked for. */
function borrow(bytes: Uint8Array, from: number, to: number): Buffer {
  if (to - from > borrowed.length) return Buffer.from(bytes.slice(from, to).buffer);
  for (let n = from; n < to; n++) borrowed[n - from] = bytes[n]!;
  return borrowed;
}
