// Reads the metrics of all threads: asks each to publish, waits for all of them together, and merges what they show. A
// thread that does not come back to its event loop in time is shown as it last was, and counted as late. The numbers of
// a thread that ended stay in the sums (a counter never goes down), its memory does not stay.

import { LIMITS } from "../../base/limits.ts";
import { ask } from "../bell.ts";
import { linesReader } from "../lines.ts";
import type { MetricReading } from "./model.ts";
import { mergeReadings, readSlots } from "./read.ts";
import { seriesIn, type PlacedSeries } from "./series.ts";
import { openSlab, type Slab } from "./slab.ts";

export interface MetricsReader {
  /** Reads this thread's slab too from now on. Call what it gives when the thread is gone: after its 'exit' event. */
  add(slab: SharedArrayBuffer): () => void;
  /** Waits at most `deadlineMs`; `late` = threads shown as they last were. */
  read(deadlineMs?: number): Promise<{ readonly readings: readonly MetricReading[]; readonly late: number }>;
}

export function metricsReader(): MetricsReader {
  const open = new Set<Reading>();
  let ended: readonly MetricReading[] = [];
  return Object.freeze({
    add(buffer: SharedArrayBuffer): () => void {
      const one = readingOf(openSlab(buffer));
      open.add(one);
      return () => {
        if (!open.delete(one)) return;
        // What a gauge says is true of a thread that runs.
        const last = one.live().filter(({ kind }) => kind !== "gauge");
        ended = mergeReadings([ended, last]);
      };
    },
    async read(deadlineMs: number = LIMITS.metricAskDeadlineMs) {
      const threads = [...open];
      const answers = await Promise.all(threads.map((one) => one.refresh(deadlineMs)));
      const readings = mergeReadings([
        ended,
        ...threads.filter((one) => open.has(one)).map((one) => one.last()),
      ]);
      return { readings, late: answers.filter((inTime) => !inTime).length };
    },
  });
}

interface Reading {
  /** false = not in time. */
  refresh(deadlineMs: number): Promise<boolean>;
  last(): readonly MetricReading[];
  live(): readonly MetricReading[];
}

function readingOf(slab: Slab): Reading {
  const lines = linesReader(slab.lines);
  const series: PlacedSeries[] = [];
  let last: readonly MetricReading[] = [];
  const from = (slots: Float64Array): readonly MetricReading[] => {
    series.push(...seriesIn(lines.texts(), series.length));
    return readSlots(slots, series);
  };
  return {
    last: () => last,
    live: () => from(slab.live),
    async refresh(deadlineMs) {
      const answered = await ask(slab.bell, deadlineMs);
      const slots = slab.snapshot();
      if (slots !== null) last = from(slots);
      return answered && slots !== null;
    },
  };
}
