// checkpoint list and show: what waits for its commit. Only looks.

import type { Bound } from "../bound.ts";
import { checkpointReply, waiting, waitingFor, type Waiting } from "../guard/checkpoints.ts";
import type { Parts } from "../parts.ts";
import type { Talk } from "../../api/api.ts";
import type { BusIdentity } from "../records/same-bus.ts";

export const list: Bound<"checkpoint.list"> = async (parts, _request, talk) => {
  const { all, bus } = await look(parts, talk);
  return { checkpoints: all.map((each) => checkpointReply(each, bus, parts.clock)) };
};

export const show: Bound<"checkpoint.show"> = async (parts, { id }, talk) => {
  const { all, bus } = await look(parts, talk);
  return checkpointReply(waitingFor(all, bus, id), bus, parts.clock);
};

/** What is overdue was put back when the session began. */
async function look(
  parts: Parts,
  talk: Talk,
): Promise<{ readonly all: readonly Waiting[]; readonly bus: BusIdentity }> {
  const { bus } = await parts.session(talk);
  const journal = await parts.peekJournal();
  return { all: journal === null ? [] : waiting(journal, parts.clock), bus };
}
