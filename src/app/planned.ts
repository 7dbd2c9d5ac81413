// From bound documents to a plan, or to the error that says why there is none. A saved plan is planned again and must come
// out the same. Only reads.

import { OpError } from "../base/error.ts";
import { claimDiffers, makePlan, type Plan, type Reading, type SavedPlan } from "../state/state.ts";
import type { RequestOf } from "../api/api.ts";
import { spanned } from "../telemetry/trace/span.ts";
import { refuseInterrupted, type Session } from "./session.ts";
import { planFailed, selectionOf, type Bound } from "./wishes.ts";

/** Throws the plan's faults, OPD2123 (interrupted), OPD2141 (the saved plan no longer fits). */
export async function planned(
  session: Session,
  bound: Bound,
  request: Pick<RequestOf<"plan">, "target" | "exclude">,
  saved: SavedPlan | null,
): Promise<{ readonly plan: Plan; readonly reading: Reading }> {
  const selection = saved?.selection ?? selectionOf(request);
  const { plan, reading, faults } = await spanned(
    "plan",
    "planning",
    () => makePlan({ ...bound, contextOf: session.contextOf, selection }),
    (made) => made.plan === null,
  );
  refuseInterrupted(session.talk, "planning");
  if (plan === null) throw planFailed(bound.document, faults);
  const moved = saved === null ? null : claimDiffers(saved, plan);
  if (moved !== null) {
    throw new OpError("OPD2141", `the saved plan no longer fits: ${moved}`, {
      now: "nothing was changed",
      hint: "op-dbus plan FILE --out plan.json makes a new one",
    });
  }
  return { plan, reading };
}
