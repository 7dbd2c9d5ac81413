// The way of changes to the disk: what was encoded since the last commit goes as one frame of the log, and the next commit
// begins when that one is on disk. So with many who wait the commits get larger, not later. A transaction lies in one frame
// whole. What nobody waits for goes LIMITS.memoryBufferedMs after it was made, or earlier with others.
//
// When the log refuses, nothing more is written: what is in memory is ahead of the disk, and that must not be mended by going
// on.

import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Log } from "../../store/log/log.ts";
import { FRAME_HEADER_BYTES, FRAME_TYPE, writeFrameHeader } from "./change.ts";
import { Ink } from "./ink.ts";

/** All who wait for one commit. */
type Waiting = PromiseWithResolvers<void>;
/** Encoded changes: `count` of them, the last one with `lastSeq`. */
interface Sheet {
  readonly ink: Ink;
  readonly firstSeq: number;
  readonly count: number;
}

const INK_BYTES_FIRST = 16 * 1024;
/** Buffers that are kept for the next sheets. */
const SPARE_MAX = 2;

export class Commit {
  /** Everything up to it is on disk. */
  durableSeq: number;
  /** Bytes that are encoded and not on disk. */
  backlogBytes = 0;
  failure: OpError | null = null;
  /** Seq in the log of the last frame that is on disk. */
  lastFrame: number;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #onProgress: () => void;
  readonly #spare: Ink[] = [];
  #sheets: Sheet[] = [];
  #ink = new Ink(INK_BYTES_FIRST);
  #firstSeq: number;
  #count = 0;
  /** For what is on its way to the disk, up to `#writingSeq`, and for what goes with the next commit; null = nobody waits. */
  #writing: Waiting | null = null;
  #writingSeq = 0;
  #next: Waiting | null = null;
  #wanted = false;
  #timed = false;
  #working: Promise<void> | null = null;

  /** `onProgress` is called whenever something got to the disk, or failed to. */
  constructor(log: Log, clock: Clock, seq: number, onProgress: () => void) {
    this.#log = log;
    this.#clock = clock;
    this.#onProgress = onProgress;
    this.durableSeq = seq;
    this.#firstSeq = seq + 1;
    this.lastFrame = log.next - 1;
    this.#ink.end = FRAME_HEADER_BYTES;
  }

  /** The buffer for changes that take at most so many bytes together: they will lie in one frame. Frames have at most half of
   * what the log writes at once, unless one transaction is larger. */
  begin(sizeBytes: number): Ink {
    if (this.#count > 0 && this.#ink.end + sizeBytes > LIMITS.logCommitBytesMax / 2) this.seal();
    this.#ink.reserve(sizeBytes);
    return this.#ink;
  }

  /** `count` changes were encoded, from byte `from` on. */
  added(count: number, from: number): void {
    this.#count += count;
    this.backlogBytes += this.#ink.end - from;
    if (this.#timed || this.#working !== null) return;
    this.#timed = true;
    void this.#clock.sleep(LIMITS.memoryBufferedMs).then(() => {
      this.#timed = false;
      if (this.#count > 0 || this.#sheets.length > 0) this.#want();
    });
  }

  /** Nothing that comes later lies in a frame with what was encoded so far. */
  seal(): void {
    if (this.#count === 0) return;
    this.#sheets.push({ ink: this.#ink, firstSeq: this.#firstSeq, count: this.#count });
    this.#firstSeq += this.#count;
    this.#count = 0;
    this.#ink = this.#spare.pop() ?? new Ink(INK_BYTES_FIRST);
    this.#ink.end = FRAME_HEADER_BYTES;
  }

  /** Resolves when everything up to `seq` is on disk. Rejects with OPD4004. */
  durable(seq: number): Promise<void> {
    if (seq <= this.durableSeq) return Promise.resolve();
    if (this.failure !== null) return Promise.reject(this.failure);
    if (seq <= this.#writingSeq) return (this.#writing ??= Promise.withResolvers()).promise;
    this.#next ??= Promise.withResolvers();
    this.#want();
    return this.#next.promise;
  }

  /** Waits until nothing is on its way any more. */
  async idle(): Promise<void> {
    while (this.#working !== null) await this.#working;
  }

  #want(): void {
    this.#wanted = true;
    this.#working ??= this.#work();
  }

  /** Never rejects: a failure is the answer of those who wait. */
  async #work(): Promise<void> {
    while (this.#wanted && this.failure === null) {
      // Whoever writes in this turn of the event loop goes along.
      await setImmediate();
      this.#wanted = false;
      await this.#write();
    }
    this.#working = null;
    // What came meanwhile and nobody waits for.
    if (this.#count > 0 && this.failure === null) this.added(0, this.#ink.end);
  }

  async #write(): Promise<void> {
    this.seal();
    const sheets = this.#sheets;
    this.#sheets = [];
    const last = sheets.at(-1);
    if (last === undefined) return;
    this.#writing = this.#next;
    this.#next = null;
    this.#writingSeq = last.firstSeq + last.count - 1;
    try {
      const frames = await Promise.all(sheets.map((sheet) => this.#append(sheet)));
      this.lastFrame = frames.at(-1)!;
      this.durableSeq = this.#writingSeq;
    } catch (error) {
      this.failure = new OpError("OPD4004", "changes of the memory could not be written", { cause: error });
    }
    for (const { ink } of sheets) {
      this.backlogBytes -= ink.end - FRAME_HEADER_BYTES;
      if (this.#spare.length < SPARE_MAX) this.#spare.push(ink);
    }
    this.#answer();
    this.#onProgress();
  }

  #append({ ink, firstSeq, count }: Sheet): Promise<number> {
    writeFrameHeader(ink, firstSeq, count);
    return this.#log.append([{ type: FRAME_TYPE, payload: ink.bytes.subarray(0, ink.end) }]);
  }

  #answer(): void {
    const { failure } = this;
    if (failure === null) this.#writing?.resolve();
    else for (const waiting of [this.#writing, this.#next]) waiting?.reject(failure);
    this.#writing = null;
  }
}
