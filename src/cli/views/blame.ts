// Who last set each value: a line for the value, one for the hand.

import { visible } from "../../base/visible.ts";
import type { BlameRow, ReplyOf } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { briefText, endText } from "./history.ts";
import { replyJson, showValue } from "./value.ts";

export function blameText({ rows, never }: ReplyOf<"blame">, look: Look): string {
  const lines = rows.flatMap((row) => rowLines(row, look));
  for (const address of never)
    lines.push(`${visible(address)}  ${look.paint("dim", "never changed by op-dbus")}`);
  if (lines.length === 0) return "Nothing was applied here yet.\n";
  return `${lines.join("\n")}\n`;
}

function rowLines(row: BlameRow, look: Look): string[] {
  const { address, generation, outside, now } = row;
  const end = generation.end === "done" ? "" : `, ${endText(generation)}`;
  const lines = [
    `${look.paint("bold", visible(address))}  ${changeText(row)}`,
    `    ${look.paint("dim", `${briefText(generation)}${end}`)}`,
  ];
  if (outside !== null)
    lines.push(
      `    ${look.paint("yellow", `@${outside.generation} found ${showValue(outside.found)}`)}: not by op-dbus`,
    );
  if (now !== null) lines.push(`    ${look.paint("yellow", `now ${showValue(now.found)}`)}: not by op-dbus`);
  return lines;
}

function changeText({ verb, before, after, secret }: BlameRow): string {
  if (secret) return "(secret)";
  // An item as a whole: what it holds has lines of its own.
  const isWhole = typeof after === "boolean" || typeof before === "boolean";
  if (verb === "create") return "came";
  if (verb === "delete") return "went";
  if (isWhole && before === after) return "newest version";
  return `${showValue(before)} -> ${showValue(after)}`;
}

export function blameJson({ rows, never }: ReplyOf<"blame">): string {
  return replyJson({ type: "blame", rows, never });
}
