// apply: take the lock, plan on the read-only connection, show it, have it confirmed, apply on a free connection, verify,
// put back on failure. A saved plan is planned again and must come out the same.

import { applyPlan, reportError, type ContextOf, type SavedPlan } from "../../state/state.ts";
import type { ApplyReply, RequestOf } from "../../api/api.ts";
import { addressesOf } from "../addresses.ts";
import { confirm, refuseUnasked, refuseWeak } from "../approval.ts";
import type { Bound as Operation } from "../bound.ts";
import type { Parts } from "../parts.ts";
import { planned } from "../planned.ts";
import { fitting, savedPlanOf } from "../saved-plan.ts";
import type { Session } from "../session.ts";
import { bindSources, type Bound } from "../wishes.ts";

type Request = RequestOf<"apply">;

export const apply: Operation<"apply"> = async (parts, request, talk) => {
  const saved = savedPlanOf(request);
  // polkit lets root do everything; anybody else is better refused before the first call than by it. A saved plan says
  // itself whether it was asked.
  const checkAuth = saved?.checkAuth ?? (request.checkAuth || parts.who.uid !== 0);
  const session = await parts.session(talk, { checkAuth, interactive: request.terminal });
  // Before planning: nothing that another op-dbus does can come between what is shown and what is done.
  const locked = parts.lock(session.bus.guid, request.lockTimeoutMs, talk.signal);
  locked.catch(() => undefined); // met below, when the document's own faults had their say
  try {
    const bound = await fitting(saved, bindSources(session, saved?.sources ?? request.sources));
    await locked;
    return await planAndApply(parts, session, bound, request, saved);
  } finally {
    await locked.then(
      (lock) => lock.release(),
      () => undefined,
    );
  }
};

async function planAndApply(
  parts: Parts,
  session: Session,
  bound: Bound,
  request: Request,
  saved: SavedPlan | null,
): Promise<ApplyReply> {
  const { talk } = session;
  if (request.refresh) await refresh(parts, session, bound);
  const { plan, reading } = await fitting(saved, planned(session, bound, request, saved));
  refuseWeak(plan, request);
  refuseUnasked(plan, request);
  const addresses = addressesOf(plan);
  talk.tell({ type: "planned", plan, addresses });
  await confirm(plan, request, saved !== null, talk);
  const report = await changing(parts, session, (contextOf) =>
    applyPlan({
      plan,
      reading,
      plugins: bound.plugins,
      contextOf,
      clock: parts.clock,
      signal: talk.signal,
      verify: request.verify,
      verifyTimeoutMs: request.verifyTimeoutMs ?? parts.configured.config.verifyTimeoutMs,
      events: (event) => talk.tell(event),
    }),
  );
  const error = reportError(report);
  if (error !== null) throw error;
  return { plan, addresses, report };
}

/** With a connection that may change things, for as long as `work` takes. */
async function changing<T>(
  parts: Parts,
  session: Session,
  work: (contextOf: ContextOf) => Promise<T>,
): Promise<T> {
  const bus = await parts.freeBus();
  try {
    return await work(session.changing(bus));
  } finally {
    await bus.close();
  }
}

/** Lets services fetch fresh lists. It changes their caches and nothing a document can say. */
async function refresh(parts: Parts, session: Session, { plugins }: Bound): Promise<void> {
  await changing(parts, session, async (contextOf) => {
    for (const plugin of plugins.values()) {
      const outcome = await plugin.refresh?.(contextOf(plugin));
      if (outcome === undefined || outcome.outcome === "done") continue;
      const message = `${plugin.name} could not refresh: ${outcome.reason}`;
      session.talk.tell({ type: "diagnostic", severity: "warning", message });
    }
  });
}
