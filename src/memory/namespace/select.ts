// Which concepts a filter takes: as a question about one slot, which searches ask of what they would answer with, and as the
// list of those it takes, by the index that leaves the fewest to be asked about.

import type { AttributeIndex } from "../index/attribute.ts";
import type { MeaningFilter, Meanings } from "../index/meaning.ts";
import type { TimeIndex } from "../index/time.ts";
import type { Slot } from "../model.ts";
import type { GraphReader } from "../ports.ts";
import type { SpaceFilter } from "../space.ts";
import type { TextIndex } from "../text/text.ts";
import { readWords, termOf, textOf } from "../text/words.ts";
import { LIMITS } from "../../base/limits.ts";

export interface Selectable {
  readonly graph: GraphReader;
  readonly text: TextIndex;
  readonly times: TimeIndex;
  readonly attributes: AttributeIndex;
  readonly meanings: Meanings;
}

/** Null = every concept. */
export function admits(of: Selectable, filter: SpaceFilter | undefined): ((slot: Slot) => boolean) | null {
  if (filter === undefined) return null;
  const { graph } = of;
  const { fromUs, toUs, attributes } = filter;
  const asked: ((slot: Slot) => boolean)[] = [];
  const meaning = meaningOf(filter);
  if (meaning !== null) asked.push((slot) => of.meanings.matches(slot, meaning));
  if (fromUs !== undefined) asked.push((slot) => graph.createdUs(slot) >= fromUs);
  if (toUs !== undefined) asked.push((slot) => graph.createdUs(slot) <= toUs);
  if (attributes !== undefined && attributes.size > 0)
    asked.push((slot) => {
      const own = graph.attributes(slot);
      return [...attributes].every(([key, value]) => own.get(key) === value);
    });
  const terms = termsOf(filter);
  if (terms.length > 0) asked.push((slot) => says(graph, slot, terms));
  if (asked.length === 0) return null;
  return (slot) => graph.has(slot) && asked.every((one) => one(slot));
}

/** At most `limit`; in no order that means anything. */
export function select(of: Selectable, filter: SpaceFilter, limit: number): readonly Slot[] {
  const passes = admits(of, filter) ?? ((slot: Slot) => of.graph.has(slot));
  const { attributes, terms = [], fromUs, toUs } = filter;
  if (terms.length > 0) {
    const bounded = Math.min(limit, LIMITS.memoryTextHitsMax);
    return of.text.search(terms.join(" "), { limit: bounded, filter: passes }).map(({ slot }) => slot);
  }
  if (attributes !== undefined && attributes.size > 0)
    return first(of.attributes.select(of.graph, attributes, of.graph.size), passes, limit);
  if (fromUs !== undefined || toUs !== undefined)
    return first(of.times.range(fromUs ?? 0, toUs ?? Number.MAX_SAFE_INTEGER, of.times.size), passes, limit);
  return first(slots(of.graph), passes, limit);
}

function* slots({ slotEnd }: GraphReader): Generator<Slot> {
  for (let slot = 0; slot < slotEnd; slot++) yield slot;
}

function first(among: Iterable<Slot>, passes: (slot: Slot) => boolean, limit: number): readonly Slot[] {
  const found: Slot[] = [];
  for (const slot of among) {
    if (found.length >= limit) break;
    if (passes(slot)) found.push(slot);
  }
  return found;
}

/** Null = nothing is asked of the analysis: what was never analysed passes too. */
export function meaningOf(filter: SpaceFilter): MeaningFilter | null {
  const { type, domain, aboutFromS, aboutToS, hasCausal, minConfidence = 0 } = filter;
  const meaning: MeaningFilter = {
    ...(type === undefined ? {} : { type }),
    ...(domain === undefined ? {} : { domain }),
    ...(aboutFromS === undefined ? {} : { fromS: aboutFromS }),
    ...(aboutToS === undefined ? {} : { toS: aboutToS }),
    ...(hasCausal === undefined ? {} : { hasCausal }),
    ...(minConfidence > 0 ? { certaintyMin: minConfidence } : {}),
  };
  return Object.keys(meaning).length === 0 ? null : meaning;
}

function termsOf({ terms = [] }: SpaceFilter): readonly string[] {
  return terms.flatMap(wordsOf);
}

function wordsOf(text: string): string[] {
  const words: string[] = [];
  readWords(text, (word) => words.push(termOf(word)));
  return words;
}

function says(graph: GraphReader, slot: Slot, terms: readonly string[]): boolean {
  const content = graph.contentView(slot);
  const text = content === null ? null : textOf(content);
  if (text === null) return false;
  const words = new Set(wordsOf(Buffer.from(text).toString()));
  return terms.every((term) => words.has(term));
}
