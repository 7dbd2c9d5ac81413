// Reading again until the machine is as it should be: as soon as a signal says that something moved, else after pauses
// that grow, until a deadline. One last reading is made after the deadline, so nothing is called wrong unread.

import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Plugin, Scope } from "../../plugin/plugin.ts";
import type { ContextOf } from "./inventory.ts";

export interface Settling<T> {
  attempt(): Promise<T>;
  settled(result: T): boolean;
  /** Tells when to read again, best effort: where it fails, pauses do. */
  watch(changed: () => void): Promise<{ close(): void }>;
  readonly clock: Clock;
  /** 0 = one reading, no waiting. */
  readonly timeoutMs: number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  onAttempt?(result: T, attempt: number, elapsedMs: number): void;
}
export interface Settled<T> {
  readonly result: T;
  readonly attempts: number;
  readonly elapsedMs: number;
}

export async function settle<T>(input: Settling<T>): Promise<Settled<T>> {
  const { clock, timeoutMs, signal } = input;
  const startMs = clock.monotonicMs();
  const elapsedMs = (): number => clock.monotonicMs() - startMs;
  let attempts = 0;
  let pauseMs: number = LIMITS.verifyPauseFirstMs;
  let moved = false;
  /** The last reading followed a signal at once. */
  let hurried = false;
  let wake: (() => void) | null = null;
  const changed = (): void => {
    moved = true;
    wake?.();
  };
  // The first reading goes without: most things are as they should be, and watching costs calls of its own.
  let watch: { close(): void } | null = null;
  try {
    for (;;) {
      const late = elapsedMs() >= timeoutMs || signal?.aborted === true;
      moved = false;
      const begunMs = elapsedMs();
      const result = await input.attempt();
      attempts += 1;
      input.onAttempt?.(result, attempts, elapsedMs());
      if (input.settled(result) || late) return { result, attempts, elapsedMs: elapsedMs() };
      if (watch === null) {
        watch = await input.watch(changed).catch(() => ({ close() {} }));
        continue; // what moved before the watch stood is seen now
      }
      const waiting = new AbortController();
      wake = () => waiting.abort();
      signal?.addEventListener("abort", wake, { once: true });
      if (moved) wake();
      await clock.sleep(Math.max(0, Math.min(pauseMs, timeoutMs - elapsedMs())), waiting.signal);
      signal?.removeEventListener("abort", wake);
      wake = null;
      // One that announces something all the time, or at every reading, is read once a pause and no more.
      const restMs = Math.min(begunMs + LIMITS.verifyPauseFirstMs, timeoutMs) - elapsedMs();
      if (moved && hurried && restMs > 0) await clock.sleep(restMs, signal);
      hurried = moved;
      if (!moved) pauseMs = Math.min(pauseMs * 2, LIMITS.verifyPauseLastMs);
    }
  } finally {
    watch?.close();
  }
}

/** Watches every plugin of `scopes` that can be watched. */
export async function watchAll(
  plugins: ReadonlyMap<string, Plugin>,
  scopes: ReadonlyMap<string, Scope>,
  contextOf: ContextOf,
  changed: () => void,
): Promise<{ close(): void }> {
  const started = await Promise.allSettled(
    [...scopes].map(async ([name, scope]) => {
      const plugin = plugins.get(name)!;
      return plugin.watch(contextOf(plugin), scope, changed);
    }),
  );
  const watches = started.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  return { close: () => watches.forEach((watch) => watch.close()) };
}
