// The arithmetic of a log-linear histogram: each power of two from 2^-10 to 2^30 is cut into 8 equal buckets, so a bucket
// is at most 12.5 % wide. Upper edges are inclusive (Prometheus `le`). In milliseconds that reaches from 1 us to 12 days.
//
//   value:   ... (1, 1.125] (1.125, 1.25] ... (1.875, 2] (2, 2.25] ...     below 2^-10: bucket 0;  above 2^30: the last

import type { HistogramNumbers, HistogramReading } from "./model.ts";

export type { HistogramReading } from "./model.ts";

const EXPONENT_MIN = -10;
const EXPONENT_MAX = 30;
const PER_OCTAVE = 8;
/** Buckets with an edge; one more lies above all edges. */
export const BUCKETS = (EXPONENT_MAX - EXPONENT_MIN) * PER_OCTAVE + 1;

/** The quantiles that people look at. */
export const QUANTILES = Object.freeze([0.5, 0.9, 0.95, 0.99, 0.999] as const);

// Over a buffer that was made first: the compiler then knows where it lies.
const float = new Float64Array(new ArrayBuffer(8));
const words = new Int32Array(float.buffer);
// Which of the two words is the high one depends on the machine.
float[0] = 1;
const HIGH = words[1] === 0x3ff00000 ? 1 : 0;
/** Times this is the next smaller float, so that an edge lies with the values below it. */
const NEXT_DOWN = 1 - 2 ** -53;
/** Exponent and top three mantissa bits of the lowest edge, as they stand in a float's high word. */
const LOWEST = (EXPONENT_MIN + 1023) * PER_OCTAVE;

/** Bucket of a value: one more than exponent and top three mantissa bits of what is just below it. Where that is none: below 0
 * for what is too small or negative, above BUCKETS for what is too large; NaN and infinities are anywhere outside. */
export function bucketOf(value: number): number {
  float[0] = value * NEXT_DOWN;
  return ((words[HIGH]! >> 17) - LOWEST + 1) | 0;
}

export function edgeOf(bucket: number): number {
  if (bucket >= BUCKETS) return Infinity;
  if (bucket <= 0) return 2 ** EXPONENT_MIN;
  const octave = Math.floor(bucket / PER_OCTAVE);
  return 2 ** (EXPONENT_MIN + octave) * (1 + (bucket % PER_OCTAVE) / PER_OCTAVE);
}

/** Numbers with their questions. */
export function reading(numbers: HistogramNumbers): HistogramReading {
  return Object.freeze({ ...numbers, quantile: (q: number) => quantileOf(numbers, q), edge: edgeOf });
}

/** What one histogram would say that had recorded the values of both. */
export function merged(a: HistogramNumbers, b: HistogramNumbers): HistogramReading {
  return reading({
    count: a.count + b.count,
    sum: a.sum + b.sum,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    notFinite: a.notFinite + b.notFinite,
    buckets: a.buckets.map((count, i) => count + b.buckets[i]!),
  });
}

function quantileOf({ count, min, max, buckets }: HistogramNumbers, q: number): number {
  if (count === 0) return NaN;
  const rank = q * count;
  let before = 0;
  for (let i = 0; i < buckets.length; i++) {
    const here = buckets[i]!;
    if (here > 0 && before + here >= rank) {
      const low = i === 0 ? min : edgeOf(i - 1);
      const high = Math.min(edgeOf(i), max);
      const value = low + (high - low) * ((rank - before) / here);
      return Math.min(Math.max(value, min), max);
    }
    before += here;
  }
  return max;
}
