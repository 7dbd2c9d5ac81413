// Spacing: what a review gains follows from the chance of recall at its time, and from nothing else about time.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../test/support/property.ts";
import { chanceOf, newSpacing, review } from "./spacing.ts";

const DAY_MS = 86_400_000;

test("the chance of recall is 1 at a review, and its retrievability a stability's time later", () => {
  const fresh = newSpacing(0);
  assert.equal(chanceOf(fresh, 0), 1);
  assert.equal(chanceOf(fresh, 2 * DAY_MS), 0.9);
  assert.equal(chanceOf(fresh, -DAY_MS), 1, "clocks are set back");
});

test("a review at once and one after a week", () => {
  const massed = review(newSpacing(0), 60_000, 1150, 1);
  const spaced = review(newSpacing(0), 7 * DAY_MS, 1150, 1);
  assert.deepEqual([massed.practice, spaced.practice], ["massed", "distributed"]);
  // Effort is (1.15 + 0.5) / 2; the gain 2.5 x 2 x (1 + 0.9 (0.825 - 1)).
  assert(Math.abs(massed.spacing.stabilityDays - (2 + 5 * 0.8425)) < 1e-2);
  assert(spaced.spacing.stabilityDays > massed.spacing.stabilityDays);
  assert(Math.abs(spaced.improvement - spaced.spacing.stabilityDays / massed.spacing.stabilityDays) < 1e-3);
  assert.equal(massed.spacing.retrievability, 0.98);
  assert.equal(massed.spacing.difficulty, 2.5 * 0.96);
  assert.equal(spaced.spacing.difficulty, 2.5 * 1.02);
});

test("whatever the practice: a later review gains as much or more, and all stays in its range", () => {
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  const gaps = fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { maxLength: 30 });
  fc.assert(
    fc.property(gaps, part, fc.nat(200), (days, confidence, fan) => {
      let [nowMs, spacing] = [0, newSpacing(0)];
      for (const gap of days) {
        const sooner = review(spacing, nowMs + (gap * DAY_MS) / 2, 1150 + 70 * fan, confidence);
        nowMs += gap * DAY_MS;
        const now = review(spacing, nowMs, 1150 + 70 * fan, confidence);
        assert(now.spacing.stabilityDays >= sooner.spacing.stabilityDays);
        assert(now.improvement >= 1);
        spacing = now.spacing;
        assert(spacing.stabilityDays >= 2 && spacing.stabilityDays <= 36_500);
        assert(spacing.difficulty >= 1 && spacing.difficulty <= 10);
        assert(spacing.retrievability >= 0.9 && spacing.retrievability <= 0.98);
      }
    }),
  );
});
