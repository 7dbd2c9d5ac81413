// Telemetry as JSON lines: one object a batch, `events`, `metrics` or `logs`, with `exported_at` (seconds) and `count`;
// events have the keys of the engram papers, their time as a text of nanoseconds (it is beyond 2^53). Pure. Events are
// put together by hand: JSON.stringify takes many times as long, and there are tens of thousands.

import type { MetricReading } from "../metrics/metrics.ts";
import type { TraceBatch, TraceEvent } from "../trace/model.ts";
import { putFields } from "./event-fields.ts";
import { outside } from "./naming.ts";
import { bounded, type LogRecord } from "./record.ts";
import { TextWriter } from "./text-writer.ts";

const writer = new TextWriter();

/** `atMs`: when it is exported, milliseconds since 1970-01-01 UTC. */
export function eventsLine({ events, dropped }: TraceBatch, atMs: number): Uint8Array<ArrayBuffer> {
  let before = '{"events":[{';
  for (const event of events) {
    writer.ascii(before);
    writeEvent(writer, event, '"');
    before = "},{";
  }
  const lost = [...dropped].map(([worker, count]) => `"${worker}":${count}`).join(",");
  writer.ascii(events.length === 0 ? '{"events":[' : "}");
  writer.ascii(`],"dropped":{${lost}},${tail(events.length, atMs)}}\n`);
  return writer.take();
}

/** The members of one event, without braces. `quote`: how a quote is written, since Loki has its lines inside of JSON. */
export function writeEvent(to: TextWriter, event: TraceEvent, quote: '"' | '\\"'): void {
  const keys = quote === '"' ? PLAIN : QUOTED;
  to.ascii(keys.time);
  to.decimal(event.timeNs);
  to.ascii(keys.type);
  to.ascii(event.type);
  to.ascii(keys.worker);
  to.whole(event.worker);
  to.ascii(keys.seq);
  writeNumber(to, event.seq);
  putFields(event, (key, value) => {
    to.ascii(keys.before);
    to.ascii(key);
    to.ascii(keys.behind);
    if (typeof value === "number") writeNumber(to, value);
    else if (typeof value === "string") writeText(to, value, quote);
    else if (typeof value === "bigint") {
      to.ascii(quote);
      to.hex(value);
      to.ascii(quote);
    } else to.ascii(String(value));
  });
}

function keysWith(q: string) {
  return Object.freeze({
    time: `${q}timestamp_ns${q}:${q}`,
    type: `${q},${q}event_type${q}:${q}`,
    worker: `${q},${q}worker${q}:`,
    seq: `,${q}seq${q}:`,
    before: `,${q}`,
    behind: `${q}:`,
  });
}
const PLAIN = keysWith('"');
const QUOTED = keysWith('\\"');

/** Nothing in it that JSON has to escape. */
const EASY = /^[\w :;.,/+*()[\]@-]*$/;

function writeNumber(to: TextWriter, value: number): void {
  if (value >= 0 && value === (value | 0)) to.whole(value);
  else to.ascii(Number.isFinite(value) ? String(value) : "null");
}

function writeText(to: TextWriter, value: string, quote: string): void {
  if (value.length < 256 && EASY.test(value)) {
    to.ascii(quote);
    to.ascii(value);
    to.ascii(quote);
  } else {
    const json = JSON.stringify(bounded(value));
    to.text(quote === '"' ? json : JSON.stringify(json).slice(1, -1));
  }
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
