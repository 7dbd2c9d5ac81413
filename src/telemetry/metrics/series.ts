// Which series a slab holds and where: one line of JSON each, so that any thread finds them. A metric with labels has an
// "other" series from the start, for label sets beyond its cap; it and its count are not shown before they are used.

import { assert } from "../../base/assert.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { openLines, linesReader } from "../lines.ts";
import { HISTOGRAM_SLOTS } from "./cells.ts";
import type { Labels, MetricKind, Series } from "./model.ts";
import type { Slab } from "./slab.ts";

export interface PlacedSeries extends Series {
  readonly kind: MetricKind;
  /** First slot. */
  readonly at: number;
  /** Not shown while it is 0. */
  readonly spare: boolean;
}

type Line = [kind: MetricKind, name: string, help: string, labels: Labels, at: number, spare: 0 | 1];

export interface Register {
  /** First slot of the series, or of the metric's "other". Throws OPD1050 when not even that has room. */
  place(kind: MetricKind, name: string, help: string, labels: Labels): number;
}

/** One metric: what its first series said holds for all. */
interface Metric {
  readonly kind: MetricKind;
  readonly labelNames: string;
  /** Slots of its "other" series and of the counter of what ended there; null = it has no labels. */
  readonly spare: { readonly other: number; readonly count: number } | null;
  series: number;
}

const OTHER = "other";
const OVERFLOWED = "metric_labels_overflowed";
const METRIC_NAME = /^[a-z][a-z0-9_]*$/;

/** For the writing thread; goes on behind the series that an earlier one left. */
export function openRegister(slab: Slab): Register {
  const table = openLines(slab.lines);
  const known = new Map<string, number>();
  const metrics = new Map<string, Metric>();
  /** Series of each name that an earlier thread left. */
  const left = new Map<string, number>();
  for (const { name, labels, at, spare } of seriesIn(linesReader(slab.lines).texts(), 0)) {
    known.set(idOf(name, labels), at);
    if (!spare) left.set(name, (left.get(name) ?? 0) + 1);
  }

  return Object.freeze({
    place(kind: MetricKind, name: string, help: string, given: Labels): number {
      const labels = cut(given);
      const id = idOf(name, labels);
      const metric = metrics.get(name) ?? begin(kind, name, help, labels);
      assert(metric.kind === kind, `the metric ${name} has one kind`);
      assert(metric.labelNames === namesOf(labels), `all series of the metric ${name} have the same labels`);
      const there = known.get(id);
      if (there !== undefined) return there;
      const at = metric.series < LIMITS.metricSeriesMax ? add(kind, name, help, labels, false) : null;
      if (at !== null) {
        metric.series++;
        return at;
      }
      if (metric.spare === null) throw full(name);
      slab.live[metric.spare.count]! += 1;
      return metric.spare.other;
    },
  });

  function begin(kind: MetricKind, name: string, help: string, labels: Labels): Metric {
    assert(METRIC_NAME.test(name), `${name} is a name of a metric`);
    const names = Object.keys(labels);
    for (const one of names) assert(METRIC_NAME.test(one) && one !== "le", `${one} is a name of a label`);
    let spare: Metric["spare"] = null;
    if (names.length > 0) {
      const others = Object.fromEntries(names.map((one) => [one, OTHER]));
      const other = known.get(idOf(name, others)) ?? add(kind, name, help, others, true);
      const text = "Times a label set found no room in its metric and was counted as other";
      const count =
        known.get(idOf(OVERFLOWED, { metric: name })) ??
        add("counter", OVERFLOWED, text, { metric: name }, true);
      if (other === null || count === null) throw full(name);
      spare = { other, count };
    }
    const metric = { kind, labelNames: namesOf(labels), spare, series: left.get(name) ?? 0 };
    metrics.set(name, metric);
    return metric;
  }

  function add(kind: MetricKind, name: string, help: string, labels: Labels, spare: boolean): number | null {
    const at = slab.used();
    const line: Line = [kind, name, help, labels, at, spare ? 1 : 0];
    if (at + sizeOf(kind) > slab.slots || table.add(JSON.stringify(line)) === null) return null;
    slab.take(sizeOf(kind));
    known.set(idOf(name, labels), at);
    return at;
  }
}

/** What lines of a slab say, from the line `from` on. */
export function seriesIn(lines: readonly string[], from: number): PlacedSeries[] {
  return lines.slice(from).map((line) => {
    const [kind, name, help, labels, at, spare] = JSON.parse(line) as Line;
    return Object.freeze({ kind, name, help, labels: Object.freeze(labels), at, spare: spare === 1 });
  });
}

export function sizeOf(kind: MetricKind): number {
  return kind === "histogram" ? HISTOGRAM_SLOTS : 1;
}

/** The same series, whatever the order of its labels. */
export function idOf(name: string, labels: Labels): string {
  return JSON.stringify([name, Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}

function namesOf(labels: Labels): string {
  return Object.keys(labels).toSorted().join();
}

function cut(labels: Labels): Labels {
  const entries = Object.entries(labels);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value.slice(0, LIMITS.metricLabelCharsMax).toWellFormed()]),
  );
}

function full(name: string): OpError {
  return new OpError("OPD1050", `no slot is left for metric ${name}`, {
    hint: "raise metricSlotsMax in limits.ts",
  });
}
