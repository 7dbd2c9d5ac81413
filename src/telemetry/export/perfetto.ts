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
import { eventMembers } from "./json-lines.ts";

/** The beginning of every file. */
export const PERFETTO_HEAD =
  '[\n{"ph":"M","name":"process_name","pid":1,"args":{"name":"op-dbus"}},\n' +
  '{"ph":"M","name":"thread_name","pid":1,"tid":0,"args":{"name":"events"}},\n';

export interface Perfetto {
  /** Lines for what is complete now. */
  add(events: readonly TraceEvent[]): string;
  /** Lines for traces whose root never came. */
  rest(): string;
}

/** Keeps unfinished traces, LIMITS.perfettoSpansMax spans in all: beyond, the oldest trace is written as it is. */
export function createPerfetto(): Perfetto {
  const open = new Map<bigint, TraceEvent[]>();
  let kept = 0;
  let tracks = 0;

  function finish(id: bigint): string {
    const spans = open.get(id)!;
    open.delete(id);
    kept -= spans.length;
    const first = tracks + 1;
    const lanes = laneOf(spans);
    const count = Math.max(...lanes.values()) + 1;
    tracks += count;
    const names = Array.from({ length: count }, (_, lane) => thread(first + lane, spans, lane));
    return names.join("") + [...lanes].map(([span, lane]) => complete(span, first + lane)).join("");
  }

  return Object.freeze({
    add(events: readonly TraceEvent[]): string {
      let text = "";
      for (const event of events) {
        if (!isSpan(event)) {
          text += instant(event);
          continue;
        }
        const spans = open.get(event.traceId);
        if (spans === undefined) open.set(event.traceId, [event]);
        else spans.push(event);
        kept += 1;
        if (event.idB === 0n) text += finish(event.traceId);
        while (kept > LIMITS.perfettoSpansMax) text += finish(open.keys().next().value!);
      }
      return text;
    },
    rest: () => [...open.keys()].map(finish).join(""),
  });
}

/** Each span with the number of its track, from 0: the first one on which it lies inside what is still open there. In
 * the order of their beginnings, the longer one first. */
function laneOf(spans: readonly TraceEvent[]): ReadonlyMap<TraceEvent, number> {
  const sorted = spans.toSorted((a, b) => order(a.timeNs, b.timeNs) || order(b.lengthNs, a.lengthNs));
  const ends: bigint[][] = [];
  const lanes = new Map<TraceEvent, number>();
  for (const span of sorted) {
    const endNs = span.timeNs + span.lengthNs;
    for (const lane of ends) while (lane.length > 0 && lane.at(-1)! <= span.timeNs) lane.pop();
    let lane = ends.findIndex((nested) => nested.length === 0 || nested.at(-1)! >= endNs);
    if (lane === -1) lane = ends.push([]) - 1;
    ends[lane]!.push(endNs);
    lanes.set(span, lane);
  }
  return lanes;
}

function order(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function thread(tid: number, spans: readonly TraceEvent[], lane: number): string {
  const root = spans.find(({ idB }) => idB === 0n) ?? spans[0]!;
  const name = lane === 0 ? label(root) : `${label(root)} (${lane + 1})`;
  return `{"ph":"M","name":"thread_name","pid":1,"tid":${tid},"args":{"name":${JSON.stringify(name)}}},\n`;
}

function complete(event: TraceEvent, tid: number): string {
  return `{"ph":"X",${head(event, tid)},"dur":${micros(event.lengthNs)},"args":{${eventMembers(event)}}},\n`;
}

function instant(event: TraceEvent): string {
  return `{"ph":"i","s":"t",${head(event, 0)},"args":{${eventMembers(event)}}},\n`;
}

function head(event: TraceEvent, tid: number): string {
  return `"name":${JSON.stringify(label(event))},"cat":"${event.type}","pid":1,"tid":${tid},"ts":${micros(event.timeNs)}`;
}

function label({ name, type }: TraceEvent): string {
  return name === "" ? type : name;
}

/** Exact: as a number the nanoseconds of today would be rounded to quarters of a microsecond. */
function micros(ns: bigint): string {
  const rest = String(ns % 1000n).padStart(3, "0");
  return rest === "000" ? String(ns / 1000n) : `${ns / 1000n}.${rest}`;
}
