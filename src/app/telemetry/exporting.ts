// Exporters at work: events from the ring as they come, metrics every interval. All of it runs between two turns of the
// event loop; a receiver that is down costs counted drops (export/sender.ts), a ring that is full counted events.

import { LIMITS } from "../../base/limits.ts";
import { packageVersion } from "../../base/package.ts";
import { createExporters, exportResource, exportTargets } from "../../telemetry/export/export.ts";
import type { Metrics } from "../../telemetry/metrics/metrics.ts";
import { collect, control, newControl } from "../../telemetry/trace/collect.ts";
import { openTracer, ringMaker, ringReader, TRACE_PRESETS } from "../../telemetry/trace/trace.ts";
import type { Telemetry, TelemetryInput } from "./model.ts";

/** Throws OPD9013, OPD1201 to OPD1203. */
export function openExport(
  input: TelemetryInput & { readonly hostname: string },
  metrics: Metrics,
): Telemetry {
  const { configured, who, secret, serves } = input;
  const { config, origins } = configured;
  const targets = exportTargets({ config, origins, env: who.env, uid: who.uid, secret });
  const resource = exportResource(config, { hostname: input.hostname, version: packageVersion() });
  const exporters = createExporters({ targets, resource, startNs: wallNs(), metrics });
  const settings = { ...TRACE_PRESETS.production, exportIntervalMs: config.telemetryIntervalMs };
  const [shared, ring] = [newControl(), ringMaker(settings)(0)];
  const tracer = openTracer({ ring, control: shared, settings });
  const answering = tracer.answer();
  const reader = ringReader(ring);
  const lost = metrics.counter("trace_dropped", "Events lost because a ring was full before it was read");
  const end = control(shared);
  const collected = collect({
    rings: () => [reader],
    control: control(shared),
    settings,
    take(batch) {
      for (const count of batch.dropped.values()) lost.add(count);
      exporters.traces(batch);
      return Promise.resolve();
    },
  });
  const tell = (): void => exporters.metrics(metrics.read(), wallNs());
  // It keeps nobody alive: who serves does that.
  const timer = serves ? setInterval(tell, config.telemetryIntervalMs).unref() : null;
  let closed: Promise<void> | null = null;

  async function close(): Promise<void> {
    if (timer !== null) clearInterval(timer);
    tracer.publish();
    await end.end(LIMITS.telemetryDrainDeadlineMs);
    await collected;
    answering();
    if (serves) tell();
    await exporters.close(LIMITS.telemetryDrainDeadlineMs);
  }
  return { metrics, tracer, exporters: exporters.state, close: () => (closed ??= close()) };
}

function wallNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
