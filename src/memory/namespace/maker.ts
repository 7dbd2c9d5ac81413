// Who made the vectors of a namespace, as a small file beside its graph: vectors of two makers are never compared. Vectors that
// programs bring are of the maker "given"; they take the place of those that were made here, which can be made again.
//
// maker      one line of JSON: {"maker": "given" | fingerprint, "leaving": true while those of the maker before are taken out}

import { constants } from "node:fs";
import { dirname, join } from "node:path";
import { errnoOf } from "../../base/file.ts";
import type { Disk } from "../../store/file/file.ts";
import { damaged, notWritten } from "../graph/files.ts";

export const GIVEN = "given";

export interface Maker {
  readonly maker: string;
  readonly leaving: boolean;
}

const FILE_BYTES_MAX = 4096;

/** null = there are no vectors yet. Throws OPD4006. */
export function readMaker(disk: Disk, directory: string): Maker | null {
  const path = join(directory, "maker");
  const bytes = Buffer.alloc(FILE_BYTES_MAX);
  let size = 0;
  try {
    const fd = disk.open(path, constants.O_RDONLY);
    try {
      size = disk.read(fd, bytes, 0);
    } finally {
      disk.close(fd);
    }
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw notWritten(path, error);
  }
  try {
    const value = JSON.parse(bytes.toString("utf8", 0, size)) as Partial<Maker> | null;
    if (typeof value?.maker === "string" && typeof value.leaving === "boolean")
      return { maker: value.maker, leaving: value.leaving };
  } catch {
    // Told below: no text of the file is.
  }
  throw damaged(path, "it does not name who made the vectors");
}

/** On disk when it returns; null = nobody. Throws OPD4004. */
export function writeMaker(disk: Disk, directory: string, maker: Maker | null): void {
  const path = join(directory, "maker");
  try {
    if (maker === null) {
      if (disk.list(directory).includes("maker")) disk.unlink(path);
    } else {
      const fd = disk.open(`${path}.new`, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o600);
      try {
        disk.write(fd, Buffer.from(`${JSON.stringify(maker)}\n`), 0);
        disk.fdatasync(fd);
      } finally {
        disk.close(fd);
      }
      disk.rename(`${path}.new`, path);
    }
    disk.syncFolder(dirname(path));
  } catch (error) {
    throw notWritten(path, error);
  }
}
