// What differs between documents and machine, one line a value, and the sum last.

import { visible } from "../../base/visible.ts";
import type { DiffReply, Difference, ReplyOf } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { count, showValue, replyJson } from "./value.ts";

const SIGNS = { create: "+", update: "~", delete: "-", latest: "~" } as const;

export function diffText(reply: DiffReply, look: Look): string {
  const lines = reply.differences.map((difference) => differenceLine(difference, look));
  for (const drift of reply.drift) {
    const found = `${showValue(drift.found)}, wanted ${showValue(drift.wanted)}`;
    lines.push(look.paint("dim", `= ${visible(drift.address)}  ${found} (${drift.why})`));
  }
  const n = reply.differences.length;
  const sum = n === 0 ? "No differences" : count(n, "difference");
  lines.push(look.paint(n === 0 ? "green" : "bold", `${sum}, ${reply.unchanged} as documented.`));
  return `${lines.join("\n")}\n`;
}

function differenceLine(difference: Difference, look: Look): string {
  const tone = difference.verb === "create" ? "green" : difference.verb === "delete" ? "red" : "yellow";
  return `${look.paint(tone, SIGNS[difference.verb])} ${visible(difference.address)}${changeText(difference)}`;
}

function changeText({ verb, before, after, secret }: Difference): string {
  if (secret) return "  (secret differs)";
  if (verb === "create" || verb === "delete") return "";
  if (verb === "latest") return "  newest version wanted";
  return `  ${showValue(before)} -> ${after === null ? "(default)" : showValue(after)}`;
}

export function diffJson(reply: DiffReply): string {
  return replyJson({ type: "diff", ...reply });
}

/** The machine of one generation against that of another. */
export function generationsText({ from, to, differences }: ReplyOf<"history.diff">, look: Look): string {
  const lines = differences.map((difference) => differenceLine(difference, look));
  const sum = differences.length === 0 ? "No differences" : count(differences.length, "difference");
  lines.push(look.paint(differences.length === 0 ? "green" : "bold", `${sum} from @${from} to @${to}.`));
  return `${lines.join("\n")}\n`;
}

export function generationsJson(reply: ReplyOf<"history.diff">): string {
  return replyJson({ type: "generations", ...reply });
}
