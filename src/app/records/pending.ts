// Applies without an end: what the journal holds open, in the words of state, and whether the audit log has its end
// all the same: then it is merely to be closed.

import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { bootId } from "../../base/process.ts";
import { visible } from "../../base/visible.ts";
import {
  armedState,
  journaled,
  type Armed,
  type EndEntry,
  type JournalBegin,
  type JournalNote,
} from "../../state/state.ts";
import type { Audit } from "../../store/audit/audit.ts";
import { placeFault, type Journal } from "../../store/journal/journal.ts";
import type { Records } from "./records.ts";

export interface Pending {
  readonly id: string;
  readonly begin: JournalBegin;
  readonly notes: readonly JournalNote[];
  readonly state: Armed;
  /** Why this is a copy of its journal, as a phrase: then nothing here resolves it. null = it was begun in this one. */
  readonly elsewhere: string | null;
}

/** Oldest first, of every bus; as of the journal's last refresh. Throws OPD5201. */
export function pendingIn(journal: Journal, clock: Clock): readonly Pending[] {
  const [boot, nowMs] = [bootId(), clock.monotonicMs()];
  const open = journal.pending();
  if (open.length === 0) return [];
  const here = journal.place();
  return open.map(({ id, begin, notes }) => {
    const known = journaled(begin, notes);
    if (typeof known === "string") throw newer(id, known);
    const state = armedState(known.begin, known.notes, nowMs, boot);
    return { id, ...known, state, elsewhere: placeFault(known.begin.place, here) };
  });
}

/** Throws OPD2136 where it is not to be resolved. */
export function refuseElsewhere({ id, elsewhere }: Pick<Pending, "id" | "elsewhere">): void {
  if (elsewhere === null) return;
  throw new OpError("OPD2136", `apply ${id} is not resolved here: ${visible(elsewhere)}`, {
    now: "nothing was changed",
    hint: `op-dbus recover --abandon ${id}`,
  });
}

function newer(id: string, why: string): OpError {
  return new OpError("OPD5201", `the journal cannot be understood: of ${id}, ${visible(why)}`, {
    now: "nothing was changed",
    hint: "use the version of op-dbus that wrote it",
  });
}

/** Its end in the audit log; null = none that counts: one that says done does not when the apply was taken back since. */
export function endIn(audit: Audit, { id, begin, notes }: Omit<Pending, "state">): EndEntry | null {
  const end = lastEnd(audit, id, begin)?.end ?? null;
  return end?.end === "done" && notes.some(({ type }) => type === "rolling-back") ? null : end;
}

/** The last end of an apply that the log has, as of its last refresh: no entry of it stands before its begin was journaled. */
export function lastEnd(
  audit: Audit,
  id: string,
  { audit_size: from }: Pick<JournalBegin, "audit_size">,
): { readonly index: number; readonly end: EndEntry } | null {
  let last: { readonly index: number; readonly end: EndEntry } | null = null;
  for (const { index, value } of audit.entries(from))
    if (value["type"] === "end" && value["apply"] === id) last = { index, end: value as unknown as EndEntry };
  return last;
}

/** It has ended: makes sure that its end is on disk (who wrote it may have died before), and closes the transaction. */
export async function closeEnded(
  { audit, journal }: Pick<Records, "audit" | "journal">,
  id: string,
): Promise<void> {
  await audit.append([], { group: false, checkpoint: true });
  await journal.end(id);
}
