// Waiting for room: whoever may not change anything now because too much waits for the indexes or for the disk.

import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";

export class Room {
  readonly #clock: Clock;
  readonly #isFull: () => boolean;
  #waiting: (() => void)[] = [];

  constructor(clock: Clock, isFull: () => boolean) {
    this.#clock = clock;
    this.#isFull = isFull;
  }

  /** Resolves when there is room. Throws OPD4003 after LIMITS.memoryFullWaitMs. */
  async wait(): Promise<void> {
    const untilMs = this.#clock.monotonicMs() + LIMITS.memoryFullWaitMs;
    while (this.#isFull()) {
      const leftMs = untilMs - this.#clock.monotonicMs();
      if (leftMs <= 0)
        throw new OpError("OPD4003", `no room for a change within ${LIMITS.memoryFullWaitMs} ms`);
      const over = new AbortController();
      const changed = new Promise<void>((resolve) => this.#waiting.push(resolve));
      await Promise.race([changed, this.#clock.sleep(leftMs, over.signal)]);
      over.abort();
    }
  }

  /** There may be room now. */
  changed(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
