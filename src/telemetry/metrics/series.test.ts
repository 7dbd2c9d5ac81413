// Names, labels and caps: what is foreign cannot make a series too many, and what found no room is counted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../../base/limits.ts";
import { createMetrics, family, newSlab, type Metrics } from "./metrics.ts";

const values = (metrics: Metrics, name: string): readonly (readonly [unknown, unknown])[] =>
  metrics
    .read()
    .filter((one) => one.name === name)
    .map((one) => [Object.values(one.labels)[0], one.kind === "histogram" ? one.value.count : one.value]);

test("label sets beyond the cap are counted as other, and how often", () => {
  const metrics = createMetrics();
  const calls = family((labels) => metrics.counter("calls", "Calls", labels), "member");
  for (let n = 0; n < LIMITS.metricSeriesMax + 5; n++) calls.of(`m${n}`).add();
  calls.of("m0").add();
  calls.of("m204").add();
  const all = values(metrics, "calls");
  assert.equal(all.length, LIMITS.metricSeriesMax + 1);
  assert.deepEqual(
    all.find(([label]) => label === "m0"),
    ["m0", 2],
  );
  assert.deepEqual(
    all.find(([label]) => label === "other"),
    ["other", 6],
  );
  assert.deepEqual(values(metrics, "metric_labels_overflowed"), [["calls", 6]]);
});

test("whatever was asked for before, a set of labels has its own series", () => {
  const metrics = createMetrics();
  const calls = family((labels) => metrics.counter("calls", "Calls", labels), "service", "member");
  const asked = ["a x", "a x", "a y", "a x", "b x", "b x", "a y", "b y", "a x", " x", " "];
  for (const one of asked) calls.of(...(one.split(" ") as [string, string])).add();
  const counted = metrics
    .read()
    .map(({ labels, value }) => [`${labels["service"]} ${labels["member"]}`, value]);
  assert.deepEqual(Object.fromEntries(counted), { "a x": 4, "a y": 2, "b x": 2, "b y": 1, " x": 1, " ": 1 });
});

test("histograms that no longer fit into the slab are recorded as other, too", () => {
  const metrics = createMetrics(newSlab(700));
  const ms = family((labels) => metrics.histogram("call_ms", "Time", labels), "service", "member");
  for (const member of ["a", "b", "c", "d"]) ms.of("org.example", member).record(1);
  assert.deepEqual(values(metrics, "call_ms"), [
    ["other", 3],
    ["org.example", 1],
  ]);
});

test("neither other nor its count is shown before it is used", () => {
  const metrics = createMetrics();
  metrics.histogram("call_ms", "Time", { member: "Get" });
  assert.deepEqual(
    metrics.read().map(({ labels }) => labels["member"]),
    ["Get"],
  );
});

test("label values are kept as they are, up to a length; the order of labels does not matter", () => {
  const metrics = createMetrics();
  const odd = 'a"b\n\u0000\\é';
  metrics.counter("calls", "Calls", { member: odd, end: "x" }).add();
  metrics.counter("calls", "Calls", { end: "x", member: odd }).add();
  metrics.counter("calls", "Calls", { end: "x", member: "y".repeat(1000) }).add();
  metrics.counter("calls", "Calls", { end: "x", member: "\ud800" }).add();
  assert.deepEqual(
    metrics.read().map((one) => [one.labels["member"], one.value]),
    [
      [odd, 2],
      ["y".repeat(LIMITS.metricLabelCharsMax), 1],
      ["\ufffd", 1],
    ],
  );
});

const mistakes: readonly (readonly [string, (metrics: Metrics) => void])[] = [
  ["a name that is none", (m) => m.counter("bad name", "")],
  ["a label name that is none", (m) => m.counter("calls", "", { "a-b": "x" })],
  ["a label that Prometheus keeps for itself", (m) => m.histogram("ms", "", { le: "x" })],
  ["two kinds of one name", (m) => (m.counter("calls", ""), m.gauge("calls", ""))],
  [
    "two sets of label names",
    (m) => (m.counter("calls", "", { a: "x" }), m.counter("calls", "", { b: "x" })),
  ],
];
for (const [does, use] of mistakes)
  test(`a mistake is found at registration: ${does}`, () =>
    assert.throws(() => use(createMetrics()), { code: "OPD1900" }));

test("a counter never goes down and nothing spoils it", () => {
  const metrics = createMetrics();
  const calls = metrics.counter("calls", "Calls");
  for (const by of [1, -1, NaN, Infinity, -Infinity, 0, 2.5]) calls.add(by);
  assert.deepEqual(values(metrics, "calls"), [[undefined, 3.5]]);
});
