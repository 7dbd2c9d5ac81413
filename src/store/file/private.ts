// Private folders: only their owner reads and writes what is in them, and nobody else can have put them there.

import type { Stats } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { OpError } from "../../base/error.ts";
import { errnoOf } from "../../base/file.ts";
import { visible } from "../../base/visible.ts";
import type { Disk } from "./disk.ts";

/** Makes the folder (and those above it, 0755) where it is missing, then checks it. Throws OPD5001, OPD5002. */
export function makePrivate(disk: Disk, path: string, uid: number): void {
  try {
    if (!isThere(disk, path)) {
      makeParents(disk, dirname(path));
      makeFolder(disk, path, 0o700);
    }
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
  checkWay(disk, path, uid);
}

/** Every folder and every link that the system passes on its way to `path` (path_resolution(7)): whoever could change one
 * of them could lead elsewhere. */
function checkWay(disk: Disk, path: string, uid: number): void {
  const names = namesOf(dirname(resolve(path)));
  let links = 0;
  let at = "/";
  checkParent(disk.lstat(at), at, uid);
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    const next = join(at, name);
    const stats = disk.lstat(next);
    checkParent(stats, next, uid);
    if (!stats.isSymbolicLink()) at = next;
    else if (++links > LINKS_MAX) throw unsafe(path, "is reached through too many links");
    else {
      const target = disk.readlink(next);
      if (isAbsolute(target)) at = "/";
      names.unshift(...namesOf(target));
    }
  }
}

/** As many as Linux follows. */
const LINKS_MAX = 40;

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "");
}

function checkParent(stats: Stats, path: string, uid: number): void {
  if (stats.uid !== uid && stats.uid !== 0) throw unsafe(path, `belongs to user ${stats.uid}`);
  const othersWrite = (stats.mode & 0o022) !== 0 && !stats.isSymbolicLink();
  if (othersWrite && (stats.mode & 0o1000) === 0) throw unsafe(path, "can be written by others");
}

function makeParents(disk: Disk, path: string): void {
  try {
    makeFolder(disk, path, 0o755);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "EEXIST") return;
    if (errno !== "ENOENT" || path === dirname(path)) throw error;
    makeParents(disk, dirname(path));
    makeFolder(disk, path, 0o755);
  }
}

function isThere(disk: Disk, path: string): boolean {
  try {
    disk.lstat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** What is acknowledged later lies in it: a power cut must not take the folder itself. */
function makeFolder(disk: Disk, path: string, mode: number): void {
  disk.mkdir(path, mode);
  disk.syncFolder(dirname(path));
}

function unsafe(path: string, why: string, hint = `ls -ld ${path}`): OpError {
  return new OpError("OPD5001", `${visible(path)} ${why}`, { where: path, hint });
}
