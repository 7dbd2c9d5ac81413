// The guard of a timed commit. It holds all that the way back needs (code, connections, plugins, schemas), says so in the
// journal, and then looks at nothing but the journal and the process that applies. It puts everything back when the time
// is over, when a probe fails for good, or when that process is gone before its work was done; it keeps everything when
// all probes pass. Somebody else's commit or rollback ends it. Killed, it is started again and begins anew.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { isAlive, thisProcess } from "../../base/process.ts";
import {
  parseAddress,
  plainRecord,
  probeFault,
  probesFrom,
  runProbes,
  type EndEntry,
  type Probe,
  type ProbeOutcome,
} from "../../state/state.ts";
import type { SettledReply, Talk } from "../../api/api.ts";
import { processActor } from "../records/actor.ts";
import type { Waiting } from "./checkpoints.ts";
import type { Parts } from "../parts.ts";
import type { Records } from "../records/records.ts";
import { wardOf, type Ward } from "./ward.ts";
import { closeEnded, endIn, refuseElsewhere } from "../records/pending.ts";
import { askThrough } from "../probes.ts";
import { wayBack } from "../records/recovery.ts";
import { goBack, keep, type Settling } from "../records/settled.ts";

/** What a guard decides when it has looked. */
type Verdict =
  | { readonly do: "wait" }
  | { readonly do: "keep" }
  | { readonly do: "go back"; readonly by: EndEntry["by"]; readonly why: string };

/** Resolves with the end it gave the apply; null when somebody else did. Throws what `goBack` does, OPD2132 (there is no
 * such apply) and OPD2123 (told to stop: the next start of op-dbus takes over). */
export async function keepWatch(parts: Parts, id: string, talk: Talk): Promise<SettledReply | null> {
  process.on("SIGHUP", () => undefined);
  const session = await parts.session(talk, { recover: false });
  const records = await parts.records();
  const { journal } = records;
  const look = wardOf(journal, parts.clock, id);
  const first = await look();
  if (first === null) throw new OpError("OPD2132", `no checkpoint ${id} waits for a commit`);
  refuseElsewhere(first);
  const probes = probesFrom(first.begin.commit.probes);
  const [way, plugins, bus] = await Promise.all([
    wayBack(session, first.begin),
    session.pluginsFor(pluginsAsked(probes), { starts: false }),
    parts.freeBus(),
    import("../lock.ts"),
  ]);
  const { schemas } = await session.schemas(plugins);
  try {
    await journal.note(id, plainRecord(guardSays(id)), true);
    const asked = new Asked(
      parts,
      { bus: session.bus, plugins, schemas, contextOf: session.contextOf },
      probes,
      talk.signal,
    );
    for (;;) {
      const now = await look();
      if (now === null) return null;
      // Neither records nor bus: there is nothing left to guard with.
      if (now.fault !== null && !bus.connected) throw now.fault;
      if (talk.signal.aborted)
        throw new OpError("OPD2123", "the guard was told to stop", {
          now: `checkpoint ${id} still waits; the next start of op-dbus puts it back in time`,
        });
      const verdict = judge(now, asked);
      if (verdict.do !== "wait") {
        const settling: Settling = { parts, session, records, bus, way, probes: asked.outcomes ?? [] };
        const settled = await underLock(parts, session.bus.guid, talk, async () => {
          const still = await look();
          if (still === null) return null;
          if (still.fault === null && (await hasEnded(records, still))) return null;
          // Nothing but its own time can have changed the mind of whoever holds the lock now.
          if (verdict.do === "keep" && still.state === "held") return await keep(settling, still, "probes");
          const late = { by: "deadline", why: "nobody committed in time" } as const;
          const { by, why } = verdict.do === "keep" ? late : verdict;
          return await goBack(settling, still, by, why);
        });
        return settled;
      }
      await Promise.race([parts.clock.sleep(pauseMs(now, parts), talk.signal), asked.done]);
    }
  } finally {
    await bus.close();
  }
}

/** Committed, and whoever did it died before the journal said so. */
async function hasEnded(records: Records, ward: Ward): Promise<boolean> {
  await records.audit.refresh();
  const end = endIn(records.audit, ward);
  if (end !== null) await closeEnded(records, ward.id);
  return end !== null;
}

function judge({ begin, state, notes, fault }: Ward, asked: Asked): Verdict {
  if (state === "earlier-boot") return { do: "go back", by: "recovery", why: "the machine was started anew" };
  if (state === "overdue") {
    const begun = notes.findLast((note) => note.type === "rolling-back");
    return { do: "go back", by: "deadline", why: begun?.reason ?? "nobody committed in time" };
  }
  if (state === "running") {
    if (isAlive(begin.process)) return { do: "wait" };
    return { do: "go back", by: "recovery", why: "the process that applied it ended in the middle" };
  }
  if (fault !== null) return { do: "wait" };
  asked.start();
  if (asked.outcomes === null || asked.outcomes.length === 0) return { do: "wait" };
  const failed = probeFault(asked.outcomes);
  return failed === null ? { do: "keep" } : { do: "go back", by: "probes", why: failed.message };
}

/** The probes of the apply: asked once it is held, and never twice. */
class Asked {
  /** null = not yet known. */
  outcomes: readonly ProbeOutcome[] | null = null;
  /** Resolves with the outcomes. */
  readonly done: Promise<void>;
  readonly start: () => void;

  constructor(
    { clock }: Parts,
    ask: Omit<Parameters<typeof askThrough>[0], "clock">,
    probes: readonly Probe[],
    signal: AbortSignal,
  ) {
    let started = false;
    let told: () => void = () => undefined;
    this.done = new Promise((resolve) => (told = resolve));
    this.start = () => {
      if (started) return;
      started = true;
      void runProbes(probes, askThrough({ ...ask, clock }), clock, signal).then((outcomes) => {
        this.outcomes = outcomes;
        if (outcomes.length > 0) told();
      });
    };
  }
}

function pluginsAsked(probes: readonly Probe[]): readonly string[] {
  return probes.flatMap((probe) => (probe.kind === "value" ? [parseAddress(probe.address).plugin] : []));
}

function guardSays(id: string) {
  const unit = `op-dbus-guard-${id}.service`;
  return {
    type: "guard",
    ...thisProcess(),
    unit: processActor().unit === unit ? unit : "",
  } as const;
}

/** To its deadline, or to the next look. */
function pauseMs({ begin }: Waiting, { clock }: Parts): number {
  const leftMs = begin.commit.deadline_ms - clock.monotonicMs();
  return Math.max(0, Math.min(leftMs, LIMITS.guardPollMs));
}

async function underLock<T>(
  parts: Parts,
  guid: string,
  { signal }: Talk,
  work: () => Promise<T>,
): Promise<T> {
  const lock = await parts.lock(guid, LIMITS.guardLockTimeoutMs, signal);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
