// What a trace event says once it was taken out of its ring: plain values. The 64 bytes it travels in are in ring.ts and
// docs/design/telemetry.md. Strings never travel: names are registered at start-up (or once when first seen, with a cap)
// and stand in events as numbers.

/** Types 0 to 3 are those of the engram papers; their codes never change. */
export const EVENT_TYPES = Object.freeze([
  "priming",
  "interference",
  "reconsolidation",
  "false-memory",
  "storage",
  "bus",
  "plan",
  "apply",
  "action",
  "verify",
  "rollback",
  "drift",
  "schedule",
] as const);
export type EventType = (typeof EVENT_TYPES)[number];

export interface TraceEvent {
  readonly type: EventType;
  /** What of it: the papers' kinds for types 0 to 3, else 0. */
  readonly subtype: number;
  /** Counts the events of one worker, from 0, dropped ones included. */
  readonly seq: number;
  readonly worker: number;
  /** Nanoseconds since 1970-01-01 UTC: wall clock at start-up plus monotonic time. */
  readonly timeNs: bigint;
  /** A span has a length; 0n = an instant. */
  readonly lengthNs: bigint;
  /** Of a span: its trace, itself, its parent (0n = none). Of types 0 to 3: 0n, node or episode A, node or episode B. */
  readonly traceId: bigint;
  readonly idA: bigint;
  readonly idB: bigint;
  /** Registered name (address, bus member); "" = none. */
  readonly name: string;
  /** Two numbers whose meaning the type gives (strength, bytes, result code). */
  readonly values: readonly [number, number];
  readonly failed: boolean;
}

/** What a collector hands to exporters. */
export interface TraceBatch {
  readonly events: readonly TraceEvent[];
  /** Events lost since the last batch, by worker: the ring was full. Exact. */
  readonly dropped: ReadonlyMap<number, number>;
}
