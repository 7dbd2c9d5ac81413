// recover: resolve what a crash left, and nothing else; with `list` only show it, with `abandon` end one as it stands.

import { abandon as giveUp } from "../records/abandon.ts";
import type { Bound } from "../bound.ts";
import { refuseElsewhere } from "../records/pending.ts";
import { factsOf, interruptedHere, recoverLocked } from "../records/recovery.ts";
import { snapshotAfterApply } from "../records/snapshots.ts";

export const recover: Bound<"recover"> = async (parts, { list, abandon }, talk) => {
  const session = await parts.session(talk, { recover: false });
  const pending = await interruptedHere(parts, session);
  if (list || (pending.length === 0 && abandon === null))
    return { pending: pending.map(factsOf), recovered: [] };
  const lock = await parts.lock(session.bus.guid, null, talk.signal);
  try {
    const recovered =
      abandon === null ? await recoverLocked(parts, session) : [await giveUp(parts, session, abandon)];
    if (recovered.length > 0) await snapshotAfterApply(parts, talk);
    if (abandon === null) for (const each of pending) refuseElsewhere(each);
    return { pending: [], recovered };
  } finally {
    await lock.release();
  }
};
