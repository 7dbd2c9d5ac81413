// Documents carried out: lock, resolve what a crash left, plan, show, have it confirmed, record, apply, verify, put back
// on failure. What `apply` does, and `rollback --to` with documents of an earlier time.

import { OpError } from "../base/error.ts";
import {
  applyPlan,
  reportError,
  type ContextOf,
  type Plan,
  type Purpose,
  type Reading,
  type SavedPlan,
} from "../state/state.ts";
import type { Bus } from "../host/dbus/dbus.ts";
import type { ApplyReply, RequestOf, SourceText, Talk } from "../api/api.ts";
import { processActor } from "./records/actor.ts";
import { addressesOf } from "./addresses.ts";
import { armGuard } from "./guard/arm-guard.ts";
import { confirm, refuseUnasked, refuseWeak } from "./approval.ts";
import { refuseWhileWaiting } from "./guard/checkpoints.ts";
import { refuseForeign } from "./foreign.ts";
import type { Parts } from "./parts.ts";
import { planned } from "./planned.ts";
import { askThrough } from "./probes.ts";
import { applyRecorder } from "./records/recorder.ts";
import { recoverLocked } from "./records/recovery.ts";
import { busAddress } from "./records/same-bus.ts";
import { fitting, savedPlanOf } from "./saved-plan.ts";
import type { Session } from "./session.ts";
import { snapshotAfterApply } from "./records/snapshots.ts";
import { applyMeter } from "./telemetry/apply-meter.ts";
import { inTrace } from "./telemetry/tracing.ts";
import { bindSources, type Bound } from "./wishes.ts";

type Request = RequestOf<"apply">;

/** What the records say it is for. `of`: what a rollback goes back from or to. */
export interface Meaning {
  readonly purpose: Purpose;
  readonly of: string | null;
}

/** Documents that are made of what is recorded: with the lock held, so that nothing that ends meanwhile is missing. */
export type MadeSources = (session: Session) => Promise<readonly SourceText[]>;

/** `made`: instead of the request's sources. Rejects with the error of its report when it did not end well. */
export function applyDocuments(
  parts: Parts,
  request: Request,
  talk: Talk,
  meaning: Meaning,
  made: MadeSources | null = null,
): Promise<ApplyReply> {
  const root = { type: "apply", name: meaning.purpose, asked: request.trace === true } as const;
  return inTrace(parts, talk, root, () => carriedOut(parts, request, talk, meaning, made));
}

async function carriedOut(
  parts: Parts,
  request: Request,
  talk: Talk,
  meaning: Meaning,
  made: MadeSources | null,
): Promise<ApplyReply> {
  const saved = savedPlanOf(request);
  refuseForeign(request.sources);
  // polkit lets root do everything; anybody else is better refused before the first call than by it. A saved plan says
  // itself whether it was asked.
  const checkAuth = saved?.checkAuth ?? (request.checkAuth || parts.who.uid !== 0);
  const session = await parts.session(talk, { checkAuth, interactive: request.terminal });
  // Before planning: nothing that another op-dbus does can come between what is shown and what is done.
  const locked = parts.lock(session.bus.guid, request.lockTimeoutMs, talk.signal);
  locked.catch(() => undefined); // met below, when the document's own faults had their say
  try {
    const given =
      made === null ? await fitting(saved, bindSources(session, saved?.sources ?? request.sources)) : null;
    await locked;
    // Who held the lock meanwhile may have died with it.
    await recoverLocked(parts, session);
    await refuseWhileHeld(parts, session);
    const bound = given ?? (await bindSources(session, await made!(session)));
    return await planAndApply(parts, session, bound, request, saved, meaning);
  } finally {
    await locked.then(
      (lock) => lock.release(),
      () => undefined,
    );
  }
}

async function refuseWhileHeld(parts: Parts, { bus }: Session): Promise<void> {
  const journal = await parts.peekJournal();
  if (journal !== null) refuseWhileWaiting(journal, bus, parts.clock);
}

async function planAndApply(
  parts: Parts,
  session: Session,
  bound: Bound,
  request: Request,
  saved: SavedPlan | null,
  meaning: Meaning,
): Promise<ApplyReply> {
  const { talk } = session;
  if (request.refresh) await refresh(parts, session, bound);
  const { plan, reading } = await fitting(saved, planned(session, bound, request, saved));
  refuseWeak(plan, request);
  refuseUnasked(plan, request);
  const addresses = addressesOf(plan);
  talk.tell({ type: "planned", plan, addresses });
  await confirm(plan, request, saved !== null, talk);
  const { report, armed } = await changing(parts, session, (contextOf, bus) =>
    carryOut(parts, session, bound, request, meaning, { plan, reading, contextOf, bus }),
  );
  const error = reportError(report);
  if (error !== null) throw error;
  return { plan, addresses, report, armed };
}

interface Work {
  readonly plan: Plan;
  readonly reading: Reading;
  readonly contextOf: ContextOf;
  readonly bus: Bus;
}

async function carryOut(
  parts: Parts,
  session: Session,
  bound: Bound,
  request: Request,
  meaning: Meaning,
  { plan, reading, contextOf, bus }: Work,
): Promise<Pick<ApplyReply, "report" | "armed">> {
  const { clock, configured } = parts;
  const { talk } = session;
  const hold = request.holdMs === null ? null : { timeoutMs: request.holdMs };
  const recorder = applyRecorder({
    records: parts.records,
    clock,
    bus: session.bus.guid,
    address: busAddress(session.bus),
    actor: parts.caller?.actor ?? processActor(),
    ...meaning,
    hold,
    talk,
  });
  let armed: ApplyReply["armed"] = null;
  const meter = applyMeter((await parts.telemetry()).metrics);
  const time = timeLimit(clock);
  const report = await applyPlan({
    plan,
    reading,
    plugins: bound.plugins,
    contextOf,
    clock,
    signal: AbortSignal.any([talk.signal, time.signal]),
    verify: request.verify,
    verifyTimeoutMs: request.verifyTimeoutMs ?? configured.config.verifyTimeoutMs,
    recorder,
    hold,
    arm:
      hold &&
      (async () => {
        const guarded = await armGuard(parts, bus, recorder.id, talk);
        ({ armed } = guarded);
        time.begin(guarded.deadlineMs);
      }),
    ask: askThrough({ ...bound, bus: session.bus, contextOf: session.contextOf, clock }),
    events(event) {
      meter.heard(event);
      talk.tell(event);
    },
  })
    .then(
      (ended) => {
        meter.ended(ended.end);
        return ended;
      },
      (error: unknown) => {
        meter.ended("failed");
        throw error;
      },
    )
    .finally(() => time.stop());
  if (plan.actions.length > 0) await snapshotAfterApply(parts, talk);
  return { report, armed: report.end === "held" ? armed : null };
}

/** Fires at the deadline of a timed commit: who is still at work then goes back, and its guard waits for that. */
function timeLimit(clock: Parts["clock"]) {
  const [late, over] = [new AbortController(), new AbortController()];
  return {
    signal: late.signal,
    begin(deadlineMs: number): void {
      void clock.sleep(Math.max(0, deadlineMs - clock.monotonicMs()), over.signal).then(() => {
        if (!over.signal.aborted)
          late.abort(new OpError("OPD2126", "the time for its commit ran out while it was at work"));
      });
    },
    stop: () => over.abort(),
  };
}

/** With a connection that may change things, for as long as `work` takes. */
async function changing<T>(
  parts: Parts,
  session: Session,
  work: (contextOf: ContextOf, bus: Bus) => Promise<T>,
): Promise<T> {
  const bus = await parts.freeBus();
  try {
    return await work(session.changing(bus), bus);
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
