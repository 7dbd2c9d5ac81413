// An apply as numbers: how often, how it ended, how long its parts took. It listens to what the apply tells anyway; it can
// neither slow nor stop it. Its spans are made where the work is (telemetry/trace/span.ts).

import { systemClock } from "../../base/clock.ts";
import type { Counter, Metrics } from "../../telemetry/metrics/metrics.ts";
import { MEASURED } from "../../telemetry/measured.ts";
import type { ApplyEvent, Report } from "../../state/state.ts";

export interface ApplyMeter {
  heard(event: ApplyEvent): void;
  /** Once, at its end. "failed": before any change. */
  ended(end: Report["end"] | "failed"): void;
}

const ENDS = ["done", "held", "unchanged", "failed", "restored", "left"] as const;

/** Registers the series of applies, so that they stand at 0 before the first one. */
export function applySeries(metrics: Metrics) {
  const ends = new Map<string, Counter>(
    ENDS.map((end) => [end, metrics.counter("applies", "Applies, by how they ended", { end })]),
  );
  return {
    ends,
    applyMs: metrics.histogram("apply_ms", "Time of an apply from its first record to its last"),
    actionMs: metrics.histogram("apply_action_ms", "Time of one action"),
    verifyMs: metrics.histogram("apply_verify_ms", "Time until what was applied was seen to hold, or not"),
    rollbackMs: metrics.histogram("apply_rollback_ms", "Time to put an apply back"),
    failed: metrics.counter("apply_actions_failed", "Actions that did not succeed"),
  };
}

/** From now on, for one apply. */
export function applyMeter(metrics: Metrics): ApplyMeter {
  if (!MEASURED) return { heard: () => {}, ended: () => {} };
  const series = applySeries(metrics);
  const startMs = now();
  let backMs = startMs;
  return {
    heard(event) {
      switch (event.type) {
        case "apply_complete":
        case "apply_failed":
          series.actionMs.record(event.elapsedMs);
          if (event.type === "apply_failed") series.failed.add();
          break;
        case "verify_attempt":
          series.verifyMs.record(event.elapsedMs);
          break;
        case "rollback_start":
          backMs = now();
          break;
        case "rollback_complete":
          series.rollbackMs.record(now() - backMs);
          break;
        case "apply_start":
        case "apply_progress":
        case "checkpoint_armed":
      }
    },
    ended(end) {
      series.applyMs.record(now() - startMs);
      series.ends.get(end)?.add();
    },
  };
}

function now(): number {
  return systemClock.monotonicMs();
}
