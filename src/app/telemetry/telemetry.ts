// What this process counts and traces, and how it leaves it: opened once a process, closed with it. Where nothing is
// configured to be exported nothing of trace and export is loaded. A command writes its spans to files alone: what it
// counted is over with it, and nobody waits for a receiver at the end of a command. The daemon exports everything.

import { hostname } from "node:os";
import type { Config, Env } from "../../base/settings.ts";
import { createMetrics } from "../../telemetry/metrics/metrics.ts";
import { noTracer } from "../../telemetry/trace/trace.ts";
import type { Telemetry, TelemetryInput } from "./model.ts";

/** Throws what `exportTargets` does: OPD9013, OPD1201 to OPD1203. */
export async function openTelemetry(input: TelemetryInput): Promise<Telemetry> {
  const metrics = createMetrics();
  if (!exportsAnything(input.configured.config, input.who.env))
    return { metrics, tracer: noTracer, exporters: () => [], close: () => Promise.resolve() };
  const { openExport } = await import("./exporting.ts");
  return openExport({ ...input, hostname: hostname() }, metrics);
}

function exportsAnything(config: Config, env: Env): boolean {
  const { otlpEndpoint, lokiEndpoint, telemetryFile, telemetryTraceFile, telemetryTextfile } = config;
  return (
    [otlpEndpoint, lokiEndpoint, telemetryFile, telemetryTraceFile, telemetryTextfile].some(
      (each) => each !== null,
    ) || Object.keys(env).some((name) => name.startsWith("OTEL_EXPORTER_OTLP_"))
  );
}
