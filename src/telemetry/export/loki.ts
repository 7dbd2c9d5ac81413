// Events and log records as the body of Loki's push (POST /loki/api/v1/push, JSON): one stream for each event type or
// log level. Only these are labels beside the configured ones: each set of labels is a stream of its own in Loki, so IDs,
// names and workers stand in the line. Pure.

import type { Labels } from "../metrics/metrics.ts";
import type { TraceEvent } from "../trace/model.ts";
import { jsonEvents } from "./json-event.ts";
import { logMembers } from "./json-lines.ts";
import type { LogRecord } from "./record.ts";
import { stamp, type Stamp } from "./stamp.ts";

const quoted = jsonEvents('\\"');
const { writer } = quoted;
const [BEGIN, LINE, END, COMMA] = ['["', '","{', '}"]', ","].map(stamp) as [Stamp, Stamp, Stamp, Stamp];

/** `labels`: those of every stream. Loki's label names have no dots. */
export function lokiEvents(events: readonly TraceEvent[], labels: Labels): Uint8Array<ArrayBuffer> {
  const streams = Map.groupBy(events, ({ type }) => type);
  return push(streams, "event_type", labels, (event) => {
    writer.stamp(BEGIN);
    writer.decimal(event.timeNs);
    writer.stamp(LINE);
    quoted.write(event);
    writer.stamp(END);
  });
}

export function lokiLogs(records: readonly LogRecord[], labels: Labels): Uint8Array<ArrayBuffer> {
  const streams = Map.groupBy(records, ({ level }) => level);
  return push(streams, "level", labels, (record) => {
    writer.ascii('["');
    writer.decimal(BigInt(Math.round(record.timeMs * 1e3)) * 1000n);
    writer.text(`",${JSON.stringify(`{${logMembers(record)}}`)}]`);
  });
}

function push<T>(
  streams: ReadonlyMap<string, readonly T[]>,
  label: string,
  labels: Labels,
  write: (one: T) => void,
): Uint8Array<ArrayBuffer> {
  const shared = Object.entries(labels).map(([name, value]) => [
    name.replaceAll(/[^a-zA-Z0-9_]/g, "_"),
    value,
  ]);
  let before = '{"streams":[';
  for (const [name, values] of streams) {
    const stream = JSON.stringify({ ...Object.fromEntries(shared), [label]: name });
    writer.text(`${before}{"stream":${stream},"values":[`);
    let isFirst = true;
    for (const one of values) {
      if (!isFirst) writer.stamp(COMMA);
      write(one);
      isFirst = false;
    }
    writer.ascii("]}");
    before = ",";
  }
  writer.ascii("]}");
  return writer.take();
}
