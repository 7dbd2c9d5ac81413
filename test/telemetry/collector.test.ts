// A collector in a thread of its own takes what this thread records: on time, early when the ring fills, the rest at the
// end. It keeps itself alive until it is told to end, and then ends by itself.

import assert from "node:assert/strict";
import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { control, newControl, type Collected } from "../../src/telemetry/trace/collect.ts";
import { openTracer, ringMaker, TRACE_PRESETS } from "../../src/telemetry/trace/trace.ts";
import type { CollectingData } from "./collecting-thread.ts";

const settings = { ...TRACE_PRESETS.development, ringBufferSize: 4096, exportIntervalMs: 3_600_000 };

test("a collecting thread delivers or counts every event of this one", async (t) => {
  const shared = newControl();
  const ring = ringMaker(settings)(0);
  const tracer = openTracer({ ring, control: shared, settings });
  const silent = tracer.answer();
  const workerData: CollectingData = { ring, control: shared, settings };
  const worker = new Worker(new URL("./collecting-thread.ts", import.meta.url), { workerData });
  const said = once(worker, "message") as Promise<[Collected & { batches: number }]>;
  const ended = once(worker, "exit");
  await once(worker, "online");
  const bus = tracer.source("bus");
  const events = 200_000;
  for (let n = 0; n < events; n++) {
    bus.instant(tracer.nowNs(), 0, n, 0, 0, 0, 0);
    if (n % 1000 === 0) await turn();
  }
  assert.equal(await control(shared).end(30_000), 0);
  silent();
  const [{ delivered, dropped, refused, left, batches }] = await said;
  assert.equal(delivered + dropped, events);
  assert.deepEqual([refused, left], [0, 0]);
  assert.ok(batches > 1 && delivered >= settings.ringBufferSize / 2);
  assert.deepEqual(await ended, [0]);
  t.diagnostic(`${delivered} delivered in ${batches} batches, ${dropped} dropped`);
});
