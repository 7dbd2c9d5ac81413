// Ends are counted by who ended them; all series stand at 0 before; without a recorder nothing is counted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createMetrics } from "../../telemetry/metrics/metrics.ts";
import { auditDamage, recordMeter } from "./record-meter.ts";

test("ends by who ended them, entries, damage", () => {
  const metrics = createMetrics();
  const meter = recordMeter(metrics);
  const counted = (): readonly unknown[] =>
    metrics
      .read()
      .filter(({ value }) => value !== 0)
      .map(({ name, labels, value }) => [name, labels, value]);
  assert.equal(metrics.read().length, 19, "6 x 3 ends and the entries stand there from the start");
  assert.deepEqual(counted(), []);
  meter.ended({ by: "commit", end: "done" });
  meter.ended({ by: "recovery", end: "restored" });
  meter.ended({ by: "recovery", end: "restored" });
  meter.grown({ size: 12 });
  auditDamage(metrics).add();
  assert.deepEqual(counted(), [
    ["apply_ends", { by: "commit", end: "done" }, 1],
    ["apply_ends", { by: "recovery", end: "restored" }, 2],
    ["audit_entries", {}, 12],
    ["audit_verify_failures", {}, 1],
  ]);
});

test("without a recorder it does nothing", () => {
  const meter = recordMeter(null);
  meter.ended({ by: "apply", end: "left" });
  meter.grown({ size: 1 });
});
