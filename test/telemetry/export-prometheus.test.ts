// What we expose and ship for Prometheus, judged by Prometheus itself (package prometheus): promtool checks the text of a
// scrape, the alert rules and their unit tests; a server scrapes us twice and has what we counted.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { PROMETHEUS_CONTENT_TYPE, prometheusText } from "../../src/telemetry/export/export.ts";
import { createMetrics } from "../../src/telemetry/metrics/metrics.ts";
import { prometheusSkip, PROMTOOL, promtoolSkip, startPrometheus } from "../support/prometheus.ts";
import { readingsOf } from "../support/telemetry-case.ts";

const root = join(import.meta.dirname, "../..");
const shipped = join(root, "packaging/telemetry");
const folder = mkdtempSync(join(tmpdir(), "op-dbus-prometheus-"));
after(() => rmSync(folder, { recursive: true }));

function promtoolOf(args: readonly string[], input?: string): void {
  const done = spawnSync(PROMTOOL, args, {
    cwd: shipped,
    encoding: "utf8",
    ...(input === undefined ? {} : { input }),
  });
  assert.equal(done.status, 0, done.stdout + done.stderr);
}

test("promtool has nothing against a scrape", { skip: promtoolSkip }, () =>
  promtoolOf(["check", "metrics"], prometheusText(readingsOf(5))),
);

test("every alert fires where it must and only there", { skip: promtoolSkip }, () => {
  promtoolOf(["check", "rules", "op-dbus.rules.yml"]);
  promtoolOf(["test", "rules", "op-dbus.rules.test.yml"]);
});

const rules = readFileSync(join(shipped, "op-dbus.rules.yml"), "utf8");
const tests = readFileSync(join(shipped, "op-dbus.rules.test.yml"), "utf8");
const dashboard = readFileSync(join(shipped, "op-dbus.dashboard.json"), "utf8");

test("every alert has both tests", () => {
  const alerts = [...rules.matchAll(/alert: (\w+)/g)].map(([, name]) => name!);
  assert(alerts.length >= 14);
  for (const alert of alerts)
    assert.equal([...tests.matchAll(new RegExp(`alertname: ${alert}\\b`, "g"))].length, 2, alert);
});

test("the dashboard's queries are ones that Prometheus parses", { skip: promtoolSkip }, () => {
  const { panels } = JSON.parse(dashboard) as { panels: { targets: { expr: string }[] }[] };
  const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  assert(queries.length > 20);
  const filled = queries.map((query) =>
    query.replaceAll("$instance", "a").replaceAll("$__rate_interval", "5m"),
  );
  const file = join(folder, "dashboard.yml");
  const records = filled.map(
    (query, at) => `      - record: "panel:${at}"\n        expr: ${JSON.stringify(query)}`,
  );
  writeFileSync(file, `groups:\n  - name: panels\n    rules:\n${records.join("\n")}\n`);
  execFileSync(PROMTOOL, ["check", "rules", file], { stdio: "pipe" });
});

test("a Prometheus server scrapes what was counted", { skip: prometheusSkip, timeout: 60_000 }, async (t) => {
  const metrics = createMetrics();
  const calls = metrics.counter("bus_calls", "Calls");
  const latency = metrics.histogram("bus_call_ms", "Time");
  let scrapes = 0;
  const door = createServer((_, response) => {
    calls.add(10);
    for (const value of [0.5, 2, 3, 1e12]) latency.record(value);
    scrapes++;
    response.writeHead(200, { "content-type": PROMETHEUS_CONTENT_TYPE }).end(prometheusText(metrics.read()));
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  t.after(() => door.close());
  const target = `127.0.0.1:${(door.address() as AddressInfo).port}`;
  const ask = await startPrometheus(t, folder, target);
  while (scrapes < 3) await new Promise((resolve) => setTimeout(resolve, 50));
  // The newest scrape may be under way while it is asked.
  while (!((await ask("op_dbus_bus_calls_total")) >= 20))
    await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(await ask("up"), 1);
  const ratio = (of: string): string => `${of} / on (instance) op_dbus_bus_calls_total`;
  assert.equal(await ask(ratio("op_dbus_bus_call_seconds_count")), 0.4);
  assert.equal(await ask(ratio('sum by (instance) (op_dbus_bus_call_seconds_bucket{le="+Inf"})')), 0.4);
  assert.equal(await ask(ratio('sum by (instance) (op_dbus_bus_call_seconds_bucket{le="0.002"})')), 0.2);
});
