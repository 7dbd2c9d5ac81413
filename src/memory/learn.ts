// Learning texts: a vector, an id from the content, what the analyser says, and what the text names, as one change. Without a
// vector it is learned all the same: words find it. The same text again is the same concept.

import { LIMITS } from "../base/limits.ts";
import { idOfContent } from "./graph/id.ts";
import type { Change, ConceptId } from "./model.ts";
import type { OwnSpace } from "./namespace/model.ts";
import { analyze } from "./reason/analyze.ts";
import { extract } from "./reason/extract.ts";

export interface LearnTextsOptions {
  /** 0..10 and 0..1. */
  readonly strength: number;
  readonly confidence: number;
  /** Make a vector. */
  readonly embed: boolean;
  /** Take associations out of the text; null = none. */
  readonly associations: { readonly confidenceMin: number; readonly associationsMax: number } | null;
  readonly attributes?: ReadonlyMap<string, string>;
}

/** Durable when it resolves, with an id each. Texts that fit into one transaction are learned together or not at all. Throws
 * OPD4001..4004. */
export async function learnTexts(
  space: OwnSpace,
  texts: readonly string[],
  options: LearnTextsOptions,
  signal?: AbortSignal,
): Promise<readonly ConceptId[]> {
  const vectors = options.embed ? await space.embed(texts, signal) : [];
  const ids: ConceptId[] = [];
  let changes: Change[] = [];
  let sizeBytes = 0;
  for (const [n, text] of texts.entries()) {
    const content = Buffer.from(text);
    const vector = vectors[n] ?? null;
    const ownBytes = content.length + (vector?.byteLength ?? 0) + MORE_BYTES;
    if (changes.length > 0 && sizeBytes + ownBytes > LIMITS.memoryTransactionBytesMax) {
      await space.apply(changes);
      [changes, sizeBytes] = [[], 0];
    }
    const id = idOfContent(content);
    ids.push(id);
    const { strength, confidence, attributes = NONE, associations } = options;
    const semantic = analyze(text);
    changes.push({
      kind: "learn",
      concept: { id, content, vector, strength, confidence, attributes, semantic },
    });
    if (associations !== null) changes.push(...extract(space.reader, id, text, associations));
    sizeBytes += ownBytes;
  }
  if (changes.length > 0) await space.apply(changes);
  return ids;
}

/** What the analysis and the associations of one text may take besides. */
const MORE_BYTES = 16 * 1024;
const NONE: ReadonlyMap<string, string> = new Map();
