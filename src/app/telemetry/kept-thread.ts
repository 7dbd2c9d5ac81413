// A thread that is kept running: one that dies is counted and started anew, after pauses that double. Told to end, it is
// waited for until a deadline and then stopped. Knows nothing of what the thread does.

import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";

/** What a Worker is to this file. */
export interface Thread {
  once(event: "error", listener: (error: unknown) => void): unknown;
  once(event: "exit", listener: (status: number) => void): unknown;
  terminate(): Promise<unknown>;
}

export interface KeptThread<T extends Thread> {
  /** The one that runs; null = it died, and the next one is not started yet. */
  readonly now: T | null;
  /** For who told it to end: true = it did by itself, within `deadlineMs`; false = it was stopped. */
  ended(deadlineMs: number): Promise<boolean>;
}

export interface KeepOptions<T extends Thread> {
  readonly start: () => T;
  readonly clock: Clock;
  /** One died, and why. The next one is started later. */
  readonly died: (why: string) => void;
}

export function keepThread<T extends Thread>({ start, clock, died }: KeepOptions<T>): KeptThread<T> {
  let now: T | null = null;
  let stopping = false;
  const ending = new AbortController();
  const life = live();

  async function live(): Promise<void> {
    let pauseMs: number = LIMITS.exportPauseFirstMs;
    let isLast = false;
    for (;;) {
      const startedMs = clock.monotonicMs();
      now = start();
      const why = await end(now);
      now = null;
      if (why === null || stopping) return;
      died(why);
      if (clock.monotonicMs() - startedMs > LIMITS.exportRetryMs) pauseMs = LIMITS.exportPauseFirstMs;
      if (isLast) return;
      await clock.sleep(pauseMs, ending.signal);
      pauseMs = Math.min(2 * pauseMs, LIMITS.exportPauseLastMs);
      // It takes what is left.
      isLast = ending.signal.aborted;
    }
  }

  return Object.freeze({
    get now() {
      return now;
    },
    async ended(deadlineMs: number): Promise<boolean> {
      ending.abort();
      const settled = new AbortController();
      const inTime = await Promise.race([
        life.then(() => true),
        clock.sleep(deadlineMs, settled.signal).then(() => false),
      ]);
      settled.abort();
      stopping = true;
      await now?.terminate();
      await life;
      return inTime;
    },
  });
}

/** Why it died; null = it ended as it should. */
function end(thread: Thread): Promise<string | null> {
  let why: string | null = null;
  thread.once("error", (error) => (why = error instanceof Error ? error.message : String(error)));
  return new Promise((resolve) =>
    thread.once("exit", (status) => resolve(why ?? (status === 0 ? null : `it ended with ${status}`))),
  );
}
