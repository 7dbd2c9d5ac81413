// Files that decide what is done, and files that must never be half written. Reading checks on the open descriptor
// what it then reads: no symbolic link as the last part, a regular file, of the caller or root, writable by nobody
// else, not bigger than asked for. Writing goes through a temporary name beside the file, fsync, rename, fsync of the
// folder: after a crash there is the old or the new content. Parents of a path are the business of who chose it.

import { randomBytes } from "node:crypto";
import { constants, closeSync, fstatSync, lstatSync, openSync, readSync, type Stats } from "node:fs";
import { open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { OpError } from "./error.ts";
import { visible } from "./visible.ts";

export interface ReadRules {
  readonly sizeBytesMax: number;
  /** Who else may own the file, beside root. */
  readonly uid: number;
}

/**
 * The content of a file that op-dbus obeys. Throws OPD1201 (missing, no file, not readable), OPD1202 (link, owner,
 * mode), OPD1203 (size; nothing is read).
 */
export function readTrusted(path: string, rules: ReadRules): Buffer {
  const fd = openFile(path);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new OpError("OPD1201", `${visible(path)} is no regular file`, { where: path });
    const why = distrust(stats, rules.uid);
    if (why !== null)
      throw new OpError("OPD1202", `${visible(path)} is not trusted: ${why}`, { where: path });
    if (stats.size > rules.sizeBytesMax) throw tooBig(path, stats.size, rules.sizeBytesMax);
    return readAtMost(path, fd, rules.sizeBytesMax);
  } finally {
    closeSync(fd);
  }
}

/** Is anything at this path? A link is, wherever it leads. Throws OPD1201 when that cannot be seen. */
export function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw new OpError("OPD1201", `${visible(path)} cannot be read: ${reason(error)}`, {
      where: path,
      cause: error,
    });
  }
}

/** Why a file with these facts must not be obeyed by `uid`; null = it may be. */
export function distrust(stats: Pick<Stats, "uid" | "mode">, uid: number): string | null {
  if (stats.uid !== 0 && stats.uid !== uid) return `it belongs to user ${stats.uid}`;
  if ((stats.mode & 0o022) !== 0) return "others may write it";
  return null;
}

function openFile(path: string): number {
  try {
    // O_NONBLOCK: opening a FIFO that somebody put there must not wait for a writer.
    return openSync(
      path,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY,
    );
  } catch (error) {
    if (errnoOf(error) === "ELOOP")
      throw new OpError("OPD1202", `${visible(path)} is a symbolic link`, { where: path, cause: error });
    throw new OpError("OPD1201", `${visible(path)} cannot be opened: ${reason(error)}`, {
      where: path,
      cause: error,
    });
  }
}

/** Reads to the end, and one byte beyond what is allowed: the file may have grown since it was measured. */
function readAtMost(path: string, fd: number, sizeBytesMax: number): Buffer {
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(Math.min(65_536, sizeBytesMax + 1 - size));
    const count = readSync(fd, chunk, 0, chunk.length, null);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
    size += count;
    if (size > sizeBytesMax) throw tooBig(path, size, sizeBytesMax);
  }
}

function tooBig(path: string, size: number, sizeBytesMax: number): OpError {
  return new OpError("OPD1203", `${visible(path)} has ${size} bytes; ${sizeBytesMax} is the most`, {
    where: path,
  });
}

/**
 * Gives a file new content, whole or not at all. `mode` is that of the new file. A symbolic link in its place is
 * replaced, not followed. Throws OPD1204.
 */
export async function writeFileAtomically(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const folder = dirname(path);
  const temporary = `${path}.${randomBytes(6).toString("hex")}.new`;
  let made = false;
  try {
    const file = await open(
      temporary,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      mode,
    );
    made = true;
    try {
      await file.chmod(mode); // the umask took its part from `open`
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    made = false;
    const parent = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await parent.sync();
    } finally {
      await parent.close();
    }
  } catch (error) {
    if (made) await unlink(temporary).catch(() => undefined);
    throw new OpError("OPD1204", `${visible(path)} cannot be written: ${reason(error)}`, {
      where: path,
      cause: error,
    });
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "there is no such file or folder"],
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["EISDIR", "it is a folder"],
  ["ENOTDIR", "a part of its path is no folder"],
  ["ENOSPC", "the disk is full"],
  ["EROFS", "the file system is read-only"],
]);

function reason(error: unknown): string {
  const code = errnoOf(error);
  return REASONS.get(code) ?? (code === "" ? "unexpected failure" : code);
}

/** `ENOENT` and the like; "" if it is no error of the operating system. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
