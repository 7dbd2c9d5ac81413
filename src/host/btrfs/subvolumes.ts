// Subvolumes and snapshots of BTRFS. Whether something is one is seen without the program: the root of a subvolume has
// inode 256, and a read-only one refuses writing even to root. Paths are absolute, so none is taken for an option.
//
// Only root: others may make subvolumes, but without a mount option not remove them again, and what cannot be removed
// must not be made by a timer.

import { accessSync, constants, lstatSync, readdirSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../../base/file.ts";
import { LIMITS } from "../../base/limits.ts";
import { runBtrfs } from "./run.ts";

/** statfs(2), BTRFS_SUPER_MAGIC. */
const BTRFS_MAGIC = 0x9123683e;
const SUBVOLUME_INODE = 256;

export interface BtrfsSubvolumes {
  /** What this folder's file system lacks for subvolumes and snapshots, in words; null = nothing. */
  lacks(folder: string): Promise<string | null>;
  /** null: no subvolume is there. */
  look(path: string): "read-only" | "writable" | null;
  /** Subvolumes below a subvolume, relative, sorted. */
  nested(path: string): readonly string[];
  create(path: string): Promise<void>;
  /** Read-only. Where a folder is, BTRFS would make it inside that one: refused here. */
  snapshot(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  sync(folder: string): Promise<void>;
  space(folder: string): { readonly freeBytes: number; readonly sizeBytes: number };
  settle(folder: string): Promise<void>;
}

/** `uid`: of this process. */
export function btrfsSubvolumes(uid: number): BtrfsSubvolumes {
  return Object.freeze({
    async lacks(folder: string) {
      if (!isBtrfs(folder)) return "the state directory is not on BTRFS: its folders are plain ones";
      if (uid !== 0) return "only root can remove the subvolumes of BTRFS: its folders are plain ones";
      try {
        await runBtrfs(["--version"]);
        return null;
      } catch {
        return "the program btrfs is not here: install btrfs-progs";
      }
    },
    look,
    nested: (path: string) => nestedIn(path, ""),
    async create(path: string) {
      await runBtrfs(["-q", "subvolume", "create", path]);
    },
    async snapshot(from: string, to: string) {
      await runBtrfs(["-q", "subvolume", "snapshot", "-r", from, to]);
    },
    async remove(path: string) {
      await runBtrfs(["-q", "subvolume", "delete", path]);
    },
    async sync(folder: string) {
      await runBtrfs(["filesystem", "sync", folder]);
    },
    space(folder: string) {
      const { bavail, blocks, bsize } = statfsSync(folder);
      return { freeBytes: bavail * bsize, sizeBytes: blocks * bsize };
    },
    async settle(folder: string) {
      try {
        // The cleaner starts after a commit; without this one it might be half a minute away.
        await runBtrfs(["filesystem", "sync", folder], LIMITS.btrfsSettleMs);
        await runBtrfs(["subvolume", "sync", "-s", "1", folder], LIMITS.btrfsSettleMs);
      } catch {
        // It has more to do than we can wait for: who asked looks at the space next.
      }
    },
  });
}

function isBtrfs(folder: string): boolean {
  return statfsSync(folder).type === BTRFS_MAGIC;
}

function look(path: string): "read-only" | "writable" | null {
  try {
    const stats = lstatSync(path);
    if (!stats.isDirectory() || stats.ino !== SUBVOLUME_INODE || !isBtrfs(path)) return null;
    accessSync(path, constants.W_OK);
    return "writable";
  } catch (error) {
    if (errnoOf(error) === "EROFS") return "read-only";
    if (errnoOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** A walk over folders: `btrfs subvolume list` prints paths relative to a root that may not be mounted. */
function nestedIn(root: string, below: string): readonly string[] {
  const folders = readdirSync(join(root, below), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  const names = folders.map(({ name }) => (below === "" ? name : `${below}/${name}`)).sort();
  return names.flatMap((name) => {
    const own = lstatSync(join(root, name)).ino === SUBVOLUME_INODE ? [name] : [];
    return [...own, ...nestedIn(root, name)];
  });
}
