// From a change as its caller says it, by ids, to its bytes, by slots: what it means for the graph as it is at this moment.
// What is to be done to a concept that is absent is no error: nothing is done, and the change counts. A change has the time
// that it says, else that of the clock.

import type { Change, NewConcept } from "../model.ts";
import type { GraphReader } from "../ports.ts";
import { attributesBytesOf, bodyBytes } from "./body.ts";
import {
  encodeAccess,
  encodeAssociate,
  encodeClear,
  encodeDissociate,
  encodeForget,
  encodeLearn,
  encodeNothing,
  encodeStrengthen,
} from "./change.ts";
import { findSlot } from "./id-index.ts";
import type { Ink } from "./ink.ts";
import type { Writer } from "./writer.ts";

export const COUNT_MAX = 0xffff_ffff;

/** At the end of `ink`, which has room for it. The change was checked, and the ends of an association exist. */
export function writeChange(
  ink: Ink,
  change: Change,
  graph: GraphReader,
  writer: Writer,
  nowUs: number,
): void {
  switch (change.kind) {
    case "learn": {
      const attributesBytes = attributesBytesOf(change.concept.attributes);
      const sizeBytes = bodyBytes(change.concept, attributesBytes);
      const createdUs = change.createdUs ?? nowUs;
      return writeLearn(ink, change.concept, sizeBytes, attributesBytes, writer, createdUs);
    }
    case "associate": {
      const { source, target, type, confidence, weight } = change.association;
      const [from, to] = [graph.slotOf(source), graph.slotOf(target)];
      return encodeAssociate(ink, from, to, type, change.createdUs ?? nowUs, confidence, weight);
    }
    case "dissociate": {
      const [source, target] = [graph.slotOf(change.source), graph.slotOf(change.target)];
      if (source < 0 || target < 0) return encodeNothing(ink);
      return encodeDissociate(ink, source, target, change.type);
    }
    case "clear":
      return encodeClear(ink);
    case "strengthen":
    case "access":
    case "forget":
      return writeOne(ink, change, graph, nowUs);
  }
}

/** What is done to one concept. */
function writeOne(
  ink: Ink,
  change: Extract<Change, { readonly kind: "strengthen" | "access" | "forget" }>,
  graph: GraphReader,
  nowUs: number,
): void {
  const slot = graph.slotOf(change.id);
  if (slot < 0) return encodeNothing(ink);
  if (change.kind === "forget") return encodeForget(ink, slot);
  if (change.kind === "strengthen") return encodeStrengthen(ink, slot, change.strength, change.confidence);
  const count = Math.min(graph.accessCount(slot) + change.count, COUNT_MAX);
  encodeAccess(ink, slot, count, change.accessedUs ?? nowUs);
}

/** A concept keeps its slot as long as its id is in the index, also while it is forgotten. */
export function writeLearn(
  ink: Ink,
  concept: NewConcept,
  sizeBytes: number,
  attributesBytes: number,
  writer: Writer,
  createdUs: number,
): void {
  const known = findSlot(writer.tables, concept.id);
  const slot = known >= 0 ? known : writer.takeSlot();
  encodeLearn(ink, slot, concept, createdUs, sizeBytes, attributesBytes);
}
