// Proof, by looking at every execution that ECMAScript's memory model allows, that what the ring delivers is whole and in
// order and what a snapshot shows belongs together; and that each Atomics operation is needed for it: with any of them
// weaker, and with the ring of the first generation, the checker finds an execution that goes wrong.

import assert from "node:assert/strict";
import { test } from "node:test";
import { check, type Model } from "./memory-model.ts";
import { originalModel, ringModel, type RingCase, type RingFault } from "./ring-model.ts";
import { linesModel, recordEpochModel, slabModel, type Epoch, type SlabFault } from "./slab-model.ts";

const RINGS: readonly RingCase[] = [
  { capacity: 2, chunk: 1, events: 3, drains: 3 },
  { capacity: 2, chunk: 1, events: 6, drains: 3 },
  { capacity: 3, chunk: 1, events: 5, drains: 3 },
  { capacity: 3, chunk: 2, events: 6, drains: 3 },
  { capacity: 4, chunk: 1, events: 6, drains: 3 },
  { capacity: 4, chunk: 2, events: 6, drains: 3 },
  { capacity: 4, chunk: 3, events: 6, drains: 3 },
];

for (const one of RINGS)
  test(`a ring of ${one.capacity}, chunks of ${one.chunk}, ${one.events} events: whole, in order, all accounted for`, (t) => {
    const seen = { delivered: 0, dropped: 0 };
    const { executions, broken } = check(() => ringModel(one, seen));
    assert.equal(broken, null);
    assert.ok(seen.delivered > 0 && seen.dropped > 0, "some are delivered and some dropped");
    t.diagnostic(`${executions} executions, ${seen.delivered} delivered, ${seen.dropped} dropped`);
  });

function caught(does: string, model: () => Model, text: RegExp): void {
  test(`caught: ${does}`, (t) => {
    const { executions, broken } = check(model);
    assert.match(broken ?? "nothing", text);
    t.diagnostic(`execution ${executions}: ${broken}`);
  });
}

const RING_FAULTS: readonly RingFault[] = [
  "writer stores",
  "writer publishes plainly",
  "reader checks with a load",
  "reader does not check",
  "reader believes all",
];
for (const wrong of RING_FAULTS) {
  const smallest = { capacity: 2, chunk: 1, events: 3, drains: 2, wrong };
  caught(wrong, () => ringModel(smallest, { delivered: 0, dropped: 0 }), /is whole/);
}
for (const capacity of [2, 3, 4])
  caught(
    `the first generation's ring of ${capacity}: the writer moves the reader's index`,
    () => originalModel(capacity, capacity + 2, 2),
    /is whole|in order/,
  );

const LONG = process.env["OP_DBUS_LONG"] === "1";
const SLABS = LONG
  ? ([
      [1, 3, 4],
      [2, 1, 3],
    ] as const)
  : ([
      [1, 2, 3],
      [2, 1, 2],
    ] as const);
for (const [readers, questions, turns] of SLABS)
  test(`a slab, ${readers} readers, ${questions} questions each: a snapshot is of one moment and fresh`, (t) => {
    const seen = { snapshots: 0, fresh: 0 };
    const { executions, broken } = check(() => slabModel({ readers, questions, turns }, seen));
    assert.equal(broken, null);
    assert.ok(seen.snapshots > seen.fresh && seen.fresh > 0, "some are fresh and some are not");
    t.diagnostic(`${executions} executions, ${seen.snapshots} snapshots, ${seen.fresh} fresh`);
  });

const SLAB_FAULTS: readonly SlabFault[] = [
  "writer stores the epoch",
  "writer answers first",
  "reader checks with a load",
  "reader does not check",
];
for (const wrong of SLAB_FAULTS)
  caught(
    wrong,
    () => slabModel({ readers: 1, questions: 2, turns: 3, wrong }, { snapshots: 0, fresh: 0 }),
    /of one moment|recorded before/,
  );

// Why recording has no epoch: what would be cheap enough for it is not enough, and what is enough costs twice as much as
// all the rest of it.
const TOO_WEAK: readonly Epoch[] = ["plain stores", "Atomics.store", "Atomics.store, reader adds 0"];
for (const epoch of TOO_WEAK)
  caught(`an epoch around each record: ${epoch}`, () => recordEpochModel(epoch, 2), /of one moment/);
test("an epoch around each record that both sides add to would be enough", () =>
  assert.equal(check(() => recordEpochModel("both add", 3)).broken, null));

test("texts that only grow: what the length covers is there", () =>
  assert.equal(check(() => linesModel(4, false)).broken, null));
caught("a length that is stored plainly", () => linesModel(2, true), /is there/);
