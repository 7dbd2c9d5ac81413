// What a graph promises as part of a larger transaction: unseen until it is kept, kept whole, and still there after a start,
// whatever was written or saved meanwhile.

import assert from "node:assert/strict";
import { test } from "node:test";
import { clockAt, conceptNamed, contentOf, idNamed, openOn } from "../../../test/support/graph-case.ts";
import { memoryDisk } from "../../../test/support/memory-disk.ts";
import { newPlainGraph } from "../../../test/support/plain-graph.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Change } from "../model.ts";

const NAME = "00112233445566778899aabbccddeeff";
const OTHER = "ff112233445566778899aabbccddeeff";
const code =
  (wanted: string) =>
  (error: unknown): boolean =>
    error instanceof OpError && error.code === wanted;
const learn = (name: string, content = name): Change => ({
  kind: "learn",
  concept: conceptNamed(name, { content: Buffer.from(content) }),
});
const associate = (source: string, target: string, weight = 1): Change => ({
  kind: "associate",
  association: { source: idNamed(source), target: idNamed(target), type: 0, confidence: 1, weight },
});
const BEFORE = [learn("a"), learn("b"), learn("gone"), associate("a", "b"), associate("b", "a")];
/** One of each kind, what is absent included. */
const PROMISED: readonly Change[] = [
  learn("a", "another content, longer than before"),
  {
    kind: "learn",
    concept: conceptNamed("c", { vector: Float32Array.of(1, 2, 3), attributes: new Map([["k", "v"]]) }),
    createdUs: 17,
  },
  associate("a", "c"),
  associate("c", "c", 3),
  { kind: "dissociate", source: idNamed("b"), target: idNamed("a"), type: 0 },
  { kind: "dissociate", source: idNamed("b"), target: idNamed("nobody"), type: 0 },
  { kind: "access", id: idNamed("a"), count: 3 },
  { kind: "access", id: idNamed("a"), count: 4, accessedUs: 99 },
  { kind: "strengthen", id: idNamed("c"), strength: 2, confidence: 0.25 },
  { kind: "strengthen", id: idNamed("nobody"), strength: 2, confidence: 0.25 },
  { kind: "forget", id: idNamed("gone") },
  { kind: "forget", id: idNamed("nobody") },
];

for (const saved of ["never", "before", "after", "both"] as const)
  for (const isKept of [true, false])
    test(`a promise that is ${isKept ? "kept" : "dropped"} after a start, saved ${saved}`, async () => {
      const disk = memoryDisk();
      const clock = clockAt({ ms: 1000 });
      const plain = newPlainGraph(() => 1_000_000);
      const graph = await openOn(disk, clock);
      for (const one of [graph, plain]) one.apply(BEFORE);
      graph.take(100);
      if (saved === "before" || saved === "both") await graph.checkpoint([]);
      await graph.durable(graph.prepare(NAME, PROMISED));
      assert.deepEqual(contentOf(graph), contentOf(plain), "a promise is not seen");
      for (const one of [graph, plain]) one.apply([learn("meanwhile")]);
      graph.take(100);
      if (saved === "after" || saved === "both") await graph.checkpoint([]);
      await graph.close();

      const again = await openOn(disk, clock);
      assert.deepEqual([again.prepared(), contentOf(again)], [[NAME], contentOf(plain)]);
      const seq = again.resolve(NAME, isKept);
      if (isKept) plain.apply(PROMISED);
      assert.deepEqual([again.prepared(), contentOf(again)], [[], contentOf(plain)]);
      assert.equal(again.resolve(NAME, true), seq, "it is resolved once");
      again.take(100);
      if (saved === "both") await again.checkpoint([]);
      await again.close();

      const last = await openOn(disk, clock);
      assert.deepEqual([last.prepared(), contentOf(last)], [[], contentOf(plain)]);
      await last.close();
    });

test("what can not be is not promised, and a promise counts against the room there is", async () => {
  const graph = await openOn(memoryDisk());
  assert.throws(() => graph.prepare(NAME, [associate("a", "b")]), code("OPD4002"));
  assert.throws(
    () => graph.prepare(NAME, [{ kind: "strengthen", id: idNamed("a"), strength: 11, confidence: 0 }]),
    code("OPD4001"),
  );
  assert.deepEqual([graph.prepared(), graph.seq], [[], 0]);
  const many = Array.from({ length: LIMITS.memoryPendingMax - 1 }, () => learn("a"));
  graph.prepare(NAME, many.slice(1));
  graph.learn(conceptNamed("b"));
  assert.throws(() => graph.prepare(OTHER, [learn("c")]), code("OPD4003"));
  graph.resolve(NAME, false);
  graph.prepare(OTHER, [learn("c")]);
  graph.resolve(OTHER, true);
  assert.equal(graph.size, 2);
  await graph.close();
});

test("a graph whose disk failed keeps no promise", async () => {
  const disk = memoryDisk();
  const graph = await openOn(disk);
  graph.prepare(NAME, [learn("a")]);
  await graph.durable();
  disk.fdatasyncAsync = () => Promise.reject(Object.assign(new Error("EIO"), { code: "EIO" }));
  graph.learn(conceptNamed("b"));
  await assert.rejects(graph.durable(), code("OPD4004"));
  assert.throws(() => graph.resolve(NAME, true), code("OPD4004"));
  await graph.close();
});
