// The text of a scrape, read back by a parser of the format's own rules: families whole, buckets cumulative, nothing
// foreign out of its quotes.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../test/support/property.ts";
import { visible } from "../../base/visible.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { parseExposition, type Sample } from "../../../test/support/exposition.ts";
import { HOSTILE, readingsOf } from "../../../test/support/telemetry-case.ts";
import { prometheusText } from "./prometheus.ts";

function sampleOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>>,
): Sample {
  const found = samples.filter(
    (one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value),
  );
  assert.equal(found.length, 1, name);
  return found[0]!;
}

test("names: base units, totals, the papers' own", () => {
  const { families } = parseExposition(prometheusText(readingsOf()));
  assert.deepEqual(
    families.map(({ name, type }) => [name, type]),
    [
      ["op_dbus_bus_calls_total", "counter"],
      ["op_dbus_bus_call_seconds", "histogram"],
      ["op_dbus_bus_call_not_finite_total", "counter"],
      ["op_dbus_queue_depth", "gauge"],
      ["engram_priming_strength", "histogram"],
      ["op_dbus_never_seconds", "histogram"],
    ],
  );
  assert.equal(families[0]?.help, "Calls \\ of\nbus");
});

test("a name that has its unit and its total already gets neither twice", () => {
  const metrics = createMetrics();
  metrics.counter("audit_bytes_total", "Bytes").add(5);
  metrics.gauge("start_seconds", "Start").set(2);
  assert.deepEqual(
    parseExposition(prometheusText(metrics.read())).samples.map(({ name, value }) => [name, value]),
    [
      ["op_dbus_audit_bytes_total", 5],
      ["op_dbus_start_seconds", 2],
    ],
  );
});

test("buckets are cumulative, their upper edges inclusive, +Inf is the count", () => {
  const { samples } = parseExposition(prometheusText(readingsOf(3)));
  const bucket = (le: string): number => sampleOf(samples, "op_dbus_bus_call_seconds_bucket", { le }).value;
  assert.equal(bucket("0.001"), 6);
  assert.equal(bucket("0.002"), 9);
  assert.equal(bucket("0.004"), 12);
  assert.equal(bucket("2.048"), 12);
  assert.equal(bucket("4.096"), 15);
  assert.equal(bucket("+Inf"), 18);
  assert.equal(sampleOf(samples, "op_dbus_bus_call_seconds_count", {}).value, 18);
  // Strengths and shares: alerts ask for 0.8 and 0.9.
  const share = (le: string): number => sampleOf(samples, "engram_priming_strength_bucket", { le }).value;
  assert.deepEqual(["0.125", "0.75", "0.8125", "0.9375", "1"].map(share), [3, 3, 6, 6, 9]);
});

test("the edges are the same whatever was recorded", () => {
  const edges = (times: number): readonly string[] =>
    parseExposition(prometheusText(readingsOf(times))).samples.flatMap(({ labels }) => labels["le"] ?? []);
  assert.deepEqual(edges(0), edges(1));
  assert(edges(0).length > 100);
});

test("foreign label values stay in their quotes", () => {
  const { samples } = parseExposition(prometheusText(readingsOf()));
  assert.equal(
    sampleOf(samples, "op_dbus_bus_calls_total", { service: visible(HOSTILE.toWellFormed()) }).value,
    1,
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (value) => {
      const metrics = createMetrics();
      metrics.counter("calls", "help", { value }).add();
      const text = prometheusText(metrics.read());
      assert.equal(text.split("\n").length, 4);
      assert(!/\p{Cc}/u.test(text.replaceAll("\n", "")));
      assert.equal(parseExposition(text).samples[0]?.labels["value"], visible(value));
    }),
  );
});

test("no readings: an empty answer", () => assert.equal(prometheusText([]), ""));
