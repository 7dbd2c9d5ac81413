// A collector takes events on time, early when a ring fills, and all that is left at the end, within its deadline.

import assert from "node:assert/strict";
import { test } from "node:test";
import { collect, control, newControl, type Collected } from "./collect.ts";
import { openTracer, ringMaker, ringReader, TRACE_PRESETS, type TraceBatch, type Tracer } from "./trace.ts";

const settings = {
  ...TRACE_PRESETS.development,
  ringBufferSize: 1024,
  exportBatchSize: 100,
  exportIntervalMs: 3_600_000,
};

interface Case {
  readonly tracer: Tracer;
  readonly collected: Promise<Collected>;
  readonly end: (deadlineMs: number) => Promise<number | null>;
  readonly push: (count: number) => void;
}

function opened(take: (batch: TraceBatch) => Promise<void>): Case {
  const shared = newControl();
  const ring = ringMaker(settings)(1);
  const tracer = openTracer({ ring, control: shared, settings });
  const silent = tracer.answer();
  const readers = [ringReader(ring)];
  const collected = collect({ rings: () => readers, control: control(shared), settings, take });
  const source = tracer.source("bus");
  return {
    tracer,
    collected,
    end: async (deadlineMs) => {
      const left = await control(shared).end(deadlineMs);
      silent();
      return left;
    },
    push(count) {
      for (let n = 0; n < count; n++) source.instant(n, 0, 0, 0, 0, 0, 0);
    },
  };
}

test("what was pushed before the end is handed on at the end, in batches", async () => {
  const batches: number[] = [];
  const { push, end, collected } = opened(async ({ events }) => void batches.push(events.length));
  push(250);
  assert.equal(await end(5_000), 0);
  assert.deepEqual(await collected, { delivered: 250, dropped: 0, refused: 0, left: 0 });
  assert.deepEqual([batches.reduce((sum, size) => sum + size, 0), Math.max(...batches)], [250, 100]);
});

test("a ring that fills wakes the collector long before its time", async () => {
  let woken: (() => void) | undefined;
  const early = new Promise<void>((resolve) => (woken = resolve));
  const { push, end, collected } = opened(async ({ events }) => void (events.length > 0 && woken?.()));
  push(600);
  await early;
  await end(5_000);
  assert.equal((await collected).delivered, 600);
});

test("what was lost is handed on as a count", async () => {
  const dropped: number[] = [];
  const { push, end, collected } = opened(async (batch) => void dropped.push(batch.dropped.get(1) ?? 0));
  push(5_000);
  await end(5_000);
  const { delivered, dropped: total } = await collected;
  assert.equal(delivered + total, 5_000);
  assert.equal(
    dropped.reduce((sum, count) => sum + count, 0),
    total,
  );
  assert.ok(total > 0);
});

test("a batch that is refused is counted and not handed on again", async () => {
  let calls = 0;
  const { push, end, collected } = opened(async () => {
    if (++calls === 1) throw new Error("full");
  });
  push(150);
  await end(5_000);
  const { delivered, refused } = await collected;
  assert.equal(delivered + refused, 150);
  assert.ok(refused > 0 && delivered > 0);
});

test("one that is never done with a batch does not hold up the end; what is left is told", async () => {
  const { push, end, collected } = opened(() => new Promise(() => {}));
  push(300);
  assert.equal(await end(20), 300);
  assert.deepEqual(await collected, { delivered: 0, dropped: 0, refused: 0, left: 300 });
});

test("without a collector nobody waits for its end longer than said", async () => {
  assert.equal(await control(newControl()).end(1), null);
});
