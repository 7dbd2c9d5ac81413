// A clock that moves only when a test moves it: whoever sleeps wakes in order, and what they do then is done before the
// time goes on.

import type { Clock } from "../../src/base/clock.ts";

export interface SteppedClock extends Clock {
  /** Moves on by `ms`, through every wake on the way. */
  pass(ms: number): Promise<void>;
  /** How many sleep now. */
  sleepers(): number;
}

export function steppedClock(): SteppedClock {
  let nowMs = 0;
  const asleep = new Map<() => void, number>();
  return {
    wallMs: () => 1_800_000_000_000 + nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true || ms <= 0) return resolve();
        const wake = (): void => {
          asleep.delete(wake);
          resolve();
        };
        asleep.set(wake, nowMs + ms);
        signal?.addEventListener("abort", wake, { once: true });
      }),
    sleepers: () => asleep.size,
    async pass(ms) {
      const endMs = nowMs + ms;
      await settled();
      for (;;) {
        const [next] = [...asleep].sort(([, a], [, b]) => a - b);
        if (next === undefined || next[1] > endMs) break;
        nowMs = next[1];
        next[0]();
        await settled();
      }
      nowMs = endMs;
    },
  };
}

/** Until promises that only wait for each other are through. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
