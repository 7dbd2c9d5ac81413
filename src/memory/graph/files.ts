// Where a graph lies: a private folder with its log, its checkpoint and a lock.
//
//   lock              held by the process that has the graph open
//   log/              docs/design/log.md, kind "GRPH"
//   checkpoint        says which of the two folders counts, and what is in it (manifest.ts)
//   checkpoint.new    the next one, before it gets its name
//   checkpoint-0/     the files of a checkpoint; the one that does not count is empty, or a crash came while it was
//   checkpoint-1/     written or emptied
//
// Naming the checkpoint is one rename, so a crash at any point leaves the old one or the new one.

import { join } from "node:path";
import { OpError } from "../../base/error.ts";
import { errnoOf } from "../../base/file.ts";
import { visible } from "../../base/visible.ts";
import type { Disk } from "../../store/file/file.ts";

export const LOG_KIND = "GRPH";

export const logFolder = (directory: string): string => join(directory, "log");
export const lockFile = (directory: string): string => join(directory, "lock");
export const manifestFile = (directory: string): string => join(directory, "checkpoint");
export const checkpointFolder = (directory: string, number: number): string =>
  join(directory, `checkpoint-${number}`);

export function damaged(path: string, why: string): OpError {
  return new OpError("OPD4006", `${visible(path)}: ${why}`, { where: path });
}

/** The disk said no to something that is not the log. */
export function notWritten(path: string, cause: unknown): OpError {
  if (cause instanceof OpError) return cause;
  const why = errnoOf(cause) || (cause instanceof Error ? cause.message : String(cause));
  return new OpError("OPD4004", `${visible(path)} cannot be written: ${why}`, { where: path, cause });
}

/** Where it is missing. Throws errors of the operating system. */
export function makeFolder(disk: Disk, path: string): void {
  try {
    disk.mkdir(path, 0o700);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
}
