// All targets as one: what is handed in goes to each that takes its kind. Handing in costs the encoding, never a wait: each
// target has a bounded queue of its own (sender.ts).

import type { MetricReading } from "../metrics/metrics.ts";
import type { TraceBatch } from "../trace/model.ts";
import type { LogRecord } from "./record.ts";
import type { SenderState } from "./sender.ts";
import { createSink, type SinkOptions, type Target } from "./sinks.ts";

export interface Exporters {
  /** `timeNs`: when the readings were taken, nanoseconds since 1970-01-01 UTC. */
  metrics(readings: readonly MetricReading[], timeNs: bigint): void;
  traces(batch: TraceBatch): void;
  logs(records: readonly LogRecord[]): void;
  /** Until nothing waits, at most `deadlineMs` milliseconds. True: nothing waits. */
  flush(deadlineMs: number): Promise<boolean>;
  /** Sends what it can within `deadlineMs` milliseconds; the state then says what was dropped. */
  close(deadlineMs: number): Promise<void>;
  state(): readonly SenderState[];
}

export interface ExporterOptions extends SinkOptions {
  readonly targets: readonly Target[];
}

export function createExporters(options: ExporterOptions): Exporters {
  const sinks = options.targets.map((target) => createSink(target, options));
  return Object.freeze({
    metrics(readings: readonly MetricReading[], timeNs: bigint): void {
      for (const sink of sinks) sink.metrics?.(readings, timeNs);
    },
    traces(batch: TraceBatch): void {
      for (const sink of sinks) sink.traces?.(batch);
    },
    logs(records: readonly LogRecord[]): void {
      for (const sink of sinks) sink.logs?.(records);
    },
    async flush(deadlineMs: number): Promise<boolean> {
      return (await Promise.all(sinks.map(({ sender }) => sender.flush(deadlineMs)))).every(Boolean);
    },
    async close(deadlineMs: number): Promise<void> {
      for (const sink of sinks) sink.finish?.();
      await Promise.all(sinks.map(({ sender }) => sender.close(deadlineMs)));
    },
    state: () => sinks.map(({ sender }) => sender.state()),
  });
}
