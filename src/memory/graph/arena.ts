// Places for bodies in the arena. A place has one of some 180 sizes (multiples of 8 up to 512, then eight to a doubling) and
// keeps it; one that is free waits in the list of its size. New places are cut off at the end. So what is lost is at most an
// eighth of large bodies, and of each size what was once in use together; a checkpoint writes bodies close together, and
// the next start begins with that.

import { BODY_BYTES_MAX } from "./body.ts";
import type { Tables } from "./tables.ts";

/** Of the first place: reference 0 is nobody's. */
export const ARENA_BEGIN_BYTES = 8;
const EXACT_BYTES = 512;
const EXACT_SIZES = EXACT_BYTES / 8;

export class Arena {
  /** Bytes that were ever cut off. */
  endBytes = ARENA_BEGIN_BYTES;
  /** Bytes of places that are free. */
  freeBytes = 0;
  readonly #tables: Tables;
  /** First free place of each size, a reference. */
  readonly #free = new Uint32Array(sizeNumber(BODY_BYTES_MAX) + 1);

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** Where the arena ends if so many bytes more are placed, at most. */
  endWith(sizeBytes: number): number {
    return this.endBytes + placeBytes(sizeBytes);
  }

  /** A place for so many bytes (a multiple of 8), as a reference; `tables.reserve` has made room up to `endWith`. */
  take(sizeBytes: number): number {
    const size = sizeNumber(sizeBytes);
    const free = this.#free[size]!;
    if (free !== 0) {
      this.#free[size] = this.#tables.arenaWords[free * 2]!;
      this.freeBytes -= placeBytes(sizeBytes);
      return free;
    }
    const at = this.endBytes;
    this.endBytes += placeBytes(sizeBytes);
    return at / 8;
  }

  /** Gives the place back of a body of that size. */
  give(reference: number, sizeBytes: number): void {
    const size = sizeNumber(sizeBytes);
    this.#tables.arenaWords[reference * 2] = this.#free[size]!;
    this.#free[size] = reference;
    this.freeBytes += placeBytes(sizeBytes);
  }
}

/** Sizes in order: 8, 16 … 512, 576, 640 … 1024, 1152 … */
function sizeNumber(sizeBytes: number): number {
  if (sizeBytes <= EXACT_BYTES) return sizeBytes / 8;
  const power = 31 - Math.clz32(sizeBytes - 1);
  const eighth = (sizeBytes - 1 - 2 ** power) >>> (power - 3);
  return EXACT_SIZES + 1 + (power - 9) * 8 + eighth;
}

function placeBytes(sizeBytes: number): number {
  if (sizeBytes <= EXACT_BYTES) return sizeBytes;
  const step = 2 ** (28 - Math.clz32(sizeBytes - 1));
  return Math.ceil(sizeBytes / step) * step;
}
