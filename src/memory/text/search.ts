// The best documents for some terms, by BM25, without scoring all that hold one. In each segment the lists are ordered by what
// they can add at best; those that together cannot bring a document among the hits are only asked about documents of the others
// (MaxScore: Turtle and Flood 1995), and of these, blocks that cannot either are passed over unread (after Ding and Suel,
// "Faster Top-k Document Retrieval Using Block-Max Indexes", SIGIR 2011). What is found is what scoring all would find, to the
// last bit: a document's score is summed in the order of the query.

import { Cursor, END, scoreOf, type Scorer } from "./cursor.ts";
import type { Postings } from "./postings.ts";
import { isDead, type Segment } from "./segment.ts";
import type { Top } from "./top.ts";

/** k1 and b of BM25: how soon saying it again adds nothing, and how much the length of a document counts. */
const BM25_K1 = 1.2;
const BM25_B = 0.75;

/** Of a term that `holding` of `documents` documents hold, which have `words` words in all. */
export function scorerOf(holding: number, documents: number, words: number): Scorer {
  const idf = Math.log(1 + (documents - holding + 0.5) / (holding + 0.5));
  const slope = (BM25_K1 * BM25_B * documents) / words;
  return { weight: idf * (BM25_K1 + 1), base: BM25_K1 * (1 - BM25_B), slope };
}

/** Adds the documents of `segment` that belong there to `top`. `lists`: of the terms of the query, in its order. */
export function searchSegment(
  segment: Segment,
  lists: readonly { readonly list: Postings; readonly scorer: Scorer }[],
  filter: ((slot: number) => boolean) | undefined,
  top: Top,
): void {
  const inOrder = lists.map(({ list, scorer }) => new Cursor(list, segment, scorer));
  const cursors = inOrder.toSorted((a, b) => a.best - b.best);
  // What the first n lists can add together.
  const bests = [0];
  for (const { best } of cursors) bests.push(bests.at(-1)! + best);

  for (let doc = 0; doc !== END;) {
    // A hair more than can be: sums in another order differ in their last bits.
    let first = 0;
    while (first < cursors.length && bests[first + 1]! * MORE < top.worst) first++;
    if (first === cursors.length) return;

    let end = END;
    let best = bests[first]!;
    let slotMin = END;
    for (let at = first; at < cursors.length; at++) {
      const cursor = cursors[at]!;
      if (!cursor.reach(doc)) continue;
      end = Math.min(end, cursor.blockLast);
      best += cursor.blockBest;
      slotMin = Math.min(slotMin, cursor.blockSlotMin);
    }
    if (end === END) return;
    const noneScores = best * MORE < top.worst;
    const noneWins = cursors.length === 1 && best <= top.worst && slotMin > top.worstSlot;
    if (!noneScores && !noneWins) searchBlock(segment, inOrder, cursors, bests, first, doc, end, filter, top);
    doc = end + 1;
  }
}

/** The same for documents `from` to `end`: only those that a cursor from `first` on has. */
function searchBlock(
  segment: Segment,
  inOrder: readonly Cursor[],
  cursors: readonly Cursor[],
  bests: readonly number[],
  first: number,
  from: number,
  end: number,
  filter: ((slot: number) => boolean) | undefined,
  top: Top,
): void {
  const { slots, lengths } = segment;
  for (let at = first; at < cursors.length; at++) cursors[at]!.seek(from);
  for (;;) {
    let doc = END;
    for (let at = first; at < cursors.length; at++) doc = Math.min(doc, cursors[at]!.doc);
    if (doc > end) return;
    const length = lengths[doc]!;
    let partial = 0;
    for (let at = first; at < cursors.length; at++) {
      const cursor = cursors[at]!;
      if (cursor.doc === doc) partial += scoreOf(cursor.scorer, cursor.often, length);
    }
    // The lists before `first`, as long as they can still make a hit of it.
    let at = first - 1;
    for (; at >= 0 && (partial + bests[at + 1]!) * MORE >= top.worst; at--) {
      const cursor = cursors[at]!;
      if (cursor.seek(doc) === doc) partial += scoreOf(cursor.scorer, cursor.often, length);
    }
    if (at < 0 && partial * MORE >= top.worst && !isDead(segment, doc)) {
      let score = 0;
      for (const cursor of inOrder)
        if (cursor.doc === doc) score += scoreOf(cursor.scorer, cursor.often, length);
      const slot = slots[doc]!;
      if (top.takes(score, slot) && (filter === undefined || filter(slot))) top.add(score, slot);
    }
    for (let next = first; next < cursors.length; next++) {
      const cursor = cursors[next]!;
      if (cursor.doc === doc) cursor.next();
    }
  }
}

const MORE = 1 + 1e-9;
