// The bytes of changes. A frame of the log has a header and changes one after the other; the first has the seq in the header,
// each other one more. Nothing here has to be decided again when it is read: a concept comes with its slot, an association
// with the slots of its ends, statistics with their new values. Little-endian, everything at a multiple of 8.
//
// frame header
//  0            8       12      16
// | first seq  | count | 0     |
// +------------+-------+-------+
//
// change       0      4      8         12     16
// nothing     | kind | size | 0       | 0    |
// learn       | kind | size | slot    | 0    | id, 16 bytes | created us f64 | strength f32 | confidence f32 | body ...
// associate   | kind | size | source  | target | type | 0 | created us f64 | confidence f32 | weight f32 |
// strengthen  | kind | size | slot    | 0    | strength f32 | confidence f32 |
// access      | kind | size | slot    | count | last accessed us f64 |
// forget      | kind | size | slot    | 0    |
// dissociate  | kind | size | source  | target | type | 0 |
// clear       | kind | size | 0       | 0    |
// prepare     | kind | size | bytes   | 0    | transaction, 16 bytes | promise (promise.ts), and zeros
// resolve     | kind | size | 1 = the changes before it in this frame keep the promise, 0 = dropped | 0 | transaction, 16 bytes |
//
// size is that of the whole change in bytes. created is used where nothing was before: what is replaced keeps its time.

import type { AssociationType, NewConcept, Slot } from "../model.ts";
import { encodeBody } from "./body.ts";
import type { Ink } from "./ink.ts";

export const FRAME_TYPE = 1;
export const FRAME_HEADER_BYTES = 16;

export const NOTHING = 0;
export const LEARN = 1;
export const ASSOCIATE = 2;
export const STRENGTHEN = 3;
export const ACCESS = 4;
export const FORGET = 5;
export const DISSOCIATE = 6;
export const CLEAR = 7;
export const PREPARE = 8;
export const RESOLVE = 9;

/** Where the body of a learned concept begins. */
export const LEARN_BYTES = 48;
/** Where the promise of a prepare begins; all that a resolve takes. */
export const PREPARE_BYTES = 32;
/** What any other change takes at most. */
export const SMALL_BYTES_MAX = 40;

/** Each writes one change at the end of `ink`, which has room for it. */
export function encodeNothing(ink: Ink): void {
  begin(ink, NOTHING, 16, 0, 0);
}

export function encodeLearn(
  ink: Ink,
  slot: Slot,
  concept: NewConcept,
  createdUs: number,
  sizeBytes: number,
  attributesBytes: number,
): void {
  const at = ink.end;
  const word = begin(ink, LEARN, LEARN_BYTES + sizeBytes, slot, 0);
  const { id } = concept;
  for (let n = 0; n < 16; n++) ink.bytes[at + 16 + n] = id[n]!;
  ink.doubles[(at + 32) >>> 3] = createdUs;
  ink.floats[word + 10] = concept.strength;
  ink.floats[word + 11] = concept.confidence;
  ink.end = at + LEARN_BYTES;
  encodeBody(concept, ink, sizeBytes, attributesBytes);
}

export function encodeAssociate(
  ink: Ink,
  source: Slot,
  target: Slot,
  type: AssociationType,
  createdUs: number,
  confidence: number,
  weight: number,
): void {
  const at = ink.end;
  const word = begin(ink, ASSOCIATE, 40, source, target);
  ink.words[word + 4] = type;
  ink.words[word + 5] = 0;
  ink.doubles[(at + 24) >>> 3] = createdUs;
  ink.floats[word + 8] = confidence;
  ink.floats[word + 9] = weight;
}

export function encodeStrengthen(ink: Ink, slot: Slot, strength: number, confidence: number): void {
  const word = begin(ink, STRENGTHEN, 24, slot, 0);
  ink.floats[word + 4] = strength;
  ink.floats[word + 5] = confidence;
}

export function encodeAccess(ink: Ink, slot: Slot, count: number, accessedUs: number): void {
  const at = ink.end;
  begin(ink, ACCESS, 24, slot, count);
  ink.doubles[(at + 16) >>> 3] = accessedUs;
}

export function encodeForget(ink: Ink, slot: Slot): void {
  begin(ink, FORGET, 16, slot, 0);
}

export function encodeDissociate(ink: Ink, source: Slot, target: Slot, type: AssociationType): void {
  const word = begin(ink, DISSOCIATE, 24, source, target);
  ink.words[word + 4] = type;
  ink.words[word + 5] = 0;
}

export function encodeClear(ink: Ink): void {
  begin(ink, CLEAR, 16, 0, 0);
}

/** `transaction`: 32 hex digits. */
export function encodePrepare(ink: Ink, transaction: string, promise: Uint8Array): void {
  const at = ink.end;
  begin(ink, PREPARE, PREPARE_BYTES + ((promise.length + 7) & ~7), promise.length, 0);
  ink.bytes.fill(0, ink.end - 8, ink.end);
  ink.bytes.write(transaction, at + 16, "hex");
  ink.bytes.set(promise, at + PREPARE_BYTES);
}

export function encodeResolve(ink: Ink, transaction: string, isKept: boolean): void {
  const at = ink.end;
  begin(ink, RESOLVE, PREPARE_BYTES, isKept ? 1 : 0, 0);
  ink.bytes.write(transaction, at + 16, "hex");
}

/** Of a change of one of these two kinds at byte `at`. */
export function transactionOf(ink: Ink, at: number): string {
  return ink.bytes.toString("hex", at + 16, at + PREPARE_BYTES);
}

/** A copy of what a prepare at byte `at` promises. */
export function promiseOf(ink: Ink, at: number): Uint8Array {
  const begin = at + PREPARE_BYTES;
  return new Uint8Array(ink.bytes.subarray(begin, begin + ink.words[(at >>> 2) + 2]!));
}

/** Returns the word where the change begins. */
function begin(ink: Ink, kind: number, sizeBytes: number, first: number, second: number): number {
  const word = ink.end >>> 2;
  const { words } = ink;
  words[word] = kind;
  words[word + 1] = sizeBytes;
  words[word + 2] = first;
  words[word + 3] = second;
  ink.end += sizeBytes;
  return word;
}

export function writeFrameHeader(ink: Ink, firstSeq: number, count: number): void {
  ink.doubles[0] = firstSeq;
  ink.words[2] = count;
  ink.words[3] = 0;
}
