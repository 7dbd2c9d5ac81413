// What state needs from the outside and does not import: the port that app/ fills.

/** One writer per bus: whoever applies holds it. */
export interface HeldLock {
  /** Idempotent. The end of the process releases it too. */
  release(): Promise<void>;
}
