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
