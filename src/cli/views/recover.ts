// What a crash left, and what became of it.

import { visible } from "../../base/visible.ts";
import type { InterruptedReply, RecoveredReply, ReplyOf } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { count, replyJson } from "./value.ts";

const ENDS: Readonly<Record<RecoveredReply["end"], readonly [color: "green" | "red", text: string]>> = {
  done: ["green", "kept: all of it was done"],
  restored: ["green", "put back"],
  left: ["red", "not fully put back"],
};

export function recoverText({ pending, recovered }: ReplyOf<"recover">, look: Look): string {
  if (pending.length + recovered.length === 0)
    return `${look.paint("green", "Nothing to recover")}: no apply was interrupted.\n`;
  const lines = [
    ...pending.map((each) => `${look.paint("yellow", "interrupted")} ${applyText(each)}`),
    ...recovered.map((each) => {
      const [color, text] = ENDS[each.end];
      return `${look.paint(color, text)}, ${count(each.checked, "value")} read again: ${applyText(each)}`;
    }),
  ];
  return `${lines.join("\n")}\n`;
}

function applyText({ id, since, user, subject, actions }: InterruptedReply): string {
  return `${id} of ${since} by ${visible(user)}, ${count(actions, "action")}: ${visible(subject)}`;
}

/** The `summary` line of the JSON stream. */
export function recoverJson(reply: ReplyOf<"recover">): string {
  return replyJson({ type: "summary", ...reply }, 0);
}
