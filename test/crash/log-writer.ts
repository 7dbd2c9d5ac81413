// A process that appends to a log and says on stdout what is durable, one line a batch: WHO.N. Its parent ends it, or a
// fault does. It follows the log meanwhile, and says at the end what it saw: `followed COUNT DIGEST`.

import { createHash } from "node:crypto";
import { writeSync } from "node:fs";
import { systemClock } from "../../src/base/clock.ts";
import { systemDisk } from "../../src/store/file/file.ts";
import { openLog } from "../../src/store/log/log.ts";
import { faultyDisk, type Fault } from "../support/fault-disk.ts";
import { frameOf, nameOf } from "../support/log-case.ts";

export interface WriterTask {
  readonly directory: string;
  readonly who: string;
  readonly batches: number;
  /** Batches under way at once. */
  readonly together: number;
  readonly fault: Fault | null;
}

const { directory, who, batches, together, fault } = JSON.parse(process.argv[2]!) as WriterTask;
const digest = createHash("sha256");
let followed = 0;
const log = await openLog({
  directory,
  kind: "test",
  disk: faultyDisk(systemDisk, fault),
  clock: systemClock,
  segmentBytesFirst: 4096,
  segmentBytesMax: 32_768,
  follow(record) {
    if (record.seq !== followed++)
      throw new Error(`record ${record.seq} was followed as number ${followed - 1}`);
    digest.update(`${nameOf(record)}\n`);
  },
});
let next = 0;
await Promise.all(
  Array.from({ length: together }, async () => {
    while (next < batches) {
      const name = `${who}.${next++}`;
      await log.append([frameOf(`${name}.0`, (next * 37) % 600), frameOf(`${name}.1`)]);
      writeSync(1, `${name}\n`);
    }
  }),
);
await log.close();
writeSync(1, `followed ${followed} ${digest.digest("hex")}\n`);
