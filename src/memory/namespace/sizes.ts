// How much lies below a folder.

import { join } from "node:path";
import { errnoOf } from "../../base/file.ts";
import type { Disk } from "../../store/file/file.ts";

/** Bytes of the files in a folder and those below it; what goes while it is looked at does not count. */
export function bytesBelow(disk: Disk, folder: string): number {
  let total = 0;
  for (const name of namesIn(disk, folder)) {
    const path = join(folder, name);
    try {
      const stats = disk.lstat(path);
      total += stats.isDirectory() ? bytesBelow(disk, path) : stats.size;
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
    }
  }
  return total;
}

function namesIn(disk: Disk, folder: string): readonly string[] {
  try {
    return disk.list(folder);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}
