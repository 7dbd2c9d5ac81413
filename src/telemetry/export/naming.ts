// The name, unit and edges under which a series leaves the process. Inside, a metric says its unit by its ending
// (`bus_call_ms`); outside, base units are the custom: seconds and bytes (prometheus.io/docs/practices/naming). OTLP
// carries the unit apart, so that a collector's translation to Prometheus ends with the very names of our own text.

import { BUCKETS, edgeOf } from "../metrics/histogram.ts";
import type { HistogramReading, MetricReading } from "../metrics/metrics.ts";

export interface Outside {
  /** `op_dbus_bus_call_seconds`; counters end in `_total`. */
  readonly prometheus: string;
  /** `op_dbus_bus_call`. */
  readonly otlp: string;
  /** UCUM: s, By, or 1. */
  readonly unit: string;
  /** How many of our units are one of those outside: a value is divided by it. */
  readonly per: number;
}

const UNITS: Readonly<Record<string, readonly [unit: string, word: string, per: number]>> = Object.freeze({
  ns: ["s", "seconds", 1e9],
  us: ["s", "seconds", 1e6],
  ms: ["s", "seconds", 1e3],
  seconds: ["s", "seconds", 1],
  bytes: ["By", "bytes", 1],
});

/** The series of the engram papers keep the names that the papers' alerts and panels ask for. */
const PAPERS = "engram_";

export function outside({ name, kind }: Pick<MetricReading, "name" | "kind">): Outside {
  const plain = name.replaceAll(/[^a-zA-Z0-9_]/g, "_").replace(/_total$/, "");
  const full = plain.startsWith(PAPERS) ? plain : `op_dbus_${plain}`;
  const [, stem, ending] = /^(.+)_([a-z]+)$/.exec(full) ?? [];
  const [unit, word, per] = UNITS[ending ?? ""] ?? ["1", "", 1];
  const otlp = word === "" ? full : stem!;
  const named = word === "" ? full : `${otlp}_${word}`;
  return { prometheus: kind === "counter" ? `${named}_total` : named, otlp, unit, per };
}

/** What was no finite number is in no histogram outside: it is a counter of its own, where there was any. */
export function withNotFinite(readings: readonly MetricReading[]): readonly MetricReading[] {
  return readings.flatMap((reading): readonly MetricReading[] => {
    if (reading.kind !== "histogram" || reading.value.notFinite === 0) return [reading];
    const { name, help, labels, value } = reading;
    const stem = name.replace(/_([a-z]+)$/, (ending, unit: string) =>
      Object.hasOwn(UNITS, unit) ? "" : ending,
    );
    const apart = { name: `${stem}_not_finite`, help: `Not finite, so not counted: ${help}`, labels };
    return [reading, { ...apart, kind: "counter", value: value.notFinite }];
  });
}

// Of the 321 edges of a histogram those that are sent: they never change, or old and new scrapes could not be added up.
// With a unit one for each power of two; without one, numbers between 0 and 1 (strengths, shares) are what is measured,
// so there they lie closer.
const WITH_UNIT = edges(() => 1);
/** From a microsecond to 70 minutes. */
const MILLISECONDS = edges((octave) => (octave < 22 ? 1 : 0));
const WITHOUT_UNIT = edges((octave) => {
  if (octave === -1) return 8;
  if (octave === -2) return 4;
  return octave >= -6 && octave < 20 ? 1 : 0;
});

/** Indices of buckets whose upper edge is sent: `perOctave(k)` of the 8 that end in (2^k, 2^(k+1)]. */
function edges(perOctave: (octave: number) => number): readonly number[] {
  return Object.freeze(
    Array.from({ length: BUCKETS }, (_, bucket) => bucket).filter((bucket) => {
      const wanted = perOctave(Math.ceil(bucket / 8) - 11);
      return wanted > 0 && bucket % (8 / wanted) === 0;
    }),
  );
}

export interface Thinned {
  /** Inclusive upper edges, ascending, in the unit outside. */
  readonly edges: readonly number[];
  /** Values at or below each edge (cumulative), and of all: one more than edges. */
  readonly counts: readonly number[];
}

export function thinned(reading: HistogramReading, { unit, per }: Outside): Thinned {
  const kept = unit === "1" ? WITHOUT_UNIT : per === 1e3 ? MILLISECONDS : WITH_UNIT;
  const counts: number[] = [];
  let bucket = 0;
  let sum = 0;
  for (const upTo of kept) {
    while (bucket <= upTo) sum += reading.buckets[bucket++]!;
    counts.push(sum);
  }
  while (bucket < reading.buckets.length) sum += reading.buckets[bucket++]!;
  // Not `reading.count`: all numbers of one answer come from the same buckets, so they add up whatever was recorded
  // while they were read.
  counts.push(sum);
  return { edges: kept.map((upTo) => edgeOf(upTo) / per), counts };
}
