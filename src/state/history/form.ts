// Whether an entry has the form of what state records, as far as history reads it. Who may write the log's folder can put
// anything there until it is verified, and telling the past must not break on it: what has another form is no entry of
// ours. Pure.

import type { Plain, PlainTable } from "../../base/text/text.ts";
import type { ActionEntry, BeginEntry, EndEntry } from "../record/recorded.ts";

type Is = (value: Plain | undefined) => boolean;

const text: Is = (value) => typeof value === "string";
const table: Is = (value) => isTable(value);
const number: Is = (value) => typeof value === "number";
const listOf =
  (is: Is): Is =>
  (value) =>
    Array.isArray(value) && value.every(is);
const orNull =
  (is: Is): Is =>
  (value) =>
    value === null || is(value);
const tableOf =
  (members: Readonly<Record<string, Is>>): Is =>
  (value) =>
    isTable(value) && Object.entries(members).every(([name, is]) => is(value[name]));

const BEGIN = tableOf({
  apply: text,
  purpose: text,
  of: orNull(text),
  bus: text,
  actor: tableOf({ uid: number, pid: number, user: text, unit: text, subject: text }),
  started: text,
  documents: listOf(tableOf({ file: text, format: text, digest: text, text: orNull(text) })),
});
const ACTION = tableOf({ apply: text, id: text, address: text, outcome: text, reason: text });
const END = tableOf({
  apply: text,
  end: text,
  by: text,
  faults: listOf(text),
  verification: orNull(table),
  probes: listOf(table),
  left: listOf(tableOf({ address: text })),
});

/** null for what is none of them. */
export function recordedIn(value: PlainTable): BeginEntry | ActionEntry | EndEntry | null {
  const { type } = value;
  const known = type === "begin" ? BEGIN : type === "action" ? ACTION : type === "end" ? END : null;
  return known?.(value) === true ? (value as unknown as BeginEntry | ActionEntry | EndEntry) : null;
}

function isTable(value: Plain | undefined): value is PlainTable {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
