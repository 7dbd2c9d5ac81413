// What commit and rollback have in common: the apply that is meant, found again with the lock of the bus held, and all
// that is needed to end it.

import { OpError } from "../../base/error.ts";
import type { RequestOf, SettledReply, Talk } from "../../api/api.ts";
import type { EndEntry } from "../../state/state.ts";
import { waiting, waitingFor, type Waiting } from "./checkpoints.ts";
import type { Parts } from "../parts.ts";
import { closeEnded, endIn, refuseElsewhere } from "../records/pending.ts";
import { wayBack } from "../records/recovery.ts";
import { endOf, endText, type Settling } from "../records/settled.ts";

/** Throws OPD2131 (its time is over), OPD2132 (there is none), OPD2136 (this is a copy of it), OPD9010 (somebody else changes this bus), and what `work`
 * throws. */
export async function withWaiting(
  parts: Parts,
  { id, lockTimeoutMs }: RequestOf<"commit">,
  talk: Talk,
  work: (settling: Settling, waiting: Waiting) => Promise<SettledReply>,
): Promise<SettledReply> {
  const session = await parts.session(talk);
  const records = await parts.records();
  const { journal } = records;
  const { guid } = session.bus;
  const find = async (): Promise<Waiting> => {
    await journal.refresh();
    try {
      return waitingFor(waiting(journal, parts.clock), session.bus, id);
    } catch (error) {
      const end = id === null ? null : endOf(records, id);
      if (end === null) throw error;
      throw ended(end);
    }
  };
  // Before the lock: who is being put back just now is told so, and not that its guard holds the lock.
  const first = await find();
  refuseElsewhere(first);
  const { state, id: found } = first;
  if (state === "overdue")
    throw new OpError("OPD2131", `the time of checkpoint ${found} is over`, { now: "it is being put back" });
  const lock = await parts.lock(guid, lockTimeoutMs, talk.signal);
  try {
    const now = await find();
    await records.audit.refresh();
    const end = endIn(records.audit, now);
    if (end !== null) {
      // Whoever ended it died before the journal said so.
      await closeEnded(records, now.id);
      throw ended(end);
    }
    const [way, bus] = await Promise.all([wayBack(session, now.begin), parts.freeBus()]);
    try {
      return await work({ parts, session, records, bus, way }, now);
    } finally {
      await bus.close();
    }
  } finally {
    await lock.release();
  }
}

function ended(end: EndEntry): OpError {
  return new OpError("OPD2132", `${endText(end)}: nothing waits for a commit`, {
    now: "nothing was changed",
    hint: end.end === "done" ? "op-dbus rollback --to N goes back to a generation" : "op-dbus history",
  });
}
