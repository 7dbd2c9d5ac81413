// Is the machine as the document says: every address that is not, with what is wanted and what is there.

import { visible } from "../../base/visible.ts";
import type { Mismatch, Verification } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { count, showMs, showValue, replyJson } from "./value.ts";

export function verifyText(result: Verification, look: Look): string {
  const tries = result.attempts > 1 ? ` after ${result.attempts} tries` : "";
  const took = look.paint("dim", `(${showMs(result.elapsedMs)}${tries})`);
  if (result.holds) {
    return `${look.paint("green", "As documented")}: ${count(result.checked, "value")} checked ${took}\n`;
  }
  const lines = mismatchLines(result.mismatches, look);
  const sum = `${result.mismatches.length} of ${count(result.checked, "value")} differ`;
  return `${lines.join("\n")}\n${look.paint("red", sum)} ${took}\n`;
}

export function mismatchLines(mismatches: readonly Mismatch[], look: Look): string[] {
  return mismatches.flatMap((mismatch) => {
    const at =
      mismatch.at === undefined ? "" : look.paint("dim", `  ${mismatch.at.file}:${mismatch.at.line}`);
    return [
      `  ${look.paint("bold", visible(mismatch.address))}${at}`,
      `      wanted ${showValue(mismatch.wanted)}   found ${showValue(mismatch.found)}`,
    ];
  });
}

/** The `summary` line of the JSON stream. */
export function verifyJson(result: Verification): string {
  return replyJson({ type: "summary", ...result }, 0);
}
