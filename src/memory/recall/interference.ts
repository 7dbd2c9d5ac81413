// What may interfere with a memory: others that the same cue brought up, with when they were learned and how alike they are.

import type { Slot } from "../model.ts";

export interface Competitor {
  readonly slot: Slot;
  /** Milliseconds since 1970. */
  readonly learnedMs: number;
  /** Cosine of the two vectors, -1..1. */
  readonly similarity: number;
}

export interface Interference {
  /** What a confidence loses: it is multiplied by 1 - magnitude. */
  readonly magnitude: number;
  /** Those that have part in it. */
  readonly by: readonly Competitor[];
}
