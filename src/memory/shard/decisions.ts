// What the coordinator decided: a log in which a transaction over several shards stands when it is to be done in all of them. What
// does not stand there is not done (presumed abort: Mohan, Lindsay and Obermarck, "Transaction Management in the R*
// Distributed Database Management System", ACM TODS 11(4), 1986). It is said again when every shard has done it durably; from
// then on nobody asks any more, and it may go.
//
// A log of kind "DECI" (docs/design/log.md); a payload is the name of a transaction, 16 bytes.
//   type 1   decided: it is to be done. On disk before the first shard does it.
//   type 2   done: on disk in every shard. May be lost: then it is said again.

import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Disk } from "../../store/file/file.ts";
import { openLog, type Log } from "../../store/log/log.ts";
import { makeFolder, notWritten } from "../graph/files.ts";

const DECIDED = 1;
const DONE = 2;

export class Decisions {
  readonly #log: Log;
  /** Decided and not done everywhere, with the record that says so, oldest first. */
  readonly #open: Map<string, number>;

  constructor(log: Log, open: Map<string, number>) {
    this.#log = log;
    this.#open = open;
  }

  has(transaction: string): boolean {
    return this.#open.has(transaction);
  }

  /** Decided when it resolves. Throws OPD5002, OPD5003, OPD5004 (not decided), OPD5005 (nobody knows). */
  async decide(transaction: string): Promise<void> {
    const frame = { type: DECIDED, payload: Buffer.from(transaction, "hex") };
    this.#open.set(transaction, await this.#log.append([frame]));
  }

  /** These are on disk in every shard. What nobody needs any more goes. */
  async done(transactions: readonly string[]): Promise<void> {
    const known = transactions.filter((one) => this.#open.delete(one));
    if (known.length === 0) return;
    await this.#log.note(known.map((one) => ({ type: DONE, payload: Buffer.from(one, "hex") })));
    const [oldest = this.#log.next] = this.#open.values();
    await this.#log.dropBefore(oldest);
  }

  /** All that are decided and not done. */
  get open(): readonly string[] {
    return [...this.#open.keys()];
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}

/** Throws OPD4004, OPD5001 to OPD5005. */
export async function openDecisions(directory: string, disk: Disk, clock: Clock): Promise<Decisions> {
  const folder = join(directory, "decisions");
  try {
    makeFolder(disk, folder);
    disk.syncFolder(directory);
  } catch (error) {
    throw notWritten(folder, error);
  }
  const open = new Map<string, number>();
  let isReplaying = true;
  const log = await openLog({
    directory: folder,
    kind: "DECI",
    disk,
    clock,
    segmentBytesFirst: LIMITS.memoryDecisionsSegmentBytes,
    segmentBytesMax: LIMITS.memoryDecisionsSegmentBytes,
    follow({ seq, type, payload }) {
      if (!isReplaying) return;
      const transaction = Buffer.from(payload).toString("hex");
      if (type === DECIDED) open.set(transaction, seq);
      else open.delete(transaction);
    },
  });
  isReplaying = false;
  return new Decisions(log, open);
}
