// What the doctor makes of the numbers: a line that is well where all is well, and each trouble by name where not.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { SenderState } from "../../telemetry/export/export.ts";
import { createMetrics, type Metrics } from "../../telemetry/metrics/metrics.ts";
import { daemonMeter } from "./daemon-meter.ts";
import { daemonFindings } from "./findings.ts";

const NOW_MS = 1_800_000_000_000;

function exporter(given: Partial<SenderState>): SenderState {
  const none = { exportedItems: 0, droppedItems: 0, retries: 0, waitingBatches: 0, waitingBytes: 0 };
  return { name: "loki", ...none, lastTakenMs: NOW_MS - 2_000, lastError: null, ...given };
}

/** The findings as lines, of a daemon that counted so. */
function lines(exporters: readonly SenderState[], count: (metrics: Metrics) => void): readonly string[] {
  const metrics = createMetrics();
  count(metrics);
  return daemonFindings(metrics.read(), exporters, NOW_MS).map(
    ({ name, state, found, hint }) =>
      `${state} ${name}: ${found.replace(String(process.pid), "PID")}${hint === null ? "" : ` -> ${hint}`}`,
  );
}

test("all is well", () => {
  assert.deepEqual(
    lines([], (metrics) => void daemonMeter(metrics, 0)),
    [
      "ok daemon: process PID, 0 operations, 0 of them failed",
      "ok telemetry: nothing is exported; op-dbus metrics shows the numbers",
    ],
  );
  const well = lines([exporter({}), exporter({ name: "otlp-logs", lastTakenMs: null })], (metrics) => {
    metrics.gauge("scrape_open", "Open").set(1);
    metrics.counter("scrapes", "Scrapes").add(7);
    daemonMeter(metrics, 0).operation("plan", 3, false);
  });
  assert.deepEqual(well, [
    "ok daemon: process PID, 1 operations, 0 of them failed",
    "ok telemetry: loki took some 2 s ago, otlp-logs took nothing yet, scraped 7 times",
  ]);
});

test("trouble that is over is not told, but what it cost is", () => {
  const over = exporter({ lastError: { atMs: NOW_MS - 60_000, why: "refused" }, droppedItems: 3 });
  const counted = (metrics: Metrics): void =>
    metrics.counter("export_dropped", "Dropped", { exporter: "loki" }).add(3);
  assert.equal(
    lines([over], counted).at(-1),
    "warning telemetry: loki took some 2 s ago; dropped on their way: 3 -> op-dbus metrics, op-dbus config show",
  );
});

test("every trouble is told", () => {
  const refused = exporter({ lastError: { atMs: NOW_MS, why: "connect ECONNREFUSED" } });
  const told = lines([refused], (metrics) => {
    metrics.gauge("scrape_open", "Open").set(0);
    for (const name of ["trace_dropped", "export_lines_dropped", "export_thread_deaths"])
      metrics.counter(name, "Lost").add(2);
    const meter = daemonMeter(metrics, 0);
    meter.overdue(90_000);
    meter.failed(new Error("a job"));
  });
  assert.deepEqual(told, [
    "warning daemon: process PID, 0 operations, 0 of them failed; a timed commit should have been undone 90 s ago, jobs failed: 1 -> op-dbus recover",
    "warning telemetry: loki took some 2 s ago; metrics are not served: telemetry_scrape cannot be listened at, loki: connect ECONNREFUSED, events lost in the ring: 2, log lines dropped: 2, deaths of the thread that exports: 2 -> op-dbus metrics, op-dbus config show",
  ]);
});
