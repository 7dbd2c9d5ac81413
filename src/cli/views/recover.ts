// What a crash left, and what became of it.

import { visible } from "../../base/visible.ts";
import type { InterruptedReply, RecoveredReply, ReplyOf } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { timeText } from "./history.ts";
import { count, replyJson, showValue } from "./value.ts";

const ENDS: Readonly<Record<RecoveredReply["end"], readonly [color: "green" | "red", text: string]>> = {
  done: ["green", "kept: all of it was done"],
  restored: ["green", "put back"],
  left: ["red", "not as before"],
};

export function recoverText({ pending, recovered }: ReplyOf<"recover">, look: Look): string {
  if (pending.length + recovered.length === 0)
    return `${look.paint("green", "Nothing to recover")}: no apply was interrupted.\n`;
  const lines = [
    ...pending.map((each) => `${pendingWord(each, look)} ${applyText(each)}`),
    ...recovered.flatMap((each) => {
      const [color, text] = ENDS[each.end];
      const read = each.checked === 0 ? "" : `, ${count(each.checked, "value")} read again`;
      return [`${look.paint(color, text)}${read}: ${applyText(each)}`, ...leftLines(each, look)];
    }),
  ];
  return `${lines.join("\n")}\n`;
}

function pendingWord({ elsewhere }: InterruptedReply, look: Look): string {
  const word = elsewhere === null ? "interrupted" : `not resolved here, ${visible(elsewhere)}:`;
  return look.paint("yellow", word);
}

/** What was there, and what is there now. */
function leftLines({ left }: RecoveredReply, look: Look): string[] {
  return left.map(
    ({ address, wanted, found }) =>
      `  ${look.paint("bold", visible(address))} is ${showValue(found)}, was ${showValue(wanted)}`,
  );
}

function applyText({ id, since, user, subject, actions }: InterruptedReply): string {
  return `${id} of ${timeText(since)} by ${visible(user)}, ${count(actions, "action")}: ${visible(subject)}`;
}

/** The `summary` line of the JSON stream. */
export function recoverJson(reply: ReplyOf<"recover">): string {
  return replyJson({ type: "summary", ...reply }, 0);
}
