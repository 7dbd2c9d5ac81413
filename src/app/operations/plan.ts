// plan: document -> bound wishes -> plan, and on request the document that undoes it. Only reads.

import { OpError } from "../../base/error.ts";
import { makePlan, planToJson, revertClaim, revertDocument } from "../../state/state.ts";
import type { Bound } from "../bound.ts";
import { addressesOf } from "../addresses.ts";
import { savedPlanOf } from "../saved-plan.ts";
import { bindSources, planFailed, selectionOf } from "../wishes.ts";

export const plan: Bound<"plan"> = async (parts, request, talk) => {
  const session = await parts.session(talk, { checkAuth: request.checkAuth });
  const saved = request.revert ? savedPlanOf(request) : null;
  const bound = await bindSources(session, saved?.sources ?? request.sources);
  const started = session.started();
  if (saved !== null) {
    // The file tells what was there; what is there now is planned when the document is applied.
    const revert = revertClaim(saved, bound.schemas);
    return { plan: null, addresses: new Map(), json: "", revert, started };
  }
  const { contextOf } = session;
  const {
    plan: made,
    reading,
    faults,
  } = await makePlan({ ...bound, contextOf, selection: selectionOf(request) });
  if (talk.signal.aborted)
    throw new OpError("OPD2123", "interrupted while reading", { now: "nothing was changed" });
  if (made === null) throw planFailed(bound.document, faults);
  const revert = request.revert ? revertDocument(made, reading) : null;
  return { plan: made, addresses: addressesOf(made), json: planToJson(made), revert, started };
};
