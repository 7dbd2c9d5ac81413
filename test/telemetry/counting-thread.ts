// A thread that counts one and the same thing in several series, in bursts, and turns its event loop between them. Every
// snapshot of it must have all series agree. Ends when it is told to, and leaves how many it counted.

import { setImmediate as turn } from "node:timers/promises";
import { workerData } from "node:worker_threads";
import { answerReaders, createMetrics } from "../../src/telemetry/metrics/metrics.ts";

export interface CountingData {
  readonly slab: SharedArrayBuffer;
  /** 1 in the first word: end. */
  readonly stop: SharedArrayBuffer;
  readonly burst: number;
}

const { slab, stop, burst } = workerData as CountingData;
const stopped = new Int32Array(stop);
const metrics = createMetrics(slab);
const silent = answerReaders(metrics);
const counter = metrics.counter("records", "Records");
const twice = metrics.counter("records_twice", "Two for each record");
const histogram = metrics.histogram("record_size", "Sizes, 1 to 8 in turn");
while (Atomics.load(stopped, 0) === 0) {
  for (let n = 0; n < burst; n++) {
    counter.add();
    histogram.record(1 + (n & 7));
    twice.add(2);
  }
  await turn();
}
silent();
