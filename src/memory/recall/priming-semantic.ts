// Semantic priming (Collins & Loftus 1975; Neely 1977): what was recalled makes its neighbours easier to find for a moment.
// A prime is a value: reading what it gives changes nothing, so asking twice gives the same. Milliseconds of a clock that never
// goes back.

import type { Slot } from "../model.ts";

/** Boost at full similarity, and at the most, however often a concept is primed. */
const BOOST_MAX = 0.15;
const HALF_LIFE_MS = 300;
const SIMILARITY_MIN = 0.6;
/** By associations between the two: one, two. */
const HOPS = [1, 0.5] as const;
/** Neighbours that one recall primes: the strongest. */
export const PRIMED_MAX = 10;
export const HOPS_MAX = HOPS.length;
/** A new prime gives nothing for so long, and a repetition within it counts for nothing. */
const REFRACTORY_MS = 50;
/** What each further priming adds to the first. */
const REPEATED = 0.1;
/** How much of its distance to the strongest prime a weaker one loses. */
const INHIBITION = 0.3;
const SATURATION = 0.5;
/** Below this share of what it was a prime is forgotten. */
const FADED = 0.01;

export interface Prime {
  /** What primed it last. */
  readonly source: Slot;
  /** The boost without decay: 0..BOOST_MAX. */
  readonly strength: number;
  readonly times: number;
  readonly bornMs: number;
  readonly primedMs: number;
}

/** What a recall gives a neighbour `hops` associations away: 0..0.15. Similarity is the cosine of the vectors. */
export function spread(similarity: number, hops: number): number {
  const share = (similarity - SIMILARITY_MIN) / (1 - SIMILARITY_MIN);
  return BOOST_MAX * Math.min(Math.max(share, 0), 1) * (HOPS[hops - 1] ?? 0);
}

/** The prime after `source` gave it `strength` (> 0). */
export function primed(before: Prime | undefined, source: Slot, strength: number, nowMs: number): Prime {
  if (before === undefined || faded(before, nowMs))
    return Object.freeze({ source, strength, times: 1, bornMs: nowMs, primedMs: nowMs });
  if (nowMs - before.primedMs < REFRACTORY_MS) return before;
  const times = before.times + 1;
  const repeated = Math.min(strength * (1 + REPEATED * (times - 1)), BOOST_MAX);
  return Object.freeze({ source, strength: repeated, times, bornMs: before.bornMs, primedMs: nowMs });
}

export function faded(prime: Prime, nowMs: number): boolean {
  return decay(prime, nowMs) < FADED;
}

/** What is left of a prime, before others inhibit it. */
export function left(prime: Prime, nowMs: number): number {
  return prime.strength * decay(prime, nowMs);
}

/** The same as far as it acts: a prime that is refractory gives nothing yet. */
export function acting(prime: Prime, nowMs: number): number {
  return nowMs - prime.bornMs < REFRACTORY_MS ? 0 : left(prime, nowMs);
}

/** The boost of a prime of which `own` acts, beside the `strongest` of the moment. */
export function boosted(own: number, strongest: number): number {
  const after = Math.max(own - INHIBITION * (strongest - own), 0);
  return SATURATION * Math.tanh(after / SATURATION);
}

function decay(prime: Prime, nowMs: number): number {
  return 2 ** (-(nowMs - prime.primedMs) / HALF_LIFE_MS);
}
