// A plan as a person reads it: one block an action (what changes, then how and how sure), what comes along, what differs
// and is not planned, and the sums as the last lines. The JSON twin is the saved plan itself, made by the operation.

import { visible } from "../../base/visible.ts";
import type { Action, Drift, Plan, PlanReply } from "../../api/api.ts";
import type { Look, Tone } from "../terminal.ts";
import { count, showMs, showValue } from "./value.ts";
import { wrap } from "./table.ts";

const SIGNS = { create: "+", update: "~", delete: "-" } as const;
const TONES: Readonly<Record<Action["verb"], Tone>> = { create: "green", update: "yellow", delete: "red" };

/** `short`: only the sums (for -q). */
export function planText(
  reply: { readonly plan: Plan; readonly addresses: PlanReply["addresses"] },
  look: Look,
  short = false,
): string {
  const { plan, addresses } = reply;
  const lines: string[] = [];
  if (!short && plan.actions.length > 0) {
    const { reads, services } = plan.summary;
    const about = `reads ${count(reads, "value")} on ${count(services, "service")}`;
    lines.push(
      `${look.paint("bold", `Plan ${plan.base.digest.slice(0, 6)}`)}  ${look.paint("dim", about)}`,
      "",
    );
    for (const action of plan.actions)
      lines.push(...actionLines(action, addresses.get(action.id) ?? action.id, look));
    for (const effect of plan.also) {
      const sign = look.paint(TONES[effect.verb], SIGNS[effect.verb]);
      lines.push(
        `  ${sign} ${visible(`${effect.resource}/${effect.key}`)}  ${look.paint("dim", `comes along: ${visible(effect.about)}`)}`,
      );
    }
    lines.push("");
  }
  if (!short) lines.push(...probeLines(plan, look), ...driftLines(plan.drift, look));
  lines.push(summaryLine(plan, look));
  for (const warning of plan.warnings) lines.push(...wrap(`note: ${visible(warning)}`, look.width));
  return `${lines.join("\n")}\n`;
}

/** `~ hostname1:StaticHostname  "vm" -> "web-1"`, then the calls, then the four words that say how sure it is. */
function actionLines(action: Action, address: string, look: Look): string[] {
  const sign = look.paint(TONES[action.verb], SIGNS[action.verb]);
  const subject = look.paint("bold", visible(address));
  const change = changeText(action);
  const fits = 6 + address.length + change.length <= look.width;
  const head = fits
    ? [`  ${sign} ${subject}  ${change}`]
    : [`  ${sign} ${subject}`, ...wrap(change, look.width, "      ")];
  const how = [...new Set(action.via.map((call) => `${lastLabel(call.interface)}.${call.member}`))];
  const words = [`risk ${action.risk}`, `undo ${action.undo}`, FIDELITY[action.fidelity]];
  if (action.authorization !== "unchecked") words.push(AUTHORIZED[action.authorization]);
  const via = how.length === 0 ? "" : `via ${how.join(", then ")}`;
  const rest = words.join(", ");
  const lower =
    via === ""
      ? [rest]
      : [`${via.padEnd(36)}  ${rest}`, `${via}  ${rest}`]
          .filter((line) => 6 + line.length <= look.width)
          .slice(0, 1);
  if (lower.length === 0) lower.push(via, rest);
  return [...head, ...lower.map((line) => `      ${look.paint("dim", line)}`)];
}

/** What must be answered well afterwards: a program that is started is named as it is called. */
function probeLines({ document, actions }: Plan, look: Look): string[] {
  if (document.probes.length === 0 || actions.length === 0) return [];
  const lines = document.probes.map((probe) => {
    const is = probe.kind === "value" ? ` is ${showValue(probe.is)}` : "";
    const risk = probe.kind === "command" ? ", starts a program: risk needs-confirm" : "";
    return `  ? ${visible(probe.about)}${is}  ${look.paint("dim", `within ${showMs(probe.withinMs)}${risk}`)}`;
  });
  return [look.paint("bold", "Probes, afterwards:"), ...lines, ""];
}

const FIDELITY = { simulated: "simulated by the service", computed: "computed", opaque: "opaque" } as const;
const AUTHORIZED = { allowed: "allowed", ask: "polkit will ask", denied: "denied by polkit" } as const;

function changeText(action: Action): string {
  if (action.secret) return action.verb === "delete" ? "(secret) -> (absent)" : "(secret changes)";
  if (action.verb === "create") return action.after === null ? "" : showValue(action.after);
  if (action.verb === "delete") return action.before === null ? "" : `was ${showValue(action.before)}`;
  return `${showValue(action.before)} -> ${action.after === null ? "(default)" : showValue(action.after)}`;
}

function lastLabel(name: string): string {
  return visible(name.slice(name.lastIndexOf(".") + 1));
}

/** Differences that are not planned: those about values nobody can write or read are named, the rest counted. */
function driftLines(drift: readonly Drift[], look: Look): string[] {
  const shown = drift.filter((entry) => look.verbose || entry.why === "unknown" || entry.why === "read-only");
  const lines = shown.map((entry) => {
    const subject = `${visible(entry.address)}  ${showValue(entry.found)}, wanted ${showValue(entry.wanted)}`;
    return `  ${look.paint("dim", `= ${subject} (${entry.why})`)}`;
  });
  const hidden = drift.length - shown.length;
  if (hidden > 0) lines.push(look.paint("dim", `  ${count(hidden, "difference")} not selected (-v shows)`));
  return lines.length === 0 ? [] : [...lines, ""];
}

function summaryLine(plan: Plan, look: Look): string {
  const { create, update, delete: removed, unchanged, weakestUndo, worstRisk } = plan.summary;
  if (plan.actions.length === 0) {
    const rest = plan.drift.length > 0 ? `; ${count(plan.drift.length, "difference")} not planned` : "";
    return look.paint(
      "green",
      `No changes: ${unchanged === 1 ? "1 value is" : `${unchanged} values are`} as documented${rest}.`,
    );
  }
  const sums = look.paint("bold", `${create} to add, ${update} to change, ${removed} to remove.`);
  const { allowed, ask, denied, unchecked } = plan.summary.authorization;
  const details = [
    unchanged > 0 ? `${unchanged} unchanged.` : "",
    `Worst risk: ${worstRisk}. Weakest undo: ${weakestUndo ?? "none"}.`,
    unchecked === plan.actions.length
      ? ""
      : `Authorization: ${allowed} allowed, ${ask} ask, ${denied} denied.`,
  ];
  return `${sums}\n${wrap(details.filter((text) => text !== "").join(" "), look.width).join("\n")}`;
}
