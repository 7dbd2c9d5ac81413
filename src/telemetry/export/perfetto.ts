// Traces as the Chrome trace event format (JSON array form, which ui.perfetto.dev and chrome://tracing open): complete
// events with times in microseconds. The array's closing bracket may be missing (the format's own words), so a file can
// be written on and on. On one track spans must lie inside each other, so a trace is put together whole, when its root
// has ended, and spans that overlap get tracks of their own.
//
//   [                                                                                  (once, at the beginning)
//   {"ph":"M","name":"process_name","pid":1,"args":{"name":"op-dbus"}},
//   {"ph":"X","name":"apply","cat":"apply","pid":1,"tid":7,"ts":1700000000000000.125,"dur":1520.5,"args":{...}},
//   {"ph":"i","s":"t","name":"drift","cat":"drift","pid":1,"tid":0,"ts":1700000000000412,"args":{...}},

import { LIMITS } from "../../base/limits.ts";
import type { TraceEvent } from "../trace/model.ts";
import { isSpan } from "./event-fields.ts";
import { jsonEvents } from "./json-event.ts";
import { stampsOf } from "./stamp.ts";

/** The beginning of every file. */
export const PERFETTO_HEAD =
  '[\n{"ph":"M","name":"process_name","pid":1,"args":{"name":"op-dbus"}},\n' +
  '{"ph":"M","name":"thread_name","pid":1,"tid":0,"args":{"name":"events"}},\n';

export interface Lines {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly count: number;
}
export interface Perfetto {
  /** Lines for what is complete now. */
  add(events: readonly TraceEvent[]): Lines;
  /** Lines for traces whose root never came. */
  rest(): Lines;
}

/** A whole file, its array closed: any reader of JSON takes it. */
export function perfettoFile(events: readonly TraceEvent[]): string {
  const traces = createPerfetto();
  const lines = [traces.add(events), traces.rest()].map(({ bytes }) => Buffer.from(bytes).toString());
  return `${(PERFETTO_HEAD + lines.join("")).slice(0, -",\n".length)}\n]\n`;
}

/** Keeps unfinished traces, LIMITS.perfettoSpansMax spans in all: beyond, the oldest trace is written as it is. */
export function createPerfetto(): Perfetto {
  const members = jsonEvents('"');
  const { writer } = members;
  const open = new Map<bigint, TraceEvent[]>();
  let kept = 0;
  let tracks = 0;
  let count = 0;

  function finish(id: bigint): void {
    const spans = open.get(id)!;
    open.delete(id);
    kept -= spans.length;
    const lanes = lanesOf(spans);
    const root = label(spans.find(({ idB }) => idB === 0n) ?? spans[0]!);
    for (const [at, lane] of lanes.entries()) {
      tracks += 1;
      const name = JSON.stringify(at === 0 ? root : `${root} (${at + 1})`);
      writer.text(`{"ph":"M","name":"thread_name","pid":1,"tid":${tracks},"args":{"name":${name}}},\n`);
      for (const span of lane) write(span, '{"ph":"X","name":', tracks);
      count += lane.length + 1;
    }
  }

  function write(event: TraceEvent, head: string, track: number): void {
    writer.ascii(head);
    writer.stamp(labelStamp(label(event)));
    writer.stamp(typeStamp(event.type));
    writer.whole(track);
    writer.ascii(',"ts":');
    writer.micros(event.timeNs);
    if (track > 0) {
      writer.ascii(',"dur":');
      writer.micros(event.lengthNs);
    }
    writer.ascii(',"args":{');
    members.write(event);
    writer.ascii("}},\n");
  }

  function taken(): Lines {
    const lines = { bytes: writer.take(), count };
    count = 0;
    return lines;
  }

  return Object.freeze({
    add(events: readonly TraceEvent[]): Lines {
      for (const event of events) {
        if (!isSpan(event)) {
          write(event, '{"ph":"i","s":"t","name":', 0);
          count += 1;
          continue;
        }
        const spans = open.get(event.traceId);
        if (spans === undefined) open.set(event.traceId, [event]);
        else spans.push(event);
        kept += 1;
        if (event.idB === 0n) finish(event.traceId);
        while (kept > LIMITS.perfettoSpansMax) finish(open.keys().next().value!);
      }
      return taken();
    },
    rest(): Lines {
      for (const id of open.keys()) finish(id);
      return taken();
    },
  });
}

/** The spans of each track: a span goes on the first one on which it lies inside what is still open there. In the order
 * of their beginnings, the longer one first. */
function lanesOf(spans: readonly TraceEvent[]): readonly (readonly TraceEvent[])[] {
  const sorted = spans.toSorted((a, b) => order(a.timeNs, b.timeNs) || order(b.lengthNs, a.lengthNs));
  const lanes: { readonly spans: TraceEvent[]; readonly ends: bigint[] }[] = [];
  for (const span of sorted) {
    const endNs = span.timeNs + span.lengthNs;
    let into = lanes.find(({ ends }) => {
      while (ends.length > 0 && ends.at(-1)! <= span.timeNs) ends.pop();
      return ends.length === 0 || ends.at(-1)! >= endNs;
    });
    if (into === undefined) lanes.push((into = { spans: [], ends: [] }));
    into.spans.push(span);
    into.ends.push(endNs);
  }
  return lanes.map((lane) => lane.spans);
}

function order(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const labelStamp = stampsOf((text) => JSON.stringify(text));
const typeStamp = stampsOf((type) => `,"cat":"${type}","pid":1,"tid":`);

function label({ name, type }: TraceEvent): string {
  return name === "" ? type : name;
}
