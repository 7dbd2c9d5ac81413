// What each kind of target takes, in which form, and how it is sent: a sink is a sender with encoders before it.

import { systemClock, type Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Labels, MetricReading, Metrics } from "../metrics/metrics.ts";
import type { TraceBatch, TraceEvent } from "../trace/model.ts";
import { judgeLoki, judgeOtlpHttp } from "./answers.ts";
import { isSpan } from "./event-fields.ts";
import { rotatingFile, wholeFile, type Rotation } from "./files.ts";
import { grpcCall } from "./grpc-call.ts";
import { httpPost, type Wire } from "./http-post.ts";
import { eventsLine, logsLine, metricsLine } from "./json-lines.ts";
import { lokiEvents, lokiLogs } from "./loki.ts";
import { otlpEvents, otlpLogs } from "./otlp-logs.ts";
import { otlpMetrics } from "./otlp-metrics.ts";
import { otlpTraces } from "./otlp-traces.ts";
import { createPerfetto, PERFETTO_HEAD, type Lines } from "./perfetto.ts";
import { prometheusText } from "./prometheus.ts";
import { parts, type LogRecord } from "./record.ts";
import { createSender, type Sender, type Transport } from "./sender.ts";

export type Signal = "metrics" | "traces" | "logs";

interface Remote {
  readonly wire: Wire;
  /** Values among the headers that no message may show. */
  readonly secrets: readonly string[];
  readonly timeoutMs: number;
}
export type Target =
  | (Remote & { readonly kind: "otlp"; readonly protocol: "http/protobuf" | "grpc"; readonly signal: Signal })
  | (Remote & { readonly kind: "loki" })
  | { readonly kind: "json-lines" | "perfetto"; readonly file: Rotation }
  | { readonly kind: "textfile"; readonly path: string };

export interface SinkOptions {
  /** Who speaks: OTLP's resource attributes, Loki's labels. */
  readonly resource: Labels;
  /** When counting began, nanoseconds since 1970-01-01 UTC. */
  readonly startNs: bigint;
  /** For what the exporters count of themselves. */
  readonly metrics: Pick<Metrics, "counter" | "read">;
  readonly clock?: Clock;
  readonly random?: () => number;
}

export interface Sink {
  readonly sender: Sender;
  metrics?(readings: readonly MetricReading[], timeNs: bigint): void;
  traces?(batch: TraceBatch): void;
  logs?(records: readonly LogRecord[]): void;
  /** Hands on what was kept back; before the end. */
  finish?(): void;
}

export function createSink(target: Target, options: SinkOptions): Sink {
  switch (target.kind) {
    case "otlp":
      return otlp(target, options);
    case "loki":
      return loki(target, options);
    case "json-lines":
      return jsonLines(target.file, options);
    case "perfetto":
      return perfetto(target.file, options);
    case "textfile":
      return textfile(target.path, options);
  }
}

const SERVICES: Readonly<Record<Signal, string>> = Object.freeze({
  metrics: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
  traces: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  logs: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
});

/** Spans go to the traces; instants, which have no form there, to the logs. */
function otlp(target: Extract<Target, { kind: "otlp" }>, options: SinkOptions): Sink {
  const { wire, signal, protocol, timeoutMs } = target;
  const { resource, startNs, clock = systemClock } = options;
  const transport =
    protocol === "grpc"
      ? grpcCall(wire, SERVICES[signal], timeoutMs)
      : httpPost(wire, "application/x-protobuf", (answer) => judgeOtlpHttp(answer, clock.wallMs()));
  const sender = senderOf(`otlp-${signal}`, transport, options, target);
  if (signal === "metrics")
    return {
      sender,
      metrics: (readings, timeNs) =>
        offerParts(sender, readings, (part) => otlpMetrics(part, { startNs, timeNs }, resource)),
    };
  if (signal === "traces")
    return {
      sender,
      traces: ({ events }) => offerParts(sender, events.filter(isSpan), (part) => otlpTraces(part, resource)),
    };
  const logs = (records: readonly LogRecord[]): void =>
    offerParts(sender, records, (part) => otlpLogs(part, resource));
  return {
    sender,
    traces(batch) {
      const instants = batch.events.filter((event) => !isSpan(event));
      offerParts(sender, instants, (part) => otlpEvents(part, resource));
      logs(lost(batch, clock));
    },
    logs,
  };
}

function loki(target: Extract<Target, { kind: "loki" }>, options: SinkOptions): Sink {
  const { resource, clock = systemClock } = options;
  const transport = httpPost(target.wire, "application/json", (answer) => judgeLoki(answer, clock.wallMs()));
  const sender = senderOf("loki", transport, options, target);
  const logs = (records: readonly LogRecord[]): void =>
    offerParts(sender, records, (part) => lokiLogs(part, resource));
  return {
    sender,
    traces(batch) {
      offerParts(sender, batch.events, (part) => lokiEvents(part, resource));
      logs(lost(batch, clock));
    },
    logs,
  };
}

function jsonLines(file: Rotation, options: SinkOptions): Sink {
  const { clock = systemClock } = options;
  const sender = senderOf("json-lines", rotatingFile(file, ""), options);
  const now = clock.wallMs;
  return {
    sender,
    metrics: (readings, timeNs) =>
      offerParts(sender, readings, (part) => Buffer.from(metricsLine(part, timeNs, now()))),
    traces({ events, dropped }) {
      const first = events.slice(0, LIMITS.exportItemsMax);
      if (first.length > 0 || dropped.size > 0)
        sender.offer({
          bytes: eventsLine({ events: first, dropped }, now()),
          items: first.length,
        });
      // What was lost is said once.
      const rest = events.slice(LIMITS.exportItemsMax);
      offerParts(sender, rest, (part) => eventsLine({ events: part, dropped: new Map() }, now()));
    },
    logs: (records) => offerParts(sender, records, (part) => Buffer.from(logsLine(part, now()))),
  };
}

function perfetto(file: Rotation, options: SinkOptions): Sink {
  const sender = senderOf("perfetto", rotatingFile(file, PERFETTO_HEAD), options);
  const traces = createPerfetto();
  // Lines come later than their events, so it is lines that are counted.
  const offer = ({ bytes, count }: Lines): void => {
    if (count > 0) sender.offer({ bytes, items: count });
  };
  return {
    sender,
    traces({ events }: { events: readonly TraceEvent[] }) {
      for (const part of parts(events, LIMITS.exportItemsMax)) offer(traces.add(part));
    },
    finish: () => offer(traces.rest()),
  };
}

function textfile(path: string, options: SinkOptions): Sink {
  const sender = senderOf("textfile", wholeFile(path), options);
  return {
    sender,
    metrics: (readings) =>
      sender.offer({ bytes: Buffer.from(prometheusText(readings)), items: readings.length }),
  };
}

/** A file that does not answer either: a mount whose server is gone. */
const FILE: Omit<Remote, "wire"> = Object.freeze({ secrets: [], timeoutMs: LIMITS.exportFileDeadlineMs });

function senderOf(
  name: string,
  transport: Transport,
  { metrics, clock = systemClock, random = Math.random }: SinkOptions,
  { secrets, timeoutMs }: Omit<Remote, "wire"> = FILE,
): Sender {
  return createSender({ name, transport, secrets, timeoutMs, clock, random, metrics });
}

function offerParts<T>(
  sender: Sender,
  all: readonly T[],
  encode: (part: readonly T[]) => Uint8Array<ArrayBuffer>,
): void {
  for (const part of parts(all, LIMITS.exportItemsMax))
    sender.offer({ bytes: encode(part), items: part.length });
}

/** That events were lost, as log records. */
function lost({ dropped }: TraceBatch, clock: Clock): readonly LogRecord[] {
  return [...dropped].map(([worker, count]) => ({
    level: "warn",
    timeMs: clock.wallMs(),
    msg: "events were dropped: their ring was full",
    fields: { worker, count },
  }));
}
