// Asking probes: all at the same time, each again and again until it passes or its time is over. One that hangs is
// given up with its time. Nothing is decided here but passed or not.

import type { Clock } from "../../base/clock.ts";
import type { Fault } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { AskProbe } from "../ports.ts";
import type { Probe, ProbeOutcome, ProbeResult } from "../probe.ts";

/** Outcomes in the order of `probes`. When `signal` fires each keeps its last answer, and none asks again. */
export async function runProbes(
  probes: readonly Probe[],
  ask: AskProbe,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly ProbeOutcome[]> {
  return await Promise.all(probes.map((probe) => runProbe(probe, ask, clock, signal)));
}

async function runProbe(
  probe: Probe,
  ask: AskProbe,
  clock: Clock,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const startMs = clock.monotonicMs();
  const elapsedMs = (): number => clock.monotonicMs() - startMs;
  let found = "no answer";
  let pauseMs: number = LIMITS.probePauseFirstMs;
  for (let attempts = 0; ;) {
    const leftMs = probe.withinMs - elapsedMs();
    if (signal.aborted || (leftMs <= 0 && attempts > 0))
      return { probe, passed: false, found, attempts, elapsedMs: elapsedMs() };
    const answer = await within(leftMs, (stop) => ask(probe, stop), clock, signal);
    attempts += 1;
    // One that was cut short by its time says nothing: what was answered last stands.
    if (answer !== null) ({ found } = answer);
    if (answer?.passed === true) return { probe, passed: true, found, attempts, elapsedMs: elapsedMs() };
    await clock.sleep(Math.max(0, Math.min(pauseMs, probe.withinMs - elapsedMs())), signal);
    pauseMs = Math.min(pauseMs * 2, LIMITS.probePauseLastMs);
  }
}

/** null when the answer does not come in time; then its signal has fired and the late answer is nobody's. */
async function within(
  ms: number,
  work: (stop: AbortSignal) => Promise<ProbeResult>,
  clock: Clock,
  signal: AbortSignal,
): Promise<ProbeResult | null> {
  const stop = new AbortController();
  const answered = new AbortController();
  const leave = AbortSignal.any([signal, answered.signal]);
  const late = clock.sleep(ms, leave).then(() => null);
  try {
    return await Promise.race([work(stop.signal), late]);
  } finally {
    stop.abort();
    answered.abort();
  }
}

/** The fault of the first probe that did not pass; null when all did. */
export function probeFault(outcomes: readonly ProbeOutcome[]): Fault | null {
  const failed = outcomes.filter(({ passed }) => !passed);
  const [first] = failed;
  if (first === undefined) return null;
  const more = failed.length === 1 ? "" : `, and ${failed.length - 1} more`;
  const { probe, found } = first;
  return {
    code: "OPD2125",
    message: `the probe ${probe.about} did not pass within ${probe.withinMs} ms: ${found}${more}`,
    at: probe.at,
  };
}
