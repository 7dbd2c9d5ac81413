// The thread that exports: takes events and metrics of the thread that works out of shared memory, gets its log lines as
// messages, encodes and sends. The program of a Worker, started with a ThreadData and, after it died, started anew with
// the same one. Ends by itself when it is told to through its control.

import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../../base/assert.ts";
import { answerReaders, createMetrics, metricsReader } from "../metrics/metrics.ts";
import { control } from "../trace/collect.ts";
import { ringReader } from "../trace/trace.ts";
import { deliver } from "./delivery.ts";
import { handover, type FromThread, type ThreadData, type ToThread } from "./handover.ts";

const data = workerData as ThreadData;
const port = parentPort;
assert(port !== null, "the thread that exports has somebody who started it");

const metrics = createMetrics(data.own);
const silent = answerReaders(metrics);
const readings = metricsReader();
readings.add(data.slab);
readings.add(data.own);

const place = handover(data.handover);
const ring = ringReader(data.ring, place.taken);
// A batch that one before this one died of is lost: handed on again, it could kill this one too.
const lost = metrics.counter("trace_dropped", "Events lost because a ring was full before it was read");
lost.add(place.taken - place.handed);
place.handed = place.taken;

const delivery = deliver({
  targets: data.targets,
  resource: data.resource,
  startNs: data.startNs,
  intervalMs: data.intervalMs,
  batchMax: data.batchMax,
  metrics,
  readings: async () => (await readings.read()).readings,
  rings: () => [ring],
  control: control(data.control),
  taking(hand) {
    place.taken = ring.place();
    hand();
    place.handed = place.taken;
  },
});
port.on("message", (message: ToThread) => {
  if ("ask" in message) {
    port.postMessage({ ask: message.ask, state: delivery.state() } satisfies FromThread);
    return;
  }
  place.lines += 1;
  delivery.log(message.line);
});
// The port keeps no thread alive whose work is done.
port.unref();
await delivery.over;
silent();
