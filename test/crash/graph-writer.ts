// A process that writes a graph as fast as it can, with a checkpoint under way most of the time, and says on stdout which seq
// is durable, one a line. Its parent ends it.

import { writeSync } from "node:fs";
import { systemClock } from "../../src/base/clock.ts";
import { openGraph } from "../../src/memory/graph/graph.ts";
import { systemDisk } from "../../src/store/file/file.ts";
import { applyTo, timeOf } from "./graph-work.ts";

export interface GraphWriterTask {
  readonly directory: string;
  /** Number of the first transaction. */
  readonly next: number;
  /** Transactions under way at once. */
  readonly together: number;
}

const { directory, next: first, together } = JSON.parse(process.argv[2]!) as GraphWriterTask;
let next = first;
const clock = { ...systemClock, wallMs: () => timeOf(next) };
const graph = await openGraph({ directory, disk: systemDisk, clock });
let checkpointing = false;
const checkpoint = (): void => {
  if (checkpointing) return;
  checkpointing = true;
  void graph.checkpoint([]).then(() => (checkpointing = false));
};
checkpoint();
await Promise.all(
  Array.from({ length: together }, async () => {
    for (;;) {
      applyTo(graph, next);
      next++;
      const { seq } = graph;
      graph.take(1000);
      if (next % 40 === 0) checkpoint();
      await graph.durable(seq);
      writeSync(1, `${seq}\n`);
    }
  }),
);
