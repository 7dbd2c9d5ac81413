// Readers in other threads while a graph is written as fast as it goes, and everything it has is used again and grows: each
// snapshot is one moment, whole transactions, and stays so. A thread that dies holds nothing once its owner says so.

import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { attachGraph, type OwnGraph } from "../../src/memory/graph/graph.ts";
import type { Change } from "../../src/memory/model.ts";
import { conceptNamed, idNamed, openOn } from "../support/graph-case.ts";
import { memoryDisk } from "../support/memory-disk.ts";
import type { ReaderTask } from "./graph-reader-thread.ts";

const KEPT = 40;
const CHECKED = process.env["OP_DBUS_LONG"] === "1" ? 1_000_000 : 8_000;
/** Some rounds more, so that tables grow under the readers. */
const ROUNDS_MIN = 2_000;

/** One round, one transaction: all contents say its number, the hub has one neighbour more, and one less than KEPT ago. */
function roundOf(round: number): Change[] {
  const content = Buffer.from(String(round));
  const pair = (name: string, pad: number): Change => ({
    kind: "learn",
    concept: conceptNamed(name, {
      content: Buffer.from(String(round).padStart(1 + ((round * pad) % 300), " ")),
      vector: Float32Array.of(round, 1),
      strength: round % 10,
    }),
  });
  const changes: Change[] = [
    pair("p", 7),
    { kind: "learn", concept: conceptNamed("hub", { content }) },
    { kind: "learn", concept: conceptNamed(`n${round}`, { content }) },
    {
      kind: "associate",
      association: {
        source: idNamed("hub"),
        target: idNamed(`n${round}`),
        type: 1,
        confidence: 1,
        weight: 1,
      },
    },
    // Nobody forgets these: they make the tables grow.
    { kind: "learn", concept: conceptNamed(`stays ${round}`, { content: new Uint8Array(round % 500) }) },
    pair("q", 13),
  ];
  if (round > KEPT) changes.push({ kind: "forget", id: idNamed(`n${round - KEPT}`) });
  return changes;
}

function startReader(graph: OwnGraph, control: SharedArrayBuffer): Worker {
  const workerData: ReaderTask = { shared: graph.share(), control, kept: KEPT };
  return new Worker(join(import.meta.dirname, "graph-reader-thread.ts"), { workerData });
}

test(`${CHECKED} snapshots in two other threads are each one moment of the writer`, async (t) => {
  const graph = await openOn(memoryDisk());
  graph.apply(roundOf(1));
  const control = new SharedArrayBuffer(8);
  const words = new Int32Array(control);
  const readers = [startReader(graph, control), startReader(graph, control)];
  const failed: unknown[] = [];
  for (const reader of readers) reader.on("error", (error) => failed.push(error));
  let round = 1;
  while ((Atomics.load(words, 1) < CHECKED || round < ROUNDS_MIN) && failed.length === 0) {
    // Some turns have many rounds, some one: versions are used again at different times.
    for (let n = (round % 5) + 1; n > 0; n--) graph.apply(roundOf(++round));
    graph.take(1000);
    if (graph.pending < 500) await new Promise((resolve) => setImmediate(resolve));
  }
  const ended = readers.map((reader) => once(reader, "message"));
  Atomics.store(words, 0, 1);
  if (failed.length === 0) {
    const seen = (await Promise.all(ended)).map(([count]) => Number(count));
    t.diagnostic(`${round} rounds, of which the readers saw ${seen.join(" and ")}`);
    assert.ok(seen.every((count) => count > 1));
  }
  await Promise.all(readers.map((reader) => reader.terminate()));
  assert.deepEqual(failed, []);
  await graph.close();
});

test("what a thread held that is gone is let go by its owner", async () => {
  const graph = await openOn(memoryDisk());
  const shared = graph.share();
  graph.learn(conceptNamed("a", { content: Buffer.from("old") }));
  const snapshot = attachGraph(structuredClone(shared)).snapshot();
  for (let n = 0; n < 50; n++) graph.learn(conceptNamed("a", { content: Buffer.from("new") }));
  for (let n = 0; n < 3; n++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(Buffer.from(snapshot.contentView(0)!).toString(), "old");
  assert.equal(graph.waitingForReaders, 50);
  graph.unshare(shared);
  for (let n = 0; n < 3; n++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(graph.waitingForReaders, 0);
  await graph.close();
});
