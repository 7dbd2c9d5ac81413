// Time as a value that is handed in: wall clock for people, monotonic clock for deadlines, and waiting.
// Nothing in the product calls Date.now or setTimeout for a decision directly; tests pass a fake clock.

export interface Clock {
  /** Milliseconds since 1970-01-01 UTC: only for what people read. */
  wallMs(): number;
  /** Milliseconds of a clock that never goes back: for every deadline. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when `signal` fires (never rejects: look at the signal). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = Object.freeze({
  wallMs: () => Date.now(),
  // Not `performance.now()`: the first use of that loads all of perf_hooks.
  monotonicMs() {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  },
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done, { once: true });
      function done(): void {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      }
    });
  },
});
