// Readings as an OTLP ExportMetricsServiceRequest (opentelemetry-proto, metrics/v1): counters are cumulative sums since
// the start of the process, histograms have the edges of naming.ts, and series of one name are one metric.

import type { Labels, MetricReading } from "../metrics/metrics.ts";
import { outside, thinned, withNotFinite, type Outside } from "./naming.ts";
import { attributes, request } from "./otlp-parts.ts";
import { ProtoWriter } from "./proto.ts";

type HistogramSeries = Extract<MetricReading, { kind: "histogram" }>;

const CUMULATIVE = 2;
const GAUGE = 5;
const SUM = 7;
const HISTOGRAM = 9;
const writer = new ProtoWriter();

export interface Times {
  /** When counting began, and now; nanoseconds since 1970-01-01 UTC. */
  readonly startNs: bigint;
  readonly timeNs: bigint;
}

export function otlpMetrics(
  readings: readonly MetricReading[],
  times: Times,
  resource: Labels,
): Uint8Array<ArrayBuffer> {
  const families = new Map<string, MetricReading[]>();
  for (const reading of withNotFinite(readings)) {
    const of = families.get(`${reading.kind} ${reading.name}`);
    if (of === undefined) families.set(`${reading.kind} ${reading.name}`, [reading]);
    else of.push(reading);
  }
  return request(writer, resource, () => {
    for (const series of families.values()) metric(writer, series, times);
  });
}

function metric(to: ProtoWriter, series: readonly MetricReading[], times: Times): void {
  const { kind, help } = series[0]!;
  const names = outside(series[0]!);
  const mark = to.open(2);
  to.string(1, names.otlp);
  to.string(2, help);
  to.string(3, names.unit);
  const data = to.open(kind === "counter" ? SUM : kind === "gauge" ? GAUGE : HISTOGRAM);
  for (const one of series) point(to, one, names, times);
  if (kind !== "gauge") to.varint(2, CUMULATIVE);
  if (kind === "counter") to.varint(3, 1);
  to.close(data);
  to.close(mark);
}

function point(to: ProtoWriter, reading: MetricReading, names: Outside, { startNs, timeNs }: Times): void {
  const mark = to.open(1);
  // An instantaneous value has no start.
  if (reading.kind !== "gauge") to.fixed64(2, startNs);
  to.fixed64(3, timeNs);
  if (reading.kind === "histogram") distribution(to, reading, names);
  else {
    to.double(4, reading.value / names.per);
    attributes(to, 7, reading.labels);
  }
  to.close(mark);
}

function distribution(to: ProtoWriter, { value, labels }: HistogramSeries, names: Outside): void {
  const { edges, counts } = thinned(value, names);
  const apart = counts.map((count, i) => count - (counts[i - 1] ?? 0));
  const total = counts[edges.length]!;
  if (total > 0) to.fixed64(4, BigInt(total));
  to.double(5, value.sum / names.per);
  to.packedFixed64(6, apart);
  to.packedDouble(7, edges);
  attributes(to, 9, labels);
  if (total > 0) {
    to.double(11, value.min / names.per);
    to.double(12, value.max / names.per);
  }
}
