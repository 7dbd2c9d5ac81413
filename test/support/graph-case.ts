// Graphs in tests: one on a disk in memory, concepts made of few names, and what a graph holds as one plain value, so that two
// of them can be compared whatever order or rows they have inside.

import { createHash } from "node:crypto";
import { systemClock, type Clock } from "../../src/base/clock.ts";
import { openGraph, type OwnGraph } from "../../src/memory/graph/graph.ts";
import { hexOf } from "../../src/memory/graph/id.ts";
import type { ConceptId, NewConcept } from "../../src/memory/model.ts";
import type { Derived, GraphReader } from "../../src/memory/ports.ts";
import type { Disk } from "../../src/store/file/file.ts";

export const GRAPH_FOLDER = "/graph";

/** The wall clock stands where `time` says, so that two graphs give the same times. */
export function clockAt(time: { ms: number }): Clock {
  return { ...systemClock, wallMs: () => time.ms };
}

export function openOn(
  disk: Disk,
  clock: Clock = systemClock,
  directory = GRAPH_FOLDER,
  derived: readonly Derived[] = [],
): Promise<OwnGraph> {
  return openGraph({ directory, disk, clock, derived });
}

export function idNamed(name: string): ConceptId {
  return new Uint8Array(createHash("sha256").update(name).digest().subarray(0, 16));
}

export function conceptNamed(name: string, more: Partial<NewConcept> = {}): NewConcept {
  return {
    id: idNamed(name),
    content: Buffer.from(`content of ${name}`),
    vector: null,
    strength: 1,
    confidence: 0.5,
    attributes: new Map(),
    semantic: null,
    ...more,
  };
}

/** Everything a reader sees, in an order of its own. */
export function contentOf(reader: GraphReader): unknown {
  const concepts: Record<string, unknown> = {};
  const out: string[] = [];
  const into: string[] = [];
  const lineOf = (edge: number): string => {
    const ends = [reader.source(edge), reader.target(edge)].map((slot) => hexOf(reader.idOf(slot)));
    const numbers = [reader.edgeConfidence(edge), reader.edgeWeight(edge), reader.edgeCreatedUs(edge)];
    return `${ends.join(">")} ${reader.type(edge)} ${numbers.join(" ")}`;
  };
  for (let slot = 0; slot < reader.slotEnd; slot++) {
    const concept = reader.concept(slot);
    if (concept === null) continue;
    const { id, content, vector, attributes, ...rest } = concept;
    concepts[hexOf(id)] = {
      ...rest,
      content: Buffer.from(content).toString("hex"),
      vector: vector === null ? null : [...vector],
      attributes: [...attributes],
      isFound: reader.slotOf(id) === slot,
      alone: [[...reader.attributes(slot)], reader.semantic(slot)],
    };
    for (let edge = reader.firstOut(slot); edge !== 0; edge = reader.nextOut(edge)) out.push(lineOf(edge));
    for (let edge = reader.firstIn(slot); edge !== 0; edge = reader.nextIn(edge)) into.push(lineOf(edge));
  }
  const { size, associations } = reader;
  return { size, associations, concepts, out: out.toSorted(), in: into.toSorted() };
}
