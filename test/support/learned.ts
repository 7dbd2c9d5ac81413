// Concepts for tests: told apart by a number, everything else as it mostly is.

import type { AssociationType, ConceptId, NewAssociation, NewConcept } from "../../src/memory/model.ts";

export function idOfNumber(number: number): ConceptId {
  const id = new Uint8Array(16);
  new DataView(id.buffer).setUint32(12, number);
  return id;
}

export function conceptOf(
  number: number,
  rest: Partial<NewConcept> & { readonly text?: string } = {},
): NewConcept {
  const { text = `concept ${number}`, ...given } = rest;
  return {
    id: idOfNumber(number),
    content: Buffer.from(text),
    vector: null,
    strength: 1,
    confidence: 1,
    attributes: new Map(),
    semantic: null,
    ...given,
  };
}

export function joins(
  source: number,
  target: number,
  type: AssociationType = 0,
  confidence = 1,
): NewAssociation {
  return { source: idOfNumber(source), target: idOfNumber(target), type, confidence, weight: 1 };
}
