// A process that writes a space of shards, one transaction after the other, with a checkpoint now and then, and says on stdout the
// number of each that is durable. Its parent ends it.

import { writeSync } from "node:fs";
import { OpError } from "../../src/base/error.ts";
import { systemClock } from "../../src/base/clock.ts";
import { systemDisk } from "../../src/store/file/file.ts";
import { openShardsOn } from "../support/shard-case.ts";
import { timeOf, transactionOf } from "./graph-work.ts";

export interface ShardWriterTask {
  readonly directory: string;
  readonly shards: number;
  /** Number of the first transaction. */
  readonly next: number;
}

const { directory, shards, next: first } = JSON.parse(process.argv[2]!) as ShardWriterTask;
let next = first;
const clock = { ...systemClock, wallMs: () => timeOf(next) };
const space = await openShardsOn(systemDisk, shards, clock, directory);
let flushing: Promise<void> | null = null;
for (;;) {
  try {
    await space.apply(transactionOf(next));
  } catch (error) {
    if (!(error instanceof OpError) || error.code !== "OPD4002") throw error;
  }
  writeSync(1, `${next}\n`);
  next++;
  if (next % 25 === 0) flushing ??= space.flush().then(() => void (flushing = null));
}
