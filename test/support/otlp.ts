// OTLP by the official definitions (as the OpenTelemetry project ships them in a package) and protobufjs: what our own
// encoder wrote is read by a decoder that shares nothing with it.

import { join } from "node:path";
import protobuf from "protobufjs";
import type { Signal } from "../../src/telemetry/export/export.ts";

const root = join(
  import.meta.dirname,
  "../../node_modules/@opentelemetry/otlp-grpc-exporter-base/build/protos",
);
const definitions = new protobuf.Root();
definitions.resolvePath = (_, target) => join(root, target);
definitions.loadSync(
  ["logs/v1/logs", "metrics/v1/metrics", "trace/v1/trace"].map(
    (name) => `opentelemetry/proto/collector/${name}_service.proto`,
  ),
  { keepCase: true },
);

// The package is older than these parts of OTLP 1.5.
const OTLP = "opentelemetry.proto";
definitions.lookupType(`${OTLP}.trace.v1.Span`).add(new protobuf.Field("flags", 16, "fixed32"));
definitions.lookupType(`${OTLP}.logs.v1.LogRecord`).add(new protobuf.Field("event_name", 12, "string"));
for (const [signal, service, rejected] of [
  ["trace", "Trace", "rejected_spans"],
  ["logs", "Logs", "rejected_log_records"],
  ["metrics", "Metrics", "rejected_data_points"],
]) {
  const partial = new protobuf.Type("PartialSuccess")
    .add(new protobuf.Field(rejected!, 1, "int64"))
    .add(new protobuf.Field("error_message", 2, "string"));
  definitions
    .lookupType(`${OTLP}.collector.${signal}.v1.Export${service}ServiceResponse`)
    .add(partial)
    .add(new protobuf.Field("partial_success", 1, "PartialSuccess"));
}

const COLLECTOR = "opentelemetry.proto.collector";
const MESSAGES: Readonly<Record<Signal, string>> = {
  logs: `${COLLECTOR}.logs.v1.ExportLogsService`,
  metrics: `${COLLECTOR}.metrics.v1.ExportMetricsService`,
  traces: `${COLLECTOR}.trace.v1.ExportTraceService`,
};

export interface OtlpAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}
export interface OtlpResource {
  readonly attributes?: readonly OtlpAttribute[];
}
export interface OtlpSpan {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id?: string;
  readonly name: string;
  readonly kind: string;
  readonly start_time_unix_nano: string;
  readonly end_time_unix_nano: string;
  readonly attributes?: readonly OtlpAttribute[];
  readonly status?: { readonly code: string };
}
export interface OtlpLog {
  readonly time_unix_nano: string;
  readonly observed_time_unix_nano: string;
  readonly severity_number: string;
  readonly severity_text?: string;
  readonly event_name?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly attributes?: readonly OtlpAttribute[];
  readonly trace_id?: string;
  readonly span_id?: string;
}
export interface OtlpPoint {
  readonly attributes?: readonly OtlpAttribute[];
  readonly start_time_unix_nano?: string;
  readonly time_unix_nano: string;
  readonly as_double?: number;
  readonly count?: string;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  readonly bucket_counts?: readonly string[];
  readonly explicit_bounds?: readonly number[];
}
interface Points {
  readonly data_points: readonly OtlpPoint[];
  readonly aggregation_temporality?: string;
  readonly is_monotonic?: boolean;
}
export interface OtlpMetric {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly sum?: Points;
  readonly gauge?: Points;
  readonly histogram?: Points;
}
export interface Decoded<Item> {
  readonly resource: OtlpResource;
  readonly items: readonly Item[];
}
export interface Items {
  readonly traces: OtlpSpan;
  readonly logs: OtlpLog;
  readonly metrics: OtlpMetric;
}

/** Of a request with one resource and one scope, as ours are. Throws where the bytes are not such a message. 64-bit
 * numbers are texts, bytes base64 except IDs, which are hexadecimal. */
export function decodeOtlp<S extends Signal>(signal: S, bytes: Uint8Array): Decoded<Items[S]> {
  const type = definitions.lookupType(`${MESSAGES[signal]}Request`);
  const message = type.decode(bytes);
  // Encoding again gives the same bytes only where nothing was unknown, doubled or oddly long.
  if (!Buffer.from(type.encode(message).finish()).equals(bytes))
    throw new Error("not the canonical encoding");
  const plain: unknown = type.toObject(message, { longs: String, enums: String, bytes: String });
  const [perResource, ...more] = listOf(plain, `resource_${scoped(signal)}`);
  const [perScope, ...others] = listOf(perResource, `scope_${scoped(signal)}`);
  if (more.length > 0 || others.length > 0) throw new Error("more than one resource or scope");
  const items = listOf(
    perScope,
    signal === "metrics" ? "metrics" : signal === "logs" ? "log_records" : "spans",
  );
  const { resource } = perResource as { resource: OtlpResource };
  return { resource, items: items.map((item) => withHexIds(item)) as readonly Items[S][] };
}

/** Encodes with protobufjs what these bytes say: for comparing costs. */
export function encodeOtlpRequest(signal: Signal, bytes: Uint8Array): () => Uint8Array {
  const type = definitions.lookupType(`${MESSAGES[signal]}Request`);
  const message = type.decode(bytes);
  return () => type.encode(message).finish();
}

/** An answer by the official definitions. */
export function encodeOtlpAnswer(signal: Signal, rejected: number, message: string): Buffer {
  const type = definitions.lookupType(`${MESSAGES[signal]}Response`);
  const count = `rejected_${signal === "logs" ? "log_records" : signal === "traces" ? "spans" : "data_points"}`;
  const partial =
    rejected === 0 && message === ""
      ? {}
      : { partial_success: { [count]: rejected, error_message: message } };
  return Buffer.from(type.encode(type.fromObject(partial)).finish());
}

/** Attributes as `key=value`. */
export function attributesOf(item: { readonly attributes?: readonly OtlpAttribute[] }): readonly string[] {
  return (item.attributes ?? []).map(({ key, value }) => `${key}=${String(Object.values(value)[0])}`);
}

function scoped(signal: Signal): string {
  return signal === "traces" ? "spans" : signal;
}

function listOf(from: unknown, name: string): readonly unknown[] {
  return (from as Readonly<Record<string, readonly unknown[] | undefined>> | undefined)?.[name] ?? [];
}

function withHexIds(item: unknown): unknown {
  const ids = ["trace_id", "span_id", "parent_span_id"];
  return Object.fromEntries(
    Object.entries(item as object).map(([key, value]) => [
      key,
      ids.includes(key) ? Buffer.from(String(value), "base64").toString("hex") : (value as unknown),
    ]),
  );
}
