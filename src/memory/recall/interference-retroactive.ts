// Retroactive interference (McGeoch 1942): what was learned since, and is alike, weakens what was learned before it, if that is
// looked for within a day.

import type { Competitor, Interference } from "./interference.ts";

const RETRIEVAL_MS = 24 * 3_600_000;
const SIMILARITY_MIN = 0.6;
const BASE = 0.15;
const MOST = 0.25;

/** Of what was learned at `learnedMs` and is looked for at `nowMs`, by those learned between. */
export function retroactive(learnedMs: number, nowMs: number, others: readonly Competitor[]): Interference {
  if (nowMs - learnedMs > RETRIEVAL_MS) return { magnitude: 0, by: [] };
  const by = others.filter(
    (other) => other.similarity >= SIMILARITY_MIN && other.learnedMs > learnedMs && other.learnedMs <= nowMs,
  );
  if (by.length === 0) return { magnitude: 0, by };
  const likeness = by.reduce((sum, { similarity }) => sum + likenessOf(similarity), 0) / by.length;
  return { magnitude: Math.min(BASE * likeness * Math.sqrt(by.length), MOST), by };
}

function likenessOf(similarity: number): number {
  return Math.min((similarity - SIMILARITY_MIN) / (1 - SIMILARITY_MIN), 1);
}
