// Applies without an end: what the journal holds open, in the words of state, and whether the audit log knows better. Only
// reads.

import type { Clock } from "../base/clock.ts";
import { OpError } from "../base/error.ts";
import { bootId } from "../base/process.ts";
import { visible } from "../base/visible.ts";
import {
  armedState,
  journaled,
  type Armed,
  type EndEntry,
  type JournalBegin,
  type JournalNote,
} from "../state/state.ts";
import type { Audit } from "../store/audit/audit.ts";
import type { Journal } from "../store/journal/journal.ts";

export interface Pending {
  readonly id: string;
  readonly begin: JournalBegin;
  readonly notes: readonly JournalNote[];
  readonly state: Armed;
}

/** Oldest first, of every bus; as of the journal's last refresh. Throws OPD5201. */
export function pendingIn(journal: Journal, clock: Clock): readonly Pending[] {
  const [boot, nowMs] = [bootId(), clock.monotonicMs()];
  return journal.pending().map(({ id, begin, notes }) => {
    const known = journaled(begin, notes);
    if (typeof known === "string") throw newer(id, known);
    return { id, ...known, state: armedState(known.begin, known.notes, nowMs, boot) };
  });
}

function newer(id: string, why: string): OpError {
  return new OpError("OPD5201", `the journal cannot be understood: of ${id}, ${visible(why)}`, {
    now: "nothing was changed",
    hint: "use the version of op-dbus that wrote it",
  });
}

/** Its end in the audit log, the last one there is; null = none. */
export function endIn(audit: Audit, { id, begin }: Pick<Pending, "id" | "begin">): EndEntry | null {
  return lastEnd(audit, id, begin)?.end ?? null;
}

/** The same with its index. An apply has no entry before its begin was journaled. */
export function lastEnd(
  audit: Audit,
  id: string,
  { audit_size: from }: Pick<JournalBegin, "audit_size">,
): { readonly index: number; readonly end: EndEntry } | null {
  let last: { readonly index: number; readonly end: EndEntry } | null = null;
  for (const { index, value } of audit.entries(from))
    if (value["type"] === "end" && value["apply"] === id)
      last = { index, end: value as unknown as EndEntry };
  return last;
}
