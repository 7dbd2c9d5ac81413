// The small files of an audit log. Most can be made again from the segments (tiles, bundles, the newest checkpoint, the
// place to open from) and are not synced: after a power cut one may be missing, empty or half, and what reads it checks
// it. How each is written is chosen by what an append may cost: creating is cheaper than renaming, renaming onto a file
// makes ext4 write it out at once, and changing a sector in place costs nothing; who reads it meanwhile may see half.

import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { dirname } from "node:path";
import { assert } from "../../base/assert.ts";
import { OpError } from "../../base/error.ts";
import { errnoOf } from "../../base/file.ts";
import { visible } from "../../base/visible.ts";
import type { Disk } from "../file/file.ts";

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NONBLOCK } = constants;
const SECTOR_BYTES = 512;
/** A copy of a sector takes nanoseconds: who meets several in a row looks at something else. */
const TRIES_MAX = 10;

/** The content of a regular file of at most `sizeBytesMax`; null when there is no such file. Throws OPD5003 when it is
 * something else or cannot be read. */
export function readWhole(disk: Disk, path: string, sizeBytesMax: number): Buffer | null {
  let fd: number;
  try {
    fd = disk.open(path, O_RDONLY | O_NONBLOCK);
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return null;
    throw unreadable(path, errnoOf(error));
  }
  try {
    const stats = disk.stat(fd);
    if (!stats.isFile() || stats.size > sizeBytesMax) throw unreadable(path, "it is no file of its size");
    const bytes = Buffer.allocUnsafe(stats.size);
    for (let at = 0; at < bytes.length;) {
      const count = disk.read(fd, bytes.subarray(at), at);
      if (count === 0) return bytes.subarray(0, at);
      at += count;
    }
    return bytes;
  } finally {
    disk.close(fd);
  }
}

/** The same of a file that may be written over just now (`writeOver`): what two readings in a row agree on. */
export function readSteady(disk: Disk, path: string, sizeBytesMax: number): Buffer | null {
  let bytes = readWhole(disk, path, sizeBytesMax);
  for (let tries = 0; tries < TRIES_MAX && bytes !== null; tries++) {
    const again = readWhole(disk, path, sizeBytesMax);
    if (again?.equals(bytes) === true) break;
    bytes = again;
  }
  return bytes;
}

/** Writes a file that appears whole, making its folders; `sync`: durable when it returns. Throws OPD5002. */
export function writeWhole(disk: Disk, path: string, bytes: Uint8Array, sync: boolean): void {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.new`;
  try {
    const fd = openNew(disk, temporary);
    try {
      disk.write(fd, bytes, 0);
      if (sync) disk.fdatasync(fd);
    } finally {
      disk.close(fd);
    }
    disk.rename(temporary, path);
    if (sync) disk.syncFolder(dirname(path));
  } catch (error) {
    removeIfThere(disk, temporary);
    throw cannotWrite(path, error);
  }
}

/** Writes a file of a name that says its content, so nobody waits for it to be whole; one that is there is replaced, as
 * it may be torn. Throws OPD5002. */
export function writeNamed(disk: Disk, path: string, bytes: Uint8Array): void {
  let fd: number;
  try {
    fd = openNew(disk, path);
  } catch {
    return writeWhole(disk, path, bytes, false);
  }
  try {
    disk.write(fd, bytes, 0);
  } catch (error) {
    throw cannotWrite(path, error);
  } finally {
    disk.close(fd);
  }
}

/** One sector in place, filled up with spaces: it is there whole or as it was before, or empty when it was new. Throws
 * OPD5002. */
export function writeSector(disk: Disk, path: string, text: string): void {
  const bytes = Buffer.alloc(SECTOR_BYTES, " ");
  assert(bytes.write(text) === Buffer.byteLength(text), "what is written in place fits a sector");
  try {
    const fd = disk.open(path, O_WRONLY | O_CREAT, 0o600);
    try {
      disk.write(fd, bytes, 0);
    } finally {
      disk.close(fd);
    }
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** A text whose length seldom changes: written over one of the same length that fits a sector, else a new file in its
 * place. Throws OPD5002. */
export function writeOver(disk: Disk, path: string, bytes: Uint8Array): void {
  let fd: number | null = null;
  try {
    fd = disk.open(path, O_WRONLY | O_NONBLOCK);
    const stats = disk.stat(fd);
    if (stats.isFile() && stats.size === bytes.length && bytes.length <= SECTOR_BYTES)
      return disk.write(fd, bytes, 0);
  } catch {
    // It is missing, or nothing that can be written over.
  } finally {
    if (fd !== null) disk.close(fd);
  }
  writeWhole(disk, path, bytes, false);
}

export function removeIfThere(disk: Disk, path: string): void {
  try {
    disk.unlink(path);
  } catch {
    // It is gone, or stays: it is read only where its content is checked.
  }
}

/** null when there is nothing of that name. Throws OPD5003. */
export function lookedAt(disk: Disk, path: string): Stats | null {
  try {
    return disk.lstat(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return null;
    throw unreadable(path, errnoOf(error));
  }
}

/** Names in a folder, sorted; none where there is no such folder. */
export function namesIn(disk: Disk, folder: string): readonly string[] {
  try {
    return disk.list(folder);
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return [];
    throw unreadable(folder, errnoOf(error));
  }
}

function openNew(disk: Disk, path: string): number {
  try {
    return disk.open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    makeFolders(disk, dirname(path));
    return disk.open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600);
  }
}

function makeFolders(disk: Disk, path: string): void {
  try {
    disk.mkdir(path, 0o700);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return;
    if (errnoOf(error) !== "ENOENT") throw error;
    makeFolders(disk, dirname(path));
    makeFolders(disk, path);
  }
}

export function cannotWrite(path: string, error: unknown): OpError {
  return new OpError("OPD5002", `${visible(path)} cannot be written: ${errnoOf(error)}`, {
    where: path,
    cause: error,
  });
}

function unreadable(path: string, why: string): OpError {
  return new OpError("OPD5003", `${visible(path)} cannot be read: ${why}`, {
    where: path,
    hint: `ls -ld ${path}`,
  });
}
