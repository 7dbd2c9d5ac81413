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
  const config = input.serves ? input.configured.config : filesAlone(input.configured.config);
  if (!exportsAnything(config, input.who.env))
    return {
      metrics,
      tracer: noTracer,
      read: () => Promise.resolve(metrics.read()),
      exporters: () => Promise.resolve([]),
      log: () => undefined,
      close: () => Promise.resolve(),
    };
  const { openExport } = await import("./exporting.ts");
  const configured = { ...input.configured, config };
  return openExport({ ...input, configured, hostname: hostname() }, metrics);
}

/** Without receivers, and so without their secrets, which not everybody may read who applies. */
function filesAlone(config: Config): Config {
  return { ...config, otlpSignals: [], lokiEndpoint: null, telemetryTextfile: null };
}

function exportsAnything(config: Config, env: Env): boolean {
  const { otlpEndpoint, lokiEndpoint, telemetryFile, telemetryTraceFile, telemetryTextfile } = config;
  const otlp =
    otlpEndpoint !== null || Object.keys(env).some((name) => name.startsWith("OTEL_EXPORTER_OTLP_"));
  return (
    (otlp && config.otlpSignals.length > 0) ||
    [lokiEndpoint, telemetryFile, telemetryTraceFile, telemetryTextfile].some((each) => each !== null)
  );
}
