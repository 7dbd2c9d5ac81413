// Whose turn it is to write: a lock file that one process holds at a time. Who waits says so with a file `wanted`; who
// has written for a while looks for it and lets others go first. A holder that dies frees the lock.

import { constants } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { errnoOf } from "../../base/file.ts";
import { LIMITS } from "../../base/limits.ts";
import { visible } from "../../base/visible.ts";
import type { Disk, FileLock } from "../file/file.ts";
import { notOurs, notWritten } from "./faults.ts";

/** Who waits looks this often, so who lets go pauses longer than that. */
const POLL_MS = 1;
const PAUSE_MS = 3;
/** The wish is repeated: another one who waits may have been served for it. */
const WISH_EACH_MS = 20;

export function lockPath(directory: string): string {
  return join(directory, "lock");
}

export class Turn {
  readonly #path: string;
  readonly #wanted: string;
  readonly #disk: Disk;
  readonly #clock: Clock;
  #lock: FileLock | null = null;
  #held = false;
  #takenMs = 0;

  constructor(directory: string, disk: Disk, clock: Clock) {
    this.#path = lockPath(directory);
    this.#wanted = join(directory, "wanted");
    this.#disk = disk;
    this.#clock = clock;
  }

  /** Waits for it. Throws OPD5004 after LIMITS.logTurnDeadlineMs, OPD5002 when the lock file cannot be used. */
  async take(): Promise<void> {
    const lock = this.#open();
    const begunMs = this.#clock.monotonicMs();
    let wishMs = -Infinity;
    while (!this.#try(lock)) {
      const nowMs = this.#clock.monotonicMs();
      if (nowMs - begunMs > LIMITS.logTurnDeadlineMs) throw this.#late(lock.holder());
      if (nowMs - wishMs > WISH_EACH_MS) {
        this.#wish();
        wishMs = nowMs;
      }
      await this.#clock.sleep(POLL_MS);
    }
    this.#held = true;
    this.#takenMs = this.#clock.monotonicMs();
  }

  /** Whether it was held long enough, and somebody waits. */
  othersWait(): boolean {
    if (this.#clock.monotonicMs() - this.#takenMs < LIMITS.logTurnMs) return false;
    this.#takenMs = this.#clock.monotonicMs();
    try {
      this.#disk.unlink(this.#wanted);
      return true;
    } catch {
      return false; // nobody's wish, or none that can be taken back: then nobody goes first
    }
  }

  /** Lets others go first. */
  async handOver(): Promise<void> {
    this.release();
    await this.#clock.sleep(PAUSE_MS);
    await this.take();
  }

  release(): void {
    if (this.#held) this.#lock?.release();
    this.#held = false;
  }

  close(): void {
    this.#lock?.close();
    this.#lock = null;
  }

  #open(): FileLock {
    try {
      return (this.#lock ??= this.#disk.lock(this.#path));
    } catch (error) {
      const errno = errnoOf(error);
      throw errno === "ELOOP" || errno === "EACCES"
        ? notOurs(this.#path, errno)
        : notWritten(this.#path, error);
    }
  }

  #try(lock: FileLock): boolean {
    try {
      return lock.take();
    } catch (error) {
      throw notWritten(this.#path, error);
    }
  }

  #late(holder: string | null): OpError {
    const who = holder === null ? "another process" : `process ${visible(holder)}`;
    const waited = `${LIMITS.logTurnDeadlineMs} ms`;
    return new OpError("OPD5004", `${who} has kept ${visible(this.#path)} locked for ${waited}`, {
      where: this.#path,
      hint: holder === null ? "lslocks" : `ps -p ${Number.parseInt(holder)}`,
    });
  }

  #wish(): void {
    try {
      this.#disk.close(this.#disk.open(this.#wanted, constants.O_CREAT | constants.O_WRONLY));
    } catch (error) {
      // Without it the turn comes at the latest when the holder has nothing more to write.
      if (errnoOf(error) === "") throw error;
    }
  }
}
