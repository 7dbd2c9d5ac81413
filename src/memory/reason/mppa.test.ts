// The formulas of consolidation, value by value.

import assert from "node:assert/strict";
import { test } from "node:test";
import { consolidate, type Proposal } from "./mppa.ts";

const says = (answer: string, confidence: number, ...pattern: string[]): Proposal => ({
  answer,
  confidence,
  pattern,
});
const near = (actual: number | undefined, expected: number): void =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 1e-9, `${actual}, not ${expected}`);

test("no proposals, no answer", () =>
  assert.deepEqual(consolidate([]), { primary: null, alternatives: [], robustness: 0 }));

test("one proposal is its own answer, and no outlier", () => {
  const { primary, robustness } = consolidate([says("Paris", 0.6, "causal")]);
  assert.equal(primary?.answer, "Paris");
  near(primary?.weight, 0.6 * 1.2);
  near(robustness, 0.4 + 0.3 + 0.3);
});

test("what most agree on outweighs one that is sure", () => {
  const { primary, alternatives, robustness } = consolidate([
    says("It is Paris.", 0.6, "causal"),
    says("it is PARIS", 0.8, "causal"),
    says("Rome", 0.9, "semantic"),
  ]);
  assert.equal(primary?.answer, "it is PARIS");
  near(primary?.confidence, 0.7);
  near(primary?.support, 2 / 3);
  near(primary?.weight, 0.7 * (1 + (2 / 3 - 0.5)) * (1 + 0.2 * 0.5));
  near(alternatives[0]?.weight, 0.9 * 0.7 * 1.2);
  const mean = (0.6 + 0.8 + 0.9) / 3;
  const variance = ((0.6 - mean) ** 2 + (0.8 - mean) ** 2 + (0.9 - mean) ** 2) / 3;
  near(robustness, 0.4 * (2 / 3) + 0.3 * 0.5 + 0.3 * (1 - variance));
});

test("answers are alike above four fifths of their words", () => {
  const words = "one two three four five six seven eight nine";
  assert.equal(consolidate([says(words, 1), says(`${words} ten`, 1)]).alternatives.length, 0);
  assert.equal(
    consolidate([says("one two three four", 1), says("one two three four five", 1)]).alternatives.length,
    1,
  );
});

test("at most four alternatives, the heaviest first", () => {
  const { primary, alternatives } = consolidate(
    ["a", "b", "c", "d", "e", "f", "g"].map((text, n) => says(text, n / 10)),
  );
  assert.equal(primary?.answer, "g");
  assert.deepEqual(
    alternatives.map(({ answer }) => answer),
    ["f", "e", "d", "c"],
  );
});
