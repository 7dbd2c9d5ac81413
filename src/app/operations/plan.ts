// plan: document -> bound wishes -> plan, and on request the document that undoes it. A saved plan is planned again and
// compared, or with `revert` turned round. Only reads.

import { planToJson, revertClaim, revertDocument } from "../../state/state.ts";
import type { Bound } from "../bound.ts";
import { addressesOf } from "../addresses.ts";
import { planned } from "../planned.ts";
import { inTrace } from "../telemetry/tracing.ts";
import { fitting, savedPlanOf } from "../saved-plan.ts";
import { bindSources } from "../wishes.ts";

export const plan: Bound<"plan"> = (parts, request, talk) => {
  const root = { type: "plan", name: "plan", asked: request.trace === true } as const;
  return inTrace(parts, talk, root, () => makePlan(parts, request, talk));
};

const makePlan: Bound<"plan"> = async (parts, request, talk) => {
  const saved = savedPlanOf(request);
  const session = await parts.session(talk, { checkAuth: saved?.checkAuth ?? request.checkAuth });
  const bound = await fitting(saved, bindSources(session, saved?.sources ?? request.sources));
  const started = session.started();
  if (saved !== null && request.revert) {
    // The file tells what was there; what is there now is planned when the document is applied.
    const revert = revertClaim(saved, bound.schemas);
    return { plan: null, addresses: new Map(), json: "", revert, started };
  }
  const { plan: made, reading } = await fitting(saved, planned(session, bound, request, saved));
  const revert = request.revert ? revertDocument(made, reading) : null;
  return { plan: made, addresses: addressesOf(made), json: planToJson(made), revert, started };
};
