// The memory's own events: kept as concepts, bounded in rate and number across restarts, never about themselves; percentiles and
// alerts out of what was recorded.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { createMetrics, noMetrics } from "../../telemetry/metrics/metrics.ts";
import { newPlainGraph } from "../../../test/support/plain-graph.ts";
import type { Change } from "../model.ts";
import type { Graph } from "../ports.ts";
import { alerts, type Percentiles, type QueueState } from "./alert.ts";
import type { StorageEvent } from "./event.ts";
import { MONITOR_NAMESPACE, newMonitor } from "./monitor.ts";

const query = (tookMs: number): StorageEvent => ({
  kind: "query",
  query: "text",
  depth: 1,
  results: 3,
  tookMs,
  confidence: 0.5,
});
const quiet: Omit<QueueState, "eventsLost"> = { utilization: 0, estimatedLagMs: 0, refused: 0 };

/** Only the time that a test moves. */
function manualClock(): Clock & { nowMs: number } {
  return {
    nowMs: 0,
    wallMs: () => 0,
    monotonicMs() {
      return this.nowMs;
    },
    sleep: async () => undefined,
  };
}
/** A plain graph as the space that a monitor writes. */
function written(graph: Graph) {
  return { reader: graph, apply: async (changes: readonly Change[]) => graph.apply(changes) };
}
function contents(graph: Graph): string[] {
  return Array.from({ length: graph.slotEnd }, (_, slot) => graph.concept(slot))
    .filter((concept) => concept !== null)
    .toSorted((a, b) => Buffer.compare(a.id, b.id))
    .map(({ content }) => Buffer.from(content).toString());
}

test("of each kind the slowest of a second is kept, as a sentence with its numbers", () => {
  const graph = newPlainGraph();
  const clock = manualClock();
  const monitor = newMonitor(written(graph), noMetrics, clock);
  monitor.record("main", query(2));
  monitor.record("main", query(9));
  monitor.record("main", query(3));
  monitor.record("main", { kind: "reconciled", changes: 5, tookMs: 1, checkpoint: true });
  assert.equal(graph.size, 0);
  clock.nowMs = 1000;
  monitor.record("main", query(1));
  assert.deepEqual(contents(graph), [
    "A text query found 3 results in 9 ms.",
    "5 changes were brought into the indexes in 1 ms, with a checkpoint.",
  ]);
  const { attributes } = graph.concept(0)!;
  assert.deepEqual(Object.fromEntries(attributes), {
    event: "query",
    query: "text",
    depth: "1",
    results: "3",
    tookMs: "9",
    confidence: "0.5",
  });
});

test("what happens in its own namespace is no event", async () => {
  const graph = newPlainGraph();
  const monitor = newMonitor(written(graph), createMetrics(), manualClock());
  monitor.record(MONITOR_NAMESPACE, query(1));
  await monitor.flush();
  assert.equal(graph.size, 0);
  assert.equal(monitor.percentiles().size, 0);
});

test("the oldest is forgotten, after a restart as before", async () => {
  const graph = newPlainGraph();
  const fill = async (from: number, to: number): Promise<void> => {
    const monitor = newMonitor(written(graph), noMetrics, manualClock());
    for (let n = from; n < to; n++) {
      monitor.record("main", query(n));
      await monitor.flush();
    }
  };
  await fill(0, 700);
  await fill(700, 700 + LIMITS.memoryEventsMax);
  assert.equal(graph.size, LIMITS.memoryEventsMax);
  const kept = contents(graph);
  assert.equal(kept[0], "A text query found 3 results in 700 ms.");
  assert.equal(kept.at(-1), `A text query found 3 results in ${699 + LIMITS.memoryEventsMax} ms.`);
});

test("a namespace that takes nothing fails nobody, and is said", async () => {
  const graph = newPlainGraph();
  const refusing = { reader: graph, apply: () => Promise.reject(new Error("full")) };
  const monitor = newMonitor(refusing, noMetrics, manualClock());
  monitor.record("main", query(1));
  await monitor.flush();
  assert.deepEqual(monitor.alerts(quiet), ["1 events about the memory itself could not be kept"]);
});

test("percentiles of what was recorded", () => {
  const monitor = newMonitor(written(newPlainGraph()), createMetrics(), manualClock());
  for (let n = 1; n <= 1000; n++) monitor.record("main", query(n));
  const { count, p50, p95, p99, p999 } = monitor.percentiles().get("query")!;
  assert.equal(count, 1000);
  // A bucket is an eighth of an octave wide.
  for (const [value, expected] of [
    [p50, 500],
    [p95, 950],
    [p99, 990],
    [p999, 999],
  ] as const)
    assert.ok(Math.abs(value / expected - 1) < 0.125, `${value}, not about ${expected}`);
  assert.equal(monitor.percentiles().get("path"), undefined);
  assert.match(monitor.alerts(quiet).join(), /^queries are slow: .*99 % within/);
});

const slow: Percentiles = { count: 20, p50: 1, p95: 1, p99: 501, p999: 501 };
const well: QueueState = { ...quiet, eventsLost: 0 };
const rows: readonly (readonly [string, ReadonlyMap<"path", Percentiles>, QueueState, readonly RegExp[]])[] =
  [
    ["nothing", new Map(), well, []],
    ["slow paths", new Map([["path", slow]]), well, [/paths are slow.*501\.0 ms, should be 500/]],
    ["too few to say", new Map([["path", { ...slow, count: 19 }]]), well, []],
    ["a full queue", new Map(), { ...well, utilization: 0.71 }, [/71 % full/]],
    ["lag", new Map(), { ...well, estimatedLagMs: 1001 }, [/lag 1001 ms/]],
    ["refusals", new Map(), { ...well, refused: 3 }, [/3 changes were refused/]],
  ];
for (const [name, percentiles, queue, expected] of rows)
  test(`alerts: ${name}`, () => {
    const found = alerts(percentiles, queue);
    assert.equal(found.length, expected.length);
    for (const [n, pattern] of expected.entries()) assert.match(found[n]!, pattern);
  });
