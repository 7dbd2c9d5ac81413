// Readings of several threads are one, whole and never going down; a thread that is busy is late, one that ended stays in
// the sums.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  answerReaders,
  createMetrics,
  metricsReader,
  newSlab,
  type MetricReading,
  type Metrics,
  type MetricsReader,
} from "./metrics.ts";

const value = (readings: readonly MetricReading[], name: string): number | undefined => {
  const found = readings.find((one) => one.name === name);
  return found?.kind === "histogram" ? found.value.count : found?.value;
};

/** What a thread would make of a slab: it answers until it ends. */
function thread(reader: MetricsReader): {
  metrics: Metrics;
  silent: () => void;
  ended: () => void;
} {
  const metrics = createMetrics(newSlab(2000));
  const ended = reader.add(metrics.slab!);
  return { metrics, silent: answerReaders(metrics), ended };
}

test("counters and gauges add up, histograms are merged, a series of one thread is there", async () => {
  const reader = metricsReader();
  const [a, b] = [thread(reader), thread(reader)];
  for (const [one, by] of [
    [a, 1],
    [b, 10],
  ] as const) {
    one.metrics.counter("calls", "Calls").add(by);
    one.metrics.gauge("depth", "Depth").set(by);
    for (const ms of [by, 2 * by]) one.metrics.histogram("call_ms", "Time").record(ms);
  }
  b.metrics.counter("only_b", "Only here").add(3);
  const { readings, late } = await reader.read();
  assert.equal(late, 0);
  assert.deepEqual(
    ["calls", "depth", "call_ms", "only_b"].map((name) => value(readings, name)),
    [11, 11, 4, 3],
  );
  const merged = readings.find(({ name }) => name === "call_ms");
  assert(merged?.kind === "histogram");
  const { sum, min, max } = merged.value;
  assert.deepEqual([sum, min, max, merged.value.quantile(1)], [33, 1, 20, 20]);
  for (const one of [a, b]) one.silent();
});

test("a thread that does not answer is late and stands as it last was", async () => {
  const reader = metricsReader();
  const { metrics, silent } = thread(reader);
  const calls = metrics.counter("calls", "Calls");
  calls.add(1);
  assert.deepEqual(
    await reader.read().then(({ readings, late }) => [value(readings, "calls"), late]),
    [1, 0],
  );
  silent();
  calls.add(1);
  assert.deepEqual(
    await reader.read(5).then(({ readings, late }) => [value(readings, "calls"), late]),
    [1, 1],
  );
  // A question that came while nobody listened is answered by who listens next.
  const again = answerReaders(metrics);
  assert.deepEqual(
    await reader.read().then(({ readings, late }) => [value(readings, "calls"), late]),
    [2, 0],
  );
  again();
});

test("what an ended thread counted stays, what it measured last does not, and its successor adds to it", async () => {
  const reader = metricsReader();
  const first = thread(reader);
  first.metrics.counter("calls", "Calls").add(5);
  first.metrics.gauge("depth", "Depth").set(5);
  first.silent();
  first.ended();
  first.ended();
  const second = thread(reader);
  second.metrics.counter("calls", "Calls").add(2);
  const { readings, late } = await reader.read();
  assert.deepEqual([value(readings, "calls"), value(readings, "depth"), late], [7, undefined, 0]);
  second.silent();
});

test("another thread of the same slab goes on where the first ended", () => {
  const slab = newSlab(2000);
  const first = createMetrics(slab);
  first.counter("calls", "Calls", { end: "reply" }).add(5);
  first.histogram("call_ms", "Time").record(0);
  const second = createMetrics(slab);
  second.histogram("call_ms", "Time").record(7);
  second.counter("calls", "Calls", { end: "reply" }).add();
  second.counter("calls", "Calls", { end: "error" }).add();
  assert.deepEqual(
    second
      .read()
      .map((one) => (one.kind === "histogram" ? [one.value.count, one.value.min, one.value.max] : one.value)),
    [6, [2, 0, 7], 1],
  );
});
