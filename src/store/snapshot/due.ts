// When a snapshot is due, and batches. The time of the last snapshot is read from its name, so one-shot runs and daemons
// follow one calendar: no timer has to live. Pure but for `batched`, which holds what runs.

import { samePeriod, type Interval } from "../../base/calendar.ts";

/** `operations`: something was done since the last one. A last snapshot of the future (the clock went back) lies in
 * another period too, so it does not stop the next. */
export function isDue(
  interval: Interval,
  lastMs: number | null,
  nowMs: number,
  operations: boolean,
): boolean {
  if (interval === "off") return false;
  if (interval === "per-operation") return operations;
  return lastMs === null || !samePeriod(interval, lastMs, nowMs);
}

/** Calls that come while one runs are answered together by one more after it: a batch is one snapshot, which begins
 * after every call that it answers. */
export function batched<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  let next: Promise<T> | null = null;
  function begin(): Promise<T> {
    const own = run();
    const ended = (): void => {
      if (running === own) running = null;
    };
    running = own;
    own.then(ended, ended);
    return own;
  }
  function beginNext(): Promise<T> {
    next = null;
    return begin();
  }
  return () => {
    if (running === null) return begin();
    return (next ??= running.then(beginNext, beginNext));
  };
}
