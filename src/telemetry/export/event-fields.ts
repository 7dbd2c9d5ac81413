// What an event says, as names and values: the one table that JSON lines, OTLP and Loki share. Types 0 to 3 have the
// keys of the engram papers; the others have a name and, in a trace, their place in it. Pure.

import type { EventType, TraceEvent } from "../trace/model.ts";
import { fieldName, type FieldName } from "./field-name.ts";

/** What a format does with fields, by what they are. */
export interface Fields {
  number(name: FieldName, value: number): void;
  text(name: FieldName, value: string): void;
  /** Shown as 16 hexadecimal digits. */
  id(name: FieldName, id: bigint): void;
  /** What is only said where it is so. */
  yes(name: FieldName): void;
}

const KINDS: Readonly<Partial<Record<EventType, readonly [name: FieldName, kinds: readonly string[]]>>> =
  Object.freeze({
    priming: [fieldName("priming_type"), ["Semantic", "Associative", "Repetition"]],
    interference: [fieldName("interference_type"), ["Proactive", "Retroactive", "Fan"]],
  });

/** Names of idA, idB and the two values; null = the type does not use it. */
type PaperNames = readonly [FieldName, FieldName | null, FieldName, FieldName | null];
const PAPERS: Readonly<Partial<Record<EventType, PaperNames>>> = Object.freeze({
  priming: [fieldName("source_node"), fieldName("target_node"), fieldName("strength"), null],
  interference: [
    fieldName("target_episode_id"),
    null,
    fieldName("magnitude"),
    fieldName("competing_episode_count"),
  ],
  reconsolidation: [
    fieldName("episode_id"),
    null,
    fieldName("window_position"),
    fieldName("plasticity_factor"),
  ],
  "false-memory": [
    fieldName("critical_lure_hash"),
    null,
    fieldName("reconstruction_confidence"),
    fieldName("source_list_size"),
  ],
});

const NAME = fieldName("name");
const FAILED = fieldName("failed");
const TRACE_ID = fieldName("trace_id");
const SPAN_ID = fieldName("span_id");
const PARENT_SPAN_ID = fieldName("parent_span_id");
const LENGTH_NS = fieldName("length_ns");
const VALUE_A = fieldName("value_a");
const VALUE_B = fieldName("value_b");

/** A span: a length, a trace it belongs to and an identity of its own. Everything else is an instant. */
export function isSpan(event: TraceEvent): boolean {
  return event.lengthNs > 0n && event.traceId !== 0n && event.idA !== 0n && PAPERS[event.type] === undefined;
}

/** Everything of an event but its time, type, worker and number. `inTrace`: its trace and its own ID are told elsewhere. */
export function putFields(event: TraceEvent, to: Fields, inTrace = false): void {
  const { type } = event;
  const kinds = KINDS[type];
  if (kinds !== undefined) {
    const kind = kinds[1][event.subtype];
    if (kind === undefined) to.number(kinds[0], event.subtype);
    else to.text(kinds[0], kind);
  }
  const names = PAPERS[type];
  if (names === undefined) putPlain(event, to, inTrace);
  else {
    to.id(names[0], event.idA);
    if (names[1] !== null) to.id(names[1], event.idB);
    to.number(names[2], event.values[0]);
    if (names[3] !== null) to.number(names[3], event.values[1]);
  }
  if (event.name !== "") to.text(NAME, event.name);
  if (event.failed) to.yes(FAILED);
}

function putPlain(event: TraceEvent, to: Fields, inTrace: boolean): void {
  const { traceId, idA, idB, lengthNs, values } = event;
  if (!inTrace && traceId !== 0n) to.id(TRACE_ID, traceId);
  if (!inTrace && idA !== 0n) to.id(SPAN_ID, idA);
  if (idB !== 0n) to.id(PARENT_SPAN_ID, idB);
  // Exact up to 104 days, and no event is that long.
  if (lengthNs !== 0n) to.number(LENGTH_NS, Number(lengthNs));
  if (values[0] !== 0) to.number(VALUE_A, values[0]);
  if (values[1] !== 0) to.number(VALUE_B, values[1]);
}
