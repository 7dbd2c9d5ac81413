// A clock that stands still until somebody sleeps: a sleep ends at once and moves the time by what it was asked for.

import type { Clock } from "../../src/base/clock.ts";

export function fakeClock(): Clock & { readonly sleptMs: readonly number[] } {
  let nowMs = 0;
  const sleptMs: number[] = [];
  return {
    sleptMs,
    wallMs: () => 1_800_000_000_000 + nowMs,
    monotonicMs: () => nowMs,
    async sleep(ms, signal) {
      if (signal?.aborted === true) return;
      sleptMs.push(ms);
      nowMs += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
