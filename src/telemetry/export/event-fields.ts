// What an event says, as names and values: the one table that JSON lines, OTLP and Loki share. Types 0 to 3 have the
// keys of the engram papers; the others have a name and, in a trace, their place in it. Pure.

import type { EventType, TraceEvent } from "../trace/model.ts";

/** A bigint is an ID (shown as 16 hexadecimal digits), never a number to count with. */
export type FieldValue = string | number | bigint | boolean;
export type Put = (key: string, value: FieldValue) => void;

const KINDS: Readonly<Partial<Record<EventType, readonly [key: string, ...kinds: string[]]>>> = Object.freeze(
  {
    priming: ["priming_type", "Semantic", "Associative", "Repetition"],
    interference: ["interference_type", "Proactive", "Retroactive", "Fan"],
  },
);

/** Names of idA, idB and the two values; "" = the type does not use it. */
const PAPERS: Readonly<Partial<Record<EventType, readonly [string, string, string, string]>>> = Object.freeze(
  {
    priming: ["source_node", "target_node", "strength", ""],
    interference: ["target_episode_id", "", "magnitude", "competing_episode_count"],
    reconsolidation: ["episode_id", "", "window_position", "plasticity_factor"],
    "false-memory": ["critical_lure_hash", "", "reconstruction_confidence", "source_list_size"],
  },
);

/** A span: a length, a trace it belongs to and an identity of its own. Everything else is an instant. */
export function isSpan(event: TraceEvent): boolean {
  return event.lengthNs > 0n && event.traceId !== 0n && event.idA !== 0n && PAPERS[event.type] === undefined;
}

/** Everything of an event but its time, type, worker and number. */
export function putFields(event: TraceEvent, put: Put): void {
  const kinds = KINDS[event.type];
  if (kinds !== undefined) put(kinds[0], kinds[event.subtype + 1] ?? event.subtype);
  const names = PAPERS[event.type];
  if (names === undefined) putPlain(event, put);
  else {
    if (names[0] !== "") put(names[0], event.idA);
    if (names[1] !== "") put(names[1], event.idB);
    if (names[2] !== "") put(names[2], event.values[0]);
    if (names[3] !== "") put(names[3], event.values[1]);
  }
  if (event.name !== "") put("name", event.name);
  if (event.failed) put("failed", true);
}

function putPlain({ traceId, idA, idB, lengthNs, values }: TraceEvent, put: Put): void {
  if (traceId !== 0n) put("trace_id", traceId);
  if (idA !== 0n) put("span_id", idA);
  if (idB !== 0n) put("parent_span_id", idB);
  // Exact up to 104 days, and no event is that long.
  if (lengthNs !== 0n) put("length_ns", Number(lengthNs));
  if (values[0] !== 0) put("value_a", values[0]);
  if (values[1] !== 0) put("value_b", values[1]);
}
