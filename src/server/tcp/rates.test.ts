// Buckets of requests: bursts, filling, subjects apart from each other, and a bound on how many are known.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../../base/limits.ts";
import { Rates } from "./rates.ts";

const taken = (rates: Rates, subject: string, nowMs: number, tries: number): number =>
  Array.from({ length: tries }, () => rates.take(subject, nowMs)).filter(Boolean).length;

test("a burst, then as many as time gives", () => {
  const rates = new Rates(100, 200);
  assert.equal(taken(rates, "a", 0, 300), 200);
  assert.equal(taken(rates, "a", 9, 5), 0);
  assert.equal(taken(rates, "a", 10, 5), 1);
  assert.equal(taken(rates, "a", 1010, 300), 100);
  assert.equal(taken(rates, "a", 60_000, 300), 200);
});

test("one subject does not take from another", () => {
  const rates = new Rates(1, 1);
  assert.equal(taken(rates, "a", 0, 9), 1);
  assert.equal(taken(rates, "b", 0, 9), 1);
});

test("more subjects than are known: the oldest is forgotten, nobody else gains", () => {
  const rates = new Rates(1, 2);
  for (let index = 0; index < LIMITS.memoryRateSubjectsMax; index++)
    taken(rates, `s${index}`, index / 1e6, 2);
  assert.equal(taken(rates, "new", 1, 3), 2);
  const last = `s${LIMITS.memoryRateSubjectsMax - 1}`;
  assert.equal(taken(rates, last, 1, 3), 0);
});
