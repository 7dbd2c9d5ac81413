// Telemetry to export in tests: events of every kind, readings of every kind, log records.

import type { LogRecord } from "../../src/telemetry/export/export.ts";
import { createMetrics, type MetricReading } from "../../src/telemetry/metrics/metrics.ts";
import { EVENT_TYPES, type TraceEvent } from "../../src/telemetry/trace/model.ts";

export const START_NS = 1_800_000_000_123_456_789n;
export const HOSTILE = 'a"b\\c\nd\u0000e\u202ef\ud800g,{}=';

export function eventOf(given: Partial<TraceEvent>): TraceEvent {
  return {
    type: "storage",
    subtype: 0,
    seq: 0,
    worker: 0,
    timeNs: START_NS,
    lengthNs: 0n,
    traceId: 0n,
    idA: 0n,
    idB: 0n,
    name: "",
    values: [0, 0],
    failed: false,
    ...given,
  };
}

/** Types in turn; every type beyond the papers' is a span of some trace, every third of them an instant. */
export function eventsOf(count: number): readonly TraceEvent[] {
  return Array.from({ length: count }, (_, seq) => {
    const at = seq % EVENT_TYPES.length;
    const papers = at < 4;
    return eventOf({
      type: EVENT_TYPES[at]!,
      subtype: papers ? seq % 3 : 0,
      seq,
      worker: seq % 2,
      timeNs: START_NS + BigInt(seq) * 1_001n,
      lengthNs: papers || seq % 3 === 0 ? 0n : 5_500n,
      traceId: papers ? 0n : 0xfeed_0000_0000_0000n + BigInt(seq >> 4),
      idA: BigInt(seq) + 1n,
      idB: papers ? 77n : seq % 5 === 0 ? 0n : 1n,
      name: papers ? "" : "hostname1:StaticHostname",
      values: [0.5, seq % 7],
      failed: seq % 11 === 10,
    });
  });
}

/** Two counters of one name, a gauge, histograms with and without a unit. */
export function readingsOf(times = 1): readonly MetricReading[] {
  const metrics = createMetrics();
  const calls = metrics.counter("bus_calls", "Calls \\ of\nbus", { service: HOSTILE });
  const latency = metrics.histogram("bus_call_ms", "Time of a call", { service: "hostname1" });
  metrics.counter("bus_calls", "Calls \\ of\nbus", { service: "two" }).add(2);
  metrics.gauge("queue_depth", "Waiting").set(-1.5);
  const strength = metrics.histogram("engram_priming_strength", "Strength");
  metrics.histogram("never_ms", "Nothing was recorded");
  for (let i = 0; i < times; i++) {
    calls.add();
    for (const value of [0.0001, 0.5, 2, 2.0001, 4096, 1e12, NaN]) latency.record(value);
    for (const value of [0.1, 0.81, 1]) strength.record(value);
  }
  return metrics.read();
}

export const RECORDS: readonly LogRecord[] = [
  {
    level: "info",
    timeMs: 1_800_000_000_000.25,
    msg: "serving",
    fields: { socket: "/run/x", n: 3, ok: true },
  },
  {
    level: "error",
    timeMs: 1_800_000_000_001,
    msg: HOSTILE,
    fields: { big: 2n ** 63n, none: null, part: -1.5 },
  },
  { level: "warn", timeMs: 1_800_000_000_002, msg: "x".repeat(10_000), fields: { long: "y".repeat(10_000) } },
  { level: "debug", timeMs: 1_800_000_000_003, msg: "", fields: { msg: "other", level: "mine" } },
];
