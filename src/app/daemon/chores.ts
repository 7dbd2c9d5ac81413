// What the daemon does by itself: once at its start (what was interrupted is settled; that nobody looked is recorded), then
// on a schedule (entries get a signed checkpoint, snapshots are taken and pruned). It works with parts of its own.

import { LIMITS } from "../../base/limits.ts";
import { errorFields, type Log } from "../../base/log.ts";
import { bootId } from "../../base/process.ts";
import type { Clock } from "../../base/clock.ts";
import type { Event, Talk } from "../../api/api.ts";
import type { GapEntry } from "../../state/state.ts";
import type { Audit } from "../../store/audit/audit.ts";
import { recover } from "../operations/recover.ts";
import type { Parts } from "../parts.ts";
import type { Job } from "./schedule.ts";
import { snapshotTick } from "../records/snapshots.ts";

export function daemonJobs(parts: Parts, log: Log): readonly Job[] {
  return [
    { name: "checkpoint", everyMs: LIMITS.checkpointIntervalMs, run: () => signIfDue(parts) },
    {
      name: "snapshots",
      everyMs: LIMITS.snapshotTickMs,
      async run() {
        for (const word of await snapshotTick(parts)) log.warn(word);
      },
    },
  ];
}

/** Entries that stand unsigned for too long get a signed head: whoever cuts them off later is found out. */
async function signIfDue(parts: Parts): Promise<void> {
  const { audit, pin } = await parts.records();
  await audit.refresh();
  if (!audit.checkpointDue()) return;
  const { checkpoint } = await audit.append([], { group: false, checkpoint: true });
  if (checkpoint !== null) pin(checkpoint);
}

/** Never rejects: a daemon whose bus or records are away serves all the same, and says so. */
export async function settleAtStart(
  parts: Parts,
  log: Log,
  signal: AbortSignal,
  failed: (error: unknown) => void = () => {},
): Promise<void> {
  try {
    await recover(parts, { list: false, abandon: null }, logTalk(log, signal));
  } catch (error) {
    failed(error);
    log.error("what was interrupted could not be settled", errorFields(error));
  }
  try {
    const { audit } = await parts.records();
    await recordGap(audit, parts.clock);
  } catch (error) {
    failed(error);
    log.error("the audit log cannot be written", errorFields(error));
  }
}

/**
 * Since the machine was started nobody has looked at it, and what does not outlive a start is gone: true, and worth an
 * entry, exactly when the newest one is of an earlier boot. Nothing is recorded of times between two commands of one
 * boot: the daemon itself does not watch the machine, so its start and end are no borders of what is known.
 */
export async function recordGap(audit: Audit, clock: Clock, boot = bootId()): Promise<void> {
  await audit.refresh();
  const [last] = audit.size === 0 ? [] : [...audit.entries(audit.size - 1)];
  if (last === undefined || last.value["boot"] === boot) return;
  const gap: GapEntry = {
    type: "gap",
    from: String(last.value["time"]),
    to: new Date(clock.wallMs()).toISOString(),
    why: "the machine was started anew",
  };
  await audit.append([{ ...gap }], { group: false, checkpoint: false });
}

/** What an operation says goes to the log; nobody is there to answer. */
function logTalk(log: Log, signal: AbortSignal): Talk {
  return {
    signal,
    tell(event: Event) {
      if (event.type === "diagnostic") log[event.severity === "warning" ? "warn" : "info"](event.message);
    },
    ask: () => Promise.resolve(false),
  };
}
