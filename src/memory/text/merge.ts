// Several segments to one, without what is dead, in steps: a generator that says after each step how much it did, so that no
// change to the index waits for a whole merge. It reads what was alive when it came to a document; what died since is dead in
// the sources, and is marked in the result by whoever puts that in their place (tiers.ts). Documents keep their order, sources
// one behind the other, so lists are only decoded, renumbered and encoded again.

import { assert } from "../../base/assert.ts";
import { BLOCK_POSTINGS, blocksOf, ENTRY_WORDS, PostingsWriter } from "./postings.ts";
import { compareTerm, isDead, postingsOf, type Segment } from "./segment.ts";
import { putTerm, readVarints, termBytes } from "./term-lists.ts";

export interface Merged {
  /** null = nothing was alive. */
  readonly segment: Segment | null;
  /** Per source, per document: its number in the result, or GONE. */
  readonly numbers: readonly Uint32Array[];
}
export const GONE = 0xffff_ffff;

/** Postings, or as much work, of one step: some 50 us. */
const STEP = 4096;
/** A term of a source: as much as so many postings. */
const TERM_WORK = 8;

/** What a merge does at most, in what it yields: documents, postings, and the lists of terms twice. */
export function workOf(sources: readonly Segment[]): number {
  return sum(sources, ({ slots, weight, living }) => slots.length + 3 * weight + TERM_WORK * living.length);
}

/** Yields how much was done since the last time, in postings. */
export function* mergeSegments(sources: readonly Segment[]): Generator<number, Merged> {
  const { numbers, slots, lengths } = yield* renumbered(sources);
  if (slots.length === 0) return { segment: null, numbers };
  const joined = yield* joinedTerms(sources, numbers, slots, lengths);
  const lists = yield* termLists(sources, numbers, joined.termOf, slots.length);
  const { termOf: _, ...terms } = joined;
  const dead = new Uint32Array((slots.length + 31) >>> 5);
  return { segment: { slots, lengths, ...lists, ...terms, dead, deadCount: 0 }, numbers };
}

interface Renumbered {
  readonly numbers: readonly Uint32Array[];
  readonly slots: Uint32Array;
  readonly lengths: Uint32Array;
}

function* renumbered(sources: readonly Segment[]): Generator<number, Renumbered> {
  const docsMax = sum(sources, (source) => source.slots.length);
  const slots = new Uint32Array(docsMax);
  const lengths = new Uint32Array(docsMax);
  const numbers: Uint32Array[] = [];
  let docs = 0;
  for (const source of sources) {
    const of = new Uint32Array(source.slots.length);
    numbers.push(of);
    for (let doc = 0; doc < of.length; doc++) {
      if (isDead(source, doc)) of[doc] = GONE;
      else {
        slots[docs] = source.slots[doc]!;
        lengths[docs] = source.lengths[doc]!;
        of[doc] = docs++;
      }
      if (doc % STEP === STEP - 1) yield STEP;
    }
  }
  yield docsMax % STEP;
  return { numbers, slots: fitted(slots, docs), lengths: fitted(lengths, docs) };
}

type JoinedTerms = Pick<
  Segment,
  "textAt" | "postingsAt" | "entryAt" | "text" | "postings" | "entries" | "weight" | "living"
> & {
  /** Per source, per term: its number in the result. */
  readonly termOf: readonly Uint32Array[];
};

function* joinedTerms(
  sources: readonly Segment[],
  numbers: readonly Uint32Array[],
  slots: Uint32Array,
  lengths: Uint32Array,
): Generator<number, JoinedTerms> {
  const termsMax = sum(sources, (source) => source.living.length);
  const postingsMax = sum(sources, (source) => source.weight);
  const termOf = sources.map((source) => new Uint32Array(source.living.length));
  const text = new Uint8Array(sum(sources, (source) => source.text.length));
  const columns = Array.from({ length: 4 }, () => new Uint32Array(termsMax + 1));
  const [textAt, postingsAt, entryAt, living] = columns as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  // Between two sources the step from document to document can need up to five bytes, whatever it needed before.
  const bytesMax = sum(sources, (source) => source.postings.length) + 5 * termsMax;
  const writer = new PostingsWriter(bytesMax, Math.ceil(postingsMax / BLOCK_POSTINGS) + termsMax);
  const next = sources.map(() => 0);
  const docs = new Uint32Array(BLOCK_POSTINGS);
  const often = new Uint32Array(BLOCK_POSTINGS);
  let terms = 0;
  let weight = 0;
  let done = 0;
  for (let first = firstTerm(sources, next); first >= 0; first = firstTerm(sources, next)) {
    const from = sources[first]!;
    const begin = from.textAt[next[first]!]!;
    const end = from.textAt[next[first]! + 1]!;
    writer.begin();
    for (let at = first; at < sources.length; at++) {
      const source = sources[at]!;
      const term = next[at]!;
      if (term === source.living.length || compareTerm(source, term, from.text, begin, end) !== 0) continue;
      next[at]!++;
      // A term that nobody holds any more has no number; nobody will ask for it.
      termOf[at]![term] = terms;
      const of = numbers[at]!;
      for (const count of blocksOf(postingsOf(source, term), docs, often)) {
        for (let posting = 0; posting < count; posting++) {
          const doc = of[docs[posting]!]!;
          if (doc !== GONE) writer.add(doc, often[posting]!, lengths[doc]!, slots[doc]!);
        }
        done += count + TERM_WORK;
        if (done >= STEP) {
          yield done;
          done = 0;
        }
      }
    }
    writer.end();
    if (writer.postings === 0) continue;
    text.set(from.text.subarray(begin, end), textAt[terms]!);
    living[terms] = writer.postings;
    weight += writer.postings;
    terms++;
    textAt[terms] = textAt[terms - 1]! + end - begin;
    postingsAt[terms] = writer.sizeBytes;
    entryAt[terms] = writer.entryCount;
  }
  yield done;
  return {
    termOf,
    weight,
    text: fitted(text, textAt[terms]!),
    textAt: fitted(textAt, terms + 1),
    postingsAt: fitted(postingsAt, terms + 1),
    entryAt: fitted(entryAt, terms + 1),
    living: fitted(living, terms),
    postings: fitted(writer.bytes, writer.sizeBytes),
    entries: fitted(writer.entries, writer.entryCount * ENTRY_WORDS),
  };
}

/** The source whose next term comes first; the first of those that have the same; -1 = all are through. */
function firstTerm(sources: readonly Segment[], next: readonly number[]): number {
  let first = -1;
  for (let at = 0; at < sources.length; at++) {
    const source = sources[at]!;
    if (next[at] === source.living.length) continue;
    if (first < 0) {
      first = at;
      continue;
    }
    const { text, textAt } = sources[first]!;
    const term = next[first]!;
    if (compareTerm(source, next[at]!, text, textAt[term]!, textAt[term + 1]!) < 0) first = at;
  }
  return first;
}

/** Measured, then written. */
function* termLists(
  sources: readonly Segment[],
  numbers: readonly Uint32Array[],
  termOf: readonly Uint32Array[],
  docs: number,
): Generator<number, Pick<Segment, "termListAt" | "termLists">> {
  const termListAt = new Uint32Array(docs + 1);
  let size = 0;
  yield* eachTerm(sources, numbers, termOf, (doc, term, before) => {
    size += termBytes(term, before);
    termListAt[doc + 1] = size;
  });
  const lists = new Uint8Array(size);
  let at = 0;
  yield* eachTerm(sources, numbers, termOf, (_, term, before) => {
    at = putTerm(lists, at, term, before);
  });
  assert(at === size, "a term list has the length it was measured to have");
  return { termListAt, termLists: lists };
}

/** Calls `each` for every term of every document of the result, in order. */
function* eachTerm(
  sources: readonly Segment[],
  numbers: readonly Uint32Array[],
  termOf: readonly Uint32Array[],
  each: (doc: number, term: number, before: number) => void,
): Generator<number, void> {
  let done = 0;
  for (const [at, source] of sources.entries()) {
    const terms = termOf[at]!;
    for (let doc = 0; doc < source.slots.length; doc++) {
      const number = numbers[at]![doc]!;
      if (number === GONE) continue;
      let before = -1;
      readVarints(source.termLists, source.termListAt[doc]!, source.termListAt[doc + 1]!, (term) => {
        each(number, terms[term]!, before);
        before = terms[term]!;
        done++;
      });
      if (done >= STEP) {
        yield done;
        done = 0;
      }
    }
  }
  yield done;
}

/** What is small is copied, so that nothing is kept behind its end; pages behind the end of what is large were never touched. */
function fitted<A extends Uint8Array | Uint32Array>(array: A, length: number): A {
  return (array.byteLength < COPY_BYTES_MAX ? array.slice(0, length) : array.subarray(0, length)) as A;
}
const COPY_BYTES_MAX = 1024 * 1024;

function sum(sources: readonly Segment[], of: (source: Segment) => number): number {
  return sources.reduce((total, source) => total + of(source), 0);
}
