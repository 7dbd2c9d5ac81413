// Readings from slots, and the readings of several threads as one: counters and gauges add up, histograms are merged. A
// gauge that must not add up carries a label that keeps its threads apart.

import { histogramIn, isEmpty } from "./cells.ts";
import { merged, reading } from "./histogram.ts";
import type { MetricReading } from "./model.ts";
import { idOf, sizeOf, type PlacedSeries } from "./series.ts";

/** What `slots` say about `series`; those that lie beyond its end were registered later and are left out. */
export function readSlots(slots: Float64Array, series: readonly PlacedSeries[]): readonly MetricReading[] {
  return series.flatMap(({ kind, name, help, labels, at, spare }): MetricReading[] => {
    if (at + sizeOf(kind) > slots.length) return [];
    if (spare && (kind === "histogram" ? isEmpty(slots, at) : slots[at] === 0)) return [];
    if (kind === "histogram") return [{ name, help, labels, kind, value: reading(histogramIn(slots, at)) }];
    return [{ name, help, labels, kind, value: slots[at]! }];
  });
}

/** One reading a series, in the order in which they were first seen. */
export function mergeReadings(all: readonly (readonly MetricReading[])[]): readonly MetricReading[] {
  const sums = new Map<string, MetricReading>();
  for (const one of all.flat()) {
    const id = idOf(one.name, one.labels);
    const before = sums.get(id);
    if (before === undefined) sums.set(id, one);
    else if (before.kind === "histogram" && one.kind === "histogram")
      sums.set(id, { ...before, value: merged(before.value, one.value) });
    else if (before.kind !== "histogram" && one.kind !== "histogram")
      sums.set(id, { ...before, value: before.value + one.value });
  }
  return [...sums.values()];
}
