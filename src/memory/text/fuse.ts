// Several rankings of the same things to one: reciprocal rank fusion (Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion
// outperforms Condorcet and individual Rank Learning Methods", SIGIR 2009). Only ranks count, so a score of words and a
// distance of vectors need not be comparable.

import type { Slot } from "../model.ts";

/** The k of the paper: how much less the first counts than it might. */
const RANK_OFFSET = 60;

/**
 * The `limit` best, the best first. Each ranking has a slot at most once, the best first; a slot scores the sum of
 * 1 / (60 + rank), ranks from 1. Of two with the same score the smaller slot comes first.
 */
export function fuse(
  rankings: readonly (readonly Slot[])[],
  limit: number,
): readonly { readonly slot: Slot; readonly score: number }[] {
  const scores = new Map<Slot, number>();
  for (const ranking of rankings)
    for (const [at, slot] of ranking.entries())
      scores.set(slot, (scores.get(slot) ?? 0) + 1 / (RANK_OFFSET + at + 1));
  return [...scores]
    .map(([slot, score]) => ({ slot, score }))
    .toSorted((a, b) => b.score - a.score || a.slot - b.slot)
    .slice(0, limit);
}
