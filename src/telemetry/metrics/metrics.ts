// Counters, gauges and histograms of one thread, in shared memory that it alone writes: recording is a plain store, with
// no allocation, no lock and nothing to flush. Labels are resolved to slots when a series is registered. Other threads
// read with a `metricsReader` once the thread answers. Switched off, a recorder is a frozen no-op chosen at construction.

import { answer } from "../bell.ts";
import { linesReader } from "../lines.ts";
import { SlabCounter, SlabGauge, SlabHistogram } from "./cells.ts";
import type { Labels, MetricKind, MetricReading, Metrics } from "./model.ts";
import { readSlots } from "./read.ts";
import { openRegister, seriesIn, type PlacedSeries } from "./series.ts";
import { newSlab, openSlab } from "./slab.ts";

export type { Counter, Histogram, HistogramReading, Labels, MetricReading, Metrics } from "./model.ts";
export { QUANTILES } from "./histogram.ts";
export { metricsReader, type MetricsReader } from "./reader.ts";
export { newSlab } from "./slab.ts";
export {
  cognitivePatterns,
  type CognitivePatternMetrics,
  type Priming,
  type Rejection,
} from "./cognitive.ts";
export { family } from "./family.ts";

/** A recorder over `buffer`, which no other thread may write; goes on where an earlier thread of it ended. Throws OPD1050
 * when a series finds no room (one with labels finds room in "other" then). */
export function createMetrics(buffer: SharedArrayBuffer = newSlab()): Metrics {
  const slab = openSlab(buffer);
  const register = openRegister(slab);
  const lines = linesReader(slab.lines);
  const series: PlacedSeries[] = [];
  const recorders = new Map<number, object>();

  /** One recorder a series, however often it is asked for. */
  function recorder<T extends object>(
    Cell: new (live: typeof slab.live, at: number) => T,
    kind: MetricKind,
    name: string,
    help: string,
    labels: Labels,
  ): T {
    const at = register.place(kind, name, help, labels);
    const there = recorders.get(at);
    // A metric has one kind, so what stands at its slot is of the same class.
    if (there !== undefined) return there as T;
    const made = new Cell(slab.live, at);
    recorders.set(at, made);
    return made;
  }

  return Object.freeze({
    slab: buffer,
    counter: (name, help, labels = {}) => recorder(SlabCounter, "counter", name, help, labels),
    gauge: (name, help, labels = {}) => recorder(SlabGauge, "gauge", name, help, labels),
    histogram: (name, help, labels = {}) => recorder(SlabHistogram, "histogram", name, help, labels),
    read(): readonly MetricReading[] {
      series.push(...seriesIn(lines.texts(), series.length));
      return readSlots(slab.live, series);
    },
  } satisfies Metrics);
}

/** Answers readers in other threads (and in this one) from now on; gives the function that ends it. A thread calls this
 * once for its metrics. */
export function answerReaders({ slab: buffer }: Metrics): () => void {
  if (buffer === null) return () => {};
  const { bell, publish } = openSlab(buffer);
  return answer(bell, publish);
}

const NOTHING = Object.freeze({ add: () => {}, set: () => {}, record: () => {} });
/** The recorder that records nothing: what a process without metrics is handed. */
export const noMetrics: Metrics = Object.freeze({
  slab: null,
  counter: () => NOTHING,
  gauge: () => NOTHING,
  histogram: () => NOTHING,
  read: () => [],
});
