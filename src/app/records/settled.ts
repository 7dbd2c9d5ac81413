// The two ends of an apply that waits for its commit: it is kept, or everything goes back. Both are recorded as the end
// of that apply. The caller holds the lock of the bus and has just refreshed the journal.

import { asOpError, OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { visible } from "../../base/visible.ts";
import type { Bus } from "../../host/dbus/dbus.ts";
import {
  leftError,
  nativesIn,
  notedOutcomes,
  plainRecord,
  probeRecords,
  putBack,
  recoveredBy,
  type EndEntry,
  type Ending,
  type ProbeOutcome,
  type WayBack,
} from "../../state/state.ts";
import type { Outcome } from "../../plugin/plugin.ts";
import type { SettledReply } from "../../api/api.ts";
import { deadlineOf, type Waiting } from "../guard/checkpoints.ts";
import type { Parts } from "../parts.ts";
import type { Records } from "./records.ts";
import { recordEnd } from "./record-end.ts";
import { writeEnd } from "./recorder.ts";
import type { Session } from "../session.ts";

export interface Settling {
  readonly parts: Parts;
  readonly session: Session;
  readonly records: Records;
  /** A connection that may change things. */
  readonly bus: Bus;
  readonly way: WayBack;
  /** What came of the probes, where they were asked. */
  readonly probes?: readonly ProbeOutcome[];
}

/** Keeps it: services are told to keep theirs first. Throws OPD2120 (one could not, all was put back), OPD2121, and what keeps
 * it from being recorded: OPD5002, OPD5004, OPD5005. */
export async function keep(
  input: Settling,
  waiting: Waiting,
  by: "commit" | "probes",
): Promise<SettledReply> {
  const { session, records, way, bus, probes = [] } = input;
  const { id, begin, notes } = waiting;
  const contextOf = session.changing(bus);
  for (const { plugin: name, handle } of nativesIn(notes)) {
    const plugin = way.plugins.get(name);
    const outcome = await plugin?.checkpoint?.commit(contextOf(plugin), handle).catch(unanswered);
    if (outcome?.outcome === "done") continue;
    const reason = `${name} did not commit its checkpoint: ${outcome?.reason ?? "there is no such plugin"}`;
    await goBack(input, waiting, by, reason);
    throw new OpError("OPD2120", reason, { where: name, now: "as before, verified by reading again" });
  }
  const held = notes.findLast((note) => note.type === "held");
  const ending: Ending = {
    end: "done",
    by,
    faults: [],
    verification: held?.verification ?? null,
    probes: probeRecords(probes),
    left: [],
  };
  try {
    await writeEnd(records, waiting, notedOutcomes(notes), ending, session.talk);
  } catch (error) {
    throw notKept(waiting, asOpError(error));
  }
  return { id, end: "done", changes: begin.actions.length };
}

function unanswered(error: unknown): Outcome {
  return { outcome: "unknown", reason: asOpError(error).message };
}

/** A commit is what is recorded: without its record it still waits, or nobody can say. */
function notKept({ id, begin }: Waiting, { code, message, hint, cause }: OpError): OpError {
  const now =
    code === "OPD5005"
      ? `whether checkpoint ${id} is committed is not known: op-dbus checkpoint list tells`
      : `checkpoint ${id} still waits for its commit, and goes back at ${deadlineOf(begin)}`;
  return new OpError(code, message, { now, cause, hint: hint ?? `op-dbus commit ${id}` });
}

/** Puts it back. Throws OPD2121 with the list when not everything is as before, OPD2124 when that cannot be recorded. */
export async function goBack(
  { parts, session, records, bus, way, probes = [] }: Settling,
  { id, begin, notes, state }: Waiting,
  by: EndEntry["by"],
  reason: string,
): Promise<SettledReply> {
  const { talk } = session;
  talk.tell({ type: "rollback_start", reason, steps: begin.actions.length });
  // A journal that cannot be written does not keep the machine from going back: it is found pending and done again.
  await records.journal.note(id, plainRecord({ type: "rolling-back", reason }), true).catch(() => undefined);
  const back = await putBack({
    ...way,
    notes,
    sameBoot: state !== "earlier-boot",
    contextOf: session.changing(bus),
    clock: parts.clock,
    timeoutMs: parts.configured.config.verifyTimeoutMs,
  });
  const { ending: plain, outcomes, left } = recoveredBy({ begin, notes }, back, by, [reason]);
  talk.tell({ type: "rollback_complete", end: left.length === 0 ? "restored" : "left", left });
  const ending = { ...plain, probes: probeRecords(probes) };
  await recordEnd(records, { id, begin }, { ending, outcomes, left }, talk);
  if (left.length === 0) return { id, end: "restored", changes: begin.actions.length };
  throw leftError(reason, left);
}

/** How an apply ended whose ID begins so, as far as the newest entries tell; null = they do not. */
export function endOf({ audit }: Records, id: string): EndEntry | null {
  let found: EndEntry | null = null;
  for (const { value } of audit.entries(Math.max(0, audit.size - LIMITS.endsLookedForMax))) {
    const end = value as unknown as EndEntry;
    if (end.type === "end" && end.apply.startsWith(id)) found = end;
  }
  return found;
}

/** What became of a checkpoint that no longer waits, as one sentence. */
export function endText({ apply, end, by }: EndEntry): string {
  const what = end === "done" ? "was kept" : end === "restored" ? "was put back" : "was put back in part";
  return `checkpoint ${visible(apply)} ${what} (${by})`;
}
