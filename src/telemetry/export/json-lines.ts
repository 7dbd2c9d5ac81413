// Telemetry as JSON lines: one object a batch, `events`, `metrics` or `logs`, with `exported_at` (seconds) and `count`;
// events have the keys of the engram papers, their time as a text of nanoseconds (it is beyond 2^53). Pure.

import type { MetricReading } from "../metrics/metrics.ts";
import type { TraceBatch } from "../trace/model.ts";
import { jsonEvents } from "./json-event.ts";
import { outside } from "./naming.ts";
import { bounded, type LogRecord } from "./record.ts";
import { stamp } from "./stamp.ts";

const events = jsonEvents('"');
const FIRST = stamp('{"events":[{');
const NEXT = stamp("},{");

/** `atMs`: when it is exported, milliseconds since 1970-01-01 UTC. */
export function eventsLine({ events: all, dropped }: TraceBatch, atMs: number): Uint8Array<ArrayBuffer> {
  const { writer } = events;
  let before = FIRST;
  for (const event of all) {
    writer.stamp(before);
    events.write(event);
    before = NEXT;
  }
  const lost = [...dropped].map(([worker, count]) => `"${worker}":${count}`).join(",");
  writer.ascii(all.length === 0 ? '{"events":[' : "}");
  writer.ascii(`],"dropped":{${lost}},${tail(all.length, atMs)}}\n`);
  return writer.take();
}

export function metricsLine(readings: readonly MetricReading[], timeNs: bigint, atMs: number): string {
  const metrics = readings.map((reading) => ({
    name: outside(reading).prometheus,
    kind: reading.kind,
    labels: reading.labels,
    ...(reading.kind === "histogram"
      ? histogramMembers(reading)
      : { value: finite(reading.value / outside(reading).per) }),
  }));
  return `{"timestamp_ns":"${timeNs}","metrics":${JSON.stringify(metrics)},${tail(metrics.length, atMs)}}\n`;
}

export function logsLine(records: readonly LogRecord[], atMs: number): string {
  const logs = records.map(logMembers).map((members) => `{${members}}`);
  return `{"logs":[${logs.join(",")}],${tail(logs.length, atMs)}}\n`;
}

/** The members of one log record, without braces: its own names win over those of its fields. */
export function logMembers({ level, timeMs, msg, fields }: LogRecord): string {
  const shown = Object.entries(fields).map(([key, value]) => [
    key,
    typeof value === "bigint" ? String(value) : typeof value === "string" ? bounded(value) : value,
  ]);
  const record = { ...Object.fromEntries(shown), level, time: timeMs, msg: bounded(msg) };
  return JSON.stringify(record).slice(1, -1);
}

function histogramMembers({ name, kind, value }: Extract<MetricReading, { kind: "histogram" }>): object {
  const { per } = outside({ name, kind });
  const at = (n: number): number | null => finite(n / per);
  const [p50, p90, p95, p99, p999] = [0.5, 0.9, 0.95, 0.99, 0.999].map((q) => at(value.quantile(q)));
  return {
    count: value.count,
    sum: at(value.sum),
    min: at(value.min),
    max: at(value.max),
    p50,
    p90,
    p95,
    p99,
    p999,
  };
}

function tail(count: number, atMs: number): string {
  return `"exported_at":${atMs / 1000},"count":${count}`;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
