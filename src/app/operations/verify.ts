// verify: is the machine as the document says? Only reads, and waits as long as was asked.

import { verifyDocument } from "../../state/state.ts";
import type { Bound } from "../bound.ts";
import { refuseInterrupted } from "../session.ts";
import { bindSources, selectionOf } from "../wishes.ts";

export const verify: Bound<"verify"> = async (parts, request, talk) => {
  const session = await parts.session(talk);
  const bound = await bindSources(session, request.sources);
  const { verification, unavailable } = await verifyDocument({
    ...bound,
    contextOf: session.contextOf,
    clock: parts.clock,
    selection: selectionOf(request),
    timeoutMs: request.timeoutMs ?? 0,
    signal: talk.signal,
    onAttempt: ({ holds, mismatches, attempts, elapsedMs }) =>
      talk.tell({ type: "verify_attempt", attempt: attempts, holds, mismatches, elapsedMs }),
  });
  refuseInterrupted(talk, "reading");
  const [away] = unavailable.values();
  if (away !== undefined) throw away;
  return verification;
};
