// Every field of a change has its range; what is outside is refused by name, and nothing of the change is made.

import assert from "node:assert/strict";
import { test } from "node:test";
import { conceptNamed, idNamed } from "../../../test/support/graph-case.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Change, NewConcept, Semantic } from "../model.ts";
import { checkChange } from "./check.ts";

const [a, b] = [idNamed("a"), idNamed("b")];
const learn = (more: Partial<NewConcept>): Change => ({ kind: "learn", concept: conceptNamed("a", more) });
const associate = (more: object): Change =>
  ({
    kind: "associate",
    association: { source: a, target: b, type: 0, confidence: 1, weight: 1, ...more },
  }) as Change;
const semantic = (more: object): Change =>
  learn({
    semantic: {
      type: "entity",
      domain: "general",
      confidence: 1,
      bounds: null,
      causal: [],
      negation: null,
      ...more,
    } as Semantic,
  });
const attributes = (count: number, value: string): Map<string, string> =>
  new Map(Array.from({ length: count }, (_, n) => [`k${n}`, value]));

const good: readonly Change[] = [
  learn({}),
  learn({ content: new Uint8Array(0), vector: new Float32Array(LIMITS.memoryDimensionsMax) }),
  learn({ content: new Uint8Array(LIMITS.memoryContentBytesMax) }),
  learn({ strength: 10, confidence: 0, attributes: attributes(LIMITS.memoryAttributesMax, "ü") }),
  semantic({ bounds: { startS: null, endS: -5, relation: "at" } }),
  associate({ type: 41, weight: 10 }),
  { kind: "access", id: a, count: 0 },
  { kind: "clear" },
];
const bad: readonly (readonly [string, Change])[] = [
  ["id", learn({ id: new Uint8Array(15) })],
  ["id", { kind: "forget", id: new Uint8Array(17) }],
  ["content", learn({ content: new Uint8Array(LIMITS.memoryContentBytesMax + 1) })],
  ["vector", learn({ vector: new Float32Array(0) })],
  ["vector", learn({ vector: new Float32Array(LIMITS.memoryDimensionsMax + 1) })],
  ["vector", learn({ vector: Float32Array.of(1, NaN, 3) })],
  ["vector", learn({ vector: Float32Array.of(1, -Infinity) })],
  ["strength", learn({ strength: 10.001 })],
  ["strength", learn({ strength: NaN })],
  ["confidence", learn({ confidence: -0.1 })],
  ["confidence", { kind: "strengthen", id: a, strength: 1, confidence: 2 }],
  ["attributes", learn({ attributes: attributes(LIMITS.memoryAttributesMax + 1, "") })],
  ["attributes", learn({ attributes: attributes(1, "x".repeat(LIMITS.memoryAttributesBytesMax)) })],
  ["attributes", learn({ attributes: new Map([["k", "\ud800"]]) })],
  ["semantic.type", semantic({ type: "thing" })],
  ["semantic.bounds", semantic({ bounds: { startS: Infinity, endS: null, relation: "at" } })],
  ["semantic.causal", semantic({ causal: Array.from({ length: 256 }, () => ({})) })],
  ["source", associate({ source: new Uint8Array(0) })],
  ["type", associate({ type: 5 })],
  ["weight", associate({ weight: -1 })],
  ["createdUs", { kind: "learn", concept: conceptNamed("a"), createdUs: NaN }],
  ["accessedUs", { kind: "access", id: a, count: 1, accessedUs: -1 }],
  ["count", { kind: "access", id: a, count: 1.5 }],
];

test("what is in range passes", () => {
  for (const change of good) checkChange(change);
});

test("what is out of range is refused by the name of its field", () => {
  for (const [field, change] of bad)
    assert.throws(
      () => checkChange(change),
      (error) =>
        error instanceof OpError && error.code === "OPD4001" && error.message.startsWith(`${field}: `),
      field,
    );
});
