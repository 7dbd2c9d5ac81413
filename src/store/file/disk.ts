// What is done with files, as a value: the real one, and in tests one that fails on demand. All throw errors of the
// operating system (with `code`); who calls turns them into OpError with what it means.

import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  read,
  readSync,
  renameSync,
  statfsSync,
  unlink,
  unlinkSync,
  write,
  writeSync,
  type Stats,
} from "node:fs";
import { openLock, type FileLock } from "./lock.ts";

export interface Disk {
  /** O_NOFOLLOW, O_CLOEXEC and O_NOCTTY are added. */
  open(path: string, flags: number, mode?: number): number;
  close(fd: number): void;
  stat(fd: number): Stats;
  lstat(path: string): Stats;
  readlink(path: string): string;
  /** Bytes read; 0 at the end. */
  read(fd: number, into: Uint8Array, position: number): number;
  readAsync(fd: number, into: Uint8Array, position: number): Promise<number>;
  /** Writes all of it. */
  write(fd: number, bytes: Uint8Array, position: number): void;
  writeAsync(fd: number, bytes: Uint8Array, position: number): Promise<void>;
  fdatasync(fd: number): void;
  fdatasyncAsync(fd: number): Promise<void>;
  truncate(fd: number, sizeBytes: number): void;
  rename(from: string, to: string): void;
  link(from: string, to: string): void;
  unlink(path: string): void;
  unlinkAsync(path: string): Promise<void>;
  mkdir(path: string, mode: number): void;
  /** Names in a folder, sorted. */
  list(path: string): readonly string[];
  syncFolder(path: string): void;
  syncFolderAsync(path: string): Promise<void>;
  freeBytes(path: string): number;
  /** A lock file; see lock.ts. */
  lock(path: string): FileLock;
}

export const systemDisk: Disk = Object.freeze({
  open: (path: string, flags: number, mode = 0o600) =>
    openSync(path, flags | constants.O_NOFOLLOW | constants.O_NOCTTY, mode),
  close: (fd: number) => closeSync(fd),
  stat: (fd: number) => fstatSync(fd),
  lstat: (path: string) => lstatSync(path),
  readlink: (path: string) => readlinkSync(path),
  read: (fd: number, into: Uint8Array, position: number) => readSync(fd, into, 0, into.length, position),
  readAsync: (fd: number, into: Uint8Array, position: number) =>
    new Promise<number>((resolve, reject) =>
      read(fd, into, 0, into.length, position, (error, count) =>
        error === null ? resolve(count) : reject(error),
      ),
    ),
  write(fd: number, bytes: Uint8Array, position: number) {
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, bytes.length - at, position + at);
  },
  async writeAsync(fd: number, bytes: Uint8Array, position: number) {
    for (let at = 0; at < bytes.length;) at += await writeSome(fd, bytes, at, position + at);
  },
  fdatasync: (fd: number) => fdatasyncSync(fd),
  fdatasyncAsync: (fd: number) =>
    new Promise<void>((resolve, reject) =>
      fdatasync(fd, (error) => (error === null ? resolve() : reject(error))),
    ),
  truncate: (fd: number, sizeBytes: number) => ftruncateSync(fd, sizeBytes),
  rename: (from: string, to: string) => renameSync(from, to),
  link: (from: string, to: string) => linkSync(from, to),
  unlink: (path: string) => unlinkSync(path),
  unlinkAsync: (path: string) =>
    new Promise<void>((resolve, reject) =>
      unlink(path, (error) => (error === null ? resolve() : reject(error))),
    ),
  mkdir: (path: string, mode: number) => mkdirSync(path, { mode }),
  list: (path: string) => readdirSync(path).toSorted(),
  syncFolder(path: string) {
    const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  },
  async syncFolderAsync(path: string) {
    const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await new Promise<void>((resolve, reject) =>
        fsync(fd, (error) => (error === null ? resolve() : reject(error))),
      );
    } finally {
      closeSync(fd);
    }
  },
  freeBytes(path: string) {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  },
  lock: openLock,
});

/** The same for a process with nothing else to do until it is written, a command: it waits in its own thread. Asking
 * another one costs the first time a millisecond, to start it, where the disk takes a fifth of one. */
export const promptDisk: Disk = Object.freeze({
  ...systemDisk,
  writeAsync: async (fd: number, bytes: Uint8Array, position: number) =>
    systemDisk.write(fd, bytes, position),
  fdatasyncAsync: async (fd: number) => systemDisk.fdatasync(fd),
  readAsync: async (fd: number, into: Uint8Array, position: number) => systemDisk.read(fd, into, position),
  unlinkAsync: async (path: string) => systemDisk.unlink(path),
  syncFolderAsync: async (path: string) => systemDisk.syncFolder(path),
});

function writeSome(fd: number, bytes: Uint8Array, at: number, position: number): Promise<number> {
  return new Promise((resolve, reject) =>
    write(fd, bytes, at, bytes.length - at, position, (error, written) =>
      error === null ? resolve(written) : reject(error),
    ),
  );
}
