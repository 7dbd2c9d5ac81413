// The index as its users see it. That its scores are those of BM25 and its files hold is in test/property/memory-text.

import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryDisk } from "../../../test/support/memory-disk.ts";
import { newPlainGraph } from "../../../test/support/plain-graph.ts";
import { conceptOf, idOf } from "../../../test/support/text-case.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Graph } from "../ports.ts";
import { WordTable } from "./ascii-words.ts";
import { fuse } from "./fuse.ts";
import { newTextIndex, type TextIndex } from "./text.ts";
import { Top } from "./top.ts";

const CONTENTS = [
  "ssh.service failed to start on 10.0.0.1",
  "the connection to the printer was lost",
  "connecting to org.freedesktop.hostname1 failed",
  "to be or not to be",
  "SetStaticHostname changed the name of the host",
];

function indexed(contents: readonly (string | Uint8Array)[]): { index: TextIndex; graph: Graph } {
  const graph = newPlainGraph();
  const index = newTextIndex(memoryDisk());
  contents.forEach((content, at) => graph.learn(conceptOf(at, content)));
  index.apply(graph.take(1000), graph);
  return { index, graph };
}

const searches: readonly (readonly [query: string, prefix: boolean, slots: readonly number[]])[] = [
  ["failed", false, [2, 0]],
  ["FAILURE failing", false, [2, 0]],
  ["connected", false, [1, 2]],
  ["10.0.0.1", false, [0]],
  ["hostname", false, [4]],
  ["hostname", true, [2, 4]],
  ["connecti", true, [1, 2]],
  ["org.free", true, [2]],
  ["to be", false, [3, 1, 2, 0]],
  ["the printer", false, [1]],
  ["nothing of this", false, []],
  ["", false, []],
];
for (const [query, prefix, slots] of searches)
  test(`"${query}${prefix ? "*" : ""}" finds ${slots.join(", ") || "nothing"}`, () => {
    const found = indexed(CONTENTS).index.search(query, { limit: 10, prefix });
    assert.deepEqual(
      found.map(({ slot }) => slot),
      slots,
    );
  });

test("a content that is no text is not found, and one that was text is not any more", () => {
  const { index, graph } = indexed([Uint8Array.of(0xff, 0x61), "alpha", "alpha beta"]);
  assert.equal(index.documents, 2);
  graph.learn(conceptOf(1, Uint8Array.of(0xff)));
  graph.learn(conceptOf(2, "beta"));
  index.apply(graph.take(1000), graph);
  assert.deepEqual([index.documents, index.words], [1, 1]);
  assert.deepEqual(index.search("alpha", { limit: 10 }), []);
});

test("what was learned and forgotten before it is told of is never there", () => {
  const { index, graph } = indexed(["alpha"]);
  graph.learn(conceptOf(7, "alpha"));
  graph.apply([{ kind: "forget", id: idOf(7) }, { kind: "clear" }]);
  graph.learn(conceptOf(8, "alpha beta"));
  index.apply(graph.take(1000), graph);
  const [hit, ...others] = index.search("alpha", { limit: 10 });
  assert.deepEqual([hit!.slot, others], [graph.slotOf(idOf(8)), []]);
});

test("of documents alike the smallest slots are found, filtered or not", () => {
  const { index } = indexed(Array.from({ length: 900 }, () => "alike"));
  const slots = (filter?: (slot: number) => boolean): readonly number[] =>
    index.search("alike", { limit: 3, ...(filter === undefined ? {} : { filter }) }).map(({ slot }) => slot);
  assert.deepEqual(slots(), [0, 1, 2]);
  assert.deepEqual(
    slots((slot) => slot > 500 && slot % 2 === 0),
    [502, 504, 506],
  );
});

test("a small slot among larger ones is found, wherever it stands", () => {
  const { graph } = indexed(Array.from({ length: 900 }, () => "alike"));
  const index = newTextIndex(memoryDisk());
  const slots = [...Array.from({ length: 799 }, (_, at) => at + 100), 0, 1, 2, 899];
  index.apply(
    slots.map((slot, at) => ({ seq: at + 1, kind: "put" as const, slot })),
    graph,
  );
  assert.deepEqual(
    index.search("alike", { limit: 3 }).map(({ slot }) => slot),
    [0, 1, 2],
  );
});

test("words with one hash are told apart", () => {
  const table = new WordTable();
  const bytes = Buffer.from("abcABx");
  table.add(bytes, 0, 2, 7, 1);
  table.add(bytes, 0, 3, 7, 2);
  assert.deepEqual(
    [table.find(bytes, 0, 2, 7), table.find(bytes, 0, 3, 7), table.find(bytes, 3, 5, 7)],
    [1, 2, 1],
  );
  assert.deepEqual(
    [table.find(bytes, 0, 1, 7), table.find(bytes, 3, 6, 7), table.find(bytes, 0, 2, 8)],
    [-1, -1, -1],
  );
  for (let number = 3; number < 500; number++) {
    const word = Buffer.from(`word${number}`);
    table.add(word, 0, word.length, 7, number);
    assert.equal(table.find(word, 0, word.length, 7), number);
  }
});

test("of very many words the rarest are looked for", () => {
  const rare = Array.from({ length: LIMITS.memoryTextQueryWordsMax }, (_, at) => `rare${at}`);
  const { index } = indexed(["often", "often", ...rare]);
  const found = index.search(`often ${rare.join(" ")}`, { limit: 100 });
  assert.equal(found.length, rare.length);
  assert.ok(found.every(({ slot }) => slot >= 2));
});

for (const limit of [0, -1, 1.5, LIMITS.memoryTextHitsMax + 1])
  test(`${limit} hits are refused`, () =>
    assert.throws(() => indexed([]).index.search("a", { limit }), { code: "OPD4101" }));

test("a query that is too long is refused", () =>
  assert.throws(() => indexed([]).index.search("a".repeat(LIMITS.memoryTextBytesMax + 1), { limit: 1 }), {
    code: "OPD4101",
  }));

test("no number of changes, of one document each, leaves many segments or dead documents behind", async () => {
  const graph = newPlainGraph();
  const disk = memoryDisk();
  const index = newTextIndex(disk);
  for (let at = 0; at < 3000; at++) {
    graph.learn(conceptOf(at % 100, `word${at % 7} word${at % 11} other`));
    index.apply(graph.take(1000), graph);
  }
  assert.equal(index.documents, 100);
  await index.save("/c");
  const segments = disk.content("/c/text").readUInt32LE(12);
  assert.ok(segments <= 40, `${segments} segments`);
  assert.ok(disk.content("/c/text").length < 30_000, `${disk.content("/c/text").length} bytes`);
});

test("the heap of hits keeps the best", () => {
  const top = new Top(3);
  const offered = [5, 1, 4, 1, 5, 9, 2, 6, 5, 3].map((score, slot) => ({ score, slot }));
  for (const { score, slot } of offered.toReversed()) if (top.takes(score, slot)) top.add(score, slot);
  assert.deepEqual(top.hits(), [
    { slot: 5, score: 9 },
    { slot: 7, score: 6 },
    { slot: 0, score: 5 },
  ]);
});

const rankings: readonly (readonly [
  lists: readonly (readonly number[])[],
  limit: number,
  fused: readonly number[],
])[] = [
  [[], 5, []],
  [[[3, 1, 2]], 2, [3, 1]],
  [
    [
      [1, 2, 3],
      [3, 4],
    ],
    5,
    [3, 1, 2, 4],
  ],
  [
    [
      [9, 4],
      [4, 9],
    ],
    5,
    [4, 9],
  ],
  [[[8], [7], [6]], 5, [6, 7, 8]],
];
for (const [lists, limit, fused] of rankings)
  test(`fused: ${JSON.stringify(lists)}`, () =>
    assert.deepEqual(
      fuse(lists, limit).map(({ slot }) => slot),
      fused,
    ));

test("a first place counts 1 / 61", () => assert.equal(fuse([[5]], 1)[0]!.score, 1 / 61));
