// What the telemetry bench and the processes that do its works agree on.

export const PEER_PACKAGES = Object.freeze({
  "prom-client": "15.1.3",
  "@opentelemetry/api": "1.10.0",
  "@opentelemetry/sdk-metrics": "3.1.1",
});

export type WorkName =
  | "empty"
  | "counter"
  | "counter again"
  | "family"
  | "histogram"
  | "event"
  | "span"
  | "event now"
  | "counter off"
  | "event off"
  | "prom counter"
  | "prom counter with labels"
  | "prom histogram with labels"
  | "otel counter"
  | "otel histogram";

export interface WorkResult {
  /** Of an operation, over batches. */
  readonly p50Ns: number;
  readonly p99Ns: number;
  /** Of garbage, while it was measured: about 2 million operations, each of which would cost 16 bytes or more. */
  readonly collections: number;
}

export type WholeName = "calls, one after the other" | "calls, 50 at a time" | "apply";

/** Switched off; everything counted; every call and action a span as well. */
export const SIDES = ["off", "counted", "traced"] as const;
export type SideName = (typeof SIDES)[number];

/** Microseconds of CPU. */
export type WholeResult = Readonly<Record<WholeName, Readonly<Record<SideName, number>>>>;

export const EXPORT_EVENTS = 10_000;
export type ExportName = "spans" | "instants" | "json-lines" | "loki" | "perfetto";

export interface ExportResult {
  /** Of CPU, for EXPORT_EVENTS, the best turn. */
  readonly oursMs: number;
  readonly theirsMs: number;
}

/** Who takes the spans; "here": the thread that works exports them itself. */
export type DeliveryWay = "none" | "well" | "silent" | "gone" | "here";
export interface DeliveryResult {
  /** Of the thread that works. */
  readonly cpuMs: number;
  readonly spans: number;
  /** Of the process, meanwhile. */
  readonly grownMiB: number;
}
