// The memory for people: what was found with where it comes from, a path step by step, numbers of each namespace. Contents are
// foreign: every text is made visible.

import { visible } from "../../base/visible.ts";
import type { ReplyOf } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { fitted, table, wrap } from "./table.ts";
import { count, replyJson, shorten, toJson } from "./value.ts";

const CONTENT_CHARS = 400;
const INDENT = "    ";

export function foundText({ found }: ReplyOf<"memory.query">, look: Look): string {
  if (found.length === 0) return "Nothing that is remembered says so.\n";
  const width = look.cut ? look.width : Infinity;
  const lines = found.flatMap(({ id, namespace, createdUs, content }) => [
    `${look.paint("bold", id)}  ${look.paint("dim", `${namespace}, ${timeOf(createdUs)}`)}`,
    ...content
      .slice(0, CONTENT_CHARS)
      .split("\n")
      .filter((line) => line !== "")
      .flatMap((line) => wrap(visible(line), width, INDENT)),
    ...(content.length > CONTENT_CHARS ? [`${INDENT}${look.paint("dim", "…")}`] : []),
  ]);
  return `${lines.join("\n")}\n`;
}

export function foundJson({ found }: ReplyOf<"memory.query">): string {
  // Names of attributes are data: they stay as they are.
  const plain = found.map(({ createdUs, ...hit }) => ({ ...hit, created_us: createdUs }));
  return toJson({ type: "found", found: plain });
}

export function pathText({ steps, confidence, ended, agreed }: ReplyOf<"memory.path">, look: Look): string {
  const cut = ended === "complete" ? [] : [look.paint("yellow", `The search was cut off: ${ended}.`)];
  if (steps.length === 0) return [...cut, "There is no path."].join("\n") + "\n";
  const lines = steps.flatMap(({ content, by }) => {
    const text = shorten(visible(content.split("\n")[0] ?? ""), CONTENT_CHARS);
    if (by === null) return [text];
    const arrow = by.turned ? "<-" : "->";
    return [look.paint("dim", `  ${arrow} ${by.type}, ${rounded(by.confidence)}`), text];
  });
  const end = `${count(steps.length - 1, "step")}, confidence ${rounded(confidence)}`;
  const through = (agreed?.through ?? []).map(
    ({ content, paths, support }) =>
      `  ${count(paths, "path")}, ${Math.round(100 * support)} %  through ${shorten(visible(content.split("\n")[0] ?? ""), CONTENT_CHARS)}`,
  );
  const robust = agreed === null ? [] : [look.paint("dim", `robustness ${rounded(agreed.robustness)}`)];
  return `${[...lines, look.paint("dim", end), ...through, ...robust, ...cut].join("\n")}\n`;
}

export function pathJson(reply: ReplyOf<"memory.path">): string {
  return replyJson({ type: "path", ...reply });
}

const COLUMNS = [
  { title: "NAMESPACE" },
  { title: "CONCEPTS", right: true },
  { title: "ASSOCIATIONS", right: true },
  { title: "VECTORS", right: true },
  { title: "WAITING", right: true },
  { title: "ON DISK", right: true },
];

export function statsText({ namespaces, alerts }: ReplyOf<"memory.stats">, look: Look): string {
  const rows = namespaces.map(({ name, concepts, associations, vectors, pending, diskBytes }) => [
    name,
    ...[concepts, associations, vectors, pending].map(String),
    bytesOf(diskBytes),
  ]);
  const [head, ...lines] = fitted(table(COLUMNS, rows), look);
  const notes = new Map<string, string[]>();
  for (const { name, notes: own } of namespaces)
    for (const note of own) notes.set(note, [...(notes.get(note) ?? []), name]);
  const told = [...notes].map(([note, names]) =>
    names.length === namespaces.length ? visible(note) : `${names.join(", ")}: ${visible(note)}`,
  );
  return `${[
    look.paint("dim", head!),
    ...lines,
    ...alerts.map((alert) => look.paint("yellow", visible(alert))),
    ...told.map((note) => look.paint("dim", note)),
  ].join("\n")}\n`;
}

export function statsJson(reply: ReplyOf<"memory.stats">): string {
  return replyJson({ type: "memory", ...reply });
}

export function importText(reply: ReplyOf<"memory.import">, look: Look): string {
  const { namespace, format, concepts, associations, vectors, faults, refused } = reply;
  const taken = `${count(concepts, "concept")}, ${count(associations, "association")}, ${count(vectors, "vector")}`;
  const lines = faults.map(({ at, why }) => `  ${look.paint("yellow", at)}  ${visible(why)}`);
  if (refused > faults.length) lines.push(`  and ${refused - faults.length} more`);
  return `${[
    `${look.paint("green", "Taken over")} into ${namespace}: ${taken} (${format})`,
    ...(refused === 0 ? [] : [`${count(refused, "fault")}:`]),
    ...lines,
  ].join("\n")}\n`;
}

export function importJson(reply: ReplyOf<"memory.import">): string {
  return replyJson({ type: "import", ...reply });
}

export function checkText({ holds, namespaces }: ReplyOf<"memory.check">, look: Look): string {
  const lines = namespaces.flatMap(({ name, files, records, concepts, findings }) => [
    `${look.paint("bold", name)}  ${count(concepts, "concept")}, ${count(files, "file")} of the checkpoint, ${count(records, "record")} of the log`,
    ...findings.map((finding) => `  ${look.paint("red", "DAMAGE")}  ${visible(finding)}`),
  ]);
  const verdict = holds ? look.paint("green", "Everything holds.") : look.paint("red", "It does NOT hold.");
  return `${[...lines, verdict].join("\n")}\n`;
}

export function checkJson(reply: ReplyOf<"memory.check">): string {
  return replyJson({ type: "check", ...reply });
}

export function flushText({ namespaces }: ReplyOf<"memory.flush">): string {
  return `Written: ${namespaces.join(", ")}.\n`;
}

export function flushJson(reply: ReplyOf<"memory.flush">): string {
  return replyJson({ type: "flush", ...reply });
}

function timeOf(us: number): string {
  const time = new Date(us / 1000);
  return Number.isNaN(time.getTime()) ? `${us} us` : `${time.toISOString().slice(0, 19)}Z`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function bytesOf(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)} KiB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
