// What recording does to the slots of a slab: plain stores of one thread, no allocation, no call that could block.
//
// One histogram:  | count | sum | lost | min | max | not finite | bucket 0 .. BUCKETS-1 | above all edges |
//
// `lost` is what the last additions to the sum rounded away (Kahan 1965): a sum of a billion values is as exact as one of
// two. min and max are kept as differences from infinity would be: not at all; a slot of zeros is an empty histogram, so
// min and max count only where count is not 0.

import { bucketOf, BUCKETS } from "./histogram.ts";
import type { Counter, Gauge, Histogram, HistogramNumbers } from "./model.ts";

const COUNT = 0;
const SUM = 1;
const LOST = 2;
const MIN = 3;
const MAX = 4;
const NOT_FINITE = 5;
const FIRST_BUCKET = 6;
export const HISTOGRAM_SLOTS = FIRST_BUCKET + BUCKETS + 1;

type Cells = Float64Array<SharedArrayBuffer>;

export function counterAt(slab: Cells, at: number): Counter {
  return Object.freeze({
    add(by: number = 1): void {
      if (by > 0 && by < Infinity) slab[at]! += by;
    },
  });
}

export function gaugeAt(slab: Cells, at: number): Gauge {
  return Object.freeze({ set: (value: number) => void (slab[at] = value) });
}

export function histogramAt(slab: Cells, at: number): Histogram {
  return Object.freeze({ record: (value: number) => record(slab, at, value) });
}

function record(slab: Cells, at: number, value: number): void {
  // NaN and infinities alone are not equal to themselves after this.
  if (value - value !== 0) {
    slab[at + NOT_FINITE]! += 1;
    return;
  }
  const count = slab[at + COUNT]!;
  slab[at + COUNT] = count + 1;
  const sum = slab[at + SUM]!;
  const more = value - slab[at + LOST]!;
  const next = sum + more;
  slab[at + LOST] = next - sum - more;
  slab[at + SUM] = next;
  if (count === 0 || value < slab[at + MIN]!) slab[at + MIN] = value;
  if (count === 0 || value > slab[at + MAX]!) slab[at + MAX] = value;
  slab[at + FIRST_BUCKET + bucketOf(value)]! += 1;
}

/** The numbers of the histogram at `at`: of live slots only for the thread that writes them. */
export function histogramIn(slots: Float64Array, at: number): HistogramNumbers {
  const count = slots[at + COUNT]!;
  return Object.freeze({
    count,
    sum: slots[at + SUM]!,
    min: count === 0 ? Infinity : slots[at + MIN]!,
    max: count === 0 ? -Infinity : slots[at + MAX]!,
    notFinite: slots[at + NOT_FINITE]!,
    buckets: new Float64Array(slots.subarray(at + FIRST_BUCKET, at + HISTOGRAM_SLOTS)),
  });
}
