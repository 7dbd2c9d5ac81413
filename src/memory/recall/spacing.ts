// Spacing (Cepeda et al. 2006) in a model of two components: stability, how slowly a memory fades, and retrievability, how surely
// it is found a stability's time after its last review. A review gains stability by its effort, and effort grows as the chance of
// recall at the time of the review falls: spaced reviews gain more because time has passed, and for no other reason.

const DAY_MS = 86_400_000;
const RETRIEVABILITY_NEW = 0.9;
const STABILITY_NEW_DAYS = 2;
const STABILITY_DAYS_MAX = 36_500;
const DIFFICULTY_NEW = 2.5;
const DIFFICULTY = { min: 1, max: 10, easier: 0.96, harder: 1.02 } as const;
/** Of the average learner. */
const LEARNING_RATE = 1;
const EFFORT_SHARE = 0.9;
const FAST_MS = 2000;
const SURE = 0.8;
/** Practice with shorter pauses is massed. */
const MASSED_MS = 3_600_000;

export interface Spacing {
  readonly stabilityDays: number;
  /** 0..1 */
  readonly retrievability: number;
  readonly difficulty: number;
  /** Milliseconds since 1970. */
  readonly reviewedMs: number;
}

export interface Review {
  readonly spacing: Spacing;
  readonly practice: "massed" | "distributed";
  /** Stability after it, over what the same review would have given without the pause before it. */
  readonly improvement: number;
}

/** Of what was learned then and never recalled. */
export function newSpacing(learnedMs: number): Spacing {
  return Object.freeze({
    stabilityDays: STABILITY_NEW_DAYS,
    retrievability: RETRIEVABILITY_NEW,
    difficulty: DIFFICULTY_NEW,
    reviewedMs: learnedMs,
  });
}

/** R(t), the chance of recall: 0..1; 1 at the time of the review itself. */
export function chanceOf({ retrievability, stabilityDays, reviewedMs }: Spacing, nowMs: number): number {
  return retrievability ** (Math.max(nowMs - reviewedMs, 0) / DAY_MS / stabilityDays);
}

/** It was recalled. `retrievalMs`: of a memory that is fresh; one that is fading takes as much longer as its chance is smaller.
 * `confidence`: in what was recalled; before it is, one is as much less sure. */
export function review(before: Spacing, nowMs: number, retrievalMs: number, confidence: number): Review {
  const chance = chanceOf(before, nowMs);
  const stabilityDays = gained(before, chance, retrievalMs, confidence);
  const fastAndSure = retrievalMs / chance < FAST_MS && confidence * chance > SURE;
  const difficulty = before.difficulty * (fastAndSure ? DIFFICULTY.easier : DIFFICULTY.harder);
  return {
    spacing: Object.freeze({
      stabilityDays,
      retrievability: 0.9 + 0.08 * confidence,
      difficulty: clamp(difficulty, DIFFICULTY.min, DIFFICULTY.max),
      reviewedMs: nowMs,
    }),
    practice: nowMs - before.reviewedMs < MASSED_MS ? "massed" : "distributed",
    improvement: stabilityDays / gained(before, 1, retrievalMs, confidence),
  };
}

/** The stability after a review at a time when the chance of recall was `chance`. */
function gained(before: Spacing, chance: number, retrievalMs: number, confidence: number): number {
  const slow = clamp(retrievalMs / chance / 1000, 0.5, 3);
  const unsure = clamp(1.2 - confidence * chance, 0.5, 1.5);
  const effort = (slow + unsure) / 2;
  const gain = before.difficulty * (1 + LEARNING_RATE) * (1 + EFFORT_SHARE * (effort - 1));
  return Math.min(before.stabilityDays + gain, STABILITY_DAYS_MAX);
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
