// Encoding for one kind of receiver in a process of its own, as a process has one or two of them, and because what a
// compiler learned from one makes another slower: `node telemetry-export-work.ts NAME`. In batches of the size that the
// product hands over. The peer does the same with what everybody has: protobufjs for OTLP, JSON.stringify for the others.
// Prints one line of JSON: milliseconds of CPU for 10,000 events.

import { setTimeout as sleep } from "node:timers/promises";
import { LIMITS } from "../src/base/limits.ts";
import { isSpan } from "../src/telemetry/export/event-fields.ts";
import { eventsLine } from "../src/telemetry/export/json-lines.ts";
import { lokiEvents } from "../src/telemetry/export/loki.ts";
import { otlpEvents } from "../src/telemetry/export/otlp-logs.ts";
import { otlpTraces } from "../src/telemetry/export/otlp-traces.ts";
import { createPerfetto } from "../src/telemetry/export/perfetto.ts";
import { parts } from "../src/telemetry/export/record.ts";
import type { TraceEvent } from "../src/telemetry/trace/model.ts";
import { TRACE_PRESETS } from "../src/telemetry/trace/trace.ts";
import { decodeOtlp, encodeOtlpRequest } from "../test/support/otlp.ts";
import { eventsOf } from "../test/support/telemetry-case.ts";
import { EXPORT_EVENTS, type ExportName, type ExportResult } from "./telemetry-works.ts";

const WARM_TURNS = 6;
const TURNS = 12;
/** Encodings whose time is taken together: the kernel counts CPU in ticks, and a collection of garbage belongs to them all. */
const REPEATS = 10;
const resource = { "service.name": "op-dbus", "host.name": "web-1" };
const request = LIMITS.exportItemsMax;
const batch = TRACE_PRESETS.production.exportBatchSize;

interface Work {
  readonly events: readonly TraceEvent[];
  readonly ours: () => unknown;
  readonly theirs: () => unknown;
}
type Encode = (part: readonly TraceEvent[]) => unknown;

function work(
  events: readonly TraceEvent[],
  size: number,
  ours: Encode,
  theirs?: (all: Encode) => unknown,
): Work {
  const batches = [...parts(events, size)];
  return {
    events,
    ours: () => batches.map(ours),
    theirs: () => (theirs === undefined ? batches.map(plainJson) : theirs(ours)),
  };
}

function plainJson(part: readonly TraceEvent[]): Buffer {
  return Buffer.from(JSON.stringify(part.map(plainOf)));
}

function plainOf(event: TraceEvent): object {
  const { type, seq, worker, name, values, failed } = event;
  const ids = [event.traceId, event.idA, event.idB].map((id) => id.toString(16).padStart(16, "0"));
  return { timestamp_ns: String(event.timeNs), event_type: type, worker, seq, ids, name, values, failed };
}

function otlp(signal: "traces" | "logs", events: readonly TraceEvent[]): Work {
  const ours = (part: readonly TraceEvent[]): Uint8Array<ArrayBuffer> =>
    signal === "traces" ? otlpTraces(part, resource) : otlpEvents(part, resource);
  const decoded = [...parts(events, request)].map((part) => ours(part));
  const items = decoded.map((bytes) => decodeOtlp(signal, bytes).items.length);
  if (items.reduce((sum, count) => sum + count, 0) !== events.length)
    throw new Error("what was encoded is not what was given");
  const peers = decoded.map((bytes) => encodeOtlpRequest(signal, bytes));
  return work(events, request, ours, () => peers.map((encode) => encode()));
}

const all = eventsOf(EXPORT_EVENTS * 3);
const events = all.slice(0, EXPORT_EVENTS);
const works: Readonly<Record<ExportName, () => Work>> = {
  spans: () => otlp("traces", all.filter(isSpan).slice(0, EXPORT_EVENTS)),
  instants: () => otlp("logs", all.filter((event) => !isSpan(event)).slice(0, EXPORT_EVENTS)),
  "json-lines": () => work(events, batch, (part) => eventsLine({ events: part, dropped: new Map() }, 0)),
  loki: () => work(events, request, (part) => lokiEvents(part, resource)),
  perfetto: () => work(events, batch, (part) => createPerfetto().add(part)),
};

/** Milliseconds of CPU time of this thread for one encoding. */
function timed(encode: () => unknown): number {
  const before = process.threadCpuUsage();
  for (let n = 0; n < REPEATS; n++) encode();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000 / REPEATS;
}

const { ours, theirs } = works[process.argv[2] as ExportName]();
const result = { oursMs: Infinity, theirsMs: Infinity };
for (let turn = -WARM_TURNS; turn < TURNS; turn++) {
  const [oursMs, theirsMs] = [timed(ours), timed(theirs)];
  if (turn < 0) {
    await sleep(1);
    continue;
  }
  result.oursMs = Math.min(result.oursMs, oursMs);
  result.theirsMs = Math.min(result.theirsMs, theirsMs);
}
process.stdout.write(`${JSON.stringify(result satisfies ExportResult)}\n`);
