// A window that moves forward over a segment file: the bytes that are looked at, as a block. Each window is new memory,
// so records that are views of an earlier one stay as they are.

import type { Disk } from "../file/file.ts";
import { damaged, reasonOf } from "./faults.ts";
import { newBlock, type Block } from "./format.ts";
import { readFully, type Segment } from "./segment.ts";

/** The first look is often at sixteen zeros only; who reads on gets four times as much each time. */
const WINDOW_BYTES_FIRST = 4096;
const WINDOW_BYTES_MAX = 256 * 1024;

export class Window {
  block: Block = newBlock(0);
  /** Offset in the segment of the block's first byte. */
  base = 0;
  #filledBytes = 0;
  #nextBytes = WINDOW_BYTES_FIRST;
  readonly #disk: Disk;
  readonly #segment: Segment;

  constructor(disk: Disk, segment: Segment) {
    this.#disk = disk;
    this.#segment = segment;
  }

  /** Makes bytes [offset, offset + count) part of the block; false when the file ends before. Throws OPD5003. */
  holds(offset: number, count: number): boolean {
    if (offset >= this.base && offset + count <= this.base + this.#filledBytes) return true;
    const left = this.#segment.sizeBytes - offset;
    if (count > left) return false;
    this.block = newBlock(Math.min(Math.max(this.#nextBytes, count), left));
    this.#nextBytes = Math.min(this.#nextBytes * 4, WINDOW_BYTES_MAX);
    this.base = offset;
    this.#filledBytes = this.#fill(offset);
    return count <= this.#filledBytes;
  }

  #fill(offset: number): number {
    try {
      return readFully(this.#disk, this.#segment.fd, this.block.bytes, offset);
    } catch (error) {
      throw damaged(this.#segment.path, offset, `it cannot be read (${reasonOf(error)})`);
    }
  }
}
