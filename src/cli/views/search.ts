// What a search found: each generation in one line, then its lines that hold a word.

import { LIMITS } from "../../base/limits.ts";
import { visible } from "../../base/visible.ts";
import type { ReplyOf } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { briefText, endText, purposeText } from "./history.ts";
import { count, replyJson, shorten } from "./value.ts";

export function searchText({ found, total }: ReplyOf<"search">, look: Look): string {
  if (total === 0) return "Nothing that was applied holds what is searched for.\n";
  const lines = found.flatMap(({ generation, lines: hits, more }) => [
    `${look.paint("bold", briefText(generation))}  ${purposeText(generation)}, ${endText(generation)}`,
    ...hits.map((line) => `    ${shorten(visible(line), 4 * LIMITS.shownValueCharsMax)}`),
    ...(more > 0 ? [`    ${look.paint("dim", `and ${count(more, "line")} more`)}`] : []),
  ]);
  if (total > found.length)
    lines.push(look.paint("dim", `${found.length} of ${count(total, "generation")}; --limit shows more`));
  return `${lines.join("\n")}\n`;
}

export function searchJson({ found, total }: ReplyOf<"search">): string {
  return replyJson({ type: "search", total, found });
}
