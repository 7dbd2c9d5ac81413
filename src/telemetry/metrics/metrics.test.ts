// Counters, gauges and histograms say what was recorded; bucket edges are inclusive and quantiles keep their error bound.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../test/support/property.ts";
import { bucketOf, BUCKETS, edgeOf } from "./histogram.ts";
import { createMetrics, newSlab, noMetrics, QUANTILES, type HistogramReading } from "./metrics.ts";

function histogram(values: readonly number[]): HistogramReading {
  const metrics = createMetrics();
  const h = metrics.histogram("h", "help");
  for (const value of values) h.record(value);
  const reading = metrics.read()[0];
  assert(reading?.kind === "histogram");
  return reading.value;
}

test("edges are inclusive: a value on an edge is in the bucket that ends there", () => {
  for (let i = 0; i < BUCKETS; i++) {
    assert.equal(bucketOf(edgeOf(i)), i);
    assert.equal(bucketOf(edgeOf(i) * (1 + Number.EPSILON)), i + 1);
  }
});

test("every value lies in its bucket, and a bucket is at most 12.5 % wide", () => {
  fc.assert(
    fc.property(fc.double({ min: 2 ** -9, max: 2 ** 30, noNaN: true }), (value) => {
      const i = bucketOf(value);
      assert(value <= edgeOf(i) && value > edgeOf(i - 1));
      assert(edgeOf(i) / edgeOf(i - 1) <= 1.125 + 1e-9);
    }),
  );
});

test("quantiles are within one bucket of the exact value", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 }),
      (values) => {
        const reading = histogram(values);
        const sorted = [...values].sort((a, b) => a - b);
        for (const q of [...QUANTILES, 1]) {
          const exact = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!;
          const got = reading.quantile(q);
          assert(got >= exact / 1.1251 && got <= exact * 1.1251, `q ${q}: exact ${exact}, got ${got}`);
        }
      },
    ),
  );
});

test("what is not finite is counted apart; zero and negatives fall into the first bucket", () => {
  const reading = histogram([NaN, Infinity, -Infinity, 0, -5, 2 ** 31]);
  assert.equal(reading.notFinite, 3);
  assert.equal(reading.count, 3);
  assert.equal(reading.buckets[0], 2);
  assert.equal(reading.buckets[BUCKETS], 1);
  assert.equal(reading.min, -5);
  assert.equal(reading.max, 2 ** 31);
});

test("an empty histogram has no quantile", () => assert(Number.isNaN(histogram([]).quantile(0.5))));

test("the same name and labels are the same series; other labels are another", () => {
  const metrics = createMetrics();
  metrics.counter("calls", "help", { member: "Ping" }).add(2);
  metrics.counter("calls", "help", { member: "Ping" }).add();
  metrics.counter("calls", "help", { member: "Get" }).add();
  metrics.gauge("depth", "help").set(7);
  assert.deepEqual(
    metrics.read().map((m) => [m.name, m.labels["member"], m.value]),
    [
      ["calls", "Ping", 3],
      ["calls", "Get", 1],
      ["depth", undefined, 7],
    ],
  );
});

test("a full slab refuses a new series and keeps the old ones", () => {
  const metrics = createMetrics(newSlab(2));
  metrics.counter("a", "help").add(1);
  assert.throws(() => metrics.histogram("h", "help"), { code: "OPD1050" });
  metrics.gauge("g", "help").set(1);
  assert.equal(metrics.read().length, 2);
});

test("switched off, nothing is recorded and nothing is read", () => {
  noMetrics.counter("a", "help").add();
  noMetrics.histogram("h", "help").record(1);
  assert.deepEqual(noMetrics.read(), []);
});
