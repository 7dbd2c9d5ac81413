// A thread that does nothing but collect a ring, and tells at its end what became of the events.

import { parentPort, workerData } from "node:worker_threads";
import { collect, control } from "../../src/telemetry/trace/collect.ts";
import { ringReader, type TraceSettings } from "../../src/telemetry/trace/trace.ts";

export interface CollectingData {
  readonly ring: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
  readonly settings: TraceSettings;
}

const data = workerData as CollectingData;
const readers = [ringReader(data.ring)];
let batches = 0;
const collected = await collect({
  rings: () => readers,
  control: control(data.control),
  settings: data.settings,
  take: async () => void batches++,
});
parentPort!.postMessage({ ...collected, batches });
