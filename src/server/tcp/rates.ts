// How often each subject may ask: a bucket of `burst` requests that fills with `perSecond`. Bounded: whoever has not asked
// for so long that the bucket is full again needs none. Pure but for its buckets; time is handed in.

import { LIMITS } from "../../base/limits.ts";

interface Bucket {
  requests: number;
  atMs: number;
}

export class Rates {
  readonly #perMs: number;
  readonly #burst: number;
  /** The one that asked last is last. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(perSecond: number, burst: number) {
    this.#perMs = perSecond / 1000;
    this.#burst = burst;
  }

  /** May it ask once more? Then it did. `nowMs`: of a clock that never goes back. */
  take(subject: string, nowMs: number): boolean {
    const bucket = this.#buckets.get(subject) ?? { requests: this.#burst, atMs: nowMs };
    this.#buckets.delete(subject);
    if (this.#buckets.size >= LIMITS.memoryRateSubjectsMax) this.#forget(nowMs);
    this.#buckets.set(subject, bucket);
    bucket.requests = this.#filled(bucket, nowMs);
    bucket.atMs = nowMs;
    if (bucket.requests < 1) return false;
    bucket.requests--;
    return true;
  }

  #filled({ requests, atMs }: Bucket, nowMs: number): number {
    return Math.min(this.#burst, requests + (nowMs - atMs) * this.#perMs);
  }

  /** The full ones; where there are none, the one that has been silent longest. */
  #forget(nowMs: number): void {
    for (const [subject, bucket] of this.#buckets)
      if (this.#filled(bucket, nowMs) >= this.#burst) this.#buckets.delete(subject);
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined && this.#buckets.size >= LIMITS.memoryRateSubjectsMax)
      this.#buckets.delete(oldest);
  }
}
