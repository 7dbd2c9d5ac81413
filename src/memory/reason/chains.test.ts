// Chains in time and of causes, and paths through a filter, on small graphs whose answers are plain to see.

import assert from "node:assert/strict";
import { test } from "node:test";
import { conceptOf, joins } from "../../../test/support/learned.ts";
import { memoryDisk } from "../../../test/support/memory-disk.ts";
import { newPlainGraph } from "../../../test/support/plain-graph.ts";
import { newMeaningIndex, type Meanings } from "../index/meaning.ts";
import { ASSOCIATION_TYPES, type AssociationType, type Semantic } from "../model.ts";
import type { GraphReader } from "../ports.ts";
import { causalChains, causalPath, datedWithin, pathInTime, temporalChains } from "./chains.ts";
import { Meter, runNow, type Answer, type Path } from "./search.ts";
import { semanticPaths } from "./semantic-path.ts";

const { causal, semantic } = ASSOCIATION_TYPES;
const NOTHING: Semantic = {
  type: "entity",
  domain: "general",
  confidence: 0.5,
  bounds: null,
  causal: [],
  negation: null,
};
const at = (startS: number, rest: Partial<Semantic> = {}): Semantic => ({
  ...NOTHING,
  bounds: { startS, endS: null, relation: "at" },
  ...rest,
});
const causes = (type: Semantic["causal"][number]["type"]): Semantic => ({
  ...NOTHING,
  type: "causal",
  causal: [{ type, confidence: 0.8, strength: 0.7 }],
});

/** Concept n is row n, and slot n. */
function given(
  said: readonly (Semantic | null | string)[],
  links: readonly (readonly [number, number, AssociationType?, number?])[],
): { graph: GraphReader; meanings: Meanings } {
  const graph = newPlainGraph();
  for (const [n, one] of said.entries())
    graph.learn(typeof one === "string" ? conceptOf(n, { text: one }) : conceptOf(n, { semantic: one }));
  for (const [source, target, type, confidence] of links)
    graph.associate(joins(source, target, type, confidence));
  const meanings = newMeaningIndex(memoryDisk());
  meanings.apply(graph.take(Infinity), graph);
  return { graph, meanings };
}
const slots = ({ found }: Answer<Path>): (readonly number[])[] => found.map((path) => path.slots);
const ALL = { fromS: -Infinity, toS: Infinity };

test("what is dated within an interval, in order of time", () => {
  const { meanings } = given([at(30), at(10), null, at(20, { domain: "legal" }), at(10), NOTHING], []);
  assert.deepEqual(datedWithin(meanings, ALL), [1, 4, 3, 0]);
  assert.deepEqual(datedWithin(meanings, { fromS: 10, toS: 20 }), [1, 4, 3]);
  assert.deepEqual(datedWithin(meanings, { ...ALL, domain: "legal" }), [3]);
});

test("the longest chains in time, along associations either way", () => {
  // 0 -> 1 -> 2 in time; 3 is joined to 1 and later; 4 is joined and not dated; 5 is dated and not joined.
  const { graph, meanings } = given(
    [at(1), at(2), at(3), at(9), null, at(5)],
    [
      [0, 1],
      [2, 1],
      [1, 3],
      [2, 4],
      [4, 3],
    ],
  );
  const chains = runNow(temporalChains(graph, meanings, ALL, 10, new Meter()));
  assert.deepEqual(slots(chains), [
    [0, 1, 2],
    [0, 1, 3],
  ]);
  assert.deepEqual(slots(runNow(temporalChains(graph, meanings, { fromS: 2, toS: 5 }, 10, new Meter()))), [
    [1, 2],
  ]);
  assert.deepEqual(slots(runNow(temporalChains(graph, meanings, ALL, 1, new Meter()))), [[0, 1, 2]]);
});

test("a longer chain is not lost to a shorter one that is seen later", () => {
  const { graph, meanings } = given(
    [at(1), at(2), at(3)],
    [
      [0, 2],
      [0, 1],
      [1, 2],
    ],
  );
  assert.deepEqual(slots(runNow(temporalChains(graph, meanings, ALL, 10, new Meter()))), [[0, 1, 2]]);
});

test("a path on which time never goes back", () => {
  // 0 - 1 - 3 is shorter, and goes back.
  const { graph, meanings } = given(
    [at(1), at(9), at(2), at(3)],
    [
      [0, 1],
      [1, 3],
      [0, 2],
      [2, 1],
      [2, 3],
    ],
  );
  const ends = { from: 0, to: 3, depthMax: 5 };
  assert.deepEqual(slots(runNow(pathInTime(graph, meanings, ends, ALL, new Meter()))), [[0, 2, 3]]);
  assert.deepEqual(slots(runNow(pathInTime(graph, meanings, ends, { fromS: 1, toS: 2 }, new Meter()))), []);
  assert.deepEqual(
    slots(runNow(pathInTime(graph, meanings, { ...ends, from: 3, to: 0 }, ALL, new Meter()))),
    [],
  );
});

test("causes lead along causal associations, and only forwards", () => {
  const { graph, meanings } = given(
    [null, null, null, null, null],
    [
      [0, 1, causal, 0.9],
      [1, 2, causal, 0.5],
      [0, 3, causal, 0.8],
      [3, 4, semantic],
      [4, 0, causal],
    ],
  );
  const chains = runNow(causalChains(graph, meanings, 0, { depthMax: 5, pathsMax: 5 }, new Meter()));
  assert.deepEqual(slots(chains), [
    [0, 3],
    [0, 1, 2],
  ]);
  assert.ok(Math.abs(chains.found[1]!.confidence - 0.45) < 1e-9);
  const short = runNow(causalChains(graph, meanings, 0, { depthMax: 1, pathsMax: 5 }, new Meter()));
  assert.deepEqual(slots(short), [
    [0, 1],
    [0, 3],
  ]);
  assert.deepEqual(
    slots(runNow(causalPath(graph, meanings, { from: 0, to: 2, depthMax: 5 }, undefined, new Meter()))),
    [[0, 1, 2]],
  );
  assert.deepEqual(
    slots(runNow(causalPath(graph, meanings, { from: 2, to: 0, depthMax: 5 }, undefined, new Meter()))),
    [],
  );
});

test("a kind of cause that a text names, or does not name, decides", () => {
  const { graph, meanings } = given(
    [causes("direct"), causes("enabling"), NOTHING, causes("direct")],
    [
      [0, 1, semantic],
      [0, 2, semantic],
      [0, 3, causal],
      [1, 2, causal],
    ],
  );
  const chains = (kind: "direct" | "enabling" | undefined): readonly unknown[] =>
    slots(
      runNow(
        causalChains(
          graph,
          meanings,
          0,
          { depthMax: 5, pathsMax: 5, ...(kind === undefined ? {} : { causal: kind }) },
          new Meter(),
        ),
      ),
    ).toSorted((a, b) => a.length - b.length || a.at(-1)! - b.at(-1)!);
  assert.deepEqual(chains(undefined), [
    [0, 3],
    [0, 1, 2],
  ]);
  // What 1 leads to it leads to by enabling.
  assert.deepEqual(chains("direct"), [
    [0, 1],
    [0, 3],
  ]);
  assert.deepEqual(chains("enabling"), []);
});

test("paths through a filter: what is not admitted is gone round; what was never analysed passes", () => {
  const rule: Semantic = { ...NOTHING, type: "rule", domain: "legal", confidence: 0.9 };
  const { graph, meanings } = given(
    ["start", NOTHING, rule, at(5, { type: "rule" }), "never analysed"],
    [
      [0, 1],
      [1, 4],
      [0, 2],
      [2, 3],
      [3, 4],
      [0, 4],
    ],
  );
  const find = (filter: Parameters<typeof semanticPaths>[3], to = 4) =>
    runNow(
      semanticPaths(graph, meanings, { from: 0, to }, filter, { depthMax: 5, pathsMax: 10 }, new Meter()),
    );
  assert.deepEqual(slots(find({})), [
    [0, 4],
    [0, 1, 4],
    [0, 2, 3, 4],
  ]);
  assert.deepEqual(slots(find({ certaintyMin: 0.8 })), [[0, 4]]);
  assert.deepEqual(slots(find({ type: "rule" })), []);
  assert.deepEqual(slots(find({ type: "rule" }, 3)), [[0, 2, 3]]);
  assert.deepEqual(slots(find({ terms: ["NEVER", "analysed"] })), [[0, 4]]);
  const path = find({ type: "rule" }, 3).found[0]!;
  assert.deepEqual(path.domains, ["legal", "general"]);
  assert.deepEqual([...path.types], [["rule", 2]]);
  assert.equal(path.certainty, (Math.fround(0.9) + 0.5) / 2);
  assert.equal(path.inTimeOrder, true);
});
