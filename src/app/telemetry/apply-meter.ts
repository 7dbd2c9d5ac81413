// An apply as numbers and as one trace: a span for the whole, under it one an action (named by its address), one for
// verifying, one for putting back. It listens to what the apply tells anyway; it can neither slow nor stop it.

import { systemClock } from "../../base/clock.ts";
import type { Counter, Metrics } from "../../telemetry/metrics/metrics.ts";
import type { Tracer } from "../../telemetry/trace/trace.ts";
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
export function applyMeter(metrics: Metrics, tracer: Tracer): ApplyMeter {
  if (!MEASURED) return { heard: () => {}, ended: () => {} };
  const series = applySeries(metrics);
  const [whole, actions, verify, rollback] = (["apply", "action", "verify", "rollback"] as const).map(
    (type) => tracer.source(type),
  ) as [Source, Source, Source, Source];
  const [trace, root, startNs] = [tracer.newId(), tracer.newId(), now(tracer)];
  const begun = new Map<string, number>();
  let back = { atNs: startNs, reason: "" };

  function span(source: Source, fromNs: number, name: string, failed: boolean): number {
    const endNs = now(tracer);
    if (source.on) source.span(fromNs, endNs, trace, tracer.newId(), root, tracer.name(name), 0, 0, failed);
    return (endNs - fromNs) / 1e6;
  }
  return {
    heard(event) {
      switch (event.type) {
        case "apply_start":
          begun.set(event.step.action.id, now(tracer));
          break;
        case "apply_complete":
        case "apply_failed": {
          const { step, type } = event;
          const fromNs = begun.get(step.action.id) ?? now(tracer) - event.elapsedMs * 1e6;
          series.actionMs.record(span(actions, fromNs, step.address, type === "apply_failed"));
          if (type === "apply_failed") series.failed.add();
          break;
        }
        case "verify_attempt":
          series.verifyMs.record(span(verify, now(tracer) - event.elapsedMs * 1e6, "verify", !event.holds));
          break;
        case "rollback_start":
          back = { atNs: now(tracer), reason: event.reason };
          break;
        case "rollback_complete":
          series.rollbackMs.record(span(rollback, back.atNs, "rollback", event.end === "left"));
          break;
        case "apply_progress":
        case "checkpoint_armed":
      }
    },
    ended(end) {
      const endNs = now(tracer);
      const failed = end === "failed" || end === "restored" || end === "left";
      if (whole.on) whole.span(startNs, endNs, trace, root, 0, tracer.name("apply"), 0, 0, failed);
      series.applyMs.record((endNs - startNs) / 1e6);
      series.ends.get(end)?.add();
    },
  };
}

type Source = ReturnType<Tracer["source"]>;

/** The tracer's clock where there is one: its spans and our times are of one clock then. */
function now(tracer: Tracer): number {
  return tracer.ring === null ? systemClock.monotonicMs() * 1e6 : tracer.nowNs();
}
