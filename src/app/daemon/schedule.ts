// What the daemon does by itself, again and again: jobs on a fixed grid of the monotonic clock. Pure but for the one loop.
// A tick that was missed (the machine slept, another job took long) is not made up for: the next one is the next of the
// grid. One job at a time: they write the same records.

import type { Clock } from "../../base/clock.ts";

export interface Job {
  readonly name: string;
  readonly everyMs: number;
  /** Never rejects for what can go wrong in it: `failed` is told. */
  run(signal: AbortSignal): Promise<void>;
}

export interface Due {
  readonly job: Job;
  readonly atMs: number;
}

/** The tick after `nowMs` of a grid that began at `startMs`: startMs + n * everyMs, n >= 1. */
export function tickAfter(startMs: number, everyMs: number, nowMs: number): number {
  return startMs + Math.max(1, Math.floor((nowMs - startMs) / everyMs) + 1) * everyMs;
}

/** The one that is due first; of several at the same time the first of the list. */
export function firstDue(dues: readonly Due[]): Due {
  return dues.reduce((first, each) => (each.atMs < first.atMs ? each : first));
}

export interface Schedule {
  readonly jobs: readonly Job[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly failed: (job: Job, error: unknown) => void;
  /** A job ended: how long after it was due it began, and how long it took, milliseconds. */
  readonly ran?: (job: Job, lateMs: number, tookMs: number) => void;
}

/** Runs the jobs until the signal fires; resolves when the job under way has ended. */
export async function runSchedule({ jobs, clock, signal, failed, ran }: Schedule): Promise<void> {
  if (jobs.length === 0) return;
  const startMs = clock.monotonicMs();
  let dues: readonly Due[] = jobs.map((job) => ({ job, atMs: startMs + job.everyMs }));
  while (!signal.aborted) {
    const due = firstDue(dues);
    await clock.sleep(Math.max(0, due.atMs - clock.monotonicMs()), signal);
    if (signal.aborted) return;
    const beganMs = clock.monotonicMs();
    await due.job.run(signal).catch((error: unknown) => failed(due.job, error));
    ran?.(due.job, beganMs - due.atMs, clock.monotonicMs() - beganMs);
    const atMs = tickAfter(startMs, due.job.everyMs, clock.monotonicMs());
    dues = dues.map((each) => (each === due ? { job: due.job, atMs } : each));
  }
}
