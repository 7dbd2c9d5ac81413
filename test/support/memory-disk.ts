// A disk in memory that knows what a power cut forgets: of a file every sector that was written and not synced may be on
// the disk in any of its versions since then, or not at all; of a folder every change after the last sync may be missing
// from some point on. `afterPowerCut` chooses.

import { constants, type Stats } from "node:fs";
import type { Disk, FileLock } from "../../src/store/file/file.ts";

const SECTOR_BYTES = 512;

interface File {
  readonly inode: number;
  bytes: Buffer;
  /** What is surely on disk. */
  synced: Buffer;
  /** Versions of each sector since the last sync, oldest first. */
  readonly dirty: Map<number, Buffer[]>;
}
type Folder = Map<string, File>;
type Change = (folder: Folder) => void;

/** A number from 0 to `below` - 1. */
export type Choose = (below: number) => number;

export interface MemoryDisk extends Disk {
  /** The disk as a power cut at this moment might leave it. */
  afterPowerCut(choose: Choose): MemoryDisk;
  /** Content of a file, to be changed at will. */
  content(path: string): Buffer;
  setContent(path: string, bytes: Uint8Array): void;
  /** As if every process that holds a lock had died. */
  freeLocks(): void;
  /** A copy of everything as it is, all of it synced. */
  copy(): MemoryDisk;
}

export function memoryDisk(initial: ReadonlyMap<string, Uint8Array> = new Map()): MemoryDisk {
  let inodes = 0;
  const newFile = (bytes: Uint8Array): File => ({
    inode: ++inodes,
    bytes: Buffer.from(bytes),
    synced: Buffer.from(bytes),
    dirty: new Map(),
  });
  const folder: Folder = new Map([...initial].map(([path, bytes]) => [path, newFile(bytes)]));
  let syncedFolder: Folder = new Map(folder);
  let changes: Change[] = [];
  const descriptors = new Map<number, File>();
  let nextFd = 3;
  const locks = new Map<string, object>();

  const change = (apply: Change): void => {
    apply(folder);
    changes.push(apply);
  };
  const named = (path: string): File => folder.get(path) ?? fail("ENOENT", path);
  const opened = (fd: number): File => descriptors.get(fd) ?? fail("EBADF", String(fd));
  const write = (fd: number, bytes: Uint8Array, position: number): void => {
    const file = opened(fd);
    const end = position + bytes.length;
    if (end > file.bytes.length) file.bytes = grown(file.bytes, end);
    file.bytes.set(bytes, position);
    if (bytes.length === 0) return;
    for (let sector = Math.floor(position / SECTOR_BYTES); sector * SECTOR_BYTES < end; sector++) {
      const from = sector * SECTOR_BYTES;
      const versions = file.dirty.get(sector) ?? [];
      file.dirty.set(sector, [...versions, Buffer.from(file.bytes.subarray(from, from + SECTOR_BYTES))]);
    }
  };
  const sync = (fd: number): void => {
    const file = opened(fd);
    file.synced = Buffer.from(file.bytes);
    file.dirty.clear();
  };
  const read = (fd: number, into: Uint8Array, position: number): number => {
    const bytes = opened(fd).bytes.subarray(position, position + into.length);
    into.set(bytes);
    return bytes.length;
  };
  const unlink = (path: string): void => {
    named(path);
    change((in_) => void in_.delete(path));
  };
  const syncFolder = (): void => {
    syncedFolder = new Map(folder);
    changes = [];
  };
  const stats = ({ inode, bytes }: File): Stats =>
    ({ ino: inode, size: bytes.length, isFile: () => true, isDirectory: () => false }) as Stats;

  return {
    open(path, flags) {
      let file = folder.get(path);
      if (file !== undefined && (flags & constants.O_EXCL) !== 0) fail("EEXIST", path);
      if (file === undefined) {
        if ((flags & constants.O_CREAT) === 0) fail("ENOENT", path);
        const made = newFile(Buffer.alloc(0));
        file = made;
        change((to) => void to.set(path, made));
      } else if ((flags & constants.O_TRUNC) !== 0) file.bytes = Buffer.alloc(0);
      descriptors.set(nextFd, file);
      return nextFd++;
    },
    close: (fd) => void descriptors.delete(fd),
    stat: (fd) => stats(opened(fd)),
    readlink: (path) => fail("EINVAL", path),
    lstat: (path) => stats(named(path)),
    read,
    readAsync: async (fd, into, position) => read(fd, into, position),
    write,
    writeAsync: async (fd, bytes, position) => write(fd, bytes, position),
    fdatasync: sync,
    fdatasyncAsync: async (fd) => sync(fd),
    truncate(fd, sizeBytes) {
      const file = opened(fd);
      file.bytes = grown(file.bytes.subarray(0, sizeBytes), sizeBytes);
    },
    rename(from, to) {
      const file = named(from);
      change((in_) => {
        in_.delete(from);
        in_.set(to, file);
      });
    },
    link(from, to) {
      const file = named(from);
      if (folder.has(to)) fail("EEXIST", to);
      change((in_) => void in_.set(to, file));
    },
    unlink,
    unlinkAsync: async (path) => unlink(path),
    mkdir: () => undefined,
    list: (path) =>
      [...folder.keys()]
        .filter((name) => name.startsWith(`${path}/`))
        .map((name) => name.slice(path.length + 1))
        .toSorted(),
    syncFolder,
    syncFolderAsync: async () => syncFolder(),
    freeBytes: () => 2 ** 40,
    lock: (path) => memoryLock(locks, path),

    afterPowerCut(choose) {
      const left: Folder = new Map(syncedFolder);
      for (const one of changes.slice(0, choose(changes.length + 1))) one(left);
      const found = new Map<File, Buffer>();
      const onDisk = (file: File): Buffer => {
        const known = found.get(file) ?? survivor(file, choose);
        found.set(file, known);
        return known;
      };
      return memoryDisk(new Map([...left].map(([path, file]) => [path, onDisk(file)])));
    },
    content: (path) => Buffer.from(named(path).bytes),
    setContent(path, bytes) {
      const file = named(path);
      file.bytes = Buffer.from(bytes);
      file.synced = Buffer.from(bytes);
      file.dirty.clear();
    },
    freeLocks: () => locks.clear(),
    copy: () => memoryDisk(new Map([...folder].map(([path, { bytes }]) => [path, bytes]))),
  };
}

/** What a power cut leaves of a file. */
function survivor(file: File, choose: Choose): Buffer {
  const longer = choose(2) === 1 ? file.bytes.length : file.synced.length;
  const bytes = grown(file.synced.subarray(0, longer), longer);
  for (const [sector, versions] of file.dirty) {
    const from = sector * SECTOR_BYTES;
    const version = choose(versions.length + 1);
    if (version > 0 && from < longer) bytes.set(versions[version - 1]!.subarray(0, longer - from), from);
  }
  return bytes;
}

function memoryLock(locks: Map<string, object>, path: string): FileLock {
  const own = {};
  return {
    take() {
      if ((locks.get(path) ?? own) !== own) return false;
      locks.set(path, own);
      return true;
    },
    holder: () => null,
    release: () => void (locks.get(path) === own && locks.delete(path)),
    close: () => void (locks.get(path) === own && locks.delete(path)),
  };
}

function grown(bytes: Uint8Array, sizeBytes: number): Buffer {
  const larger = Buffer.alloc(sizeBytes);
  larger.set(bytes);
  return larger;
}

function fail(code: string, what: string): never {
  throw Object.assign(new Error(`${code}: ${what}`), { code });
}
