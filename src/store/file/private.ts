// Private folders: only their owner reads and writes what is in them, and nobody else can have put them there.

import { dirname } from "node:path";
import { OpError } from "../../base/error.ts";
import { errnoOf } from "../../base/file.ts";
import { visible } from "../../base/visible.ts";
import type { Disk } from "./disk.ts";

/** Makes the folder (and those above it, 0755) where it is missing, then checks it. Throws OPD5001, OPD5002. */
export function makePrivate(disk: Disk, path: string, uid: number): void {
  try {
    makeParents(disk, dirname(path));
    disk.mkdir(path, 0o700);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST")
      throw new OpError("OPD5002", `${visible(path)} cannot be made: ${errnoOf(error)}`, { where: path });
  }
  checkPrivate(disk, path, uid);
}

/** Throws OPD5001 when somebody else could write there: the folder, or one above it that is not sticky. */
export function checkPrivate(disk: Disk, path: string, uid: number): void {
  const stats = disk.lstat(path);
  if (!stats.isDirectory())
    throw unsafe(path, stats.isSymbolicLink() ? "is a symbolic link" : "is no folder");
  if (stats.uid !== uid) throw unsafe(path, `belongs to user ${stats.uid}`);
  if ((stats.mode & 0o077) !== 0) throw unsafe(path, "is open to others", `chmod 0700 ${path}`);
  for (let above = dirname(path); ; above = dirname(above)) {
    checkParent(disk, above, uid);
    if (above === dirname(above)) return;
  }
}

function checkParent(disk: Disk, path: string, uid: number): void {
  const stats = disk.lstat(path);
  // A link above is its owner's and root's business; where it leads is checked when the path is made real by them.
  if (stats.uid !== uid && stats.uid !== 0) throw unsafe(path, `belongs to user ${stats.uid}`);
  const othersWrite = (stats.mode & 0o022) !== 0 && !stats.isSymbolicLink();
  if (othersWrite && (stats.mode & 0o1000) === 0) throw unsafe(path, "can be written by others");
}

function makeParents(disk: Disk, path: string): void {
  try {
    disk.mkdir(path, 0o755);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "EEXIST") return;
    if (errno !== "ENOENT" || path === dirname(path)) throw error;
    makeParents(disk, dirname(path));
    disk.mkdir(path, 0o755);
  }
}

function unsafe(path: string, why: string, hint = `ls -ld ${path}`): OpError {
  return new OpError("OPD5001", `${visible(path)} ${why}`, { where: path, hint });
}
