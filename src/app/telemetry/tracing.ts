// An operation as one trace: recorded where the process exports traces, and, where somebody asked to see it, told as a
// Perfetto file when it ends, well or not. That one is recorded in a ring of its own, with nothing sampled: what does not
// fit there loses its oldest spans, and says how many.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { MEASURED } from "../../telemetry/measured.ts";
import { traced } from "../../telemetry/trace/span.ts";
import type { EventType, TraceEvent, Tracer } from "../../telemetry/trace/trace.ts";
import type { Event, Talk } from "../../api/api.ts";
import type { Parts } from "../parts.ts";

export interface Traced {
  readonly type: EventType;
  readonly name: string;
  /** Told as event `traced` at the end. */
  readonly asked: boolean;
}

/** Throws OPD9001 where a trace is asked for and this build records none. */
export async function inTrace<T>(
  parts: Pick<Parts, "telemetry">,
  talk: Pick<Talk, "tell">,
  { type, name, asked }: Traced,
  work: () => Promise<T>,
): Promise<T> {
  if (asked && !MEASURED) throw new OpError("OPD9001", "this build records no traces");
  const { tracer } = await parts.telemetry();
  if (!asked) return await traced([tracer], type, name, work);
  const own = await openRecording();
  try {
    return await traced([own.tracer, tracer], type, name, work);
  } finally {
    own.tell(talk);
  }
}

async function openRecording(): Promise<{
  readonly tracer: Tracer;
  tell(talk: Pick<Talk, "tell">): void;
}> {
  // Both now: nothing that is missing may come between an apply and its outcome.
  const [{ openTracer, ringMaker, ringReader, TRACE_PRESETS }, { perfettoFile }] = await Promise.all([
    import("../../telemetry/trace/trace.ts"),
    import("../../telemetry/export/export.ts"),
  ]);
  const settings = { ...TRACE_PRESETS.development, ringBufferSize: LIMITS.traceFileEventsMax };
  const ring = ringMaker(settings)(0);
  const tracer = openTracer({ ring, settings });
  return {
    tracer,
    tell(talk) {
      tracer.publish();
      const events: TraceEvent[] = [];
      const reader = ringReader(ring);
      let dropped = 0;
      while (reader.waiting() > 0) {
        const part = reader.drain(reader.waiting());
        events.push(...part.events);
        dropped += part.dropped;
      }
      talk.tell({
        type: "traced",
        text: perfettoFile(events),
        spans: events.length,
        dropped,
      } satisfies Event);
    },
  };
}
