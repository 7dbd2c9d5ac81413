// What a crash left: applies whose journal is open and whose process is gone. Looked for at the start of everything that
// opens a session on the bus, and resolved before anything else is read: finished or put back, recorded, told.

import type { Clock } from "../../base/clock.ts";
import type { Configured } from "../../base/config.ts";
import { OpError } from "../../base/error.ts";
import { bootId, isAlive, thisProcess } from "../../base/process.ts";
import { visible } from "../../base/visible.ts";
import {
  leftError,
  recoverApply,
  scopesOfActions,
  wasPutBack,
  type EndEntry,
  type HeldLock,
  type JournalBegin,
  type JournalNote,
  type WayBack,
} from "../../state/state.ts";
import type { Bus } from "../../host/dbus/dbus.ts";
import type { Journal } from "../../store/journal/journal.ts";
import type { InterruptedReply, RecoveredReply, Talk } from "../../api/api.ts";
import { closeEnded, endIn, pendingIn, type Pending } from "./pending.ts";
import { recordEnd } from "./record-end.ts";
import type { Records } from "./records.ts";
import { isOnBus, type BusIdentity } from "./same-bus.ts";
import type { Session } from "../session.ts";

/** What resolving needs of the parts. */
export interface RecoveryParts {
  readonly clock: Clock;
  readonly configured: Configured;
  records(): Promise<Records>;
  peekJournal(): Promise<Journal | null>;
  lock(guid: string, waitMs: number | null, signal: AbortSignal): Promise<HeldLock>;
  freeBus(): Promise<Bus>;
}

/** Resolves what is pending on the session's bus and tells it. Does nothing while another process holds the bus. Throws
 * OPD2121 when something is not as before, and what keeps records from being opened. */
export async function recoverAtStart(parts: RecoveryParts, session: Session): Promise<void> {
  const pending = await interruptedHere(parts, session);
  for (const { id, begin, elsewhere } of pending.filter(isElsewhere)) {
    const message = `apply ${id} of ${begin.time} is open in ${parts.configured.config.stateDir} and not resolved here: ${elsewhere}. op-dbus recover --abandon ${id} closes it`;
    session.talk.tell({ type: "diagnostic", severity: "warning", message });
  }
  if (pending.every(isElsewhere)) return;
  let lock;
  try {
    lock = await parts.lock(session.bus.guid, 0, session.talk.signal);
  } catch (error) {
    // Who holds it is at work, or resolves this just now.
    if (error instanceof OpError && error.code === "OPD9010") return;
    throw error;
  }
  try {
    await recoverLocked(parts, session);
  } finally {
    await lock.release();
  }
}

/** The same for who holds the lock of the bus. */
export async function recoverLocked(
  parts: RecoveryParts,
  session: Session,
): Promise<readonly RecoveredReply[]> {
  if ((await interruptedHere(parts, session)).every(isElsewhere)) return [];
  const records = await parts.records();
  await records.journal.refresh();
  await records.audit.refresh();
  const resolved: RecoveredReply[] = [];
  // The newest first: what it found, an older one may have left.
  for (const pending of interrupted(records.journal, parts, session.bus).toReversed())
    if (!isElsewhere(pending)) resolved.push(await resolve(parts, session, records, pending));
  for (const each of resolved) tell(session.talk, each);
  refuseLeft(resolved);
  return resolved;
}

function refuseLeft(resolved: readonly RecoveredReply[]): void {
  const bad = resolved.filter(({ left }) => left.length > 0);
  const [first] = bad;
  if (first === undefined) return;
  const all = bad.flatMap(({ left }) => left);
  throw leftError(
    `apply ${first.id} of ${visible(first.user)} was interrupted and could not be put back`,
    all,
    [],
    {
      hint: "op-dbus rollback --to N tries again, with the generation before it (op-dbus history)",
    },
  );
}

/** What `recover` would resolve, by a journal that is only looked at. */
export async function interruptedHere(parts: RecoveryParts, { bus }: Session): Promise<readonly Pending[]> {
  const journal = await parts.peekJournal();
  return journal === null ? [] : interrupted(journal, parts, bus);
}

/** What is said of it to people. */
export function factsOf({ id, begin, elsewhere }: Pending): InterruptedReply {
  const { time: since, actor, actions } = begin;
  return { id, since, user: actor.user, subject: actor.subject, actions: actions.length, elsewhere };
}

/** Those of this bus whose process is gone. One that waits for its commit is not interrupted until its time is over. What
 * is only copied here is among them: it can be given up, and nothing else. */
export function interrupted(
  journal: Journal,
  { clock }: RecoveryParts,
  bus: BusIdentity,
): readonly Pending[] {
  return pendingIn(journal, clock).filter((pending) => {
    const { begin, state } = pending;
    if (!isOnBus(begin, bus)) return false;
    if (isElsewhere(pending)) return true;
    // This process is known to be here, and not in an apply: it holds the lock, or is about to take it.
    const isOwn = begin.process.pid === thisProcess().pid;
    const works = state !== "earlier-boot" && !isOwn && isAlive(begin.process);
    return !works && (begin.commit === null || state !== "held");
  });
}

function isElsewhere({ elsewhere }: Pending): boolean {
  return elsewhere !== null;
}

async function resolve(
  parts: RecoveryParts,
  session: Session,
  records: Records,
  pending: Pending,
): Promise<RecoveredReply> {
  const { id, begin } = pending;
  const facts = factsOf(pending);
  const known = endIn(records.audit, pending);
  const way = known === null || known.end === "done" ? await wayBack(session, begin) : null;
  // Its records were written and their sync failed: then it was put back, and could say so nowhere.
  const isBack =
    known !== null &&
    way !== null &&
    (await wasPutBack({ ...way, notes: pending.notes, contextOf: session.contextOf }));
  if (way === null || (known !== null && !isBack)) {
    await closeEnded(records, id);
    return { ...facts, end: known!.end, checked: 0, left: [] };
  }
  const notes: readonly JournalNote[] = isBack
    ? [...pending.notes, { type: "rolling-back", reason: "the records of its end could not be synced" }]
    : pending.notes;
  const free = await parts.freeBus();
  try {
    const sameBoot = begin.process.boot === bootId();
    const { clock } = parts;
    const { ending, outcomes, left } = await recoverApply({
      ...way,
      notes,
      sameBoot,
      sinceIntentMs: sameBoot ? clock.monotonicMs() - lastIntentMs(notes) : null,
      contextOf: session.changing(free),
      clock,
      timeoutMs: parts.configured.config.verifyTimeoutMs,
      // Whether this can be written or not: the machine comes first.
      rollingBack: (reason) =>
        records.journal.note(id, { type: "rolling-back", reason }, true).catch(() => undefined),
    });
    await recordEnd(records, pending, { ending, outcomes, left }, session.talk);
    return { ...facts, end: ending.end, checked: ending.verification?.checked ?? 0, left };
  } finally {
    await free.close();
  }
}

/** All that putting an apply back needs, in memory: what cannot be loaded now is left out, and listed when it counts. */
export async function wayBack(session: Session, begin: JournalBegin): Promise<WayBack> {
  const scopes = scopesOfActions(begin.actions);
  const plugins = await session.pluginsFor([...scopes.keys()], { starts: true });
  const { schemas } = await session.schemas(plugins, scopes);
  return { begin, plugins, schemas };
}

function lastIntentMs(notes: readonly JournalNote[]): number {
  return Math.max(0, ...notes.map((note) => (note.type === "intent" ? note.mono_ms : 0)));
}

const ENDS: Readonly<Record<EndEntry["end"], string>> = {
  done: "all of it was done, and it is kept",
  restored: "put back",
  left: "not everything could be put back",
};

function tell(talk: Talk, { since, user, end, checked }: RecoveredReply): void {
  const read = checked === 0 ? "" : `, ${checked} ${checked === 1 ? "value" : "values"} read again`;
  const message = `an apply of ${since} by ${user} was interrupted: ${ENDS[end]}${read}`;
  talk.tell({ type: "diagnostic", severity: "warning", message });
}
