// Who may change which concepts, while a change is on its way: all of its concepts at once or none, so nobody waits for
// somebody who waits for him; and in the order in which they came, so nobody waits for ever.

import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";

/** Names of concepts; "all" = every one. */
export type LockSet = ReadonlySet<string> | "all";

interface Waiting {
  readonly wanted: LockSet;
  readonly granted: () => void;
}

export class Locks {
  readonly #clock: Clock;
  readonly #held = new Set<string>();
  #holders = 0;
  #allHeld = false;
  #waiting: Waiting[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves with what gives them back. Throws OPD4302 after LIMITS.memoryLockWaitMs, or where too many wait. */
  async take(wanted: LockSet): Promise<() => void> {
    if (this.#waiting.length === 0 && this.#isFree(wanted)) return this.#hold(wanted);
    if (this.#waiting.length >= LIMITS.memoryLockWaitersMax)
      throw new OpError("OPD4302", `${this.#waiting.length} changes wait for others`);
    const { promise, resolve } = Promise.withResolvers<() => void>();
    const one: Waiting = { wanted, granted: () => resolve(this.#hold(wanted)) };
    this.#waiting.push(one);
    const over = new AbortController();
    const late = this.#clock.sleep(LIMITS.memoryLockWaitMs, over.signal).then(() => null);
    this.#grant();
    const release = await Promise.race([promise, late]);
    over.abort();
    if (release !== null) return release;
    const at = this.#waiting.indexOf(one);
    // Granted in the same turn in which the time was over.
    if (at < 0) return promise;
    this.#waiting.splice(at, 1);
    this.#grant();
    throw new OpError("OPD4302", `a concept was being changed for ${LIMITS.memoryLockWaitMs} ms`);
  }

  #isFree(wanted: LockSet): boolean {
    if (this.#allHeld) return false;
    return wanted === "all" ? this.#holders === 0 : areApart(wanted, this.#held);
  }

  #hold(wanted: LockSet): () => void {
    this.#holders++;
    if (wanted === "all") this.#allHeld = true;
    else for (const name of wanted) this.#held.add(name);
    return () => {
      this.#holders--;
      if (wanted === "all") this.#allHeld = false;
      else for (const name of wanted) this.#held.delete(name);
      this.#grant();
    };
  }

  /** Lets those go on that wait for nothing held, and for nothing that somebody before them waits for. */
  #grant(): void {
    const before = new Set<string>();
    const left: Waiting[] = [];
    for (const [at, one] of this.#waiting.entries()) {
      const { wanted } = one;
      if (wanted === "all") {
        if (left.length > 0 || !this.#isFree(wanted)) {
          left.push(...this.#waiting.slice(at));
          break;
        }
        one.granted();
      } else if (this.#isFree(wanted) && areApart(wanted, before)) one.granted();
      else {
        left.push(one);
        for (const name of wanted) before.add(name);
      }
    }
    this.#waiting = left;
  }
}

function areApart(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const name of some) if (others.has(name)) return false;
  return true;
}
