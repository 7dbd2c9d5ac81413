// Proactive interference (Underwood 1957): what was learned shortly before, and is much alike, weakens what was learned after it.

import type { Competitor, Interference } from "./interference.ts";

const WINDOW_MS = 6 * 3_600_000;
const SIMILARITY_MIN = 0.7;
const EACH = 0.05;
const MOST = 0.3;

/** Of what was learned at `learnedMs`, by those learned at most six hours before it. */
export function proactive(learnedMs: number, others: readonly Competitor[]): Interference {
  const by = others.filter(
    (other) =>
      other.similarity >= SIMILARITY_MIN &&
      other.learnedMs < learnedMs &&
      learnedMs - other.learnedMs <= WINDOW_MS,
  );
  return { magnitude: Math.min(EACH * by.length, MOST), by };
}
