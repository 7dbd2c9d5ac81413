// How far one process has read a log: a segment that is held open and a place in it. It moves forward over whole batches,
// from segment to segment, and shows each record once. It takes no lock: while somebody writes it stops before what is
// not whole yet. It never writes.

import { errnoOf } from "../../base/file.ts";
import { damaged, reasonOf } from "./faults.ts";
import type { LogOptions, LogRecord } from "./model.ts";
import { listSegments, openSegment, type Segment } from "./segment.ts";
import { inspectTail } from "./tail.ts";
import { startOf, walk, type Stop } from "./walk.ts";

/** How often a segment that was listed may be gone before it can be opened. */
const TRIES_MAX = 100;

export class Cursor {
  /** null: the log is empty. */
  segment: Segment | null = null;
  position: Stop = startOf(0);
  readonly #options: LogOptions;
  /** What the follower threw: it has lost its thread, so nothing more is read. */
  #failure: { readonly error: unknown } | null = null;

  constructor(options: LogOptions) {
    this.#options = options;
  }

  /** Reads all there is; returns the seq of the oldest record. Throws OPD5003. */
  begin(): number {
    const { follow, followFrom = 0 } = this.#options;
    let firsts: readonly number[] = [];
    let start: number | undefined;
    this.#patiently(() => {
      firsts = this.#list();
      const wanted = follow === undefined ? firsts.at(-1) : followFrom;
      start = firsts.findLast((first) => first <= (wanted ?? 0)) ?? firsts[0];
      return start === undefined || this.#enter(start);
    }, "its segments cannot be opened");
    const newest = firsts.at(-1);
    if (start === undefined || newest === undefined) return 0;
    this.advance();
    // What was read may have been dropped meanwhile, with what comes next: then there are later segments to go on with.
    this.#patiently(() => {
      if (this.segment!.first >= newest) return true;
      if (this.#hasFile()) throw this.#damage("what follows is missing, and there are later segments");
      this.advance();
      return false;
    }, "what follows is missing");
    return this.#list()[0] ?? firsts[0]!;
  }

  /** Reads what came since. Throws OPD5003, and what the follower threw, from then on always. */
  advance(): void {
    this.checkFollower();
    const gone = !this.#hasFile();
    this.#toEnd();
    if (!gone || this.#hasFile()) return;
    this.#jump();
    this.#toEnd();
  }

  /**
   * Looks at all that lies behind the last whole batch: bytes of a commit that was cut short, or is being written; 0 when
   * there is nothing. Throws OPD5003 when they were on disk once.
   */
  inspect(): number {
    for (;;) {
      const { segment, position } = this;
      if (segment === null) return 0;
      const { usedBytes, proof } = inspectTail(this.#options.disk, segment, position.offset);
      if (proof === null) return usedBytes;
      // While somebody writes, what was not whole a moment ago may be whole now that more was found behind it.
      this.advance();
      if (this.segment === segment && this.position.offset === position.offset)
        throw this.#damage(`the record there is not whole, and the one at byte ${proof} was written later`);
    }
  }

  /** What was written here by the owner of this cursor. */
  moveTo(offset: number, next: number, settled: number): void {
    this.position = { offset, next, settled, atEnd: true };
  }

  /** Throws what the follower threw. */
  checkFollower(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** Shows a record to the follower. */
  show(record: LogRecord): void {
    this.checkFollower();
    const { follow, followFrom = 0 } = this.#options;
    if (follow === undefined || record.seq < followFrom) return;
    try {
      follow(record);
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  close(): void {
    if (this.segment !== null) this.#options.disk.close(this.segment.fd);
    this.segment = null;
  }

  #toEnd(): void {
    do this.#readOn();
    while (this.#moveOn());
  }

  #enter(first: number): boolean {
    const segment = openSegment(this.#options, first, this.segment?.id ?? null);
    if (segment === null) return false;
    this.close();
    this.segment = segment;
    this.position = startOf(first);
    return true;
  }

  #readOn(): void {
    if (this.segment === null) return;
    const batches = walk(this.#options.disk, this.segment, this.position);
    for (;;) {
      const step = batches.next();
      if (step.done === true) return void (this.position = step.value);
      for (const record of step.value) this.show(record);
    }
  }

  /** Enters the next segment, when there is one. */
  #moveOn(): boolean {
    const { segment, position } = this;
    if (segment === null) {
      const [oldest] = this.#list();
      return oldest !== undefined && this.#enter(oldest);
    }
    if (position.next === segment.first) return false;
    const next = openSegment(this.#options, position.next, segment.id);
    if (next === null) return false;
    // Whoever made the next one had finished this one before.
    this.#readOn();
    if (this.position.offset !== position.offset || !this.position.atEnd) {
      this.#options.disk.close(next.fd);
      throw this.#damage("the next segment begins before this one ends");
    }
    this.close();
    this.segment = next;
    this.position = startOf(next.first);
    return true;
  }

  /** The segment was dropped: goes on with the oldest one that has what was not read yet. */
  #jump(): void {
    this.#patiently(() => {
      const first = this.#list().find((one) => one >= this.position.next);
      if (first === undefined) throw this.#damage("the file was removed");
      return this.#enter(first);
    }, "the file was removed");
  }

  /** Between listing and opening somebody may have dropped a segment: then it is looked at anew. A writer drops once for
   * each segment that it fills, so who is overtaken so often looks at something else. */
  #patiently(isDone: () => boolean, why: string): void {
    for (let tries = 0; tries < TRIES_MAX; tries++) if (isDone()) return;
    throw this.#damage(why);
  }

  #list(): readonly number[] {
    return listSegments(this.#options.disk, this.#options.directory);
  }

  /** Whether the file still has its name. An empty segment may have been replaced by a larger one. */
  #hasFile(): boolean {
    const { segment, position } = this;
    if (segment === null) return true;
    try {
      if (this.#options.disk.lstat(segment.path).ino === segment.inode) return true;
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return false;
      throw this.#damage(`it cannot be looked at (${reasonOf(error)})`);
    }
    if (position.next !== segment.first) throw this.#damage("the file was replaced");
    return this.#enter(segment.first);
  }

  #damage(why: string): Error {
    return damaged(this.segment?.path ?? this.#options.directory, this.position.offset, why);
  }
}
