// Opening the folder of a graph: the lock, the checkpoint, and every change of the log behind it.

import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { errnoOf } from "../../base/file.ts";
import { LIMITS } from "../../base/limits.ts";
import { visible } from "../../base/visible.ts";
import type { Disk, FileLock } from "../../store/file/file.ts";
import { openLog, type Log } from "../../store/log/log.ts";
import { Commit } from "./commit.ts";
import { checkpointFolder, damaged, lockFile, logFolder, LOG_KIND, makeFolder, notWritten } from "./files.ts";
import { readManifest, type Manifest } from "./manifest.ts";
import { sizeIndex } from "./id-index.ts";
import { Pending } from "./pending.ts";
import { FREE_SLOT } from "./reclaim.ts";
import { replayFrame } from "./replay.ts";
import { restoreTables } from "./restore.ts";
import { SLOT_WORDS, VERSION } from "./tables.ts";
import { Writer } from "./writer.ts";

/** What belongs to an open graph. */
export interface GraphFiles {
  readonly lock: FileLock;
  readonly log: Log;
  readonly writer: Writer;
  readonly pending: Pending;
  readonly commit: Commit;
  /** Changes that were done again. */
  readonly replayed: number;
  /** The checkpoint that counts; null = none. */
  manifest: Manifest | null;
}

/** Throws OPD4004, OPD4006, OPD4008, OPD5001..5005. */
export async function openFiles(
  directory: string,
  disk: Disk,
  clock: Clock,
  onProgress: () => void,
): Promise<GraphFiles> {
  const lock = takeLock(disk, directory);
  try {
    return await readFiles(directory, disk, clock, lock, onProgress);
  } catch (error) {
    lock.release();
    lock.close();
    throw error;
  }
}

async function readFiles(
  directory: string,
  disk: Disk,
  clock: Clock,
  lock: FileLock,
  onProgress: () => void,
): Promise<GraphFiles> {
  const pending = new Pending();
  const writer = new Writer((seq, kind, slot) => pending.push(seq, kind, slot));
  const manifest = readManifest(disk, directory);
  sizeIndex(writer.tables, (manifest?.slotEnd ?? 0) + Math.ceil(logBytes(disk, directory) / CHANGE_BYTES));
  if (manifest !== null) {
    await restoreTables(disk, checkpointFolder(directory, manifest.folder), manifest, writer);
    for (const [seq, kind, slot] of manifest.pending) pending.push(seq, kind, slot);
  }
  const before = writer.totals.seq;
  const log = await openGraphLog(directory, disk, clock, manifest, writer);
  freeHoles(writer);
  writer.publish();
  const { seq } = writer.totals;
  const commit = new Commit(log, clock, seq, onProgress);
  return { lock, log, writer, pending, commit, manifest, replayed: seq - before };
}

/** As many buckets as there may be concepts: splitting them while the log is read takes a third of the time. */
const CHANGE_BYTES = 128;

function logBytes(disk: Disk, directory: string): number {
  const folder = logFolder(directory);
  let total = 0;
  try {
    for (const name of disk.list(folder)) total += disk.lstat(join(folder, name)).size;
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw notWritten(folder, error);
  }
  return total;
}

async function openGraphLog(
  directory: string,
  disk: Disk,
  clock: Clock,
  manifest: Manifest | null,
  writer: Writer,
): Promise<Log> {
  const folder = logFolder(directory);
  try {
    makeFolder(disk, folder);
    disk.syncFolder(directory);
  } catch (error) {
    throw notWritten(folder, error);
  }
  const followFrom = manifest?.logNext ?? 0;
  let isReplaying = true;
  const log = await openLog({
    directory: folder,
    kind: LOG_KIND,
    disk,
    clock,
    segmentBytesFirst: LIMITS.memoryLogSegmentBytesFirst,
    segmentBytesMax: LIMITS.memoryLogSegmentBytesMax,
    followFrom,
    // Afterwards it shows what we appended ourselves, which is done already.
    follow: (record) => isReplaying && replayFrame(record, writer, folder),
  });
  isReplaying = false;
  if (log.first > followFrom || log.next < followFrom) {
    await log.close();
    const what = manifest === null ? "the checkpoint before it is missing" : "it does not fit the checkpoint";
    throw damaged(folder, `its records are ${log.first} to ${log.next - 1}: ${what}`);
  }
  return log;
}

/** Slots that hold nothing are given away again, as soon as derived indexes know. */
function freeHoles({ tables, totals, reclaim }: Writer): void {
  reclaim.freeSlots.length = 0;
  for (let slot = totals.slotEnd - 1; slot >= 0; slot--)
    if (tables.slotWords[slot * SLOT_WORDS + VERSION] === 0) reclaim.retire(FREE_SLOT, slot, totals.seq);
}

function takeLock(disk: Disk, directory: string): FileLock {
  const path = lockFile(directory);
  let lock: FileLock | null = null;
  try {
    lock = disk.lock(path);
    if (lock.take()) return lock;
  } catch (error) {
    throw notWritten(path, error);
  }
  const holder = lock.holder();
  lock.close();
  const who = holder === null ? "another process" : `process ${visible(holder)}`;
  throw new OpError("OPD4008", `${visible(directory)} is open in ${who}`, { where: path });
}
