// The events of a run: a line of text each (or none), the live line of what is under way, and lines of JSON.

import { visible } from "../../base/visible.ts";
import type { Event, Step } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { planText } from "./plan.ts";
import { count, showMs, replyJson } from "./value.ts";
import { mismatchLines } from "./verify.ts";

/** First line of every stream of JSON lines. */
export const STREAM_HEAD = replyJson({ type: "version", formatVersion: "1.0" }, 0);

export function eventText(event: Event, look: Look): string | null {
  switch (event.type) {
    case "diagnostic":
      return `${event.severity}: ${visible(event.message)}`;
    case "planned":
      // What is not to be done needs no plan: the last line says so.
      return event.plan.actions.length + event.plan.drift.length === 0 ? null : `${planText(event, look)}\n`;
    case "apply_complete":
    case "apply_failed": {
      const { outcome } = event;
      const head = `${stepText(event)} ${dots(event, look.width)}`;
      if (outcome.outcome === "done")
        return `${head} ${look.paint("green", "done")} ${showMs(event.elapsedMs)}`;
      return `${head} ${look.paint("red", outcome.outcome)} ${showMs(event.elapsedMs)}\n      ${visible(outcome.reason)}`;
    }
    case "checkpoint_armed":
      return look.paint(
        "dim",
        event.by === "service"
          ? `checkpoint of ${visible(event.plugin)}: it goes back by itself after ${showMs(event.timeoutMs)}`
          : `guard ready: ${visible(event.unit === "" ? `process ${event.pid}` : event.unit)}`,
      );
    case "rollback_start":
      return `${look.paint("yellow", "putting back")} ${count(event.steps, "change")}: ${visible(event.reason)}`;
    case "rollback_complete":
      if (event.end !== "left") return `${look.paint("green", "put back")}, every value read again`;
      return [look.paint("red", "not fully put back:"), ...mismatchLines(event.left, look)].join("\n");
    case "apply_start":
    case "apply_progress":
    case "verify_attempt":
    case "audit_appended":
    case "traced":
      return null;
  }
}

/** What the live line shows from this event on; null = nothing. */
export function liveText(event: Event): string | null {
  if (event.type === "apply_start") return `${stepText(event)} …`;
  if (event.type === "verify_attempt") {
    return event.holds
      ? null
      : `waiting: ${count(event.mismatches.length, "value")} differ, try ${event.attempt} …`;
  }
  if (event.type !== "apply_progress") return null;
  const { percent, text } = event.progress;
  return `${visible(event.step.address)} ${percent === null ? "" : `${Math.round(percent)} % `}${visible(text)} …`;
}

function stepText({ step, index, total }: { step: Step; index: number; total: number }): string {
  return `[${index}/${total}] ${visible(step.address)}`;
}

function dots(event: { step: Step; index: number; total: number }, width: number): string {
  const used = stepText(event).length;
  return ".".repeat(Math.max(3, Math.min(56, width - 24) - used));
}

/** Lines of JSON for one event: `planned` is a line an action. Members as contract and plan have them. */
export function eventJson(event: Event): string[] {
  switch (event.type) {
    case "diagnostic":
    case "rollback_start":
    case "rollback_complete":
    case "checkpoint_armed":
    case "audit_appended":
      return [replyJson(event, 0)];
    case "traced":
      // A file of its own, never a line.
      return [];
    case "planned": {
      const { addresses, plan } = event;
      const line = (id: string, action: object): string =>
        replyJson(
          {
            type: "planned_action",
            address: addresses.get(id),
            ...action,
            group: undefined,
            secret: undefined,
            detail: undefined,
          },
          0,
        );
      return plan.actions.map((action) => line(action.id, action));
    }
    case "verify_attempt": {
      const { type, attempt, holds, mismatches, elapsedMs } = event;
      return [replyJson({ type, attempt, holds, mismatches, elapsedMs }, 0)];
    }
    case "apply_start":
      return [replyJson({ type: event.type, ...stepJson(event), total: event.total }, 0)];
    case "apply_progress":
      return [replyJson({ type: event.type, ...stepJson(event), ...event.progress }, 0)];
    case "apply_complete":
    case "apply_failed": {
      const { type, outcome, elapsedMs } = event;
      return [replyJson({ type, ...stepJson(event), ...outcome, elapsedMs }, 0)];
    }
  }
}

function stepJson({ step, index }: { step: Step; index?: number }): object {
  return { id: step.action.id, address: step.address, ...(index === undefined ? {} : { index }) };
}
