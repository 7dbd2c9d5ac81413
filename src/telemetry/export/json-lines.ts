// Telemetry as JSON lines: one object a batch, `events`, `metrics` or `logs`, with `exported_at` (seconds) and `count`;
// events have the keys of the engram papers, their time as a text of nanoseconds (it is beyond 2^53). Pure. Lines of
// events are put together by hand: JSON.stringify takes three times as long, and there are tens of thousands.

import type { MetricReading } from "../metrics/metrics.ts";
import type { TraceBatch, TraceEvent } from "../trace/model.ts";
import { hexId, putFields, type FieldValue } from "./event-fields.ts";
import { outside } from "./naming.ts";
import { bounded, type LogRecord } from "./record.ts";

/** `atMs`: when it is exported, milliseconds since 1970-01-01 UTC. */
export function eventsLine({ events, dropped }: TraceBatch, atMs: number): string {
  const lost = [...dropped].map(([worker, count]) => `"${worker}":${count}`).join(",");
  const all = events.map((event) => `{${eventMembers(event)}}`).join(",");
  return `{"events":[${all}],"dropped":{${lost}},${tail(events.length, atMs)}}\n`;
}

/** The members of one event, without braces. */
export function eventMembers(event: TraceEvent): string {
  let text = `"timestamp_ns":"${event.timeNs}","event_type":"${event.type}","worker":${event.worker},"seq":${event.seq}`;
  putFields(event, (key, value) => {
    text += `,"${key}":${member(value)}`;
  });
  return text;
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

/** Only a name can hold what JSON has to escape. */
function member(value: FieldValue): string {
  if (typeof value === "string") return JSON.stringify(bounded(value));
  if (typeof value === "bigint") return `"${hexId(value)}"`;
  return typeof value === "boolean" || Number.isFinite(value) ? String(value) : "null";
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
