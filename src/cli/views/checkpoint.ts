// Applies that wait for their commit: as a list, as one page each, and how they ended.

import { visible } from "../../base/visible.ts";
import type { CheckpointReply, SettledReply } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { timeText } from "./history.ts";
import { fitted, table } from "./table.ts";
import { count, replyJson, showMs, showValue } from "./value.ts";

const COLUMNS = ["ID", "STATE", "GOES BACK", "CHANGES", "BY", "GUARD"].map((title) => ({
  title,
  right: title === "CHANGES",
}));

export function checkpointsText(checkpoints: readonly CheckpointReply[], look: Look): string {
  if (checkpoints.length === 0) return "Nothing waits for a commit.\n";
  const rows = checkpoints.map((each) => [
    each.id,
    stateText(each),
    goesBack(each),
    String(each.actions.length),
    `${visible(each.actor.user)}, process ${each.actor.pid}`,
    guardText(each),
  ]);
  const [head, ...lines] = fitted(table(COLUMNS, rows), look);
  return `${[look.paint("dim", head!), ...lines].join("\n")}\n`;
}

export function checkpointText(checkpoint: CheckpointReply, look: Look): string {
  const { id, actor, actions, documents, probes, here, elsewhere, since, ageMs, deadline } = checkpoint;
  const unit = actor.unit === "" ? "" : ` in ${visible(actor.unit)}`;
  const lines = [
    `${look.paint("bold", `Checkpoint ${id}`)}  ${elsewhere === null ? `${stateText(checkpoint)}, goes back ${goesBack(checkpoint)} (${timeText(deadline)})` : visible(elsewhere)}`,
    `  made ${showMs(ageMs)} ago (${timeText(since)}) by ${visible(actor.user)}, process ${actor.pid}${unit}: ${visible(actor.subject)}`,
    `  from ${documents.map((file) => visible(file)).join(", ")}${here || elsewhere !== null ? "" : "; on another bus"}`,
    `  guard: ${guardText(checkpoint)}`,
    "",
  ];
  for (const { address, before, after, secret, outcome } of actions) {
    const change = secret ? "(secret)" : `${showValue(before)} -> ${showValue(after)}`;
    lines.push(`  ${visible(address)}  ${change}  ${look.paint("dim", outcome)}`);
  }
  for (const probe of probes) lines.push(`  ? ${visible(probe)}`);
  if (here) lines.push("", `op-dbus commit ${id}  keeps it, op-dbus rollback ${id}  goes back now.`);
  if (elsewhere !== null) lines.push("", `op-dbus recover --abandon ${id}  closes it here.`);
  return `${lines.join("\n")}\n`;
}

function stateText({ state, here, elsewhere }: CheckpointReply): string {
  const word = { running: "running", held: "waits", overdue: "overdue", "earlier-boot": "before this boot" }[
    state
  ];
  return here ? word : elsewhere === null ? `${word} (other bus)` : "a copy";
}

function goesBack({ state, leftMs, elsewhere }: CheckpointReply): string {
  if (elsewhere !== null) return "not here";
  if (state === "overdue" || state === "earlier-boot") return "next";
  return leftMs > 0 ? `in ${showMs(leftMs)}` : "now";
}

function guardText({ guard }: CheckpointReply): string {
  if (guard === null) return "none";
  const name = guard.unit === "" ? `process ${guard.pid}` : visible(guard.unit);
  return guard.alive ? name : `${name} is gone`;
}

export function settledText({ id, end, changes }: SettledReply, look: Look): string {
  return end === "done"
    ? `${look.paint("green", "Committed")}: ${count(changes, "change")} of checkpoint ${id} ${changes === 1 ? "is" : "are"} kept.\n`
    : `${look.paint("yellow", "Put back")}: ${count(changes, "change")} of checkpoint ${id}, every value read again.\n`;
}

/** The `summary` line of the JSON stream. */
export function settledJson({ id, end, changes }: SettledReply): string {
  return replyJson({ type: "summary", id, end, changes }, 0);
}
