// An apply was interrupted: its process is gone and its journal is open. Where all it meant to do is done and nobody was
// taking it back, it counts as done; else everything goes back. Read from the machine, never believed of the journal.

import { LIMITS } from "../../base/limits.ts";
import type { Outcome } from "../../plugin/plugin.ts";
import type { Mismatch, Reading } from "../model.ts";
import {
  beforeOf,
  nativesIn,
  putBack,
  readTouched,
  startedIn,
  type PutBack,
  type PutBackInput,
  type WayBack,
} from "./put-back.ts";
import type { EndEntry, RecordedAction } from "./recorded.ts";
import {
  leftRecords,
  notedOutcomes,
  verificationRecord,
  type Ending,
  type RecordedOutcome,
} from "./recording.ts";
import { unstoppable } from "../apply/rollback.ts";
import { settle, watchAll } from "../inventory/settle.ts";
import { standingOf, type Standing } from "../inventory/standing.ts";
import { scopesOfActions } from "../inventory/touched.ts";

export interface RecoverInput extends PutBackInput {
  /** Milliseconds since the last intent was recorded; null = in an earlier boot. */
  readonly sinceIntentMs: number | null;
  /** Told before anything is put back, so that a second crash does not make it look done. */
  rollingBack(reason: string): Promise<void>;
}
/** What became of it, as the audit log has it. */
export interface Recovered {
  readonly ending: Ending;
  /** By action id. */
  readonly outcomes: ReadonlyMap<string, RecordedOutcome>;
  /** What is not as before, with both values. */
  readonly left: readonly Mismatch[];
}

const WHY = "the process that applied it ended in the middle";
const LATE = "nobody committed it in time, and its guard is gone";

/** Never rejects for what services do. */
export async function recoverApply(given: RecoverInput): Promise<Recovered> {
  const input: RecoverInput = { ...given, contextOf: (plugin) => unstoppable(given.contextOf(plugin)) };
  const done = await looked(input);
  if (done !== null) return done;
  const why = input.notes.some(({ type }) => type === "held") ? LATE : WHY;
  await input.rollingBack(why);
  return recoveredBy(input, await putBack(input), "recovery", [why]);
}

/** Is everything that it started as before? Only reads. An apply whose last sync failed was put back, and its records may
 * say otherwise. */
export async function wasPutBack(
  input: WayBack & Pick<RecoverInput, "notes" | "contextOf">,
): Promise<boolean> {
  const started = startedIn(input.begin, input.notes);
  const before = beforeOf(input, started);
  const now = await readTouched(input, started);
  return started.every((action) => standingOf(action, before, now) === "not-done");
}

/** The end of an apply that was put back from its journal, whoever did it. `why`: the fault, one sentence each. */
export function recoveredBy(
  { begin, notes }: Pick<PutBackInput, "begin" | "notes">,
  { left, verification }: PutBack,
  by: EndEntry["by"],
  why: readonly string[],
): Recovered {
  const ending: Ending = {
    end: left.length === 0 ? "restored" : "left",
    by,
    faults: why,
    verification: verificationRecord(verification),
    probes: [],
    left: leftRecords(left),
  };
  const started = new Set(startedIn(begin, notes).map(({ id }) => id));
  const outcomes = new Map([...notedOutcomes(notes)].filter(([id]) => started.has(id)));
  return { ending, outcomes, left };
}

/** The end of an apply that may stand as it is: all of it is done. null = it has to go back. */
async function looked(input: RecoverInput): Promise<Recovered | null> {
  const { begin, notes, plugins, contextOf, clock } = input;
  const started = startedIn(begin, notes);
  const outcomes = notedOutcomes(notes);
  const isWhole =
    begin.commit === null &&
    started.length === begin.actions.length &&
    ![...outcomes.values()].some(({ outcome }) => outcome === "failed") &&
    !notes.some(({ type }) => type === "rolling-back");
  /** No outcome was noted: its call may still be worked on. */
  const open = started.filter(({ id }) => (outcomes.get(id)?.outcome ?? "unknown") === "unknown");
  const before = beforeOf(input, started);
  const scopes = new Map([...scopesOfActions(started)].filter(([name]) => plugins.has(name)));
  const stand = async (actions: readonly RecordedAction[]): Promise<readonly Standing[]> => {
    const now: Reading = await readTouched(input, actions);
    return actions.map((action) => standingOf(action, before, now));
  };
  const isDone = (standings: readonly Standing[]): boolean =>
    standings.every((standing) => standing === "done");
  const asked = isWhole ? started : open;
  const [startMs, openMs] = [clock.monotonicMs(), graceMs(input, open)];
  /** Its call never came, or came to nothing: then no more time makes the apply whole. */
  const isHopeless = (standings: readonly Standing[]): boolean =>
    clock.monotonicMs() - startMs >= openMs &&
    asked.some((action, n) => standings[n] === "not-done" && open.includes(action));
  const { result, attempts, elapsedMs } = await settle({
    attempt: () => stand(asked),
    settled: (standings) => isDone(standings) || isHopeless(standings),
    watch: (changed) => watchAll(plugins, scopes, contextOf, changed),
    clock,
    timeoutMs: isWhole ? input.timeoutMs : openMs,
  });
  if (!isWhole || !isDone(result)) return null;
  // A service may have gone back by its own timer, just now: what counts is read after it was told to stay.
  if ((await commitNative(input)) && !isDone(await stand(started))) return null;
  const verification = { holds: true, checked: started.length, attempts, elapsed_ms: Math.round(elapsedMs) };
  return {
    ending: { end: "done", by: "recovery", faults: [], verification, probes: [], left: [] },
    outcomes: new Map(
      started.map(({ id }) => [id, { ...outcomes.get(id)!, outcome: "done" as const, reason: "" }]),
    ),
    left: [],
  };
}

/** How long a call may still be worked on whose caller is gone: it must not be called undone and come true later. */
function graceMs({ sinceIntentMs, timeoutMs }: RecoverInput, open: readonly RecordedAction[]): number {
  if (sinceIntentMs === null || open.length === 0) return 0;
  return Math.max(0, Math.min(LIMITS.recoverGraceMs - sinceIntentMs, timeoutMs));
}

/** Were there checkpoints to commit? Whether it answers or not: the reading afterwards decides. */
async function commitNative({ notes, plugins, contextOf, sameBoot }: PutBackInput): Promise<boolean> {
  const natives = sameBoot ? nativesIn(notes) : [];
  for (const { plugin: name, handle } of natives) {
    const plugin = plugins.get(name);
    const lost = (): Outcome => ({ outcome: "unknown", reason: "" });
    if (plugin !== undefined) await plugin.checkpoint?.commit(contextOf(plugin), handle).catch(lost);
  }
  return natives.length > 0;
}
