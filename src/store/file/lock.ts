// A lock on a file that the kernel frees when its holder dies, however it dies. Node has no fcntl, but its SQLite takes
// fcntl locks: an exclusive transaction on an empty database that is always rolled back locks the file and writes
// nothing into it. 12 µs a turn. It works between processes and between two holders in one. The file stays empty;
// nobody may open it in another way, because closing any descriptor of it would free the lock (fcntl(2)).

import { closeSync, constants, lstatSync, openSync, readFileSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { errnoOf } from "../../base/file.ts";

export interface FileLock {
  /** Whether it is ours now; never waits. Throws what the system says when the file cannot be used. */
  take(): boolean;
  /** Who has it, as far as the kernel tells: `4711 (op-dbus)`; null when that cannot be known. */
  holder(): string | null;
  release(): void;
  close(): void;
}

const SQLITE_BUSY = 5;

/** Makes the file (0600) where it is missing. Throws errors of the operating system; ELOOP for what is no file. */
export function openLock(path: string): FileLock {
  makeFile(path);
  const database = open(path);
  const begin = database.prepare("BEGIN EXCLUSIVE");
  const rollback = database.prepare("ROLLBACK");
  let isSet = false;
  return {
    take() {
      try {
        // Begun and rolled back in memory: no journal file appears beside it. While another holds the lock even this
        // cannot be said.
        if (!isSet) database.exec("PRAGMA journal_mode=MEMORY");
        isSet = true;
        begin.run();
        return true;
      } catch (error) {
        if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) return false;
        throw error;
      }
    },
    holder: () => holderOf(path),
    release: () => void rollback.run(),
    close: () => database.close(),
  };
}

function makeFile(path: string): void {
  try {
    closeSync(openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600));
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
    // SQLite follows links; the folder is private, so what is seen here is what it opens.
    if (!lstatSync(path).isFile())
      throw Object.assign(new Error(`${path} is no regular file`), { code: "ELOOP" });
  }
}

function open(path: string): DatabaseSync {
  // Loaded at the first lock: most commands only read.
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  return new DatabaseSync(path, { timeout: 0 });
}

/** /proc/locks (proc_locks(5)) has a line for each lock: `1: POSIX ADVISORY WRITE pid major:minor:inode from to`. */
function holderOf(path: string): string | null {
  try {
    const inode = `:${lstatSync(path).ino}`;
    const line = readFileSync("/proc/locks", "utf8")
      .split("\n")
      .map((text) => text.trim().split(/\s+/))
      .find((words) => words[1] === "POSIX" && words[3] === "WRITE" && words[5]?.endsWith(inode));
    const pid = line?.[4] ?? "";
    return pid === "" ? null : `${pid} (${readFileSync(`/proc/${pid}/comm`, "utf8").trim()})`;
  } catch {
    return null;
  }
}
