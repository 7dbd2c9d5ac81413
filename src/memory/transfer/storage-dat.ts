// storage.dat, versions 2 and 3, as the original engine wrote it. Read in small pieces, front to back, with every length checked
// against what is there before anything of that size is taken. Little-endian:
//
//  0          8         12         16       20        24                64
// | SUTRADAT | version | concepts | edges  | vectors | ...             |
//
// concept    id 16 | content bytes u32 | strength f32 | confidence f32 | accesses u32 | created u32 | content
//   version 3, behind each content: u32 | attributes as JSON | u32 | semantic as JSON
// edge       source 16 | target 16 | confidence f32
// vector     id 16 | dimension u32 | f32 ...
//
// The counts of the header can be larger than what follows: an end at the border of a record is only told. created is the
// low half of a time in microseconds, which means nothing. Edges have no type, and their confidence is what was written there.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { ConceptId } from "../model.ts";

export type StoredItem =
  | {
      readonly kind: "concept";
      readonly at: number;
      readonly id: ConceptId;
      readonly content: Uint8Array;
      readonly strength: number;
      readonly confidence: number;
      readonly accesses: number;
      /** Text of JSON; "" = none. */
      readonly attributes: string;
    }
  | {
      readonly kind: "edge";
      readonly at: number;
      readonly source: ConceptId;
      readonly target: ConceptId;
      readonly confidence: number;
    }
  | { readonly kind: "vector"; readonly at: number; readonly id: ConceptId; readonly vector: Float32Array }
  /** The file is not as it should be there; what follows is still read where that can be. */
  | { readonly kind: "fault"; readonly at: number; readonly why: string };

/** Bytes from..to of a file; shorter at its end. */
export type ReadAt = (from: number, sizeBytes: number) => Buffer;

export const MAGIC = "SUTRADAT";
const HEADER_BYTES = 64;
const CONCEPT_BYTES = 36;
const EDGE_BYTES = 36;
const VECTOR_BYTES = 20;
const JSON_BYTES_MAX = 1024 * 1024;

/** Throws OPD4601 for what is no such file. */
export function* readStorageDat(read: ReadAt): Generator<StoredItem> {
  const header = read(0, HEADER_BYTES);
  if (header.length < HEADER_BYTES || header.toString("latin1", 0, 8) !== MAGIC)
    throw new OpError("OPD4601", "byte 0: it does not begin with SUTRADAT and a header of 64 bytes");
  const version = header.readUInt32LE(8);
  if (version !== 2 && version !== 3)
    throw new OpError("OPD4601", `byte 8: version ${version}; 2 and 3 are known`);
  let at = HEADER_BYTES;
  /** The next bytes, all of them or none. */
  const take = (sizeBytes: number): Buffer | null => {
    const bytes = read(at, sizeBytes);
    if (bytes.length < sizeBytes) return null;
    at += sizeBytes;
    return bytes;
  };
  const cut = (begin: number, what: string, left: number): StoredItem => ({
    kind: "fault",
    at: begin,
    why:
      read(begin, 1).length === 0
        ? `the file ends here; its header tells of ${left} more ${what}`
        : `the file ends within the next of ${what}`,
  });

  for (let left = header.readUInt32LE(12); left > 0; left--) {
    const begin = at;
    const head = take(CONCEPT_BYTES);
    const sizeBytes = head?.readUInt32LE(16) ?? 0;
    if (sizeBytes > LIMITS.memoryContentBytesMax) {
      // Where the next one begins nobody can tell: a length like this is no length.
      yield {
        kind: "fault",
        at: begin,
        why: `a content of ${sizeBytes} bytes; nothing behind it can be read`,
      };
      return;
    }
    const content = head && take(sizeBytes);
    const texts = version === 3 && content ? [takeText(take), takeText(take)] : ["", ""];
    if (!head || !content || texts.includes(null)) {
      yield cut(begin, "concepts", left);
      return;
    }
    yield {
      kind: "concept",
      at: begin,
      id: idFrom(head, 0),
      content,
      strength: head.readFloatLE(20),
      confidence: head.readFloatLE(24),
      accesses: head.readUInt32LE(28),
      attributes: texts[0] ?? "",
    };
  }
  for (let left = header.readUInt32LE(16); left > 0; left--) {
    const begin = at;
    const edge = take(EDGE_BYTES);
    if (edge === null) {
      yield cut(begin, "edges", left);
      return;
    }
    yield {
      kind: "edge",
      at: begin,
      source: idFrom(edge, 0),
      target: idFrom(edge, 16),
      confidence: edge.readFloatLE(32),
    };
  }
  for (let left = header.readUInt32LE(20); left > 0; left--) {
    const begin = at;
    const head = take(VECTOR_BYTES);
    const dimension = head?.readUInt32LE(16) ?? 0;
    if (dimension > LIMITS.memoryDimensionsMax) {
      yield {
        kind: "fault",
        at: begin,
        why: `a vector of ${dimension} numbers; nothing behind it can be read`,
      };
      return;
    }
    const bytes = head && take(4 * dimension);
    if (!head || !bytes) {
      yield cut(begin, "vectors", left);
      return;
    }
    const vector = Float32Array.from({ length: dimension }, (_, n) => bytes.readFloatLE(4 * n));
    yield { kind: "vector", at: begin, id: idFrom(head, 0), vector };
  }
  if (read(at, 1).length > 0) yield { kind: "fault", at, why: "there is more than its header tells of" };
}

function takeText(take: (sizeBytes: number) => Buffer | null): string | null {
  const size = take(4)?.readUInt32LE(0);
  return size === undefined || size > JSON_BYTES_MAX ? null : (take(size)?.toString() ?? null);
}

function idFrom(bytes: Buffer, at: number): ConceptId {
  return new Uint8Array(bytes.subarray(at, at + 16));
}
