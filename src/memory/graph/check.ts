// Whether a change may be: every field in its range, before anything of it is done. Throws OPD4001, which names the field and
// what was given. Whether the ends of an association exist is the graph's to know.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { visible } from "../../base/visible.ts";
import {
  ASSOCIATION_TYPES,
  CAUSAL_TYPES,
  DOMAINS,
  NEGATION_TYPES,
  SEMANTIC_TYPES,
  TEMPORAL_RELATIONS,
  type Change,
  type ConceptId,
  type NewAssociation,
  type NewConcept,
  type Semantic,
} from "../model.ts";
import { attributesBytesOf } from "./body.ts";
import { CAUSAL_MAX } from "./semantic.ts";

const TYPES: ReadonlySet<number> = new Set(Object.values(ASSOCIATION_TYPES));
const STRENGTH_MAX = 10;

export function checkChange(change: Change): void {
  switch (change.kind) {
    case "learn":
      checkConcept(change.concept);
      return checkTime("createdUs", change.createdUs);
    case "associate":
      checkAssociation(change.association);
      return checkTime("createdUs", change.createdUs);
    case "strengthen":
      checkId("id", change.id);
      within("strength", change.strength, STRENGTH_MAX);
      return within("confidence", change.confidence, 1);
    case "access":
      checkId("id", change.id);
      within("count", Number.isInteger(change.count) ? change.count : NaN, 0xffff_ffff);
      return checkTime("accessedUs", change.accessedUs);
    case "forget":
      return checkId("id", change.id);
    case "dissociate":
      checkId("source", change.source);
      checkId("target", change.target);
      return checkType(change.type);
    case "clear":
  }
}

/** Returns the bytes of its attributes, which have been counted on the way. */
export function checkConcept(concept: NewConcept): number {
  const { id, content, vector, strength, confidence, attributes, semantic } = concept;
  checkId("id", id);
  if (content.length > LIMITS.memoryContentBytesMax)
    refuse("content", `${content.length} bytes, at most ${LIMITS.memoryContentBytesMax}`);
  if (vector !== null) checkVector(vector);
  within("strength", strength, STRENGTH_MAX);
  within("confidence", confidence, 1);
  if (semantic !== null) checkSemantic(semantic);
  return attributes.size === 0 ? 0 : checkAttributes(attributes);
}

export function checkAssociation({ source, target, type, confidence, weight }: NewAssociation): void {
  checkId("source", source);
  checkId("target", target);
  checkType(type);
  within("confidence", confidence, 1);
  within("weight", weight, STRENGTH_MAX);
}

function checkId(field: string, id: ConceptId): void {
  if (!(id instanceof Uint8Array) || id.length !== 16) refuse(field, "an id has 16 bytes");
}

function checkTime(field: string, timeUs: number | undefined): void {
  if (timeUs !== undefined) within(field, timeUs, Number.MAX_SAFE_INTEGER);
}

function checkType(type: number): void {
  if (!TYPES.has(type)) refuse("type", `${type} is none of the protocol`);
}

function checkVector(vector: Float32Array): void {
  if (vector.length < 1 || vector.length > LIMITS.memoryDimensionsMax)
    refuse("vector", `${vector.length} numbers, from 1 to ${LIMITS.memoryDimensionsMax}`);
  // Infinity and NaN minus themselves are NaN, and stay so in a sum.
  let sum = 0;
  for (let n = 0; n < vector.length; n++) sum += vector[n]! - vector[n]!;
  if (sum !== 0) refuse("vector", "a number is not finite");
}

function checkAttributes(attributes: ReadonlyMap<string, string>): number {
  if (attributes.size > LIMITS.memoryAttributesMax)
    refuse("attributes", `${attributes.size}, at most ${LIMITS.memoryAttributesMax}`);
  for (const [name, value] of attributes)
    if (!name.isWellFormed() || !value.isWellFormed())
      refuse("attributes", `${visible(name.slice(0, 64))} is no Unicode text`);
  const bytes = attributesBytesOf(attributes);
  if (bytes > LIMITS.memoryAttributesBytesMax)
    refuse("attributes", `${bytes} bytes, at most ${LIMITS.memoryAttributesBytesMax}`);
  return bytes;
}

function checkSemantic({ type, domain, confidence, bounds, causal, negation }: Semantic): void {
  among("semantic.type", type, SEMANTIC_TYPES);
  among("semantic.domain", domain, DOMAINS);
  within("semantic.confidence", confidence, 1);
  if (bounds !== null) {
    among("semantic.bounds.relation", bounds.relation, TEMPORAL_RELATIONS);
    for (const time of [bounds.startS, bounds.endS])
      if (time !== null && !Number.isFinite(time)) refuse("semantic.bounds", `${time} is no time`);
  }
  if (causal.length > CAUSAL_MAX) refuse("semantic.causal", `${causal.length}, at most ${CAUSAL_MAX}`);
  for (const one of causal) {
    among("semantic.causal.type", one.type, CAUSAL_TYPES);
    within("semantic.causal.confidence", one.confidence, 1);
    within("semantic.causal.strength", one.strength, 1);
  }
  if (negation === null) return;
  among("semantic.negation.type", negation.type, NEGATION_TYPES);
  within("semantic.negation.confidence", negation.confidence, 1);
}

function among(field: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) refuse(field, `${visible(value.slice(0, 64))} is not known`);
}

/** 0..max; NaN is not. */
function within(field: string, value: number, max: number): void {
  if (!(value >= 0 && value <= max)) refuse(field, `${value} is not between 0 and ${max}`);
}

function refuse(field: string, why: string): never {
  throw new OpError("OPD4001", `${field}: ${why}`);
}
