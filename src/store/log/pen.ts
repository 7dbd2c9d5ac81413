// What one process does to the files of a log while it is its turn. What came from others, and what may not be on disk
// although it can be read, is made sure before anything is written behind it: written once more and synced, because after
// a failed sync a page counts as written that never was. What fails is taken back, or nothing more is written at all.

import { randomBytes } from "node:crypto";
import type { OpError } from "../../base/error.ts";
import type { Cursor } from "./cursor.ts";
import { damaged, notKnown, notWritten } from "./faults.ts";
import { encodeBatch, newBlock, type Block } from "./format.ts";
import type { Frame, LogOptions } from "./model.ts";
import { listSegments, makeSegment, nextSizeBytes, readFully, segmentPath, type Segment } from "./segment.ts";

const CHUNK_BYTES = 1024 * 1024;
/** So much is copied into the page cache sooner than another thread could be asked to do it. */
const WRITE_AT_ONCE_BYTES = 32 * 1024;
const BLOCK_BYTES_FIRST = 64 * 1024;

export class Pen {
  /** Set once the truth on disk is not known any more: nothing is written after that. */
  broken: OpError | null = null;
  /** Bytes of commits cut short that were cleared. */
  droppedBytes = 0;
  readonly #options: LogOptions;
  readonly #cursor: Cursor;
  #block: Block = newBlock(BLOCK_BYTES_FIRST);
  /** Where our own last commit ended: what lies behind it came from others. */
  #ownEnd = -1;

  constructor(options: LogOptions, cursor: Cursor) {
    this.#options = options;
    this.#cursor = cursor;
  }

  /** At the beginning of a turn: reads what others wrote. Throws OPD5002, OPD5003. */
  async begin(): Promise<void> {
    const before = this.#cursor.segment;
    this.#cursor.advance();
    if (this.#cursor.segment !== before) this.#ownEnd = -1;
    if (!this.#cursor.position.atEnd) await this.clear();
  }

  /** Clears what a crash left behind the last whole batch. Throws OPD5002, OPD5003. */
  async clear(): Promise<void> {
    const bytes = this.#cursor.inspect();
    if (bytes === 0) return;
    const { segment, position } = this.#cursor;
    try {
      await this.#zero(segment!, position.offset, bytes);
    } catch (error) {
      throw notWritten(segment!.path, error);
    }
    this.droppedBytes += bytes;
    this.#cursor.moveTo(position.offset, position.next, position.settled);
  }

  /** Bytes that fit into the segment. */
  get roomBytes(): number {
    const { segment, position } = this.#cursor;
    return segment === null ? 0 : segment.sizeBytes - position.offset;
  }

  /**
   * Writes batches of `sizeBytes` together, which fit, in one go, and syncs if `durable`. Throws OPD5002 (nothing is there
   * of them), OPD5005.
   */
  async write(batches: readonly (readonly Frame[])[], sizeBytes: number, durable: boolean): Promise<void> {
    const { disk } = this.#options;
    const segment = this.#cursor.segment!;
    if (this.#cursor.position.offset !== this.#ownEnd) await this.settle();
    const { offset, next, settled } = this.#cursor.position;
    if (this.#block.bytes.length < sizeBytes) this.#block = newBlock(sizeBytes);
    let end = 0;
    let count = 0;
    for (const frames of batches) {
      end = encodeBatch(frames, this.#block, end, offset, settled, segment.seed);
      count += frames.length;
    }
    try {
      const bytes = this.#block.bytes.subarray(0, end);
      if (end <= WRITE_AT_ONCE_BYTES) disk.write(segment.fd, bytes, offset);
      else await disk.writeAsync(segment.fd, bytes, offset);
    } catch (error) {
      await this.#takeBack(segment, offset, end);
      throw notWritten(segment.path, error);
    }
    if (durable) await this.#sync(segment);
    this.#ownEnd = offset + end;
    this.#cursor.moveTo(offset + end, next + count, durable ? offset + end : settled);
  }

  /** Makes sure that all that was read is on disk. Throws OPD5002: then it is as sure as before. */
  async settle(): Promise<void> {
    const { segment, position } = this.#cursor;
    if (segment === null || position.settled === position.offset) return;
    const { disk } = this.#options;
    try {
      for (let at = position.settled; at < position.offset; at += CHUNK_BYTES) {
        const bytes = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, position.offset - at));
        if (readFully(disk, segment.fd, bytes, at) < bytes.length)
          throw damaged(segment.path, at, "it was cut off");
        await disk.writeAsync(segment.fd, bytes, at);
      }
      await disk.fdatasyncAsync(segment.fd);
    } catch (error) {
      throw notWritten(segment.path, error);
    }
    this.#cursor.moveTo(position.offset, position.next, position.offset);
  }

  /** Goes on in a new segment with room for that many bytes. Throws OPD5002 (all is as before), OPD5005. */
  async roll(roomBytes: number): Promise<void> {
    const { disk, directory } = this.#options;
    await this.settle();
    const { segment, position } = this.#cursor;
    const id = segment?.id ?? randomBytes(16);
    const path = segmentPath(directory, position.next);
    try {
      const sizeBytes = nextSizeBytes(this.#options, this.#sizeBytes(), roomBytes);
      await makeSegment(this.#options, position.next, id, sizeBytes);
    } catch (error) {
      throw notWritten(path, error);
    }
    try {
      disk.syncFolder(directory);
    } catch (error) {
      throw (this.broken = notKnown(path, error));
    }
    this.#ownEnd = -1;
    this.#cursor.advance();
  }

  /** Removes what is older, oldest first, and returns the seq of the first record that is left. Throws OPD5002. */
  async drop(beforeSeq: number): Promise<number> {
    const { disk, directory } = this.#options;
    const firsts = listSegments(disk, directory);
    let kept = 0;
    try {
      while (kept + 1 < firsts.length && firsts[kept + 1]! <= beforeSeq)
        await disk.unlinkAsync(segmentPath(directory, firsts[kept++]!));
      if (kept > 0) await disk.syncFolderAsync(directory);
    } catch (error) {
      throw notWritten(directory, error);
    }
    return firsts[kept] ?? 0;
  }

  async #sync(segment: Segment): Promise<void> {
    try {
      await this.#options.disk.fdatasyncAsync(segment.fd);
    } catch (error) {
      throw (this.broken = notKnown(segment.path, error));
    }
  }

  /** After a failed write: as if it had never been tried. */
  async #takeBack(segment: Segment, offset: number, bytes: number): Promise<void> {
    try {
      await this.#zero(segment, offset, bytes);
    } catch (error) {
      throw (this.broken = notKnown(segment.path, error));
    }
  }

  async #zero(segment: Segment, offset: number, bytes: number): Promise<void> {
    const { disk } = this.#options;
    const zeros = Buffer.alloc(Math.min(CHUNK_BYTES, bytes));
    for (let at = 0; at < bytes; at += zeros.length)
      await disk.writeAsync(segment.fd, zeros.subarray(0, Math.min(zeros.length, bytes - at)), offset + at);
    await disk.fdatasyncAsync(segment.fd);
  }

  /** Of all segments. */
  #sizeBytes(): number {
    const { disk, directory, segmentBytesMax } = this.#options;
    let total = 0;
    for (const first of listSegments(disk, directory).toReversed()) {
      total += disk.lstat(segmentPath(directory, first)).size;
      if (total >= segmentBytesMax) break;
    }
    return total;
  }
}
