// Events and log records as the body of Loki's push (POST /loki/api/v1/push, JSON): one stream for each event type or
// log level. Only these are labels beside the configured ones: each set of labels is a stream of its own in Loki, so IDs,
// names and workers stand in the line. Pure.

import type { Labels } from "../metrics/metrics.ts";
import type { TraceEvent } from "../trace/model.ts";
import { eventMembers, logMembers } from "./json-lines.ts";
import type { LogRecord } from "./record.ts";

/** `labels`: those of every stream. Loki's label names have no dots. */
export function lokiEvents(events: readonly TraceEvent[], labels: Labels): string {
  const streams = new Map<string, string[]>();
  for (const event of events)
    of(streams, event.type).push(`["${event.timeNs}",${JSON.stringify(`{${eventMembers(event)}}`)}]`);
  return push(streams, "event_type", labels);
}

export function lokiLogs(records: readonly LogRecord[], labels: Labels): string {
  const streams = new Map<string, string[]>();
  for (const record of records) {
    const timeNs = BigInt(Math.round(record.timeMs * 1e3)) * 1000n;
    of(streams, record.level).push(`["${timeNs}",${JSON.stringify(`{${logMembers(record)}}`)}]`);
  }
  return push(streams, "level", labels);
}

function of(streams: Map<string, string[]>, name: string): string[] {
  const there = streams.get(name);
  if (there !== undefined) return there;
  const made: string[] = [];
  streams.set(name, made);
  return made;
}

function push(streams: ReadonlyMap<string, readonly string[]>, label: string, labels: Labels): string {
  const shared = Object.entries(labels).map(([name, value]) => [
    name.replaceAll(/[^a-zA-Z0-9_]/g, "_"),
    value,
  ]);
  const all = [...streams].map(([name, values]) => {
    const stream = JSON.stringify({ ...Object.fromEntries(shared), [label]: name });
    return `{"stream":${stream},"values":[${values.join(",")}]}`;
  });
  return `{"streams":[${all.join(",")}]}`;
}
