// Disks that misbehave on demand. `faultyDisk` wraps another one: its n-th changing operation fails with an error of the
// system, or ends the process as a crash would, after none or half of the work. What only reads is not counted.

import { constants } from "node:fs";
import type { Disk } from "../../src/store/file/file.ts";

export interface Fault {
  /** Which changing operation, from 1. */
  readonly at: number;
  /** What it throws; "KILL" ends the process with SIGKILL instead. */
  readonly errno: "ENOSPC" | "EIO" | "EROFS" | "KILL";
  /** A write does half of its work first. */
  readonly half?: boolean;
  /** Every changing operation after it fails too: the disk is full, or gone. */
  readonly lasting?: boolean;
}

export interface FaultyDisk extends Disk {
  /** Names of the changing operations so far, in order. */
  readonly operations: readonly string[];
}

/** `fault` null: only counts. `onOperation` is called before each changing operation, with its number. */
export function faultyDisk(
  inner: Disk,
  fault: Fault | null,
  onOperation: (number: number) => void = () => undefined,
): FaultyDisk {
  const operations: string[] = [];
  const failsNow = (name: string): boolean => {
    operations.push(name);
    onOperation(operations.length);
    if (fault === null) return false;
    return fault.lasting === true ? operations.length >= fault.at : operations.length === fault.at;
  };
  const fail = (name: string): never => {
    if (fault?.errno === "KILL") process.kill(process.pid, "SIGKILL");
    throw Object.assign(new Error(`${fault?.errno}: ${name}`), { code: fault?.errno });
  };
  const guarded = (name: string): void => {
    if (failsNow(name)) fail(name);
  };
  const half = (bytes: Uint8Array): Uint8Array =>
    fault?.half === true ? bytes.subarray(0, bytes.length >> 1) : bytes.subarray(0, 0);
  return {
    ...inner,
    operations,
    open(path, flags, mode) {
      if ((flags & (constants.O_CREAT | constants.O_TRUNC)) !== 0) guarded("open");
      return inner.open(path, flags, mode);
    },
    write(fd, bytes, position) {
      if (!failsNow("write")) return inner.write(fd, bytes, position);
      inner.write(fd, half(bytes), position);
      fail("write");
    },
    async writeAsync(fd, bytes, position) {
      if (!failsNow("writeAsync")) return inner.writeAsync(fd, bytes, position);
      await inner.writeAsync(fd, half(bytes), position);
      fail("writeAsync");
    },
    fdatasync(fd) {
      guarded("fdatasync");
      inner.fdatasync(fd);
    },
    async fdatasyncAsync(fd) {
      guarded("fdatasyncAsync");
      await inner.fdatasyncAsync(fd);
    },
    truncate(fd, sizeBytes) {
      guarded("truncate");
      inner.truncate(fd, sizeBytes);
    },
    rename(from, to) {
      guarded("rename");
      inner.rename(from, to);
    },
    link(from, to) {
      guarded("link");
      inner.link(from, to);
    },
    unlink(path) {
      guarded("unlink");
      inner.unlink(path);
    },
    async unlinkAsync(path) {
      guarded("unlinkAsync");
      await inner.unlinkAsync(path);
    },
    mkdir(path, mode) {
      guarded("mkdir");
      inner.mkdir(path, mode);
    },
    async syncFolderAsync(path) {
      guarded("syncFolderAsync");
      await inner.syncFolderAsync(path);
    },
    syncFolder(path) {
      guarded("syncFolder");
      inner.syncFolder(path);
    },
  };
}
