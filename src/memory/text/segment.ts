// A part of the index: some documents, their terms in the order of their UTF-8 bytes, and which holds which, both ways. It never
// changes but for what dies: a document that is removed or replaced is marked, and its terms count one document less, so what a
// search says never depends on when segments are merged. Documents are numbered from 0 within their segment.

import { readVarints } from "./term-lists.ts";
import type { Postings } from "./postings.ts";

/** Columns with `+1` have one more than there are, the end of the last. All numbers are u32. */
export interface Segment {
  /** Per document: its slot, and how many words it has. */
  readonly slots: Uint32Array;
  readonly lengths: Uint32Array;
  /** Per document (+1): where in `termLists` its terms begin. */
  readonly termListAt: Uint32Array;
  /** See term-lists.ts. */
  readonly termLists: Uint8Array;
  /** Per term (+1): where its text begins, its postings, its entries. */
  readonly textAt: Uint32Array;
  readonly postingsAt: Uint32Array;
  readonly entryAt: Uint32Array;
  readonly text: Uint8Array;
  /** See postings.ts. */
  readonly postings: Uint8Array;
  readonly entries: Uint32Array;
  /** Postings of all terms. */
  readonly weight: number;
  /** Per term: documents that hold it and live. */
  readonly living: Uint32Array;
  /** A bit a document. */
  readonly dead: Uint32Array;
  deadCount: number;
}

export function isDead(segment: Segment, doc: number): boolean {
  return (segment.dead[doc >>> 5]! & (1 << (doc & 31))) !== 0;
}

/** `doc` lives. */
export function kill(segment: Segment, doc: number): void {
  segment.dead[doc >>> 5]! |= 1 << (doc & 31);
  segment.deadCount++;
  const { termLists, termListAt, living } = segment;
  readVarints(termLists, termListAt[doc]!, termListAt[doc + 1]!, (term) => living[term]!--);
}

export function postingsOf(segment: Segment, term: number): Postings {
  return {
    bytes: segment.postings,
    at: segment.postingsAt[term]!,
    end: segment.postingsAt[term + 1]!,
    entries: segment.entries,
    entryAt: segment.entryAt[term]!,
    entryEnd: segment.entryAt[term + 1]!,
  };
}

/** -1 = no document holds it. */
export function findTerm(segment: Segment, text: Uint8Array): number {
  const term = firstNotBefore(segment, text, 0);
  return term < segment.living.length && compareTerm(segment, term, text) === 0 ? term : -1;
}

/** The terms that begin with `text`: [from, to). */
export function termsWithPrefix(segment: Segment, text: Uint8Array): readonly [from: number, to: number] {
  const from = firstNotBefore(segment, text, 0);
  // No byte of UTF-8 is 0xff.
  const behind = new Uint8Array(text.length + 1);
  behind.set(text);
  behind[text.length] = 0xff;
  return [from, firstNotBefore(segment, behind, from)];
}

/** < 0, 0, > 0 as the term lies before, at or behind `text`. */
export function compareTerm(
  segment: Segment,
  term: number,
  other: Uint8Array,
  otherAt = 0,
  otherEnd = other.length,
): number {
  const { text, textAt } = segment;
  const end = textAt[term + 1]!;
  let at = textAt[term]!;
  let to = otherAt;
  for (; at < end && to < otherEnd; at++, to++) {
    const difference = text[at]! - other[to]!;
    if (difference !== 0) return difference;
  }
  return end - at - (otherEnd - to);
}

function firstNotBefore(segment: Segment, text: Uint8Array, from: number): number {
  let low = from;
  let high = segment.living.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareTerm(segment, middle, text) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
