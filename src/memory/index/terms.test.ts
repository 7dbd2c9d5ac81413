// Terms against a Map, while many are added and taken out again, so that buckets split, chains grow and rows are used again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../../test/support/log-case.ts";
import type { Slot } from "../model.ts";
import { Terms, type Hash } from "./terms.ts";

const TERMS = 700;
const SLOTS = 300;
const STEPS = 6000;

/** Every third term shares its bucket with the others of its kind, every seventh one of its two hashes with another. */
function hashOf(term: number): Hash {
  return { a: term % 3 === 0 ? term << 12 : term % 7 === 0 ? 5 : (term * 2_654_435_761) >>> 0, b: term };
}

test("terms and slots are those of a Map, and come back from their columns", () => {
  const draw = seeded(7);
  let terms = new Terms();
  const model = new Map<number, Slot[]>();
  const agree = (): void => {
    for (let term = 0; term < TERMS; term++) {
      const slots = model.get(term) ?? [];
      assert.equal(terms.count(hashOf(term)), slots.length);
      assert.deepEqual([...terms.slotsOf(hashOf(term))], slots);
    }
  };
  for (let step = 0; step < STEPS; step++) {
    const slot = draw(SLOTS);
    terms.remove(slot);
    for (const [term, slots] of model) {
      const left = slots.filter((one) => one !== slot);
      if (left.length === 0) model.delete(term);
      else model.set(term, left);
    }
    // Fills up first, empties later, and fills up again with what was given back.
    const many = draw(step % 2000 < 1000 ? 12 : 2);
    const given = new Set(Array.from({ length: many }, () => draw(TERMS)));
    for (const term of given) {
      terms.add(slot, hashOf(term));
      model.set(term, [slot, ...(model.get(term) ?? [])]);
    }
    if (step % 500 === 499) {
      agree();
      const copied = new Terms();
      assert.ok(copied.take(terms.columns()));
      terms = copied;
      agree();
    }
  }
});

test("rows and terms that were given back are used again", () => {
  const terms = new Terms();
  const sizesAfter = (rounds: number): number[] => {
    for (let round = 0; round < rounds; round++) {
      for (let slot = 0; slot < 50; slot++) terms.add(slot, { a: round * 50 + slot, b: 1 });
      for (let slot = 0; slot < 50; slot++) terms.remove(slot);
    }
    return terms.columns().map(({ length }) => length);
  };
  assert.deepEqual(sizesAfter(1), sizesAfter(40));
});
