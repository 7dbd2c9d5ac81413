// The three kinds of priming: their constants, their edges, and what the first implementation got wrong: asking restarted the
// refractory time, and the first time together was not counted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../../base/limits.ts";
import { newAssociativePriming } from "./priming-associative.ts";
import { repeated } from "./priming-repetition.ts";
import { acting, boosted, faded, left, primed, spread } from "./priming-semantic.ts";

const near = (is: number, wanted: number): void =>
  assert(Math.abs(is - wanted) < 1e-12, `${is} is not ${wanted}`);

const SPREADS: readonly (readonly [similarity: number, hops: number, boost: number])[] = [
  [1, 1, 0.15],
  [0.8, 1, 0.075],
  [0.6, 1, 0],
  [0.59, 1, 0],
  [-1, 1, 0],
  [1, 2, 0.075],
  [1, 3, 0],
];
for (const [similarity, hops, boost] of SPREADS)
  test(`a similarity of ${similarity} over ${hops} associations primes by ${boost}`, () =>
    near(spread(similarity, hops), boost));

const FADING: readonly (readonly [ms: number, left: number])[] = [
  [0, 0.12],
  [300, 0.06],
  [600, 0.03],
];
for (const [ms, wanted] of FADING)
  test(`after ${ms} ms a prime of 0.12 has ${wanted} left`, () =>
    near(left(primed(undefined, 7, 0.12, 0), ms), wanted));

test("a new prime gives nothing for 50 ms, and asking does not make it new", () => {
  const prime = primed(undefined, 7, 0.12, 1000);
  for (let nowMs = 1000; nowMs < 1050; nowMs++) assert.equal(acting(prime, nowMs), 0);
  for (let nowMs = 1050; nowMs < 1060; nowMs++) assert(acting(prime, nowMs) > 0.1);
});

test("primed again it gains a tenth each time, up to 0.15; within 50 ms it gains nothing", () => {
  let prime = primed(undefined, 7, 0.12, 0);
  assert.equal(primed(prime, 8, 0.12, 49), prime);
  prime = primed(prime, 8, 0.12, 100);
  near(prime.strength, 0.12 * 1.1);
  near(acting(prime, 100), 0.12 * 1.1);
  for (let n = 2; n < 8; n++) prime = primed(prime, 9, 0.12, n * 100);
  assert.equal(prime.strength, 0.15);
  assert.equal(prime.source, 9);
});

test("a prime is forgotten below a hundredth, and then begins anew", () => {
  const prime = primed(undefined, 7, 0.12, 0);
  const goneMs = 300 * Math.log2(100);
  assert.equal(faded(prime, goneMs - 1), false);
  assert.equal(faded(prime, goneMs + 1), true);
  assert.deepEqual(primed(prime, 8, 0.1, goneMs + 1), primed(undefined, 8, 0.1, goneMs + 1));
});

test("the strongest prime inhibits weaker ones, and boosts saturate", () => {
  near(boosted(0.15, 0.15), 0.5 * Math.tanh(0.3));
  near(boosted(0.1, 0.15), 0.5 * Math.tanh((0.1 - 0.3 * 0.05) / 0.5));
  assert.equal(boosted(0.01, 0.15), 0);
});

test("each repetition adds 0.05, up to 0.3", () =>
  assert.deepEqual(
    [0, 1, 3, 6, 7, 100].map((times) => Number(repeated(times).toFixed(12))),
    [0, 0.05, 0.15, 0.3, 0.3, 0.3],
  ));

test("what was recalled together twice primes the other, by how often", () => {
  const priming = newAssociativePriming();
  const strength = (nowMs: number): number | undefined => priming.primeOf(2, nowMs)?.strength;
  priming.recalled([1], 0);
  priming.recalled([2], 10_000);
  assert.equal(strength(10_000), undefined);
  priming.recalled([1], 50_000);
  assert.equal(strength(50_000), undefined, "once is chance");
  priming.recalled([2], 70_000);
  priming.recalled([1], 110_000);
  assert.equal(strength(110_000), 2 / 3, "the first time counts; this one was not answered yet");
  assert.equal(strength(140_001), undefined, "the prime was recalled more than 30 s ago");
});

test("a recall of the prime is counted once, however often the target follows", () => {
  const priming = newAssociativePriming();
  for (const atMs of [0, 100_000]) {
    priming.recalled([1], atMs);
    for (let n = 1; n <= 5; n++) priming.recalled([2], atMs + n * 1000);
  }
  assert.deepEqual(priming.primeOf(2, 106_000), { source: 1, strength: 1 });
});

test("in one answer each is recalled with each; beyond 30 s nothing is together", () => {
  const priming = newAssociativePriming();
  for (const atMs of [0, 40_000]) priming.recalled([1, 2, 3], atMs);
  assert.equal(priming.primeOf(1, 41_000)?.strength, 1);
  assert.equal(priming.primeOf(3, 41_000)?.strength, 1);
  const apart = newAssociativePriming();
  for (const atMs of [0, 100_000]) {
    apart.recalled([1], atMs);
    apart.recalled([2], atMs + 30_001);
  }
  assert.equal(apart.primeOf(2, 130_002), null);
});

test("what was not together for 300 s is forgotten, and so is who is dropped", () => {
  const priming = newAssociativePriming();
  for (const atMs of [0, 40_000]) priming.recalled([1, 2], atMs);
  const dropped = newAssociativePriming();
  for (const atMs of [0, 40_000]) dropped.recalled([1, 2], atMs);
  dropped.drop(2);
  dropped.recalled([1], 41_000);
  assert.equal(dropped.primeOf(2, 41_000), null);
  priming.recalled([1], 350_000);
  assert.equal(priming.primeOf(2, 350_000), null);
  priming.clear();
  assert.equal(priming.primeOf(1, 350_000), null);
});

test("strengths are chances and memory is bounded, whatever comes", () => {
  const priming = newAssociativePriming();
  const count = 2 * LIMITS.recallActiveMax;
  for (let n = 0; n < count; n += 4) priming.recalled([n, n + 1, n + 2, n % 7], n * 3);
  for (let slot = 0; slot < count; slot++) {
    const prime = priming.primeOf(slot, count * 3);
    assert(prime === null || (prime.strength > 0 && prime.strength <= 1), `slot ${slot}`);
  }
});
