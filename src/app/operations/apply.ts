// apply: plan on the read-only connection, show it, have it confirmed, take the lock, apply on a free connection, verify,
// put back on failure. A saved plan is planned again and must come out the same. (contract.md, Plan and Confirmation.)

import { OpError } from "../../base/error.ts";
import { FIDELITIES, UNDOS, type Action } from "../../plugin/plugin.ts";
import {
  applyPlan,
  claimDiffers,
  confirmation,
  makePlan,
 
  readSavedPlan,
  reportError,
  type ContextOf,
  type Plan,
  type Reading,
  type SavedPlan,
} from "../../state/state.ts";
import type { ApplyReply, RequestOf, Talk } from "../../api/api.ts";
import type { Bound as Operation } from "../app.ts";
import { addressesOf } from "../addresses.ts";
import type { Parts } from "../parts.ts";
import type { Session } from "../session.ts";
import { bindSources, planFailed, documentError, selectionOf, type Bound } from "../wishes.ts";

type Request = RequestOf<"apply">;
const UNTOUCHED = { now: "nothing was changed" } as const;

export const apply: Operation<"apply"> = async (parts, request, talk) => {
  const saved = savedPlanOf(request);
  const checkAuth = request.checkAuth || saved?.checkAuth === true;
  const session = await parts.session(talk, { checkAuth, interactive: request.terminal });
  // Before planning: nothing that another op-dbus does can come between what is shown and what is done.
  const locked = parts.lock(session.bus.guid, request.lockTimeoutMs, talk.signal);
  locked.catch(() => undefined); // its rejection is met below, after the document's own faults could show
  try {
    const bound = await bindSources(session, saved?.sources ?? request.sources).finally(() => locked);
    return await planAndApply(parts, session, bound, request, saved);
  } finally {
    await locked.then((lock) => lock.release(), () => undefined);
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
  const { plan, reading } = await planned(session, bound, request, saved);
  refuseWeak(plan, request);
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
async function changing<T>(parts: Parts, session: Session, work: (contextOf: ContextOf) => Promise<T>): Promise<T> {
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

function savedPlanOf({ sources }: Request): SavedPlan | null {
  const [source] = sources;
  if (sources.length !== 1 || source!.format !== "json" || !/^\s*\{\s*"format_version"/.test(source!.text)) return null;
  if (source!.untrusted !== null) {
    throw new OpError("OPD1202", `${source!.file} is not trusted: ${source!.untrusted}`, { where: source!.file, ...UNTOUCHED });
  }
  const { saved, faults } = readSavedPlan(source!.file, source!.text);
  if (saved === null) throw documentError(sources, faults);
  return saved;
}

async function planned(
  session: Session,
  bound: Bound,
  request: Request,
  saved: SavedPlan | null,
): Promise<{ readonly plan: Plan; readonly reading: Reading }> {
  const selection = saved?.selection ?? selectionOf(request);
  const { plan, reading, faults } = await makePlan({ ...bound, contextOf: session.contextOf, selection });
  if (session.talk.signal.aborted) throw new OpError("OPD2123", "interrupted while planning", UNTOUCHED);
  if (plan === null) throw planFailed(bound.document, faults);
  const moved = saved === null ? null : claimDiffers(saved, plan);
  if (moved !== null) {
    const hint = "op-dbus plan FILE --out plan.json makes a new one";
    throw new OpError("OPD2141", `the saved plan no longer fits: ${moved}`, { ...UNTOUCHED, hint });
  }
  return { plan, reading };
}

/** --require-undo and --require-fidelity: one action that is weaker refuses the whole plan. */
function refuseWeak(plan: Plan, { requireUndo, requireFidelity }: Request): void {
  const weak = plan.actions.filter(
    ({ undo, fidelity }: Action) =>
      (requireUndo !== null && UNDOS.indexOf(undo) > UNDOS.indexOf(requireUndo)) ||
      (requireFidelity !== null && FIDELITIES.indexOf(fidelity) > FIDELITIES.indexOf(requireFidelity)),
  );
  if (weak.length === 0) return;
  const addresses = addressesOf(plan);
  const faults = weak.map(({ id, undo, fidelity }) => ({
    code: "OPD9015" as const,
    message: `undo ${undo}, ${fidelity}`,
    address: addresses.get(id)!,
  }));
  throw new OpError("OPD9015", "the plan is weaker than was asked for", { ...UNTOUCHED, faults });
}

async function confirm(plan: Plan, { approve, terminal }: Request, savedPlan: boolean, talk: Talk): Promise<void> {
  const how = confirmation(plan, { terminal, autoApprove: approve, savedPlan });
  if (how === "none") return;
  const worst = plan.summary.worstRisk;
  if (how === "refuse") {
    throw new OpError("OPD9003", `the plan holds changes of class ${worst}, and nobody can be asked`, {
      ...UNTOUCHED,
      hint: `--auto-approve=${worst} allows them`,
    });
  }
  const yes = await talk.ask(how, worst);
  if (talk.signal.aborted) throw new OpError("OPD2123", "interrupted", UNTOUCHED);
  if (!yes) throw new OpError("OPD9004", "not approved", UNTOUCHED);
}
