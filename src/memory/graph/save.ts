// A checkpoint, from the moment that it is of to the moment that it counts: into the folder that does not count, everything
// synced and summed, then the manifest, then what is not needed any more goes: the other folder's files, and the log before it.

import { join } from "node:path";
import type { Disk } from "../../store/file/file.ts";
import type { Log } from "../../store/log/log.ts";
import type { Derived } from "../ports.ts";
import { sumOthers, writeTables } from "./checkpoint.ts";
import { checkpointFolder, makeFolder, notWritten } from "./files.ts";
import { writeManifest, type Manifest } from "./manifest.ts";
import type { GraphFiles } from "./open.ts";
import type { HeldReader } from "./reader.ts";

/** The log before the checkpoint is dropped in so many steps: changes are written between them. */
const DROP_STEPS = 64;

/** It is of the moment at which `hold` is called. Throws OPD4004; then the checkpoint before it counts, if there is one. */
export async function saveCheckpoint(
  { directory, disk }: { readonly directory: string; readonly disk: Disk },
  files: GraphFiles,
  hold: () => HeldReader,
  derived: readonly Derived[],
): Promise<void> {
  const folder = files.manifest?.folder === 0 ? 1 : 0;
  const path = checkpointFolder(directory, folder);
  let snapshot: HeldReader | null = null;
  try {
    // When the one before could not sync its name, either of the two may count after a crash: so nothing is removed before.
    await disk.syncFolderAsync(directory);
    await empty(disk, path);
    snapshot = hold();
    const manifest = await writeFiles(disk, files, folder, path, snapshot, derived);
    await files.commit.durable(snapshot.seq);
    await writeManifest(disk, directory, manifest);
    files.manifest = manifest;
    await disk.syncFolderAsync(directory);
    snapshot.release();
    await empty(disk, checkpointFolder(directory, 1 - folder));
    await dropBefore(files.log, manifest.logNext);
  } catch (error) {
    throw notWritten(path, error);
  } finally {
    snapshot?.release();
  }
}

/** Until its first pause nobody else has a turn: tables, queue and derived indexes are those of one moment. */
async function writeFiles(
  disk: Disk,
  { writer, pending, commit }: GraphFiles,
  folder: 0 | 1,
  path: string,
  snapshot: HeldReader,
  derived: readonly Derived[],
): Promise<Manifest> {
  const begun: Omit<Manifest, "files"> = {
    version: 1,
    folder,
    seq: snapshot.seq,
    // What was not on disk yet comes behind it; a frame that begins before the checkpoint is read from where it ends. Promises
    // stay in the log until they are resolved.
    logNext: Math.min(commit.lastFrame + 1, writer.prepared.oldestFrame),
    slotEnd: snapshot.slotEnd,
    edgeEnd: writer.edgeEnd,
    pending: pending.list(Infinity).map(({ seq, kind, slot }) => [seq, kind, slot] as const),
  };
  const saved = Promise.all(derived.map((one) => one.save(path)));
  const [own] = await bothSettled(writeTables(disk, path, snapshot, begun.edgeEnd), saved);
  const files = [...own, ...(await sumOthers(disk, path, own))];
  await disk.syncFolderAsync(path);
  return { ...begun, files };
}

/** Both, or what was wrong with the first that failed, once neither works any more. */
async function bothSettled<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}

/** Makes the folder where it is missing, and removes the files in it. Throws errors of the operating system. */
async function empty(disk: Disk, path: string): Promise<void> {
  makeFolder(disk, path);
  for (const name of disk.list(path)) await disk.unlinkAsync(join(path, name));
}

async function dropBefore(log: Log, seq: number): Promise<void> {
  const { first } = log;
  for (let step = 1; step <= DROP_STEPS; step++)
    await log.dropBefore(first + Math.floor(((seq - first) * step) / DROP_STEPS));
}
