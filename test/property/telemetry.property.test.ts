// Laws of metrics and rings on random ones: merging is recording everything in one, in any order and grouping; a ring
// delivers what a plain list would, less exactly what it says it dropped, and drops nothing that there was room for.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../support/property.ts";
import { merged } from "../../src/telemetry/metrics/histogram.ts";
import { createMetrics, newSlab, type HistogramReading } from "../../src/telemetry/metrics/metrics.ts";
import { newRing, openRing } from "../../src/telemetry/trace/ring.ts";
import { openTracer, ringReader, TRACE_PRESETS } from "../../src/telemetry/trace/trace.ts";

const RUNS = process.env["OP_DBUS_LONG"] === "1" ? 5_000 : 200;

function recorded(values: readonly number[]): HistogramReading {
  const metrics = createMetrics(newSlab(400));
  const histogram = metrics.histogram("h", "help");
  for (const value of values) histogram.record(value);
  const [reading] = metrics.read();
  assert(reading?.kind === "histogram");
  return reading.value;
}

const plain = ({ count, min, max, notFinite, buckets }: HistogramReading): object => ({
  count,
  min,
  max,
  notFinite,
  buckets: [...buckets],
});

const values = fc.array(
  fc.oneof(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.constantFrom(0, 1, 1.125, 2 ** 30, NaN, Infinity),
  ),
  { maxLength: 40 },
);

test("merged histograms are the histogram of all values, in any order and grouping", () => {
  fc.assert(
    fc.property(values, values, values, (a, b, c) => {
      const [x, y, z] = [recorded(a), recorded(b), recorded(c)];
      const all = recorded([...a, ...b, ...c]);
      const left = merged(merged(x, y), z);
      assert.deepEqual(plain(left), plain(all));
      assert.deepEqual(plain(merged(x, merged(z, y))), plain(all));
      assert.ok(
        Math.abs(left.sum - all.sum) <=
          1e-9 * [...a, ...b, ...c].filter(Number.isFinite).reduce((sum, v) => sum + Math.abs(v), 1),
      );
      for (const q of [0.5, 0.9, 0.99]) assert.deepEqual(left.quantile(q), all.quantile(q));
    }),
    { numRuns: RUNS },
  );
});

test("quantiles never go down as the share goes up, and stay within what was recorded", () => {
  fc.assert(
    fc.property(
      values,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (all, p, q) => {
        const reading = recorded(all);
        if (reading.count === 0) return;
        const [low, high] = [reading.quantile(Math.min(p, q)), reading.quantile(Math.max(p, q))];
        assert.ok(low <= high && low >= reading.min && high <= reading.max);
      },
    ),
    { numRuns: RUNS },
  );
});

const settings = TRACE_PRESETS.development;
const step = fc.oneof(
  fc.record({ push: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ drain: fc.integer({ min: 1, max: 40 }) }),
);

test("a ring delivers what a list would, less what it says it dropped", () => {
  fc.assert(
    fc.property(fc.constantFrom(2, 4, 16, 32), fc.array(step, { maxLength: 40 }), (events, steps) => {
      const ring = newRing({ events, worker: 0, wallNs: 0n, monotonicNs: 0n });
      const { capacity, chunk } = openRing(ring);
      const tracer = openTracer({ ring, settings });
      const reader = ringReader(ring);
      const source = tracer.source("bus");
      let [pushed, accounted] = [0, 0];
      const drain = (max: number): number => {
        tracer.publish();
        const taken = reader.drain(max);
        accounted += taken.dropped;
        for (const event of taken.events)
          assert.deepEqual([event.seq, event.idA], [accounted, BigInt(accounted++)]);
        const newest = taken.events.length === 0 || taken.events.length < max ? pushed : accounted;
        assert.equal(accounted, newest);
        if (taken.dropped > 0) assert.equal(pushed - accounted + taken.events.length, capacity - chunk);
        return taken.events.length + taken.dropped;
      };
      for (const one of steps) {
        if ("drain" in one) drain(one.drain);
        else for (let n = 0; n < one.push; n++) source.instant(0, 0, pushed++, 0, 0, 0, 0);
      }
      while (drain(7) > 0);
      assert.equal(accounted, pushed);
    }),
    { numRuns: RUNS },
  );
});
