// One holder per name: a writer per bus (the name is its GUID), a daemon per state directory. A lock file, locked by
// flock(2): Node has none, so the `flock` program locks an inherited descriptor once, and ours keeps the lock of the
// shared open file description. It ends with this process, however that ends; the file itself stays and means nothing.
// Its content names the holder, for people.

import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { OpError } from "../base/error.ts";
import { errnoOf } from "../base/file.ts";
import { bootId } from "../base/process.ts";
import { visible } from "../base/visible.ts";
import type { HeldLock } from "../state/state.ts";

/** Who holds a lock: written by the holder into its lock file. */
export interface Holder {
  readonly pid: number;
  /** RFC 3339. */
  readonly since: string;
  readonly boot_id: string;
  readonly user: string;
  readonly command: string;
}

export interface LockOptions {
  /** A directory that only we can write; made where it is missing. */
  readonly directory: string;
  /** The lock file is NAME.lock there. */
  readonly name: string;
  readonly waitMs: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly user: string;
  readonly command: string;
  /** The error when another holds it; absent = OPD9010, of the lock of a bus. `who`: the holder, for people. */
  readonly taken?: (who: string, file: string) => OpError;
}

/** Resolves with the lock held. Throws `taken` when another holds it after `waitMs`, OPD9011 when locking cannot work. */
export async function takeLock(options: LockOptions): Promise<HeldLock> {
  const file = join(checkedDirectory(options.directory), `${options.name}.lock`);
  const fd = openLockFile(file);
  try {
    if (!(await flock(fd, options.waitMs, options.signal)))
      throw (options.taken ?? busLocked)(holderText(file), file);
    writeHolder(fd, options);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  let held = true;
  return {
    release() {
      if (held) closeSync(fd);
      held = false;
      return Promise.resolve();
    },
  };
}

/** The directory, made where it is missing: ours, written by us alone, no link. */
function checkedDirectory(directory: string): string {
  const uid = process.getuid!();
  try {
    mkdirSync(directory, { mode: uid === 0 ? 0o755 : 0o700 });
  } catch (error) {
    if (errnoOf(error) !== "EEXIST")
      throw unavailable(`${directory} cannot be made: ${errnoOf(error)}`, "op-dbus doctor");
  }
  const stats = lstatSync(directory);
  if (!stats.isDirectory() || stats.uid !== uid || (stats.mode & 0o022) !== 0) {
    throw unavailable(`${directory} is not a directory that only you can write`, `ls -ld ${directory}`);
  }
  return directory;
}

const LOCK_FILE_MODE = 0o600;

function openLockFile(file: string): number {
  try {
    // Whoever can open the file, if only for reading, can lock it and keep us out: nobody else may.
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const fd = openSync(file, flags, LOCK_FILE_MODE);
    const stats = fstatSync(fd);
    if (stats.isFile() && (stats.mode & 0o777) !== LOCK_FILE_MODE) fchmodSync(fd, LOCK_FILE_MODE);
    if (stats.isFile()) return fd;
    closeSync(fd);
  } catch (error) {
    throw unavailable(`${file} cannot be opened: ${errnoOf(error)}`, "op-dbus doctor");
  }
  throw unavailable(`${file} is no file`, `rm ${file}`);
}

/** True when the lock is ours; false when another kept it for `waitMs`. */
function flock(fd: number, waitMs: number, signal: AbortSignal): Promise<boolean> {
  const wait = waitMs > 0 ? ["-w", (waitMs / 1000).toFixed(3)] : ["-n"];
  return new Promise((resolve, reject) => {
    // Loaded here: it costs every start of the program 2 ms, and only a change takes the lock.
    const { spawn } = process.getBuiltinModule("node:child_process");
    const child = spawn("flock", [...wait, "3"], { stdio: ["ignore", "ignore", "ignore", fd], signal });
    child.once("error", (error) => {
      if (signal.aborted) reject(new OpError("OPD2123", "interrupted while waiting for the lock"));
      else reject(unavailable(`flock cannot be run: ${errnoOf(error)}`, "install util-linux"));
    });
    child.once("exit", (status, by) => {
      if (status === 0 || status === 1) resolve(status === 0);
      // Ctrl-C at a terminal reaches the whole process group: flock may die of it before we hear of it.
      else if (by !== null) reject(new OpError("OPD2123", "interrupted while waiting for the lock"));
      else reject(unavailable(`flock failed with ${status}`, "op-dbus doctor"));
    });
  });
}

function writeHolder(fd: number, { clock, user, command }: LockOptions): void {
  const holder: Holder = {
    pid: process.pid,
    since: new Date(clock.wallMs()).toISOString(),
    boot_id: bootId(),
    user,
    command,
  };
  ftruncateSync(fd, 0);
  writeSync(fd, `${JSON.stringify(holder)}\n`, 0);
}

function holderText(file: string): string {
  const holder = readHolder(file);
  return holder === null
    ? "its holder has not said who it is"
    : `process ${holder.pid} of ${visible(holder.user)} since ${visible(holder.since)}: ${visible(holder.command)}`;
}

function busLocked(who: string, file: string): OpError {
  return new OpError("OPD9010", `another op-dbus changes this bus: ${who}`, {
    where: file,
    now: "nothing was changed",
    hint: "wait for it with --lock-timeout 60",
  });
}

/** What the holder wrote, or null: it may be writing just now. */
export function readHolder(file: string): Holder | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    const holder = value as Partial<Holder> | null;
    const whole = typeof holder?.pid === "number" && typeof holder.since === "string";
    return whole && typeof holder.user === "string" && typeof holder.command === "string"
      ? (holder as Holder)
      : null;
  } catch {
    return null;
  }
}

function unavailable(message: string, hint: string): OpError {
  return new OpError("OPD9011", message, { now: "nothing was changed", hint });
}
