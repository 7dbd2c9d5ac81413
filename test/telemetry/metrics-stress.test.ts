// Metrics under load: snapshots of busy threads are of one moment and only go up; millions of labelled calls, and a day of
// them on a virtual clock, leave memory flat and sums exact.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import {
  createMetrics,
  family,
  metricsReader,
  newSlab,
  type HistogramReading,
  type MetricReading,
} from "../../src/telemetry/metrics/metrics.ts";
import { prometheusText } from "../../src/telemetry/export/export.ts";
import { openTracer, ringMaker, ringReader, TRACE_PRESETS } from "../../src/telemetry/trace/trace.ts";
import { parseExposition } from "../support/exposition.ts";
import type { CountingData } from "./counting-thread.ts";

const LONG = process.env["OP_DBUS_LONG"] === "1";
const SNAPSHOTS = LONG ? 5_000 : 200;
const MIB = 1024 * 1024;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

interface Numbers {
  readonly records: number;
  readonly twice: number;
  readonly sizes: HistogramReading;
}
function numbers(readings: readonly MetricReading[]): Numbers | null {
  const [records, twice, sizes] = ["records", "records_twice", "record_size"].map((name) =>
    readings.find((one) => one.name === name),
  );
  if (records?.kind !== "counter" || twice?.kind !== "counter" || sizes?.kind !== "histogram") return null;
  return { records: records.value, twice: twice.value, sizes: sizes.value };
}

test("snapshots of two busy threads are of one moment each, and never go back", async (t) => {
  const reader = metricsReader();
  const stop = new SharedArrayBuffer(4);
  const exits = [800, 56_000].map((burst) => {
    const slab = newSlab(1000);
    const ended = reader.add(slab);
    const workerData: CountingData = { slab, stop, burst };
    const worker = new Worker(new URL("./counting-thread.ts", import.meta.url), { workerData });
    return once(worker, "exit").then(ended);
  });
  let [snapshots, lates, last] = [0, 0, 0];
  while (snapshots < SNAPSHOTS) {
    const { readings, late } = await reader.read(5_000);
    lates += late;
    const seen = numbers(readings);
    if (seen === null) continue;
    const { records, twice, sizes } = seen;
    assert.deepEqual([twice, sizes.count], [2 * records, records]);
    // Bursts are multiples of eight, and a snapshot lies between two of them.
    const wanted = records === 0 ? [0, Infinity, -Infinity] : [4.5 * records, 1, 8];
    assert.deepEqual([sizes.sum, sizes.min, sizes.max], wanted);
    assert.ok(records >= last, `${records} after ${last}`);
    last = records;
    snapshots++;
  }
  Atomics.store(new Int32Array(stop), 0, 1);
  await Promise.all(exits);
  const end = numbers((await reader.read()).readings);
  assert.ok(end !== null && end.records >= last && end.twice === 2 * end.records);
  t.diagnostic(`${snapshots} snapshots of up to ${end.records} records, ${lates} answers late`);
});

test("10 million labelled calls, some with labels nobody has seen: the heap stays flat", () => {
  const metrics = createMetrics();
  const calls = family((labels) => metrics.counter("calls", "Calls", labels), "service", "member");
  const services = Array.from({ length: 10 }, (_, n) => `org.example.S${n}`);
  const members = Array.from({ length: 15 }, (_, n) => `M"${n}"\n`);
  const count = (from: number, to: number): void => {
    for (let n = from; n < to; n++) {
      if (n % 1000 === 999) calls.of("org.stranger", `\u0000${n}`).add();
      else calls.of(services[n % 10]!, members[n % 15]!).add();
    }
  };
  count(0, 1_000_000);
  const before = heapBytes();
  count(1_000_000, 10_000_000);
  const grown = heapBytes() - before;
  assert.ok(grown < MIB, `${grown} bytes`);
  const all = metrics.read().filter(({ name }) => name === "calls");
  assert.equal(
    all.reduce((sum, one) => sum + (one.kind === "counter" ? one.value : 0), 0),
    10_000_000,
  );
  // Quotes, line ends and controls of the labels do not end a line or a value.
  const { samples } = parseExposition(prometheusText(metrics.read()));
  const shown = samples.filter(({ name }) => name === "op_dbus_calls_total");
  assert.equal(shown.length, all.length);
  assert.equal(
    shown.reduce((sum, { value }) => sum + value, 0),
    10_000_000,
  );
});

test("a day on a virtual clock: sums do not drift, every event has its own time, memory stays flat", () => {
  const perSecond = LONG ? 1000 : 50;
  const eventEvery = LONG ? 100 : 10;
  const settings = TRACE_PRESETS.development;
  const metrics = createMetrics();
  const calls = metrics.counter("calls", "Calls");
  const seconds = metrics.histogram("call_seconds", "Time");
  const tracer = openTracer({ ring: ringMaker(settings)(0), settings });
  const reader = ringReader(tracer.ring!);
  const bus = tracer.source("bus");
  let [naive, n, delivered, dropped, heapAfterFirst] = [0, 0, 0, 0, 0];
  let last: bigint | null = null;
  for (let second = 0; second < 86_400; second++) {
    for (let k = 0; k < perSecond; k++, n++) {
      calls.add();
      seconds.record(0.1);
      naive += 0.1;
      if (n % eventEvery === 0) bus.instant(n * (1e9 / perSecond), 0, n, 0, 0, 0.1, 0);
    }
    if (second % 5 !== 4) continue;
    tracer.publish();
    const taken = reader.drain(settings.ringBufferSize * 2);
    delivered += taken.events.length;
    dropped += taken.dropped;
    for (const { timeNs, idA } of taken.events) {
      assert.ok(
        last === null || timeNs - last === BigInt(eventEvery) * BigInt(1e9 / perSecond),
        `event ${idA}`,
      );
      last = timeNs;
    }
    if (second === 3599) heapAfterFirst = heapBytes();
  }
  const grown = heapBytes() - heapAfterFirst;
  assert.ok(grown < MIB, `${grown} bytes`);
  assert.deepEqual([delivered, dropped], [n / eventEvery, 0]);
  const [counted, timed] = metrics.read();
  assert(timed?.kind === "histogram");
  assert.deepEqual([counted?.value, timed.value.count], [n, n]);
  // 0.1 as it is stored, times n, rounded once: what a sum without any loss would be.
  const exact = Number((BigInt(n) * BigInt(0.1 * 2 ** 56)) >> 3n) / 2 ** 53;
  assert.equal(timed.value.sum, exact);
  assert.notEqual(naive, exact, "the control: a plain sum drifts");
});
