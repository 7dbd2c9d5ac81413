// An apply's events become its numbers, and how it ended is counted once.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApplyEvent } from "../../state/state.ts";
import { createMetrics, type Metrics } from "../../telemetry/metrics/metrics.ts";
import { applyMeter } from "./apply-meter.ts";

const step = (id: string, address: string) => ({ address, action: { id } }) as unknown as StepOf;
type StepOf = Extract<ApplyEvent, { type: "apply_start" }>["step"];
const [one, two] = [step("a1", "demo1:Greeting"), step("a2", "demo1:lamps/door.On")];
const done = { outcome: "done" } as unknown as Extract<ApplyEvent, { type: "apply_failed" }>["outcome"];
const place = { index: 1, total: 2 };
const attempt = { type: "verify_attempt", attempt: 1, mismatches: [], elapsedMs: 2 } as const;

type End = Parameters<ReturnType<typeof applyMeter>["ended"]>[0];
const GOES_WELL: readonly ApplyEvent[] = [
  { type: "apply_start", step: one, ...place },
  { type: "apply_start", step: two, ...place },
  { type: "apply_complete", step: two, ...place, outcome: done, elapsedMs: 1 },
  { type: "apply_complete", step: one, ...place, outcome: done, elapsedMs: 1 },
  { ...attempt, holds: true },
];
const GOES_BACK: readonly ApplyEvent[] = [
  { type: "apply_start", step: one, ...place },
  { type: "apply_failed", step: one, ...place, outcome: done, elapsedMs: 1 },
  { type: "rollback_start", reason: "an action failed", steps: 0 },
  { type: "rollback_complete", end: "restored", left: [] },
];

function check(events: readonly ApplyEvent[], end: End, counted: readonly number[]) {
  test(`${end}: ${events.length} events`, () => {
    const metrics = createMetrics();
    const meter = applyMeter(metrics);
    for (const event of events) meter.heard(event);
    meter.ended(end);
    const names = [
      "apply_ms",
      "apply_action_ms",
      "apply_verify_ms",
      "apply_rollback_ms",
      "apply_actions_failed",
    ];
    assert.deepEqual(
      names.map((name) => valueOf(metrics, name)),
      counted,
    );
    const ends = metrics.read().filter(({ name, value }) => name === "applies" && value === 1);
    assert.deepEqual(
      ends.map(({ labels }) => labels["end"]),
      [end],
    );
  });
}

function valueOf(metrics: Metrics, name: string): number {
  const value = metrics.read().find((each) => each.name === name)!.value;
  return typeof value === "number" ? value : value.count;
}

check(GOES_WELL, "done", [1, 2, 1, 0, 0]);
check(GOES_WELL, "held", [1, 2, 1, 0, 0]);
check(GOES_BACK, "restored", [1, 1, 0, 1, 1]);
check([], "failed", [1, 0, 0, 0, 0]);
check([], "unchanged", [1, 0, 0, 0, 0]);
