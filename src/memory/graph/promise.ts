// The bytes of a promise: changes that will be made when the log says so (prepared.ts).
//
// 0           8                                8 + 16 n
// | n u32 | 0 | ids of concepts, 16 bytes each | changes as in change.ts ...
//
// The changes name concepts by their place among these ids, because slots may be others when they are made, and `access`
// says how many more. Everything else is as it will be: making them is copying them.

import type { Change, ConceptId } from "../model.ts";
import type { GraphReader } from "../ports.ts";
import { attributesBytesOf, bodyBytes } from "./body.ts";
import {
  ACCESS,
  ASSOCIATE,
  CLEAR,
  DISSOCIATE,
  encodeAccess,
  encodeAssociate,
  encodeClear,
  encodeDissociate,
  encodeForget,
  encodeLearn,
  encodeStrengthen,
  LEARN,
  NOTHING,
} from "./change.ts";
import { COUNT_MAX } from "./encode.ts";
import { hexOf } from "./id.ts";
import { findSlot } from "./id-index.ts";
import { Ink, inkOf } from "./ink.ts";
import type { Writer } from "./writer.ts";

/** The promise of changes that were checked. `sizeBytes` is what the changes take at most. */
export function encodePromise(changes: readonly Change[], sizeBytes: number, nowUs: number): Uint8Array {
  const ids = new Map<string, ConceptId>();
  for (const id of changes.flatMap(idsOf)) ids.set(hexOf(id), id);
  const places = new Map([...ids.keys()].map((hex, place) => [hex, place]));
  const ink = new Ink(8 + ids.size * 16 + sizeBytes);
  ink.words[0] = ids.size;
  let end = 8;
  for (const id of ids.values()) {
    ink.bytes.set(id, end);
    end += 16;
  }
  ink.end = end;
  for (const change of changes) encodeByPlace(ink, change, (id) => places.get(hexOf(id))!, nowUs);
  return ink.bytes.subarray(0, ink.end);
}

function idsOf(change: Change): readonly ConceptId[] {
  switch (change.kind) {
    case "learn":
      return [change.concept.id];
    case "associate":
      return [change.association.source, change.association.target];
    case "dissociate":
      return [change.source, change.target];
    case "clear":
      return [];
    case "strengthen":
    case "access":
    case "forget":
      return [change.id];
  }
}

function encodeByPlace(ink: Ink, change: Change, placeOf: (id: ConceptId) => number, nowUs: number): void {
  switch (change.kind) {
    case "learn": {
      const { concept, createdUs = nowUs } = change;
      const attributesBytes = attributesBytesOf(concept.attributes);
      const sizeBytes = bodyBytes(concept, attributesBytes);
      return encodeLearn(ink, placeOf(concept.id), concept, createdUs, sizeBytes, attributesBytes);
    }
    case "associate": {
      const { source, target, type, confidence, weight } = change.association;
      const createdUs = change.createdUs ?? nowUs;
      return encodeAssociate(ink, placeOf(source), placeOf(target), type, createdUs, confidence, weight);
    }
    case "dissociate":
      return encodeDissociate(ink, placeOf(change.source), placeOf(change.target), change.type);
    case "strengthen":
      return encodeStrengthen(ink, placeOf(change.id), change.strength, change.confidence);
    case "access":
      return encodeAccess(ink, placeOf(change.id), change.count, change.accessedUs ?? nowUs);
    case "forget":
      return encodeForget(ink, placeOf(change.id));
    case "clear":
      return encodeClear(ink);
  }
}

/** Writes the promised changes at the end of `ink`, one by one, as they are for the graph at that moment; `made` is told where
 * each begins and does it. */
export function writePromised(
  ink: Ink,
  promise: Uint8Array,
  graph: GraphReader,
  writer: Writer,
  made: (at: number) => void,
): void {
  const { bytes, words } = inkOf(promise);
  const idAt = (place: number): ConceptId => bytes.subarray(8 + place * 16, 24 + place * 16);
  for (let from = 8 + words[0]! * 16; from < promise.length; from += words[(from >>> 2) + 1]!) {
    const at = ink.end;
    const sizeBytes = words[(from >>> 2) + 1]!;
    ink.bytes.set(bytes.subarray(from, from + sizeBytes), at);
    ink.end = at + sizeBytes;
    nameSlots(ink, at, idAt, graph, writer);
    made(at);
  }
}

/** Puts slots where places stand. What is to be done to a concept that is absent is nothing. */
function nameSlots(
  { words }: Ink,
  at: number,
  idAt: (place: number) => ConceptId,
  graph: GraphReader,
  writer: Writer,
): void {
  const word = at >>> 2;
  const kind = words[word]!;
  if (kind === CLEAR) return;
  const first = idAt(words[word + 2]!);
  if (kind === LEARN) {
    const known = findSlot(writer.tables, first);
    words[word + 2] = known >= 0 ? known : writer.takeSlot();
    return;
  }
  const isBetween = kind === ASSOCIATE || kind === DISSOCIATE;
  const slots = [graph.slotOf(first), isBetween ? graph.slotOf(idAt(words[word + 3]!)) : 0];
  if (slots.some((slot) => slot < 0)) {
    words[word] = NOTHING;
    return;
  }
  words[word + 2] = slots[0]!;
  if (isBetween) words[word + 3] = slots[1]!;
  if (kind === ACCESS) words[word + 3] = Math.min(graph.accessCount(slots[0]!) + words[word + 3]!, COUNT_MAX);
}
