// The three kinds of interference: their constants and edges.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Competitor } from "./interference.ts";
import { divided, fanMagnitude, retrievalMs } from "./interference-fan.ts";
import { proactive } from "./interference-proactive.ts";
import { retroactive } from "./interference-retroactive.ts";

const HOUR_MS = 3_600_000;
/** The memory that is interfered with was learned here. */
const AT_MS = 1_800_000_000_000;

function others(...given: (readonly [hours: number, similarity: number])[]): readonly Competitor[] {
  return given.map(([hours, similarity], slot) => ({ slot, learnedMs: AT_MS + hours * HOUR_MS, similarity }));
}
const lists = (count: number, hours: number, similarity: number): readonly Competitor[] =>
  others(...Array.from({ length: count }, () => [hours, similarity] as const));

const PROACTIVE: readonly (readonly [string, readonly Competitor[], number, number])[] = [
  ["nothing before", [], 0, 0],
  ["one shortly before", others([-1, 0.9]), 0.05, 1],
  ["exactly six hours before and 0.7 alike", others([-6, 0.7]), 0.05, 1],
  ["more than six hours before", others([-6.01, 0.9]), 0, 0],
  ["less than 0.7 alike", others([-1, 0.69]), 0, 0],
  ["learned at the same moment or later", others([0, 0.9], [1, 0.9]), 0, 0],
  ["five lists", lists(5, -1, 0.8), 0.25, 5],
  ["ten lists: the most", lists(10, -1, 0.8), 0.3, 10],
];
for (const [name, competitors, magnitude, by] of PROACTIVE)
  test(`proactive: ${name}`, () => {
    const found = proactive(AT_MS, competitors);
    assert.deepEqual([found.magnitude, found.by.length], [magnitude, by]);
  });

const RETROACTIVE: readonly (readonly [string, readonly Competitor[], number, number])[] = [
  ["nothing since", [], 2, 0],
  ["one that is the same", others([1, 1]), 2, 0.15],
  ["one half way from 0.6 to 1", others([1, 0.8]), 2, 0.075],
  ["0.6 alike counts for nothing", others([1, 0.6]), 2, 0],
  ["four that are half way", lists(4, 1, 0.8), 2, 0.15],
  ["more than any: the most", lists(40, 1, 0.9), 2, 0.25],
  ["learned before", others([-1, 0.9]), 2, 0],
  ["learned after the retrieval", others([3, 0.9]), 2, 0],
  ["looked for after exactly a day", others([1, 1]), 24, 0.15],
  ["looked for after more than a day", others([1, 1]), 24.01, 0],
];
for (const [name, competitors, hours, magnitude] of RETROACTIVE)
  test(`retroactive: ${name}`, () => {
    const found = retroactive(AT_MS, AT_MS + hours * HOUR_MS, competitors).magnitude;
    assert(Math.abs(found - magnitude) < 1e-12, `${found}`);
  });

test("fan: 70 ms an association, and activation is divided", () => {
  assert.deepEqual([1, 2, 5].map(retrievalMs), [1150, 1220, 1430]);
  assert.equal(divided(0.15, 2), 0.075);
  assert.equal(fanMagnitude(4), 0.4);
});
