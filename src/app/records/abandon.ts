// Giving up on an interrupted apply: somebody put things right by hand, or nobody can. It is ended as it stands, so that no
// later command touches what it touched.

import { OpError } from "../../base/error.ts";
import { abandonApply } from "../../state/state.ts";
import type { RecoveredReply } from "../../api/api.ts";
import type { Parts } from "../parts.ts";
import { closeEnded, endIn, type Pending } from "./pending.ts";
import { factsOf, interrupted, wayBack } from "./recovery.ts";
import { writeEnd } from "./recorder.ts";
import type { Session } from "../session.ts";

/** `id`: of the apply, or the begin of it. The caller holds the lock of the bus. Throws OPD2135, OPD5002. */
export async function abandon(parts: Parts, session: Session, id: string): Promise<RecoveredReply> {
  const records = await parts.records();
  await records.journal.refresh();
  await records.audit.refresh();
  const pending = meant(interrupted(records.journal, parts, session.bus), id);
  const known = endIn(records.audit, pending);
  if (known !== null) {
    await closeEnded(records, pending.id);
    return { ...factsOf(pending), end: known.end, checked: 0, left: [] };
  }
  const { clock } = parts;
  const { contextOf } = session;
  const way = await wayBack(session, pending.begin);
  const { ending, outcomes, left } = await abandonApply({ ...way, notes: pending.notes, contextOf, clock });
  await writeEnd(records, pending, outcomes, ending, session.talk);
  return { ...factsOf(pending), end: ending.end, checked: ending.verification?.checked ?? 0, left };
}

function meant(all: readonly Pending[], id: string): Pending {
  const found = all.filter((each) => each.id.startsWith(id));
  if (found.length === 1) return found[0]!;
  const what =
    found.length === 0 ? `no apply ${id} was interrupted` : `${found.length} applies begin with ${id}`;
  throw new OpError("OPD2135", `${what} on this bus`, {
    now: "nothing was changed",
    hint: "op-dbus recover --list",
  });
}
