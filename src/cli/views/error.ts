// An error as a person reads it and as a program does: what could not be done, where, the state of the machine now, one
// hint; then every fault with its place, the line and a caret. Raw bus names only with -v.

import type { Fault, OpError } from "../../base/error.ts";
import { visible } from "../../base/visible.ts";
import type { Look } from "../terminal.ts";
import { replyJson, showValue, type Shown } from "./value.ts";
import { wrap } from "./table.ts";

export function errorText(error: OpError, look: Look): string {
  const lines = [`${look.paint("red", `error ${error.code}`)}: ${visible(error.message)}`];
  const part = (name: string, text: string | undefined): void => {
    if (text === undefined || text === "") return;
    const [first, ...rest] = text
      .split("\n")
      .flatMap((line) => wrap(visible(line), look.width, " ".repeat(9)));
    lines.push(`  ${look.paint("dim", `${name}:`.padEnd(6))} ${first!.trimStart()}`, ...rest);
  };
  const only = error.faults.length === 1 ? error.faults[0] : undefined;
  if (only === undefined || error.where !== only.address || only.at !== undefined) part("where", error.where);
  for (const fault of byPlace(error.faults))
    lines.push(...faultText(fault, look, fault.message === error.message, error.hint));
  part("now", error.now);
  part("hint", error.hint);
  if (look.verbose) part("cause", causeOf(error));
  if (error.kind === "bug") part("stack", error.cause instanceof Error ? error.cause.stack : error.stack);
  else part("see", `op-dbus explain ${error.code}`);
  return `${lines.join("\n")}\n`;
}

/** `isSaid`: its message is the error's own, which stands above already. */
function faultText(fault: Fault, look: Look, isSaid: boolean, errorHint: string | undefined): string[] {
  const at = fault.at;
  const place = at === undefined ? (fault.address ?? "") : `${at.file}:${at.line}:${at.column}`;
  const parts = [
    place === "" ? "" : look.paint("bold", visible(place)),
    isSaid ? "" : visible(fault.message),
  ];
  const head = parts.filter((text) => text !== "").join(": ");
  const lines = head === "" ? [] : [`  ${head}`];
  if (fault.differs !== undefined) {
    const { wanted, found } = fault.differs as { wanted: Shown; found?: Shown };
    if (at !== undefined && fault.address !== undefined)
      lines[0] = `  ${look.paint("bold", visible(fault.address))}  ${look.paint("dim", place)}`;
    // What could not be put back is compared with what was there, all else with what a document says.
    const [then, now] = fault.code === "OPD2121" ? ["was", "is"] : ["wanted", "found"];
    lines.push(`      ${then} ${showValue(wanted)}   ${now} ${showValue(found)}`);
  }
  if (at !== undefined && fault.snippet !== undefined && fault.snippet !== "") {
    const number = String(at.line);
    const { line, caret } = snippetAt(fault.snippet, at.column, look.width - number.length - 8);
    lines.push(`    ${look.paint("dim", `${number} |`)} ${line}`);
    lines.push(
      `    ${look.paint("dim", `${" ".repeat(number.length)} |`)} ${" ".repeat(caret)}${look.paint("red", "^")}`,
    );
  }
  if (fault.hint !== undefined && !(isSaid && fault.hint === errorHint))
    lines.push(`    ${look.paint("dim", "hint:")} ${visible(fault.hint)}`);
  return lines;
}

/** The part of a line around a column that fits, made visible, and where the caret stands under it. */
export function snippetAt(
  text: string,
  column: number,
  width: number,
): { readonly line: string; readonly caret: number } {
  const start = column - 1 > width - 10 ? Math.max(0, column - 1 - Math.floor(width / 2)) : 0;
  const end = start + width;
  const before = visible(text.slice(start, column - 1));
  const after = visible(text.slice(column - 1, end));
  const lead = start > 0 ? "…" : "";
  return {
    line: `${lead}${before}${after}${text.length > end ? "…" : ""}`,
    caret: lead.length + before.length,
  };
}

function byPlace(faults: readonly Fault[]): Fault[] {
  return faults.toSorted((a, b) => {
    if (a.at === undefined || b.at === undefined)
      return Number(a.at === undefined) - Number(b.at === undefined);
    if (a.at.file !== b.at.file) return a.at.file < b.at.file ? -1 : 1;
    return a.at.line - b.at.line || a.at.column - b.at.column;
  });
}

function causeOf(error: OpError): string | undefined {
  if ("dbusName" in error) return `${String(error.dbusName)}`;
  return error.cause instanceof Error ? error.cause.message : undefined;
}

/** The same as one line of JSON: the last line of a run, or the only object of a query that failed. */
export function errorJson(error: OpError): string {
  const { code, kind, message, where, now, hint, faults, exit } = error;
  return replyJson({ type: "error", code, kind, exit, message, where, now, hint, faults }, 0);
}
