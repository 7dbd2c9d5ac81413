// What state needs from the outside and does not import: the ports that app/ fills.

/** One writer per bus. */
export interface Locker {
  /** Resolves when the lock is held. Throws OpError kind `locked` that names the holder (pid, user, command, since)
   * when it is still held by somebody else after `waitMs`. */
  acquire(waitMs: number): Promise<HeldLock>;
}

export interface HeldLock {
  /** Idempotent. The end of the process releases it too. */
  release(): Promise<void>;
}
