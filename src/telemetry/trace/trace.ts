// Events of one thread: what happened, when, for how long, as part of what. A type of event is resolved once to a source;
// a source that records nothing is a frozen no-op. Recording never waits and never fails: what does not fit any more
// drops the oldest, and the reader knows how many.

import { assert } from "../../base/assert.ts";
import { control } from "./control.ts";
import { EVENT_TYPES, type EventType } from "./model.ts";
import { newRing } from "./ring.ts";
import { sampler, thresholdOf, type TraceSettings } from "./settings.ts";
import { openWriter, type Id } from "./writer.ts";

export { EVENT_TYPES, type EventType, type TraceBatch, type TraceEvent } from "./model.ts";
export { TRACE_PRESETS, type TracePreset, type TraceSettings } from "./settings.ts";
export { ringReader, type RingReader } from "./reader.ts";
export type { Id } from "./writer.ts";

export interface EventSource {
  /** false = every call is a no-op: what only serves one can be left out. */
  readonly on: boolean;
  /** An event without length. `idA`, `idB`, `subtype` and the values mean what the type says. */
  instant(
    timeNs: number,
    subtype: number,
    idA: Id,
    idB: Id,
    name: number,
    value0: number,
    value1: number,
  ): void;
  /** What took from `startNs` to `endNs`, told at its end. `parentId` 0 = the first of its trace. What stands under
   * another span is not sampled: a trace is whole. */
  span(
    startNs: number,
    endNs: number,
    traceId: Id,
    id: Id,
    parentId: Id,
    name: number,
    value0: number,
    value1: number,
    failed: boolean,
  ): void;
}

export interface Tracer {
  /** The same one for a type, however often it is asked for. */
  source(type: EventType): EventSource;
  /** Now, for `instant` and `span`: one read of the clock serves an event and a histogram. */
  nowNs(): number;
  /** The same of a moment that the system's monotonic clock named: for who has looked at it already. */
  atNs(monotonicMs: number): number;
  /** Number of a name that events carry: resolved once where the name is fixed, looked up where it is not. */
  name(text: string): number;
  /** For a trace or a span: random, 53 bits, not 0. */
  newId(): number;
  /** Shows a reader in this thread, or one that comes later, all events so far. */
  publish(): void;
  /** Answers a reader in another thread from now on; gives the function that ends it. */
  answer(): () => void;
  /** What the reader opens; null = nothing is recorded. */
  readonly ring: SharedArrayBuffer | null;
}

/** What one thread needs to trace: plain values, handed to it in its workerData. */
export interface TracePlace {
  readonly ring: SharedArrayBuffer;
  /** As of `newControl`: the collector is woken when the ring fills. */
  readonly control?: SharedArrayBuffer;
  readonly settings: TraceSettings;
}

const NO_SOURCE: EventSource = Object.freeze({ on: false, instant: () => {}, span: () => {} });

/** Makes the rings of a process, one a thread: their times compare because they begin at the same moment. */
export function ringMaker(settings: TraceSettings): (worker: number) => SharedArrayBuffer {
  // A monotonic time with every event, so that steps of the wall clock do not matter from here on.
  const [wallNs, monotonicNs] = [BigInt(Date.now()) * 1_000_000n, process.hrtime.bigint()];
  return (worker) => newRing({ events: settings.ringBufferSize, worker, wallNs, monotonicNs });
}

export function openTracer({ ring, control: shared, settings }: TracePlace): Tracer {
  const writer = shared === undefined ? openWriter(ring) : openWriter(ring, control(shared).wake);
  const drawn = sampler(1 + Math.floor(Math.random() * 0x7fff_fffe));
  const { begin, fill } = writer;

  const sources = new Map<EventType, EventSource>();
  function source(type: EventType): EventSource {
    const there = sources.get(type);
    if (there !== undefined) return there;
    const made = newSource(type);
    sources.set(type, made);
    return made;
  }
  function newSource(type: EventType): EventSource {
    const code = EVENT_TYPES.indexOf(type);
    assert(code >= 0, "a type of event is in the list");
    const threshold = thresholdOf(settings, type);
    if (threshold === 0) return NO_SOURCE;
    return Object.freeze({
      on: true,
      instant(timeNs, subtype, idA, idB, name, value0, value1) {
        if (drawn(threshold)) fill(begin(code, subtype, 0, idA, idB, name, false), timeNs, 0, value0, value1);
      },
      span(startNs, endNs, traceId, id, parentId, name, value0, value1, failed) {
        if ((parentId === 0 || parentId === 0n) && !drawn(threshold)) return;
        const place = begin(code, 0, traceId, id, parentId, name, failed);
        fill(place, startNs, endNs - startNs, value0, value1);
      },
    } satisfies EventSource);
  }

  return Object.freeze({
    ring,
    source,
    nowNs: writer.nowNs,
    atNs: writer.atNs,
    name: (text: string) => writer.name(text),
    newId: () => 1 + Math.floor(Math.random() * (Number.MAX_SAFE_INTEGER - 1)),
    publish: writer.publish,
    answer: writer.answer,
  } satisfies Tracer);
}

/** The tracer that records nothing: what a process without tracing is handed. */
export const noTracer: Tracer = Object.freeze({
  ring: null,
  source: () => NO_SOURCE,
  nowNs: () => 0,
  atNs: () => 0,
  name: () => 0,
  newId: () => 0,
  publish: () => {},
  answer: () => () => {},
});
