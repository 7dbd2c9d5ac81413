// Applies that wait for their commit, as the journal has them: found by ID, shown to people, and in the way of the next
// apply on their bus. Reads the journal and the process table, changes nothing.

import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { isAlive } from "../../base/process.ts";
import { visible } from "../../base/visible.ts";
import type { Journal } from "../../store/journal/journal.ts";
import type { JournalBegin, JournalNote } from "../../state/state.ts";
import type { CheckpointReply } from "../../api/api.ts";
import { pendingIn, type Pending } from "../records/pending.ts";
import { isOnBus, type BusIdentity } from "../records/same-bus.ts";

/** A begun apply with a timed commit. */
export interface Waiting extends Pending {
  readonly begin: JournalBegin & { readonly commit: NonNullable<JournalBegin["commit"]> };
}

/** Oldest first, of every bus; as of the journal's last refresh. Throws OPD5201. */
export function waiting(journal: Journal, clock: Clock): readonly Waiting[] {
  return pendingIn(journal, clock).flatMap((each) => {
    const { commit } = each.begin;
    return commit === null ? [] : [{ ...each, begin: { ...each.begin, commit } }];
  });
}

/** The one of this bus whose ID begins so; null = the newest. Throws OPD2132. */
export function waitingFor(all: readonly Waiting[], bus: BusIdentity, id: string | null): Waiting {
  const here = all.filter(({ begin }) => isOnBus(begin, bus));
  const found = id === null ? here.slice(-1) : here.filter((each) => each.id.startsWith(id));
  if (found.length === 1) return found[0]!;
  const what =
    id === null
      ? "nothing on this bus waits for a commit"
      : found.length === 0
        ? `no checkpoint ${id} on this bus waits for a commit`
        : `${found.length} checkpoints begin with ${id}`;
  throw new OpError("OPD2132", what, { now: "nothing was changed", hint: "op-dbus checkpoint list" });
}

/** Throws OPD2133 while an apply on this bus waits for its commit. The caller holds the lock of the bus, so what runs
 * elsewhere is none of it. */
export function refuseWhileWaiting(journal: Journal, bus: BusIdentity, clock: Clock): void {
  const holder = waiting(journal, clock).findLast(
    ({ begin, elsewhere }) => elsewhere === null && isOnBus(begin, bus),
  );
  if (holder === undefined) return;
  const { id, begin } = holder;
  const { actor } = begin;
  const ageS = Math.round((clock.wallMs() - Date.parse(begin.time)) / 1000);
  throw new OpError(
    "OPD2133",
    `checkpoint ${id} of ${visible(actor.user)} (process ${actor.pid}, ${ageS} s ago) waits for its commit: ${visible(actor.subject)}`,
    { now: "nothing was changed", hint: `op-dbus commit ${id}, or op-dbus rollback ${id}` },
  );
}

/** The note of the guard that was ready last; null = none ever was. */
export function guardNote(notes: readonly JournalNote[]): Extract<JournalNote, { type: "guard" }> | null {
  return notes.findLast((note) => note.type === "guard") ?? null;
}

/** When it goes back, RFC 3339. */
export function deadlineOf({ time, commit }: Waiting["begin"]): string {
  return new Date(Date.parse(time) + commit.timeout_ms).toISOString();
}

/** `bus`: the one that is managed here. */
export function checkpointReply(
  { id, begin, notes, state, elsewhere }: Waiting,
  bus: BusIdentity,
  clock: Clock,
): CheckpointReply {
  const guard = guardNote(notes);
  const outcomes = new Map(
    notes
      .flatMap((note) => (note.type === "outcome" ? note.results : []))
      .map((each) => [each.id, each.outcome]),
  );
  const leftMs = begin.commit.deadline_ms - clock.monotonicMs();
  return {
    id,
    bus: begin.bus,
    here: elsewhere === null && isOnBus(begin, bus),
    elsewhere,
    state,
    actor: begin.actor,
    since: begin.time,
    deadline: deadlineOf(begin),
    ageMs: Math.max(0, clock.wallMs() - Date.parse(begin.time)),
    leftMs: state === "earlier-boot" ? 0 : leftMs,
    guard:
      guard === null
        ? null
        : { pid: guard.pid, unit: guard.unit, alive: state !== "earlier-boot" && isAlive(guard) },
    documents: begin.documents.map(({ file }) => file),
    probes: begin.commit.probes.map((probe) => String((probe as { readonly about?: unknown }).about ?? "")),
    actions: begin.actions.map(({ id: action, address, verb, before, after, secret }) => ({
      id: action,
      address,
      verb,
      before,
      after,
      secret,
      outcome: outcomes.get(action) ?? "not-started",
    })),
  };
}
