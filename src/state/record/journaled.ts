// A transaction of the journal as state wrote it. Every kind of word in it is known, or it is refused: what a newer version
// noted may change what the rest means (that something was put back already, say), and a guess would touch the machine.
// Members are not checked one by one: a checksum stands before them. Pure.

import type { PlainTable } from "../../base/text/text.ts";
import type { JournalBegin, JournalNote, RecordedAction } from "./recorded.ts";

export interface Journaled {
  readonly begin: JournalBegin;
  readonly notes: readonly JournalNote[];
}

const BEGINS: ReadonlySet<unknown> = new Set<JournalBegin["type"]>(["apply"]);
const PURPOSES: ReadonlySet<unknown> = new Set<JournalBegin["purpose"]>(["apply", "rollback"]);
const NOTES: ReadonlySet<unknown> = new Set<JournalNote["type"]>([
  "intent",
  "native",
  "outcome",
  "rolling-back",
  "guard",
  "held",
]);
const VERBS: ReadonlySet<unknown> = new Set<RecordedAction["verb"]>(["create", "update", "delete"]);

/** The transaction, or in one phrase what of it is not known here. */
export function journaled(begin: PlainTable, notes: readonly PlainTable[]): Journaled | string {
  if (!BEGINS.has(begin["type"])) return `it begins ${quoted(begin["type"])}`;
  if (!PURPOSES.has(begin["purpose"])) return `its purpose is ${quoted(begin["purpose"])}`;
  const strange = notes.find(({ type }) => !NOTES.has(type));
  if (strange !== undefined) return `it has a note ${quoted(strange["type"])}`;
  const known = begin as unknown as JournalBegin;
  const action = known.actions.find(({ verb }) => !VERBS.has(verb));
  if (action !== undefined) return `it has an action ${quoted(action.verb)}`;
  return { begin: known, notes: notes as unknown as readonly JournalNote[] };
}

function quoted(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : "of no name";
}
