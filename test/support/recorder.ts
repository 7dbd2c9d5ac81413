// Recorders for tests: one that keeps nothing, and one that keeps in memory all that it was told, in order, and refuses
// where a test says so.

import { OpError } from "../../src/base/error.ts";
import type { AskProbe, Recorder } from "../../src/state/ports.ts";

type Member = keyof Recorder;

export const silentRecorder: Recorder = Object.freeze({
  begin: () => Promise.resolve(),
  intent: () => Promise.resolve(),
  native: () => Promise.resolve(),
  outcome: () => Promise.resolve(),
  rollingBack: () => Promise.resolve(),
  held: () => Promise.resolve(),
  forget: () => Promise.resolve(),
  end: () => Promise.resolve(),
});

/** For documents without probes. */
export const askNothing: AskProbe = () => Promise.reject(new Error("nobody asks here"));

/** `told`: "begin a1", "intent a2", "outcome a2 done", "native NAME", "end done" ... `fails`: members that reject, all the
 * time or the n-th time (from 0). */
export function memoryRecorder(fails: ReadonlyMap<Member, "always" | number> = new Map()): Recorder & {
  readonly told: readonly string[];
} {
  const told: string[] = [];
  const counts = new Map<Member, number>();
  function tell(member: Member, text: string): Promise<void> {
    const count = counts.get(member) ?? 0;
    counts.set(member, count + 1);
    const when = fails.get(member);
    if (when === "always" || when === count)
      return Promise.reject(new OpError("OPD5002", `the disk is full (${member})`));
    told.push(`${member} ${text}`.trim());
    return Promise.resolve();
  }
  return {
    told,
    begin: (_plan, _reading, first) => tell("begin", first.join(" ")),
    intent: (ids) => tell("intent", ids.join(" ")),
    native: (plugin) => tell("native", plugin),
    outcome: (results) =>
      tell("outcome", results.map(({ action, outcome }) => `${action.id} ${outcome.outcome}`).join(" ")),
    rollingBack: () => tell("rollingBack", ""),
    held: ({ end }) => tell("held", end),
    forget: () => tell("forget", ""),
    end: ({ end }) => tell("end", end),
  };
}
