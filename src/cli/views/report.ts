// How an apply ended, as its last lines: what was done, how long it took, whether it was checked.

import type { ApplyReply, Plan } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { count, showMs, replyJson } from "./value.ts";

/** For an end that is no error; the others are told as errors with the state of the machine. */
export function reportText({ report, armed }: ApplyReply, look: Look): string {
  if (report.end === "unchanged")
    return `${look.paint("green", "Nothing to do")}: the machine is as documented.\n`;
  const done = report.results.filter((result) => result.outcome.outcome === "done").length;
  const took = showMs(elapsedMs(report.results));
  const checked = report.verification;
  const verified =
    checked === null
      ? "not verified"
      : `verified ${count(checked.checked, "value")} in ${showMs(checked.elapsedMs)}${checked.attempts > 1 ? `, try ${checked.attempts}` : ""}`;
  const applied = `${look.paint("green", "Applied")}: ${count(done, "change")} in ${took}, ${verified}.\n`;
  if (armed === null) return applied;
  const at = look.paint("bold", clockText(armed.deadline));
  return `${applied}${look.paint("yellow", "Armed")}: checkpoint ${armed.id}, reverts at ${at} unless you run  op-dbus commit ${armed.id}\n`;
}

/** The time of day here, of an RFC 3339 time. */
function clockText(time: string): string {
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((n) => String(n).padStart(2, "0"))
    .join(":");
}

/** Actions that one call did took their time together: it counts once. */
function elapsedMs(results: ApplyReply["report"]["results"]): number {
  const groups = Map.groupBy(results, ({ action }) => `${action.plugin} ${action.group}`);
  return [...groups.values()].reduce(
    (sum, group) => sum + Math.max(...group.map((each) => each.elapsedMs)),
    0,
  );
}

/** The `summary` line of a dry run: nothing was done. */
export function plannedJson({ summary, drift }: Plan): string {
  return replyJson({ type: "summary", end: "planned", plan: summary, drift: drift.length }, 0);
}

/** The `summary` line of the JSON stream. */
export function reportJson({ plan, report, addresses, armed }: ApplyReply): string {
  const results = report.results.map((result) => ({
    id: result.action.id,
    address: addresses.get(result.action.id),
    elapsedMs: result.elapsedMs,
    ...result.outcome,
  }));
  const { verification, rollback } = report;
  return replyJson(
    {
      type: "summary",
      end: report.end,
      plan: plan.summary,
      results,
      verification,
      ...(armed === null ? {} : { checkpoint: armed }),
      rollback: rollback === null ? null : { verification: rollback.verification, left: rollback.left },
    },
    0,
  );
}
