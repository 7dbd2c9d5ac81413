// An edit of a memory as changes of its graph: the concept as it is now, and a record of it, a concept of its own that holds what
// was before and what is after. The record is associated with what it is about: triggered by it (its recall made the edit
// possible), and relating to it. Going back is a change made from the record. Pure.

import { LIMITS } from "../../base/limits.ts";
import { OpError } from "../../base/error.ts";
import { hexOf, idOfContent } from "../graph/id.ts";
import { ASSOCIATION_TYPES, type Change, type Concept, type NewConcept } from "../model.ts";
import { PLASTICITY_CONTENT, type OpenWindow } from "./reconsolidation.ts";

export interface Edit {
  /** update: more of the same. corruption: it fades by `extent`. replacement: something else, as sure as `extent`. */
  readonly kind: "update" | "corruption" | "replacement";
  /** 0..1 */
  readonly extent: number;
  /** Instead of what is there; taken only where the memory is plastic enough. */
  readonly content?: Uint8Array;
  /** Of that content; without one the memory has none until it is learned again. */
  readonly vector?: Float32Array | null;
  readonly attributes?: ReadonlyMap<string, string>;
  /** The content that the edit was made from; another one is there now = refused. */
  readonly seen?: Uint8Array;
}

const CONFIDENCE_FLOOR = 0.1;
const STRENGTH_MAX = 10;

/** The concept after the edit. What was made from the old content goes with it. */
export function edited(before: NewConcept, edit: Edit, window: OpenWindow): NewConcept {
  const { plasticity } = window;
  const plastic = plasticity > PLASTICITY_CONTENT;
  const content = (plastic ? edit.content : undefined) ?? before.content;
  const attributes = (plastic ? edit.attributes : undefined) ?? before.attributes;
  const changed = Buffer.compare(content, before.content) !== 0;
  return {
    id: before.id,
    content,
    attributes,
    vector: changed ? (edit.vector ?? null) : before.vector,
    semantic: changed ? null : before.semantic,
    confidence: confidenceAfter(before.confidence, edit, plasticity),
    strength: clamp(
      before.strength + (edit.kind === "corruption" ? -0.15 : 0.1) * plasticity,
      0,
      STRENGTH_MAX,
    ),
  };
}

function confidenceAfter(before: number, { kind, extent }: Edit, plasticity: number): number {
  if (kind === "update") return clamp(before * (1 + 0.1 * plasticity), 0, 1);
  if (kind === "replacement") return clamp(extent, 0.3, 0.8);
  return Math.max(before * (1 - 0.2 * extent * plasticity), Math.min(before, CONFIDENCE_FLOOR));
}

/** One transaction. Throws OPD4401 (a record of this would be too large). */
export function changesOf(
  before: Concept,
  after: NewConcept,
  edit: Edit,
  window: OpenWindow,
  nowMs: number,
): readonly Change[] {
  const content = Buffer.from(
    JSON.stringify({
      action: "reconsolidate",
      kind: edit.kind,
      concept: hexOf(before.id),
      recalled_ms: window.recalledMs,
      edited_ms: nowMs,
      position: window.position,
      plasticity: window.plasticity,
      certainty: window.certainty,
      before: written(before),
      after: written(after),
    }),
  );
  if (content.length > LIMITS.memoryContentBytesMax)
    throw new OpError("OPD4401", "the record of this edit, with what was before and after, is too large");
  const record: NewConcept = {
    id: idOfContent(content),
    content,
    vector: null,
    strength: 1,
    confidence: 1,
    attributes: new Map([
      ["concept_type", "AuditLog"],
      ["action", "reconsolidate"],
      ["resource_type", "concept"],
      ["resource_id", hexOf(before.id)],
      ["success", "true"],
    ]),
    semantic: null,
  };
  const towards = (type: "triggered-by" | "relates-to"): Change => ({
    kind: "associate",
    association: {
      source: record.id,
      target: before.id,
      type: ASSOCIATION_TYPES[type],
      confidence: window.certainty,
      weight: 1,
    },
  });
  return Object.freeze([
    { kind: "learn", concept: after },
    { kind: "learn", concept: record },
    towards("triggered-by"),
    towards("relates-to"),
  ]);
}

/** The change that brings back what was before, from the content of a record. Throws OPD4402 (it is none). */
export function revertedBy(record: Uint8Array): Change {
  try {
    const { action, concept, before } = JSON.parse(Buffer.from(record).toString()) as {
      readonly action: unknown;
      readonly concept: string;
      readonly before: Written;
    };
    if (action !== "reconsolidate") throw new Error("another action");
    return {
      kind: "learn",
      concept: {
        id: Uint8Array.from(Buffer.from(concept, "hex")),
        content: Uint8Array.from(Buffer.from(before.content, before.encoding)),
        vector: before.vector === null ? null : numbersOf(before.vector),
        strength: before.strength,
        confidence: before.confidence,
        attributes: new Map(Object.entries(before.attributes)),
        semantic: before.semantic,
      },
    };
  } catch (cause) {
    throw new OpError("OPD4402", "the concept is no record of an edit", { cause });
  }
}

interface Written {
  readonly encoding: "utf8" | "base64";
  readonly content: string;
  /** f32, little-endian, base64. */
  readonly vector: string | null;
  readonly strength: number;
  readonly confidence: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly semantic: NewConcept["semantic"];
}

function written(concept: NewConcept): Written {
  const bytes = Buffer.from(concept.content);
  const text = bytes.toString();
  const encoding = Buffer.from(text).equals(bytes) ? "utf8" : "base64";
  return {
    encoding,
    content: encoding === "utf8" ? text : bytes.toString("base64"),
    vector: concept.vector === null ? null : base64Of(concept.vector),
    strength: concept.strength,
    confidence: concept.confidence,
    attributes: Object.fromEntries(concept.attributes),
    semantic: concept.semantic,
  };
}

function base64Of(numbers: Float32Array): string {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [n, number] of numbers.entries()) bytes.writeFloatLE(number, 4 * n);
  return bytes.toString("base64");
}

function numbersOf(text: string): Float32Array {
  const bytes = Buffer.from(text, "base64");
  return Float32Array.from({ length: bytes.length / 4 }, (_, n) => bytes.readFloatLE(4 * n));
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
