// Exporters at work. Of the daemon they run in a thread of their own, with all targets; of a command in this one, with its
// files alone, since it has nothing else to do at its end. Either way what cannot be handed on is dropped and counted.

import { assert } from "../../base/assert.ts";
import { LIMITS } from "../../base/limits.ts";
import { packageVersion } from "../../base/package.ts";
import { deliver, exportResource, exportTargets } from "../../telemetry/export/export.ts";
import { answerReaders, metricsReader, type Metrics } from "../../telemetry/metrics/metrics.ts";
import { control, newControl } from "../../telemetry/trace/collect.ts";
import { openTracer, ringMaker, ringReader, TRACE_PRESETS } from "../../telemetry/trace/trace.ts";
import { openExportThread } from "./export-thread.ts";
import type { Telemetry, TelemetryInput } from "./model.ts";

/** Throws OPD9013, OPD1201 to OPD1203. */
export function openExport(
  input: TelemetryInput & { readonly hostname: string },
  metrics: Metrics,
): Telemetry {
  const { configured, who, secret } = input;
  const { config, origins } = configured;
  const targets = exportTargets({ config, origins, env: who.env, uid: who.uid, secret });
  const settings = TRACE_PRESETS.production;
  const shared = {
    targets,
    resource: exportResource(config, { hostname: input.hostname, version: packageVersion() }),
    startNs: BigInt(Date.now()) * 1_000_000n,
    intervalMs: config.telemetryIntervalMs,
    batchMax: settings.exportBatchSize,
    ring: ringMaker(settings)(0),
    control: newControl(),
  };
  const tracer = openTracer({ ring: shared.ring, control: shared.control, settings });
  const way = input.serves ? ofThread(input, metrics, shared) : ofCommand(metrics, shared);
  const silent = [tracer.answer(), answerReaders(metrics)];
  let closed: Promise<void> | null = null;
  async function close(): Promise<void> {
    tracer.publish();
    await way.close();
    for (const end of silent) end();
  }
  return { metrics, tracer, ...way, close: () => (closed ??= close()) };
}

type Shared = Parameters<typeof openExportThread>[0]["data"] extends infer D ? Omit<D, "slab"> : never;
type Way = Pick<Telemetry, "read" | "exporters" | "log" | "close">;

function ofThread({ operator }: TelemetryInput, metrics: Metrics, shared: Shared): Way {
  const { slab } = metrics;
  assert(slab !== null, "metrics that are exported are recorded");
  const thread = openExportThread({ data: { ...shared, slab }, metrics, operator });
  const readings = metricsReader();
  readings.add(slab);
  readings.add(thread.slab);
  return {
    read: async () => (await readings.read()).readings,
    exporters: thread.state,
    log: thread.log,
    close: thread.close,
  };
}

/** Its metrics are over with it, and its log is standard error. */
function ofCommand(metrics: Metrics, { ring, control: words, ...shared }: Shared): Way {
  const reader = ringReader(ring);
  const rings = (): readonly [typeof reader] => [reader];
  const delivery = deliver({ ...shared, metrics, readings: null, rings, control: control(words) });
  return {
    read: () => Promise.resolve(metrics.read()),
    exporters: () => Promise.resolve(delivery.state()),
    log: () => undefined,
    async close() {
      await control(words).end(LIMITS.telemetryDrainDeadlineMs);
      await delivery.over;
    },
  };
}
