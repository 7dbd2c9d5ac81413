// Counters, gauges and histograms of one process. All numbers live in one slab of shared memory with a single writer, so
// recording is a plain store into a Float64Array: no allocation, no lock, nothing to flush. Labels are resolved when a
// metric is registered, at start-up. Switched off, a recorder is a frozen no-op chosen once, at construction.

import { bucketOf, edgeOf, quantileOf, BUCKETS, type HistogramReading } from "./histogram.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";

export { type HistogramReading } from "./histogram.ts";

export interface Counter {
  /** Adds `by` (>= 0, default 1). */
  add(by?: number): void;
}
export interface Gauge {
  set(value: number): void;
}
export interface Histogram {
  /** Records one value in the metric's unit. Non-finite values are counted apart and change nothing else. */
  record(value: number): void;
}

export type Labels = Readonly<Record<string, string>>;
export interface Series {
  readonly name: string;
  readonly help: string;
  readonly labels: Labels;
}
export type MetricReading =
  | (Series & { readonly kind: "counter" | "gauge"; readonly value: number })
  | (Series & { readonly kind: "histogram"; readonly value: HistogramReading });

export interface Metrics {
  counter(name: string, help: string, labels?: Labels): Counter;
  gauge(name: string, help: string, labels?: Labels): Gauge;
  histogram(name: string, help: string, labels?: Labels): Histogram;
  /** Every series with its value now, in order of registration. */
  read(): readonly MetricReading[];
}

// One histogram in the slab:  | count | sum | min | max | not finite | bucket 0 .. BUCKETS-1 | above all edges |
const COUNT = 0;
const SUM = 1;
const MIN = 2;
const MAX = 3;
const NOT_FINITE = 4;
const FIRST_BUCKET = 5;
const HISTOGRAM_SLOTS = FIRST_BUCKET + BUCKETS + 1;

/** A recorder over a slab of its own. Throws OPD1050 when more slots are asked for than LIMITS.metricSlotsMax. */
export function createMetrics(slots: number = LIMITS.metricSlotsMax): Metrics {
  const slab = new Float64Array(new SharedArrayBuffer(slots * 8));
  const known = new Map<string, { at: number; series: Series; kind: MetricReading["kind"] }>();
  let used = 0;

  function register(
    kind: MetricReading["kind"],
    name: string,
    help: string,
    labels: Labels,
    size: number,
  ): number {
    const id = `${kind} ${name} ${JSON.stringify(labels)}`;
    const there = known.get(id);
    if (there !== undefined) return there.at;
    if (used + size > slots) {
      throw new OpError("OPD1050", `no slot is left for metric ${name}`, {
        hint: "raise metricSlotsMax in limits.ts",
      });
    }
    const at = used;
    used += size;
    known.set(id, { at, kind, series: Object.freeze({ name, help, labels }) });
    return at;
  }

  return Object.freeze({
    counter(name: string, help: string, labels: Labels = {}): Counter {
      const at = register("counter", name, help, labels, 1);
      return Object.freeze({ add: (by: number = 1) => void (slab[at]! += by) });
    },
    gauge(name: string, help: string, labels: Labels = {}): Gauge {
      const at = register("gauge", name, help, labels, 1);
      return Object.freeze({ set: (value: number) => void (slab[at] = value) });
    },
    histogram(name: string, help: string, labels: Labels = {}): Histogram {
      const at = register("histogram", name, help, labels, HISTOGRAM_SLOTS);
      if (slab[at + COUNT] === 0) {
        slab[at + MIN] = Infinity;
        slab[at + MAX] = -Infinity;
      }
      return Object.freeze({ record: (value: number) => record(slab, at, value) });
    },
    read(): readonly MetricReading[] {
      return [...known.values()].map(({ at, kind, series }): MetricReading =>
        kind === "histogram"
          ? { ...series, kind, value: readHistogram(slab, at) }
          : { ...series, kind, value: slab[at]! },
      );
    },
  });
}

function record(slab: Float64Array, at: number, value: number): void {
  if (!Number.isFinite(value)) {
    slab[at + NOT_FINITE]! += 1;
    return;
  }
  slab[at + COUNT]! += 1;
  slab[at + SUM]! += value;
  if (value < slab[at + MIN]!) slab[at + MIN] = value;
  if (value > slab[at + MAX]!) slab[at + MAX] = value;
  slab[at + FIRST_BUCKET + bucketOf(value)]! += 1;
}

function readHistogram(slab: Float64Array, at: number): HistogramReading {
  const buckets = slab.slice(at + FIRST_BUCKET, at + HISTOGRAM_SLOTS);
  const reading = {
    count: slab[at + COUNT]!,
    sum: slab[at + SUM]!,
    min: slab[at + MIN]!,
    max: slab[at + MAX]!,
    notFinite: slab[at + NOT_FINITE]!,
    buckets,
  };
  return Object.freeze({ ...reading, quantile: (q: number) => quantileOf(reading, q), edge: edgeOf });
}

/** The recorder that records nothing: what a process without metrics is handed. */
export const noMetrics: Metrics = Object.freeze({
  counter: () => NOTHING,
  gauge: () => NOTHING,
  histogram: () => NOTHING,
  read: () => [],
});
const NOTHING = Object.freeze({ add: () => {}, set: () => {}, record: () => {} });
