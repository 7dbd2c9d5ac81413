// How a begun apply stands, as the journal alone tells it: still at work, waiting for its commit, or due to go back.
// Pure. Whether its process lives is another question, which only the machine can answer.

import type { JournalBegin, JournalNote } from "./recorded.ts";

/**
 * running: begun, not yet verified. held: done and verified, waits for its commit. overdue: its time is over, or it is
 * on its way back already. earlier-boot: begun before this boot, so its guard is gone and its deadline means nothing.
 */
export type Armed = "running" | "held" | "overdue" | "earlier-boot";

/** `nowMs`: CLOCK_MONOTONIC, milliseconds; `boot`: id of this boot. Without a timed commit nothing is ever overdue. */
export function armedState(
  begin: Pick<JournalBegin, "process" | "commit">,
  notes: readonly Pick<JournalNote, "type">[],
  nowMs: number,
  boot: string,
): Armed {
  if (begin.process.boot !== boot) return "earlier-boot";
  const said = new Set(notes.map(({ type }) => type));
  if (begin.commit !== null && (said.has("rolling-back") || nowMs >= begin.commit.deadline_ms))
    return "overdue";
  return said.has("held") ? "held" : "running";
}
