// Telemetry on its way out of the process: what targets there are is configured, and none is the default. The thread that
// works only hands over (handover.ts); a thread of its own encodes and sends (thread.ts), or, in a command, this one does at
// its end. What is down, slow or talks nonsense costs counted drops. This file is loaded only where something is exported.

export { deliver } from "./delivery.ts";
export { createExporters, type Exporters } from "./exporters.ts";
export { handover, newHandover, type FromThread, type ThreadData, type ToThread } from "./handover.ts";
export { perfettoFile } from "./perfetto.ts";
export { PROMETHEUS_CONTENT_TYPE, prometheusText } from "./prometheus.ts";
export { exportResource, exportTargets } from "./targets.ts";
export type { LogRecord } from "./record.ts";
export type { SenderState } from "./sender.ts";
export type { Signal, SinkOptions, Target } from "./sinks.ts";
