// recover: resolve what a crash left, and nothing else; with `list` only show it.

import type { Bound } from "../bound.ts";
import { interruptedHere, recoverLocked } from "../recovery.ts";

export const recover: Bound<"recover"> = async (parts, { list }, talk) => {
  const session = await parts.session(talk, { recover: false });
  const pending = (await interruptedHere(parts, session)).map(({ id, begin }) => ({
    id,
    since: begin.time,
    user: begin.actor.user,
    subject: begin.actor.subject,
    actions: begin.actions.length,
  }));
  if (list || pending.length === 0) return { pending, recovered: [] };
  const lock = await parts.lock(session.bus.guid, null, talk.signal);
  try {
    return { pending: [], recovered: await recoverLocked(parts, session) };
  } finally {
    await lock.release();
  }
};
