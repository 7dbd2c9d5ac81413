// What is found by words and what is found by likeness, as one answer.

import { LIMITS } from "../../base/limits.ts";
import type { Slot } from "../model.ts";
import { fuse } from "../text/fuse.ts";

/** Of words: texts without anything in common are alike by up to 0.15, one with a typing error in it from 0.2 on. */
const ALIKE_MIN = 0.2;

interface Ranked {
  readonly slot: Slot;
  readonly score: number;
}

/** How many of each are looked for, so that the best `limit` of both are among them. */
export function wideOf(limit: number): number {
  return Math.min(2 * limit, LIMITS.vectorMatchesMax);
}

/** The best first. `near` by similarity: a vector of words without any in common still has some, and is no answer. */
export function blend(words: readonly Ranked[], near: readonly Ranked[], limit: number): readonly Ranked[] {
  const alike = near.filter(({ score }) => score >= ALIKE_MIN);
  return fuse(
    [words, alike].map((ranking) => ranking.map(({ slot }) => slot)),
    limit,
  );
}
