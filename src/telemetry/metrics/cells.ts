// What recording does to the slots of a slab: plain stores of one thread, no allocation, no call that could block.
//
// One histogram:  | sum | lost | min | max | not finite | bucket 0 .. BUCKETS-1 | above all edges |
//
// `lost` is what the additions to the sum rounded away (Kahan 1965): the sum of a billion values is as exact as that of two.
// The count is the sum of the buckets, made by who reads. Zeros are an empty histogram.

import { bucketOf, BUCKETS } from "./histogram.ts";
import type { Counter, Gauge, Histogram, HistogramNumbers } from "./model.ts";

const SUM = 0;
const LOST = 1;
const MIN = 2;
const MAX = 3;
const NOT_FINITE = 4;
const FIRST_BUCKET = 5;
// As constants of this module: an import is looked up, and checked, with every recording.
const ABOVE_ALL = BUCKETS;
const bucketIn = bucketOf;
export const HISTOGRAM_SLOTS = FIRST_BUCKET + BUCKETS + 1;

type Cells = Float64Array<SharedArrayBuffer>;

// Classes, because a call site that meets many of them stays one that the compiler inlines: twice as fast as closures.

export class SlabCounter implements Counter {
  readonly #cells: Cells;
  readonly #at: number;
  constructor(cells: Cells, at: number) {
    this.#cells = cells;
    this.#at = at;
    Object.freeze(this);
  }
  add(by: number = 1): void {
    if (by > 0 && by < Infinity) this.#cells[this.#at]! += by;
  }
}

export class SlabGauge implements Gauge {
  readonly #cells: Cells;
  readonly #at: number;
  constructor(cells: Cells, at: number) {
    this.#cells = cells;
    this.#at = at;
    Object.freeze(this);
  }
  set(value: number): void {
    this.#cells[this.#at] = value;
  }
}

export class SlabHistogram implements Histogram {
  readonly #cells: Cells;
  constructor(cells: Cells, at: number) {
    this.#cells = cells.subarray(at, at + HISTOGRAM_SLOTS);
    if (isEmpty(this.#cells, 0)) {
      this.#cells[MIN] = Infinity;
      this.#cells[MAX] = -Infinity;
    }
    Object.freeze(this);
  }
  record(value: number): void {
    const cells = this.#cells;
    const bucket = bucketIn(value);
    // One comparison for all that is usual, and no call for what is not: it would cost every recording a nanosecond.
    if (bucket >>> 0 <= ABOVE_ALL) cells[FIRST_BUCKET + bucket]! += 1;
    else if (value - value === 0) cells[FIRST_BUCKET + (bucket < 0 ? 0 : ABOVE_ALL)]! += 1;
    else {
      cells[NOT_FINITE]! += 1;
      return;
    }
    const sum = cells[SUM]!;
    const more = value - cells[LOST]!;
    const next = sum + more;
    cells[LOST] = next - sum - more;
    cells[SUM] = next;
    if (value < cells[MIN]!) cells[MIN] = value;
    if (value > cells[MAX]!) cells[MAX] = value;
  }
}

/** Nothing was recorded at `at`, finite or not. */
export function isEmpty(slots: Float64Array, at: number): boolean {
  return slots.subarray(at + NOT_FINITE, at + HISTOGRAM_SLOTS).every((count) => count === 0);
}

/** The numbers of the histogram at `at`: of live slots only for the thread that writes them. */
export function histogramIn(slots: Float64Array, at: number): HistogramNumbers {
  const buckets = new Float64Array(slots.subarray(at + FIRST_BUCKET, at + HISTOGRAM_SLOTS));
  const count = buckets.reduce((sum, here) => sum + here, 0);
  return Object.freeze({
    count,
    sum: slots[at + SUM]!,
    min: count === 0 ? Infinity : slots[at + MIN]!,
    max: count === 0 ? -Infinity : slots[at + MAX]!,
    notFinite: slots[at + NOT_FINITE]!,
    buckets,
  });
}
