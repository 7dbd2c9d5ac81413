// When a checkpoint is written by itself, and what is told: with a namespace that is only figures.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../../base/limits.ts";
import type { StorageEvent } from "../monitor/event.ts";
import type { SpaceStats } from "../space.ts";
import type { VectorsStatus } from "../vector/model.ts";
import { Tending } from "./tend.ts";

const FIGURES = { concepts: 3, associations: 2, memoryBytes: 100 } as SpaceStats;

function tended(savedSeq: number) {
  const at = { seq: savedSeq, ms: 0, building: false, flushes: 0, events: [] as StorageEvent[] };
  const vectors = () =>
    ({ entries: 9, dimension: 4, building: at.building ? { done: 1, total: 9 } : null }) as VectorsStatus;
  const tending = new Tending(
    {
      clock: { wallMs: () => 0, monotonicMs: () => at.ms, sleep: () => Promise.resolve() },
      ground: {
        vectors,
        stats: () => ({ ...FIGURES, seq: at.seq }),
        logBytes: () => 0,
        flush: async () => void at.flushes++,
      },
      tell: (event) => at.events.push(event),
      read: () => undefined,
    },
    at.seq,
    savedSeq,
  );
  return { at, tending };
}

test("a checkpoint when enough was changed since the last one", async () => {
  const { at, tending } = tended(10);
  for (const [more, flushes] of [
    [0, 0],
    [LIMITS.memoryCheckpointChanges - 1, 0],
    [1, 1],
    [LIMITS.memoryCheckpointChanges - 1, 1],
    [1, 2],
  ] as const) {
    at.seq += more;
    await tending.turn();
    assert.equal(at.flushes, flushes);
  }
});

test("its size and pace are told where something was written, and nothing where not", async () => {
  const { at, tending } = tended(0);
  await tending.turn();
  assert.deepEqual(at.events, []);
  [at.seq, at.ms] = [500, 2000];
  await tending.turn();
  const figures = { concepts: 3, associations: 2, memoryBytes: 100 };
  assert.deepEqual(at.events, [{ kind: "metrics", ...figures, writesPerS: 250, readUs: 0 }]);
  await tending.turn();
  assert.equal(at.events.length, 1);
});

test("an index of vectors that was made is told once", async () => {
  const { at, tending } = tended(0);
  at.building = true;
  await tending.turn();
  at.ms = 3000;
  await tending.turn();
  at.building = false;
  await tending.turn();
  await tending.turn();
  assert.deepEqual(at.events, [{ kind: "vectors-built", vectors: 9, dimensions: 4, tookMs: 3000 }]);
});
