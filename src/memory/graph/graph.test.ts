// What the contract of a graph says beyond its content, which test/property compares: what is refused and when, what a full
// queue and a failing disk do, what is used again and when, and what opening finds.

import assert from "node:assert/strict";
import { constants } from "node:fs";
import { test } from "node:test";
import { faultyDisk, type Fault } from "../../../test/support/fault-disk.ts";
import { conceptNamed, contentOf, GRAPH_FOLDER, idNamed, openOn } from "../../../test/support/graph-case.ts";
import { memoryDisk } from "../../../test/support/memory-disk.ts";
import { systemClock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Applied, Change } from "../model.ts";
import type { Derived } from "../ports.ts";

const code =
  (wanted: string) =>
  (error: unknown): boolean =>
    error instanceof OpError && error.code === wanted;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const learn = (name: string): Change => ({ kind: "learn", concept: conceptNamed(name) });
const associate = (source: string, target: string): Change => ({
  kind: "associate",
  association: { source: idNamed(source), target: idNamed(target), type: 0, confidence: 1, weight: 1 },
});
const forget = (name: string): Change => ({ kind: "forget", id: idNamed(name) });

test("a change is seen by the next read, and its seq is the next number", async () => {
  const graph = await openOn(memoryDisk());
  assert.equal(graph.learn(conceptNamed("a")), 1);
  assert.equal(graph.slotOf(idNamed("a")), 0);
  assert.equal(graph.apply([learn("b"), associate("a", "b")]), 3);
  assert.equal(graph.target(graph.firstOut(0)), 1);
  assert.deepEqual([graph.seq, graph.size, graph.associations, graph.slotEnd], [3, 2, 1, 2]);
  await graph.close();
});

test("of a transaction that cannot be, nothing is made", async () => {
  const graph = await openOn(memoryDisk());
  graph.apply([learn("a")]);
  const before = contentOf(graph);
  for (const [changes, wanted] of [
    [[learn("b"), associate("a", "c")], "OPD4002"],
    [[learn("b"), forget("a"), associate("b", "a")], "OPD4002"],
    [[learn("b"), { kind: "clear" }, associate("b", "a")], "OPD4002"],
    [[learn("b"), { kind: "access", id: idNamed("a"), count: -1 }], "OPD4001"],
    [
      [
        { kind: "learn", concept: conceptNamed("big", { content: new Uint8Array(9_000_000) }) },
        { kind: "learn", concept: conceptNamed("big2", { content: new Uint8Array(9_000_000) }) },
      ],
      "OPD4001",
    ],
  ] as const) {
    assert.throws(() => graph.apply(changes), code(wanted));
    assert.deepEqual(contentOf(graph), before);
    assert.equal(graph.seq, 1);
  }
  await graph.close();
});

test("when as many changes wait as may, the next is refused until some are taken", async () => {
  const graph = await openOn(memoryDisk());
  const many = Array.from({ length: 1000 }, () => learn("a"));
  while (graph.pending < LIMITS.memoryPendingMax) graph.apply(many);
  assert.throws(() => graph.learn(conceptNamed("b")), code("OPD4003"));
  await assert.rejects(graph.room(), code("OPD4003"));
  const room = graph.room();
  const [oldest] = graph.take(1);
  assert.deepEqual(oldest, { seq: 1, kind: "put", slot: 0 });
  await room;
  graph.learn(conceptNamed("b"));
  await graph.close();
});

test("a slot is given away again when it was taken, and no snapshot needs it", async () => {
  const graph = await openOn(memoryDisk());
  graph.apply([learn("a"), learn("b"), associate("a", "b")]);
  const snapshot = graph.snapshot();
  const before = contentOf(snapshot);
  graph.apply([forget("a"), learn("c")]);
  assert.equal(graph.slotOf(idNamed("c")), 2, "its index entry was not taken");
  graph.take(100);
  await turn();
  graph.apply([learn("d")]);
  assert.equal(graph.slotOf(idNamed("d")), 3, "a snapshot holds it");
  assert.deepEqual(contentOf(snapshot), before);
  snapshot.release();
  assert.throws(() => snapshot.concept(0), code("OPD4005"));
  await turn();
  graph.apply([forget("d")]);
  graph.take(100);
  for (let n = 0; n < 3; n++) await turn();
  graph.apply([learn("e")]);
  assert.equal(graph.slotOf(idNamed("e")), 0, "nobody needs it");
  await graph.close();
});

test("memory that is replaced is used again: hundreds of replacements take the place of a few", async () => {
  const graph = await openOn(memoryDisk());
  const arena = (): number =>
    (graph as unknown as { tables: { arenaBytes: Uint8Array } }).tables.arenaBytes.length;
  const content = new Uint8Array(10_000);
  for (let n = 0; n < 400; n++) {
    graph.learn(conceptNamed("a", { content }));
    if (n % 10 === 9) {
      graph.take(100);
      await turn();
    }
  }
  assert.ok(arena() <= 512 * 1024, `${arena()} bytes for ten kilobytes`);
  await graph.close();
});

test("a graph is open once", async () => {
  const disk = memoryDisk();
  const graph = await openOn(disk);
  await assert.rejects(openOn(disk), code("OPD4008"));
  await graph.close();
  await (await openOn(disk)).close();
});

test("when the log fails, what was not durable is refused, and so is every change after it", async () => {
  let at = 1;
  for (let failed = true; failed; at++) {
    const inner = memoryDisk();
    const fault: Fault = { at: at + 12, errno: "EIO", lasting: true };
    const disk = faultyDisk(inner, fault);
    const graph = await openOn(disk);
    failed = false;
    let durable = 0;
    for (let n = 1; n <= 6 && !failed; n++) {
      const seq = graph.learn(conceptNamed(`c${n}`));
      await graph.durable(seq).then(
        () => (durable = seq),
        (error: unknown) => {
          assert.ok(code("OPD4004")(error));
          failed = true;
        },
      );
    }
    if (failed) {
      assert.throws(() => graph.learn(conceptNamed("late")), code("OPD4004"));
      await assert.rejects(graph.checkpoint([]), code("OPD4004"));
    }
    await graph.close();
    inner.freeLocks();
    const again = await openOn(inner);
    assert.ok(again.seq >= durable);
    for (let n = 1; n <= durable; n++) assert.ok(again.slotOf(idNamed(`c${n}`)) >= 0);
    await again.close();
  }
  assert.ok(at > 4);
});

test("a checkpoint that fails at any operation leaves the one before it, and the graph goes on", async () => {
  const operations = await checkpointUnder(null);
  for (let at = operations.before + 1; at <= operations.all; at++)
    for (const half of [false, true]) await checkpointUnder({ at, errno: "ENOSPC", half });
});

/** Two checkpoints with changes between; the second meets the fault. Returns how many operations came before it, and all. */
async function checkpointUnder(fault: Fault | null): Promise<{ before: number; all: number }> {
  const inner = memoryDisk();
  const disk = faultyDisk(inner, fault);
  // No time passes: a log that wrote for long looks whether others wait, which is an operation too.
  const graph = await openOn(disk, { ...systemClock, monotonicMs: () => 0 });
  // Each waits for the disk, so that the operations are the same ones every time.
  graph.apply([learn("a"), learn("b"), associate("a", "b")]);
  await graph.durable();
  await graph.checkpoint([]);
  graph.apply([forget("b"), learn("c"), associate("c", "a")]);
  await graph.durable();
  const before = disk.operations.length;
  await graph.checkpoint([]).catch((error: unknown) => assert.ok(error instanceof OpError));
  const all = disk.operations.length;
  graph.apply([learn("d")]);
  await graph.durable();
  if (fault !== null) {
    await graph.checkpoint([]);
    graph.apply([learn("e")]);
  }
  const wanted = contentOf(graph);
  await graph.close();
  const again = await openOn(inner);
  assert.deepEqual(contentOf(again), wanted, `operation ${fault?.at} failed`);
  await again.close();
  return { before, all };
}

test("damage of a checkpoint is found, wherever it is, and nothing is guessed", async () => {
  const disk = memoryDisk();
  const graph = await openOn(disk);
  graph.apply([learn("a"), learn("b"), associate("a", "b")]);
  await graph.checkpoint([]);
  await graph.close();
  let flipped = 0;
  for (const name of [
    "checkpoint",
    "checkpoint-0/slots",
    "checkpoint-0/versions",
    "checkpoint-0/edges",
    "checkpoint-0/bodies",
  ]) {
    const path = `${GRAPH_FOLDER}/${name}`;
    const { length } = disk.content(path);
    for (let at = 0; at < length; at += 1 + (flipped % 3)) {
      const copy = disk.copy();
      const bytes = copy.content(path);
      bytes[at]! ^= 1 << (flipped++ % 8);
      copy.setContent(path, bytes);
      await assert.rejects(openOn(copy), code("OPD4006"), `${name}, byte ${at}`);
    }
    const cut = disk.copy();
    cut.setContent(path, disk.content(path).subarray(0, length - 1));
    await assert.rejects(openOn(cut), code("OPD4006"), `${name}, cut`);
    const gone = disk.copy();
    gone.unlink(path);
    if (name !== "checkpoint") await assert.rejects(openOn(gone), code("OPD4006"), `${name}, missing`);
    else {
      // Nothing of the log was dropped yet, and it has everything.
      const again = await openOn(gone);
      assert.equal(again.opened.replayed, 3);
      await again.close();
    }
  }
  assert.ok(flipped > 300);
});

/** Keeps the ids it was told of, and a file beside the checkpoint. */
function follower(
  disk: ReturnType<typeof memoryDisk>,
): Derived & { readonly told: Applied[]; loads: boolean } {
  return {
    name: "told",
    told: [],
    loads: true,
    apply(changes) {
      this.told.push(...changes);
    },
    async save(folder) {
      const fd = disk.open(`${folder}/told.rows`, constants.O_CREAT | constants.O_WRONLY);
      disk.write(fd, Buffer.from("rows"), 0);
      disk.close(fd);
    },
    async load() {
      return this.loads;
    },
  };
}

test("a derived index is loaded, or made again from all concepts; what came later waits for it", async () => {
  const disk = memoryDisk();
  const graph = await openOn(disk);
  graph.apply([learn("a"), learn("b")]);
  graph.take(1);
  await graph.checkpoint([follower(disk)]);
  graph.apply([forget("a"), learn("c")]);
  await graph.durable();
  await graph.close();
  for (const [loads, rebuilt] of [
    [true, []],
    [false, ["told"]],
  ] as const) {
    const one = follower(disk);
    one.loads = loads;
    const again = await openOn(disk.copy(), undefined, GRAPH_FOLDER, [one]);
    assert.deepEqual(again.opened.rebuilt, rebuilt);
    assert.deepEqual(
      one.told.map(({ slot }) => slot),
      loads ? [] : [1, 2],
    );
    assert.deepEqual(
      again.take(10).map(({ kind, slot }) => [kind, slot]),
      [
        ["put", 1],
        ["remove", 0],
        ["put", 2],
      ],
      "what was not taken before the checkpoint, then what came after it",
    );
    await again.close();
  }
  const damaged = disk.copy();
  damaged.setContent(`${GRAPH_FOLDER}/checkpoint-0/told.rows`, Buffer.from("y"));
  const again = await openOn(damaged, undefined, GRAPH_FOLDER, [follower(damaged)]);
  assert.deepEqual(again.opened.rebuilt, ["told"]);
  await again.close();
});
