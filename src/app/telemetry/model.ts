// What a process counts and traces, as those see it who record and who open it: plain types, no code.

import type { Configured } from "../../base/config.ts";
import type { Who } from "../../base/settings.ts";
import type { SenderState } from "../../telemetry/export/export.ts";
import type { Log, LogRecord } from "../../base/log.ts";
import type { MetricReading, Metrics } from "../../telemetry/metrics/metrics.ts";
import type { Tracer } from "../../telemetry/trace/trace.ts";

export interface Telemetry {
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  /** All that this process counts, its threads' part included. */
  read(): Promise<readonly MetricReading[]>;
  /** One a target: what it sent and lost so far. */
  exporters(): Promise<readonly SenderState[]>;
  /** A line of the log that is exported, too. Never waits. */
  log(record: LogRecord): void;
  /** Hands on what is left, within a deadline. Idempotent. */
  close(): Promise<void>;
}

export interface TelemetryInput {
  readonly configured: Configured;
  readonly who: Who;
  /** The value behind a reference. Throws OPD9013. */
  readonly secret: (reference: string) => string;
  /** The daemon: it exports metrics, and to receivers. */
  readonly serves: boolean;
  /** Where it is said what goes wrong here; it need not lead back to `log`. */
  readonly operator: Pick<Log, "warn">;
}
