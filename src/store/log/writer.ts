// The queue before the pen. What is queued while one commit is on its way to the disk goes into the next one: no timer,
// and the more writers, the larger the commits. A turn (turn.ts) lasts as long as there is something to write. The queue
// is as long as its callers do not wait.

import { setImmediate } from "node:timers/promises";
import { assert } from "../../base/assert.ts";
import { LIMITS } from "../../base/limits.ts";
import { under, where, type Where } from "../../telemetry/trace/span.ts";
import type { Cursor } from "./cursor.ts";
import { batchSizeBytes } from "./format.ts";
import type { Frame, LogOptions } from "./model.ts";
import type { Pen } from "./pen.ts";
import { Turn } from "./turn.ts";

export type Frames = readonly Frame[] | ((next: number) => readonly Frame[]);

interface Waiting {
  /** In the trace of who asked: what is done for it stands there. */
  readonly where: Where;
  readonly resolve: (seq: number) => void;
  readonly reject: (error: unknown) => void;
}
interface Append extends Waiting {
  readonly frames: Frames;
  readonly durable: boolean;
}
interface Job extends Waiting {
  readonly job: () => Promise<void> | void;
}
/** Of one commit: frames that are known now, and who waits for them. */
interface Batch {
  readonly frames: readonly Frame[];
  readonly append: Append;
}

export class Writer {
  readonly #cursor: Cursor;
  readonly #pen: Pen;
  readonly #turn: Turn;
  readonly #queue: (Append | Job)[] = [];
  #working: Promise<void> | null = null;

  constructor(options: LogOptions, cursor: Cursor, pen: Pen) {
    this.#cursor = cursor;
    this.#pen = pen;
    this.#turn = new Turn(options.directory, options.disk, options.clock);
  }

  append(frames: Frames, durable: boolean): Promise<number> {
    if (typeof frames !== "function") checkFrames(frames);
    return new Promise((resolve, reject) =>
      this.#enqueue({ frames, durable, where: where(), resolve, reject }),
    );
  }

  /** Runs `job` with the lock held and everything followed, after what was queued before it. */
  alone(job: () => Promise<void> | void): Promise<number> {
    return new Promise((resolve, reject) => this.#enqueue({ job, where: where(), resolve, reject }));
  }

  async close(): Promise<void> {
    while (this.#working !== null) await this.#working;
    this.#turn.close();
  }

  #enqueue(waiting: Append | Job): void {
    this.#queue.push(waiting);
    this.#working ??= this.#work();
  }

  /** Never rejects: every failure is somebody's answer. */
  async #work(): Promise<void> {
    try {
      await this.#turn.take();
      await this.#pen.begin();
      while (this.#queue.length > 0) {
        const first = this.#queue.shift()!;
        await under(first.where, () => this.#step(first));
        // Those who were answered just now may have more to write: it goes into the same turn.
        await setImmediate();
        // Who gathers until such a moment, too, comes with the next one: taking a turn anew costs more than waiting for it.
        if (this.#queue.length === 0) await setImmediate();
        if (this.#queue.length === 0 || !this.#turn.othersWait()) continue;
        await this.#turn.handOver();
        await this.#pen.begin();
      }
    } catch (error) {
      for (const { reject } of this.#queue.splice(0)) reject(error);
    } finally {
      this.#turn.release();
      this.#working = null;
    }
  }

  async #step(first: Append | Job): Promise<void> {
    try {
      if (this.#pen.broken !== null) throw this.#pen.broken;
      this.#cursor.checkFollower();
      if ("job" in first) {
        await first.job();
        first.resolve(this.#cursor.position.next);
      } else await this.#commit(first);
    } catch (error) {
      first.reject(error);
    }
  }

  /** Writes one batch and those behind it that can go with it. Throws what is wrong with the first one. */
  async #commit(first: Append): Promise<void> {
    const { next } = this.#cursor.position;
    const frames = typeof first.frames === "function" ? first.frames(next) : first.frames;
    if (typeof first.frames === "function") checkFrames(frames);
    if (frames.length === 0) return first.resolve(next);
    const firstBytes = batchSizeBytes(frames);
    if (firstBytes > this.#pen.roomBytes) await this.#pen.roll(firstBytes);
    const batches: Batch[] = [{ frames, append: first }];
    const sizeBytes = this.#gather(batches, firstBytes);
    const durable = batches.some(({ append }) => append.durable);
    try {
      const written = batches.map((batch) => batch.frames);
      await this.#pen.write(written, sizeBytes, durable);
    } catch (error) {
      for (const { append } of batches) append.reject(error);
      return;
    }
    this.#answer(batches, next);
  }

  /** Adds what is queued and known, as far as it fits; returns the bytes of all. */
  #gather(batches: Batch[], firstBytes: number): number {
    const most = Math.min(this.#pen.roomBytes, LIMITS.logCommitBytesMax);
    let sizeBytes = firstBytes;
    let taken = 0;
    for (const waiting of this.#queue) {
      // A function is promised that every record before its own was followed: it begins a commit.
      if ("job" in waiting || typeof waiting.frames === "function") break;
      const bytes = batchSizeBytes(waiting.frames);
      if (sizeBytes + bytes > most) break;
      sizeBytes += bytes;
      taken++;
      batches.push({ frames: waiting.frames, append: waiting });
    }
    this.#queue.splice(0, taken);
    return sizeBytes;
  }

  /** They are durable; a follower that fails now is the caller's fault, and told to the caller. */
  #answer(batches: readonly Batch[], first: number): void {
    let seq = first;
    for (const { frames, append } of batches) {
      const own = seq;
      try {
        for (const { type, payload } of frames) this.#cursor.show({ seq: seq++, type, payload });
        append.resolve(own);
      } catch (error) {
        append.reject(error);
      }
    }
  }
}

function checkFrames(frames: readonly Frame[]): void {
  let total = 0;
  for (const { type, payload } of frames) {
    assert(type >= 1 && type <= 127 && Number.isInteger(type), "a frame's type is 1..127");
    assert(payload.length > 0, "a frame has a payload");
    total += payload.length + 24;
  }
  assert(total <= LIMITS.logBatchBytesMax, "what is appended at once is at most LIMITS.logBatchBytesMax");
}
