// A thread that reads a graph while another one writes it: takes one snapshot after the other and checks that each is one
// moment of the writer's rounds (graph-threads.test.ts says what a round is), until it is told to stop.

import assert from "node:assert/strict";
import { parentPort, workerData } from "node:worker_threads";
import { attachGraph, type SharedGraph } from "../../src/memory/graph/graph.ts";
import type { Snapshot } from "../../src/memory/ports.ts";
import { idNamed } from "../support/graph-case.ts";

export interface ReaderTask {
  readonly shared: SharedGraph;
  /** Word 0: 1 = stop. Word 1: snapshots that were checked. */
  readonly control: SharedArrayBuffer;
  /** Neighbours that the hub has. */
  readonly kept: number;
}

/** Some of those that nobody forgets. */
const STAYS = Array.from({ length: 200 }, (_, number) => idNamed(`stays ${number}`));
const { shared, control, kept } = workerData as ReaderTask;
const words = new Int32Array(control);
const graph = attachGraph(shared);
const rounds = new Set<number>();
let older: Snapshot | null = null;
let olderRound = 0;
while (Atomics.load(words, 0) === 0) {
  const snapshot = graph.snapshot();
  rounds.add(checked(snapshot));
  // One is held for longer: it must not change.
  if (older === null) {
    older = snapshot;
    olderRound = checked(older);
  } else {
    snapshot.release();
    if (rounds.size % 7 === 0) {
      assert.equal(checked(older), olderRound);
      older.release();
      older = null;
    }
  }
  Atomics.add(words, 1, 1);
}
older?.release();
parentPort!.postMessage(rounds.size);

/** The round that the snapshot is of; throws when it is not one round and nothing else. */
function checked(snapshot: Snapshot): number {
  const hub = snapshot.slotOf(idNamed("hub"));
  const round = Number(textOf(snapshot, hub));
  for (const name of ["p", "q"]) {
    const concept = snapshot.concept(snapshot.slotOf(idNamed(name)))!;
    assert.equal(Number(Buffer.from(concept.content).toString()), round, `${name} in round ${round}`);
    assert.equal(concept.vector?.[0], round);
    assert.equal(concept.strength, round % 10);
  }
  const neighbours: number[] = [];
  for (let edge = snapshot.firstOut(hub); edge !== 0; edge = snapshot.nextOut(edge)) {
    assert.equal(snapshot.source(edge), hub);
    neighbours.push(Number(textOf(snapshot, snapshot.target(edge))));
  }
  const first = Math.max(1, round - kept + 1);
  const wanted = Array.from({ length: round - first + 1 }, (_, n) => round - n);
  assert.deepEqual(neighbours, wanted, "newest first, and only these");
  assert.ok(snapshot.slotOf(idNamed(`n${round}`)) >= 0);
  assert.equal(snapshot.slotOf(idNamed(`n${round + 1}`)), -1);
  if (first > 1) assert.equal(snapshot.slotOf(idNamed(`n${first - 1}`)), -1);
  assert.equal(snapshot.associations, wanted.length);
  // Their chains are being split all the time.
  for (const number of STAYS.keys())
    if (number > 0 && number <= round) assert.ok(snapshot.slotOf(STAYS[number]!) >= 0, `stays ${number}`);
  if (round % 16 === 0) assert.equal(counted(snapshot), snapshot.size);
  return round;
}

function counted(snapshot: Snapshot): number {
  let count = 0;
  for (let slot = 0; slot < snapshot.slotEnd; slot++) if (snapshot.has(slot)) count++;
  return count;
}

function textOf(snapshot: Snapshot, slot: number): string {
  const view = snapshot.contentView(slot);
  assert.ok(view !== null, `slot ${slot} has a content`);
  return Buffer.from(view).toString();
}
