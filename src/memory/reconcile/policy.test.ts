// The policy's arithmetic, value by value.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ADAPTIVE,
  advice,
  followed,
  healthScore,
  intervalMs,
  LEGACY,
  NO_TREND,
  predictedDepth,
  statsOf,
  type Trend,
} from "./policy.ts";

const CAPACITY = 100_000;
const trendOf = (depth: number, depths: readonly number[] = []): Trend => ({ depth, depths, ratePerS: 0 });
const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual}, not ${expected}`);

const intervals: readonly (readonly [number, number])[] = [
  [0, 100],
  [19_999, 100],
  [20_000, 10],
  [50_000, 10],
  [70_000, 10],
  // base - trunc(9 * (used - 0.7) / 0.3)
  [73_000, 10],
  [74_000, 9],
  [85_000, 6],
  [99_000, 2],
  [100_000, 1],
  [150_000, 1],
];
for (const [depth, expected] of intervals)
  test(`${depth} of ${CAPACITY} waiting: ${expected} ms`, () =>
    assert.equal(intervalMs(ADAPTIVE, trendOf(depth), CAPACITY), expected));

test("an average begins with its first sample, follows by 0.3, and begins anew after 0", () => {
  const first = followed(ADAPTIVE, NO_TREND, 100, 10);
  assert.deepEqual(first, { depth: 100, ratePerS: 10, depths: [100] });
  const second = followed(ADAPTIVE, first, 200, 20);
  near(second.depth, 130);
  near(second.ratePerS, 13);
  assert.equal(followed(ADAPTIVE, { ...second, depth: 0 }, 50, 1).depth, 50);
});

test("the trend remembers 50 samples", () => {
  let trend = NO_TREND;
  for (let depth = 1; depth <= 60; depth++) trend = followed(ADAPTIVE, trend, depth, 0);
  assert.deepEqual([trend.depths.length, trend.depths[0], trend.depths.at(-1)], [50, 11, 60]);
});

const predictions: readonly (readonly [number, readonly number[], number])[] = [
  [7, [], 7],
  [7, [3], 7],
  [7, [3, 9], 7],
  [40, [10, 20, 30, 40, 50], 40],
  [40, [10, 20, 30, 40, 50, 60], 50],
  [40, [0, 0, 0, 0, 0, 50, 50, 50, 50, 50], 90],
  [10, [50, 50, 50, 50, 50, 0, 0, 0, 0, 0], 0],
];
for (const [average, depths, expected] of predictions)
  test(`average ${average} of ${depths.join(" ") || "nothing"}: ${expected} to be expected`, () =>
    assert.equal(predictedDepth(trendOf(average, depths)), expected));

const scores: readonly (readonly [number, number, RegExp])[] = [
  [0, 1, /^Excellent: System running optimally$/],
  [0.29, 1, /^Excellent/],
  [0.3, 1, /^Excellent/],
  [0.45, 0.8125, /^Excellent/],
  [0.5, 0.75, /^Good: Normal operation, monitoring$/],
  [0.69, 0.5125, /^Good/],
  [0.7, 0.5, /^Warning: High queue depth \(70000\/100000\) - consider scaling$/],
  [0.8, 0.35, /^Warning/],
  [0.9, 0.2, /^Critical: Queue near capacity \(90000\/100000\) - immediate action required$/],
  [0.95, 0.1, /^Critical/],
  [1, 0, /^Critical/],
  [1.5, 0, /^Critical/],
];
for (const [used, score, said] of scores)
  test(`${used} of the queue used: health ${score}`, () => {
    near(healthScore(used), score);
    // Where the sum is not exact a score that lies on a threshold may lie beside it.
    assert.match(advice(score, used * CAPACITY, CAPACITY), said);
  });

test("the statistics put it together", () => {
  const counts = {
    reconciliations: 3,
    entriesProcessed: 300,
    diskFlushes: 1,
    running: true,
    currentIntervalMs: 10,
    backpressureEvents: 2,
    intervalAdjustments: 4,
  };
  assert.deepEqual(statsOf(counts, { depth: 10, ratePerS: 2000, depths: [10] }, 50_000), {
    ...counts,
    queueDepth: 50_000,
    queueCapacity: CAPACITY,
    queueUtilization: 0.5,
    processingRatePerSec: 2000,
    estimatedLagMs: 25_000,
    predictedQueueDepth: 10,
    healthScore: 0.75,
    recommendation: "Good: Normal operation, monitoring",
  });
  assert.equal(statsOf(counts, NO_TREND, 1).estimatedLagMs, 0);
});

test("the legacy policy differs in when it looks", () =>
  assert.deepEqual(LEGACY, { ...ADAPTIVE, depthSampled: "after the drain", adjustEvery: 10 }));
