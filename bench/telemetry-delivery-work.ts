// One way in a process of its own: this thread records spans in turns of its event loop, as the product does; they are
// exported by a thread to a receiver that is well, silent or gone, by this thread itself, or not at all. Told is what it
// cost this thread, and what the process grew by.

import { setImmediate as turn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { openExportThread } from "../src/app/telemetry/export-thread.ts";
import { deliver, type Target } from "../src/telemetry/export/export.ts";
import { answerReaders, createMetrics } from "../src/telemetry/metrics/metrics.ts";
import { control, newControl } from "../src/telemetry/trace/collect.ts";
import { openTracer, ringMaker, ringReader, TRACE_PRESETS } from "../src/telemetry/trace/trace.ts";
import type { DeliveryResult, DeliveryWay } from "./telemetry-works.ts";

const way = process.argv[2] as DeliveryWay;
const SPANS = 400_000;
const A_TURN = 50;

const settings = TRACE_PRESETS.development;
const metrics = createMetrics();
const [shared, ring] = [newControl(), ringMaker(settings)(0)];
const tracer = openTracer({ ring, control: shared, settings });
const silent = [tracer.answer(), answerReaders(metrics)];
const url = await receiver(way);
const wire = { url: `${url}/v1/traces`, headers: {}, ca: null, gzip: false };
const targets: readonly Target[] = [
  { kind: "otlp", protocol: "http/protobuf", signal: "traces", wire, secrets: [], timeoutMs: 10_000 },
];
const common = { targets, resource: {}, startNs: 0n, intervalMs: 1_000, batchMax: 1_000 };
const close = open();
const source = tracer.source("bus");
let grownFrom = 0;
let cpu = process.threadCpuUsage();
for (let n = 0; n < SPANS; n += A_TURN) {
  // Everything is compiled and every buffer is there.
  if (n === SPANS / 4) {
    grownFrom = process.memoryUsage.rss();
    cpu = process.threadCpuUsage();
  }
  for (let i = 0; i < A_TURN; i++) {
    const startNs = tracer.nowNs();
    source.span(startNs, tracer.nowNs(), 1, n + i + 1, 0, 0, 0, 0, false);
  }
  await turn();
}
const { user, system } = process.threadCpuUsage(cpu);
const grownMiB = (process.memoryUsage.rss() - grownFrom) / 2 ** 20;
const result: DeliveryResult = { cpuMs: (user + system) / 1000, spans: (3 * SPANS) / 4, grownMiB };
process.stdout.write(JSON.stringify(result), () => process.exit(0));
await close();
for (const end of silent) end();

function open(): () => Promise<void> {
  if (way === "none") return () => Promise.resolve();
  if (way === "here") {
    const reader = ringReader(ring);
    const delivery = deliver({
      ...common,
      metrics,
      readings: null,
      rings: () => [reader],
      control: control(shared),
    });
    return () => delivery.over;
  }
  const operator = { warn: (msg: string) => void process.stderr.write(`${msg}\n`) };
  const data = { ...common, ring, slab: metrics.slab!, control: shared };
  const thread = openExportThread({ data, metrics, operator });
  return () => thread.close();
}

/** In a thread of its own, so that it costs this one nothing. */
async function receiver(kind: DeliveryWay): Promise<string> {
  const answer = `response.writeHead(200, { "content-type": "application/x-protobuf" }).end();`;
  const code = `const { parentPort } = require("node:worker_threads");
    const server = require("node:http").createServer((request, response) => {
      request.resume().on("end", () => { ${kind === "silent" ? "" : answer} });
    });
    server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));`;
  const worker = new Worker(code, { eval: true });
  const port = await new Promise<number>((resolve) => worker.once("message", resolve));
  if (kind === "gone") await worker.terminate();
  else worker.unref();
  return `http://127.0.0.1:${port}`;
}
