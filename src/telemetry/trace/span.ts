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

/** Ends a span, once. `value`: what the type says beyond that (bus: how it ended). */
export type EndSpan = (failed: boolean, value?: number) => void;

const places = new AsyncLocalStorage<Place>();

/** Begins a span under the one that stands here; null = nothing is traced here. What follows does not stand under it. Its
 * name is put together only where it is recorded. */
export function beginSpan(type: EventType, ...name: readonly string[]): EndSpan | null {
  const here = MEASURED ? places.getStore() : undefined;
  return here === undefined ? null : begin(here, here.tracers[0]!.newId(), type, name.join(" "));
}

/** Runs `work` as a span under the one that stands here, and what it does in turn under that. It ended badly when it
 * rejects, or when `failed` says so of what it gave. */
export function spanned<T>(
  type: EventType,
  name: string,
  work: () => Promise<T>,
  failed: (result: T) => boolean = () => false,
): Promise<T> {
  const here = MEASURED ? places.getStore() : undefined;
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
  const end = begin(here, id, type, name);
  try {
    const result = await places.run({ ...here, id }, work);
    end(failed(result));
    return result;
  } catch (error) {
    end(true);
    throw error;
  }
}

function begin({ tracers, traceId, id: parentId }: Place, id: number, type: EventType, name: string): EndSpan {
  const startsNs = tracers.map((tracer) => tracer.nowNs());
  return (failed, value = 0) => {
    for (const [n, tracer] of tracers.entries()) {
      const source = tracer.source(type);
      if (!source.on) continue;
      const endNs = tracer.nowNs();
      source.span(startsNs[n]!, endNs, traceId, id, parentId, tracer.name(name), value, 0, failed);
    }
  };
}
