// The audit log for people: what a check found, entries on a line each, what was written where. Entries hold what services
// and documents said: every text of theirs is made visible.

import { visible } from "../../base/visible.ts";
import { writeJson, type Plain } from "../../base/text/text.ts";
import type { CheckpointNote, ReplyOf } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { fitted, table } from "./table.ts";
import { count, replyJson, toJson } from "./value.ts";

type Report = ReplyOf<"audit.verify">;
type Listing = ReplyOf<"audit.list">;
type Proven = ReplyOf<"audit.prove">;
type ImportReply = ReplyOf<"audit.import">;

/** Findings are listed whatever the verdict: alarms first. */
export function reportText(report: Report, look: Look): string {
  const { holds, anchored, anchoredSize, counts, signedSize, origin, root, key, full, findings, more } =
    report;
  if (holds && counts.entries + findings.length === 0)
    return "The audit log is empty: there is nothing to verify.\n";
  const anchor = anchored === "anchored" ? `anchored up to entry ${anchoredSize}` : anchored;
  const verdict = holds
    ? `${look.paint("green", "Consistent")}, ${anchor}`
    : `${look.paint("red", "NOT as it was written")}, ${anchor}`;
  const unsigned = counts.entries - signedSize;
  const signed = unsigned === 0 ? "all signed" : `${unsigned} not signed yet`;
  const row = (name: string, text: string): string =>
    `  ${look.paint("dim", name.padEnd(8))}${visible(text)}`;
  const checked = `${count(counts.segments, "segment")}, ${count(counts.tiles, "tile")}, ${count(counts.heads, "signed head")}`;
  const rest = more > 0 ? [`  and ${count(more, "more finding")}`] : [];
  return `${[
    `${verdict}: ${count(counts.entries, "entry", "entries")}, ${signed}`,
    ...(origin === "" ? [] : [row("log", origin), row("root", root), row("key", key)]),
    ...report.anchors.map((name) => row("against", name)),
    row(
      "checked",
      full ? `${checked}, ${count(counts.groups, "group")}, ${count(counts.blobs, "blob")}` : checked,
    ),
    ...findings.toSorted(bySeverity).map((finding) => findingLine(finding, look)),
    ...rest,
  ].join("\n")}\n`;
}

type Finding = Report["findings"][number];

function bySeverity(a: Finding, b: Finding): number {
  return Number(b.severity === "alarm") - Number(a.severity === "alarm");
}

function findingLine({ severity, code, where, message }: Finding, look: Look): string {
  const word = severity === "alarm" ? look.paint("red", `ALARM ${code}`) : look.paint("yellow", "note");
  return `  ${word}  ${visible(where)}: ${visible(message)}`;
}

export function reportJson(report: Report): string {
  return replyJson({ type: "audit", ...report });
}

const COLUMNS = [{ title: "INDEX", right: true }, { title: "TIME" }, { title: "TYPE" }, { title: "WHAT" }];

export function entriesText({ entries, size }: Listing, look: Look): string {
  if (entries.length === 0) return size === 0 ? "The audit log is empty.\n" : "No such entries.\n";
  const rows = entries.map(({ index, value }) => {
    const { type = null, time = null, ...rest } = value;
    return [String(index), textOf(time), textOf(type), whatOf(rest)];
  });
  const [head, ...lines] = fitted(table(COLUMNS, rows), look);
  return `${[look.paint("dim", head!), ...lines, look.paint("dim", `${entries.length} of ${count(size, "entry", "entries")}`)].join("\n")}\n`;
}

/** Of an entry that somebody else wrote any member may be anything. */
function textOf(value: Plain): string {
  return visible(typeof value === "string" ? value : writeJson(value, 0));
}

/** What says most of an entry on one line. */
const TELLING = ["address", "apply", "end", "outcome", "label", "source", "vkey", "from", "why", "reason"];
const OURS = new Set(["v", "boot", "mono_ms", "previous", "binds"]);

function whatOf(rest: Listing["entries"][number]["value"]): string {
  const told = TELLING.filter((name) => typeof rest[name] === "string" && rest[name] !== "");
  if (told.length > 0) return told.map((name) => visible(String(rest[name]))).join("  ");
  const own = Object.entries(rest).filter(([name]) => !OURS.has(name));
  return visible(writeJson(Object.fromEntries(own) as typeof rest, 0));
}

export function entriesJson({ entries, size }: Listing): string {
  return toJson({ size, entries: entries.map(({ index, value }) => ({ index, entry: value })) });
}

/** `verifier`: the program that checks it. */
export function provenText(
  { indexes, size, key }: Proven,
  file: string,
  verifier: string,
  look: Look,
): string {
  return [
    `${look.paint("green", "Written")}: ${visible(file)} proves ${count(indexes.length, "entry", "entries")} of ${size}.`,
    `  key    ${visible(key)}`,
    `  check  node ${visible(verifier)} ${visible(file)} --key ${visible(key)}`,
    "",
  ].join("\n");
}

export function provenJson({ indexes, size, key }: Proven, file: string): string {
  return replyJson({ type: "proof", file, indexes, size, key });
}

export function checkpointJson({ size, root, note, key, pin }: CheckpointNote): string {
  return replyJson({ type: "checkpoint", size, root, key, note, pin: pin.trimEnd() });
}

export function writtenText({ size }: CheckpointNote, file: string): string {
  return `Written: ${visible(file)}, the signed head of ${count(size, "entry", "entries")}.\n`;
}

export function exportText({ directory, files, size }: ReplyOf<"audit.export">): string {
  return `Written: ${count(size, "entry", "entries")} in ${count(files, "file")} below ${visible(directory)}\n`;
}

export function exportJson(reply: ReplyOf<"audit.export">): string {
  return replyJson({ type: "export", ...reply });
}

export function importText({ records, labels, skipped, bad }: ImportReply, look: Look): string {
  const lines = bad.map(
    ({ source, notes }) => `  ${look.paint("bold", visible(source))}  ${visible(notes.join("; "))}`,
  );
  const more = labels.bad - bad.length;
  if (more > 0) lines.push(`  and ${more} more`);
  const sums = Object.entries(labels).map(([label, sum]) => `${sum} ${label}`);
  return `${[
    `${count(records, "record")}: ${sums.join(", ")}`,
    ...lines,
    `${records - skipped} imported, ${skipped} skipped (imported before). A label says what a record's own hash is worth; none is verified.`,
  ].join("\n")}\n`;
}

export function importJson(reply: ImportReply): string {
  const { records, labels, skipped, bad } = reply;
  // Labels are data: their names stay as they are.
  return toJson({ type: "import", records, imported: records - skipped, skipped, labels, bad });
}

export function keyText({ origin, key, before }: ReplyOf<"audit.key">, look: Look): string {
  const head =
    before === null
      ? []
      : [`${look.paint("green", "Changed")}: the key of ${visible(origin)} was ${visible(before)}`];
  return `${[...head, visible(key)].join("\n")}\n`;
}

export function keyJson(reply: ReplyOf<"audit.key">): string {
  return replyJson({ type: "key", ...reply });
}
