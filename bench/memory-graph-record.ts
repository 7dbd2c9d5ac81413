// What the benches of the graph write: concepts with ids that look like hashes and a content of a hundred and forty bytes.

import type { ConceptId, NewConcept } from "../src/memory/model.ts";

export const CONTENT = Buffer.from(
  "What is remembered of a machine: some hundred and forty bytes. ".repeat(3),
).subarray(0, 140);
const NONE: ReadonlyMap<string, string> = new Map();

/** The id of concept `number`: the numbers mixed, so that neighbours lie far apart (splitmix, 32 bits). */
export function numberedId(number: number): ConceptId {
  const id = new Uint8Array(16);
  let state = number | 0;
  for (let at = 0; at < 16; at += 4) {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    const word = mixed ^ (mixed >>> 15) ^ (at === 0 ? 0 : number);
    id[at] = word;
    id[at + 1] = word >>> 8;
    id[at + 2] = word >>> 16;
    id[at + 3] = word >>> 24;
  }
  return id;
}

export function numberedConcept(number: number): NewConcept {
  return {
    id: numberedId(number),
    content: CONTENT,
    vector: null,
    strength: 1,
    confidence: 0.5,
    attributes: NONE,
    semantic: null,
  };
}
