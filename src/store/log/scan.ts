// Reading a whole log strictly, as a verifier does: every segment from the first to the last, every frame, and every byte
// behind the last one. Nothing is repaired, nothing behind the first damage is believed. Somebody may write meanwhile:
// only when the end does not look clean the writer's lock is taken for a moment, to look once more while nobody writes.

import { basename } from "node:path";
import { OpError } from "../../base/error.ts";
import type { Disk } from "../file/file.ts";
import { damaged } from "./faults.ts";
import type { LogOptions, LogRecord } from "./model.ts";
import { listSegments, openSegment, segmentPath, type Segment } from "./segment.ts";
import { inspectTail, type Tail } from "./tail.ts";
import { lockPath, Turn } from "./turn.ts";
import { startOf, walk, type Stop } from "./walk.ts";

/** Where the frame of a record lies. */
export interface Place {
  /** Name of the file in the log's folder. */
  readonly segment: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface LogScan {
  readonly segments: number;
  /** Seq of the oldest record, and of the one after the newest: those before `damage`. */
  readonly first: number;
  readonly next: number;
  /** OPD5003 or OPD5001, the first there is; null = every record is whole and none is missing between others. */
  readonly damage: OpError | null;
  /** Bytes behind the last record, up to the last that is not zero: a commit that was cut short, or somebody's hand. */
  readonly behindBytes: number;
  /** Where the last segment ends: file and offset; null = an empty log. */
  readonly end: { readonly path: string; readonly offset: number } | null;
}

type Where = Pick<LogOptions, "directory" | "kind" | "disk" | "clock">;
type Visit = (record: LogRecord, place: Place) => void;

/** Visits the records up to the first damage. Throws OPD5004 when it cannot be told whether somebody is writing. */
export async function scanLog(where: Where, visit: Visit = () => undefined): Promise<LogScan> {
  const scan = new Scan(where, visit);
  const turn = new Turn(where.directory, where.disk, where.clock);
  try {
    scan.read();
    if (scan.looksCut && hasLock(where)) {
      await turn.take();
      scan.read();
    }
    return scan.result();
  } finally {
    turn.release();
    turn.close();
    scan.close();
  }
}

/** A log without a lock file is a copy: nobody writes there, and nothing is put there. */
function hasLock({ disk, directory }: Where): boolean {
  return exists(disk, lockPath(directory));
}

class Scan {
  #damage: OpError | null = null;
  #tail: Tail = { usedBytes: 0, proof: null };
  #segments = 0;
  #segment: Segment | null = null;
  #position: Stop = startOf(0);
  readonly #firsts: readonly number[];
  readonly #where: Where & { readonly readOnly: true };
  readonly #visit: Visit;

  constructor(where: Where, visit: Visit) {
    this.#where = { ...where, readOnly: true };
    this.#visit = visit;
    this.#firsts = listSegments(where.disk, where.directory);
  }

  /** The end is not clean, and nothing before it is damaged. */
  get looksCut(): boolean {
    return this.#damage === null && this.#tail.usedBytes > 0;
  }

  /** Reads on to the end of the last segment there is. */
  read(): void {
    try {
      if (this.#segment === null && !this.#enter(this.#firsts[0] ?? 0)) return;
      do this.#walk();
      while (this.#moveOn());
      this.#tail = inspectTail(this.#where.disk, this.#segment!, this.#position.offset);
    } catch (error) {
      if (!(error instanceof OpError)) throw error;
      this.#damage = error;
    }
  }

  result(): LogScan {
    const segment = this.#segment;
    return {
      segments: this.#segments,
      first: this.#firsts[0] ?? 0,
      next: this.#position.next,
      damage: this.#damage ?? this.#judgeEnd(),
      behindBytes: this.#tail.usedBytes,
      end: segment === null ? null : { path: segment.path, offset: this.#position.offset },
    };
  }

  close(): void {
    if (this.#segment !== null) this.#where.disk.close(this.#segment.fd);
    this.#segment = null;
  }

  #enter(first: number): boolean {
    const segment = openSegment(this.#where, first, this.#segment?.id ?? null);
    if (segment === null) return false;
    this.close();
    this.#segment = segment;
    this.#segments++;
    this.#position = startOf(first);
    return true;
  }

  #walk(): void {
    const batches = walk(this.#where.disk, this.#segment!, this.#position);
    const segment = basename(this.#segment!.path);
    for (;;) {
      const step = batches.next();
      if (step.done === true) return void (this.#position = step.value);
      for (const found of step.value)
        this.#visit(found, { segment, offset: found.offset, sizeBytes: found.sizeBytes });
    }
  }

  /** Enters the next segment, when there is one; then this one has ended, and has nothing but zeros behind its end. */
  #moveOn(): boolean {
    const { disk, directory } = this.#where;
    const { next } = this.#position;
    if (next === this.#segment!.first || !exists(disk, segmentPath(directory, next))) return false;
    this.#walk();
    const { offset, next: end } = this.#position;
    const { usedBytes } = inspectTail(disk, this.#segment!, offset);
    if (end !== next || usedBytes > 0)
      throw damaged(this.#segment!.path, offset, "the next segment begins before this one ends");
    return this.#enter(next);
  }

  #judgeEnd(): OpError | null {
    if (this.#segment === null) return null;
    const { path, first } = this.#segment;
    const { offset, next } = this.#position;
    const later = this.#firsts.find((one) => one > first);
    if (later !== undefined)
      return damaged(path, offset, `record ${next} is not here, and a segment begins with record ${later}`);
    if (this.#tail.proof === null) return null;
    return damaged(
      path,
      offset,
      `no whole record, and the one at byte ${this.#tail.proof} was written later`,
    );
  }
}

function exists(disk: Disk, path: string): boolean {
  try {
    disk.lstat(path);
    return true;
  } catch {
    return false;
  }
}
