// Telemetry on its way from rings, slabs and log to the exporters, in whatever thread this runs: events when a ring fills
// and every interval, metrics every interval, log lines gathered for a second. When `control` says so, all of it once
// more, within a deadline; then nothing is left that keeps a thread alive.

import { LIMITS } from "../../base/limits.ts";
import type { LogRecord } from "../../base/log.ts";
import type { MetricReading, Metrics } from "../metrics/metrics.ts";
import { collect, type CollectOptions } from "../trace/collect.ts";
import { createExporters, type ExporterOptions } from "./exporters.ts";
import type { SenderState } from "./sender.ts";

export interface DeliveryOptions
  extends Omit<ExporterOptions, "metrics">, Pick<CollectOptions, "rings" | "control"> {
  /** For what the delivery counts of itself. */
  readonly metrics: Pick<Metrics, "counter" | "read">;
  /** null: metrics are not exported. */
  readonly readings: (() => Promise<readonly MetricReading[]>) | null;
  readonly intervalMs: number;
  /** Events in one batch. */
  readonly batchMax: number;
  /** Around the handing over of each batch. */
  readonly taking?: (hand: () => void) => void;
}

export interface Delivery {
  /** Never waits; handed on within a second. */
  log(record: LogRecord): void;
  state(): readonly SenderState[];
  /** Resolves when it was told to end, and everything was handed on or dropped and counted. */
  readonly over: Promise<void>;
}

export function deliver(options: DeliveryOptions): Delivery {
  const { readings, metrics, intervalMs, taking = (hand) => hand() } = options;
  const exporters = createExporters(options);
  const lost = metrics.counter("trace_dropped", "Events lost because a ring was full before it was read");
  let lines: LogRecord[] = [];
  let telling: Promise<void> | null = null;

  function handLines(): void {
    if (lines.length > 0) exporters.logs(lines);
    lines = [];
  }
  /** One at a time: readings come within a deadline that may be longer than the interval. */
  function tell(): Promise<void> {
    if (readings === null) return Promise.resolve();
    telling ??= readings()
      .then((all) => exporters.metrics(all, BigInt(Date.now()) * 1_000_000n))
      .finally(() => (telling = null));
    return telling;
  }
  const collected = collect({
    rings: options.rings,
    control: options.control,
    settings: { exportBatchSize: options.batchMax, exportIntervalMs: intervalMs },
    take(batch) {
      taking(() => {
        for (const count of batch.dropped.values()) lost.add(count);
        exporters.traces(batch);
      });
      return Promise.resolve();
    },
  });
  // `collect` alone keeps the thread alive.
  const timers = [
    setInterval(handLines, LIMITS.exportLinesEveryMs),
    setInterval(() => void tell(), intervalMs),
  ];
  for (const timer of timers) timer.unref();

  async function finish(): Promise<void> {
    lost.add((await collected).left);
    for (const timer of timers) clearInterval(timer);
    // What was read before the end would be the last word otherwise.
    await telling;
    await tell();
    handLines();
    await exporters.close(LIMITS.telemetryDrainDeadlineMs);
  }
  return Object.freeze({
    log(record: LogRecord): void {
      lines.push(record);
      if (lines.length >= LIMITS.exportItemsMax) handLines();
    },
    state: exporters.state,
    over: finish(),
  });
}
