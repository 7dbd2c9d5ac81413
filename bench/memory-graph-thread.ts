// A thread that looks for concepts in a graph which another one writes, and tells how long after each write it saw it.

import { parentPort, workerData } from "node:worker_threads";
import { attachGraph, type SharedGraph } from "../src/memory/graph/graph.ts";
import { numberedId } from "./memory-graph-record.ts";

export interface WatcherTask {
  readonly shared: SharedGraph;
  /** When each write began, milliseconds of the monotonic clock; 0 = not yet. */
  readonly begunMs: SharedArrayBuffer;
  /** The first of the ids that will come. */
  readonly first: number;
}

export function nowMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

if (parentPort !== null) watch(workerData as WatcherTask);

function watch({ shared, begunMs, first }: WatcherTask): void {
  const begun = new Float64Array(begunMs);
  const graph = attachGraph(shared);
  parentPort!.postMessage("ready");
  const tookMs = Float64Array.from(begun, (_, n) => {
    const id = numberedId(first + n);
    for (;;) {
      const snapshot = graph.snapshot();
      const isThere = snapshot.slotOf(id) >= 0;
      snapshot.release();
      if (isThere) return nowMs() - begun[n]!;
    }
  });
  parentPort!.postMessage(tookMs);
}
