// (k) What exporting costs the thread that hands it over: 10,000 events encoded for each kind of receiver. The peer does
// the same work with what everybody has: protobufjs for OTLP, JSON.stringify for the others.

import { eventsLine } from "../src/telemetry/export/json-lines.ts";
import { lokiEvents } from "../src/telemetry/export/loki.ts";
import { otlpEvents } from "../src/telemetry/export/otlp-logs.ts";
import { otlpTraces } from "../src/telemetry/export/otlp-traces.ts";
import { createPerfetto } from "../src/telemetry/export/perfetto.ts";
import { isSpan } from "../src/telemetry/export/event-fields.ts";
import type { TraceEvent } from "../src/telemetry/trace/model.ts";
import { eventsOf } from "../test/support/telemetry-case.ts";
import { decodeOtlp, encodeOtlpRequest } from "../test/support/otlp.ts";
import { best, figure, type Figure } from "./figure.ts";

const EVENTS = 10_000;
const GOAL_MS = 5;
/** Encodings in a row whose time is taken together: a collection of garbage belongs to them all. */
const REPEATS = 5;

export function telemetryExportBench(
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  const events = eventsOf(EVENTS);
  const resource = { "service.name": "op-dbus", "host.name": "web-1" };
  const all = eventsOf(EVENTS * 3);
  const spans = all.filter(isSpan).slice(0, EVENTS);
  const some = all.filter((event) => !isSpan(event)).slice(0, EVENTS);
  const json = (): unknown => Buffer.from(JSON.stringify(events.map(plainOf)));
  const works: readonly Work[] = [
    {
      work: `${count(spans)} spans as OTLP`,
      peer: "protobufjs",
      ours: () => otlpTraces(spans, resource),
      theirs: encodeOtlpRequest("traces", otlpTraces(spans, resource)),
    },
    {
      work: `${count(some)} instants as OTLP logs`,
      peer: "protobufjs",
      ours: () => otlpEvents(some, resource),
      theirs: encodeOtlpRequest("logs", otlpEvents(some, resource)),
    },
    {
      work: `${count(events)} events as JSON lines`,
      peer: "JSON.stringify",
      ours: () => eventsLine({ events, dropped: new Map() }, 0),
      theirs: json,
    },
    {
      work: `${count(events)} events for Loki`,
      peer: "JSON.stringify",
      ours: () => lokiEvents(events, resource),
      theirs: json,
    },
    {
      work: `${count(events)} events for Perfetto`,
      peer: "JSON.stringify",
      ours: () => createPerfetto().add(events),
      theirs: json,
      // A file that a person looks at, twice as long.
      goal: false,
    },
  ];
  if (decodeOtlp("traces", otlpTraces(spans, resource)).items.length !== spans.length)
    throw new Error("what was encoded is not what was given");
  const ms = works.map(() => ({ ours: [] as number[], theirs: [] as number[] }));
  for (let round = 0; round <= rounds; round++) {
    progress(round === 0 ? "telemetry-export: warm-up" : `telemetry-export: round ${round} of ${rounds}`);
    for (const [at, { ours, theirs }] of works.entries()) {
      ms[at]!.ours.push(timed(ours));
      ms[at]!.theirs.push(timed(theirs));
    }
  }
  return Promise.resolve(
    works.map(({ work, peer, goal }, at) =>
      figure({
        bench: "telemetry-export",
        work,
        value: best(ms[at]!.ours.slice(1)),
        unit: "ms",
        peer,
        peerValue: best(ms[at]!.theirs.slice(1)),
        ...(goal === false ? {} : { goal: { max: GOAL_MS } }),
      }),
    ),
  );
}

interface Work {
  readonly work: string;
  readonly peer: string;
  readonly ours: () => unknown;
  readonly theirs: () => unknown;
  readonly goal?: false;
}

function count(of: readonly unknown[]): string {
  return of.length.toLocaleString("en");
}

/** Milliseconds of CPU time of this thread for one encoding. */
function timed(work: () => unknown): number {
  const before = process.threadCpuUsage();
  for (let i = 0; i < REPEATS; i++) work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000 / REPEATS;
}

function plainOf(event: TraceEvent): object {
  const { type, seq, worker, name, values, failed } = event;
  const ids = [event.traceId, event.idA, event.idB].map((id) => id.toString(16).padStart(16, "0"));
  return { timestamp_ns: String(event.timeNs), event_type: type, worker, seq, ids, name, values, failed };
}
