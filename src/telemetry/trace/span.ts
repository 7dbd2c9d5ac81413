// Where the running code stands in a trace. The place travels with promises (AsyncLocalStorage), so a bus call stands under
// the action that made it though nobody handed it one, and operations that run side by side are not mixed up. Code that
// runs in no trace pays one look-up, and nothing of tracing is loaded for it: this file knows tracers by their type alone.

import { AsyncLocalStorage } from "node:async_hooks";
import { MEASURED } from "../measured.ts";
import type { EventType } from "./model.ts";
import type { Tracer } from "./trace.ts";

interface Place {
  /** Each records every span of the trace, with the same IDs. */
  readonly tracers: readonly Tracer[];
  readonly traceId: number;
  /** Of the span that stands here; 0 = outside of the root. */
  readonly id: number;
}

const places = new AsyncLocalStorage<Place | undefined>();

/** The span that stands here, for `under`. */
export type Where = Place | undefined;

export function where(): Where {
  return MEASURED ? places.getStore() : undefined;
}

/** Does `work` under the span that stood at `where`: for a loop that does what others asked for. */
export function under<T>(where: Where, work: () => T): T {
  return MEASURED ? places.run(where, work) : work();
}

/** Begins a span under the one that stands here; null = nothing is traced here. What follows does not stand under it.
 * `sinceMs`: of the system's monotonic clock, for who has looked at it. */
export function beginSpan(type: EventType, name: string, sinceMs?: number): OpenSpan | null {
  const here = where();
  return here === undefined ? null : new OpenSpan(here, here.tracers[0]!.newId(), type, name, sinceMs);
}

/** Runs `work` as a span under the one that stands here, and what it does in turn under that. It ended badly when it
 * rejects, or when `failed` says so of what it gave. */
export function spanned<T>(
  type: EventType,
  name: string,
  work: () => Promise<T>,
  failed: (result: T) => boolean = () => false,
): Promise<T> {
  const here = where();
  return here === undefined ? work() : within(here, type, name, work, failed);
}

/** Runs `work` as the root of a new trace. Tracers that record nothing are left out. */
export function traced<T>(
  tracers: readonly Tracer[],
  type: EventType,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const [first, ...others] = tracers.filter(({ ring }) => ring !== null);
  if (!MEASURED || first === undefined) return work();
  const outside = { tracers: [first, ...others], traceId: first.newId(), id: 0 };
  return within(outside, type, name, work, () => false);
}

async function within<T>(
  here: Place,
  type: EventType,
  name: string,
  work: () => Promise<T>,
  failed: (result: T) => boolean,
): Promise<T> {
  const id = here.tracers[0]!.newId();
  const span = new OpenSpan(here, id, type, name);
  try {
    const result = await places.run({ ...here, id }, work);
    span.end(failed(result));
    return result;
  } catch (error) {
    span.end(true);
    throw error;
  }
}

/** A span that was begun. Each tracer has a clock of its own. */
export class OpenSpan {
  readonly #here: Place;
  readonly #id: number;
  readonly #type: EventType;
  readonly #name: string;
  readonly #startNs: number;
  readonly #othersNs: readonly number[];

  constructor(here: Place, id: number, type: EventType, name: string, sinceMs?: number) {
    const { tracers } = here;
    this.#here = here;
    this.#id = id;
    this.#type = type;
    this.#name = name;
    this.#startNs = timeNs(tracers[0]!, sinceMs);
    this.#othersNs = tracers.length === 1 ? ALONE : tracers.map((tracer) => timeNs(tracer, sinceMs));
  }

  /** Once. `value`: what the type says beyond that (bus: how it ended). `untilMs`: as `sinceMs` of beginSpan. */
  end(failed: boolean, value = 0, untilMs?: number): void {
    const { tracers } = this.#here;
    this.#record(tracers[0]!, this.#startNs, failed, value, untilMs);
    for (let n = 1; n < tracers.length; n++)
      this.#record(tracers[n]!, this.#othersNs[n]!, failed, value, untilMs);
  }

  #record(tracer: Tracer, startNs: number, failed: boolean, value: number, untilMs?: number): void {
    const source = tracer.source(this.#type);
    if (!source.on) return;
    const { traceId, id: parentId } = this.#here;
    const endNs = timeNs(tracer, untilMs);
    source.span(startNs, endNs, traceId, this.#id, parentId, tracer.name(this.#name), value, 0, failed);
  }
}

function timeNs(tracer: Tracer, monotonicMs: number | undefined): number {
  return monotonicMs === undefined ? tracer.nowNs() : tracer.atNs(monotonicMs);
}

const ALONE: readonly number[] = Object.freeze([]);
