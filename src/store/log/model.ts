// What a log is to those who use it: frames in, records out. Audit, journal and memory are logs; what their frames say is
// theirs. Values and promises only: the bytes are in format.ts.

import type { Clock } from "../../base/clock.ts";
import type { Disk } from "../file/file.ts";

/** `type` is 1..127 and the owner's; the payload has at least one byte. The frames of one append take 24 bytes each and
 * their payloads, together at most LIMITS.logBatchBytesMax. */
export interface Frame {
  readonly type: number;
  readonly payload: Uint8Array;
}
/** Its payload may be a view of a larger buffer: copy what is kept for long. */
export interface LogRecord extends Frame {
  /** Counts from 0 through the whole log, without gaps. */
  readonly seq: number;
}

export interface LogOptions {
  /** A private folder, made by the caller (store/file). */
  readonly directory: string;
  /** Four ASCII letters in every segment: a log of another kind is never taken for this one. */
  readonly kind: string;
  readonly disk: Disk;
  readonly clock: Clock;
  /** Size of the first segment; each new one has the size of all before it, up to the largest. */
  readonly segmentBytesFirst: number;
  readonly segmentBytesMax: number;
  /** Called once for every record from `followFrom` (0) on, in order, whoever appended it: those that are there while
   * opening, then what other processes append (before the next append of ours), then ours once they are durable (a
   * note: once it is written). */
  readonly follow?: (record: LogRecord) => void;
  readonly followFrom?: number;
  /** Never writes, takes no lock, repairs nothing; a tail that is cut short ends it. */
  readonly readOnly?: boolean;
}

export interface Log {
  /** The seq of the oldest record that is kept: 0 until `dropBefore`. */
  readonly first: number;
  /** Records known to this process: the seq of the next one. */
  readonly next: number;
  /** What opening had to drop behind the last whole append (a crash cut it short): bytes, 0 = nothing. */
  readonly droppedBytes: number;
  /**
   * Durable when it resolves, with the seq of the first frame. The frames of one call appear wholly or not at all. A
   * function is called with the lock held and every record before it followed, just before its frames are written.
   * Throws OPD5002 (not written: the log is as before), OPD5003, OPD5004 (no turn: not written), OPD5005 (the disk failed while
   * syncing: whether it is written is not known; this object appends no more and has to be opened again).
   */
  append(frames: readonly Frame[] | ((next: number) => readonly Frame[])): Promise<number>;
  /** The same without waiting for the disk: resolves when written; durable with the next `append`. */
  note(frames: readonly Frame[]): Promise<number>;
  /** Makes sure that `sizeBytes` (24 a frame, and the payloads) can be appended without needing new space, as long as no
   * other process uses it. Throws OPD5002, OPD5004. */
  reserve(sizeBytes: number): Promise<void>;
  /** Follows what other processes appended since. Throws OPD5003, OPD5004. */
  refresh(): Promise<void>;
  /** Records from..to (to not included) as they are on disk, of those this process knows. Throws OPD5003. */
  records(from: number, to?: number): Generator<LogRecord>;
  /** Removes whole segments whose records all have a smaller seq. */
  dropBefore(seq: number): Promise<void>;
  close(): Promise<void>;
}
