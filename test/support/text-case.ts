// Concepts for tests of what follows a graph: by a number, with a text.

import type { ConceptId, NewConcept } from "../../src/memory/model.ts";

export function idOf(number: number): ConceptId {
  const id = new Uint8Array(16);
  new DataView(id.buffer).setUint32(12, number);
  return id;
}

export function conceptOf(number: number, content: string | Uint8Array): NewConcept {
  return {
    id: idOf(number),
    content: typeof content === "string" ? Buffer.from(content) : content,
    vector: null,
    strength: 1,
    confidence: 1,
    attributes: new Map(),
    semantic: null,
  };
}
