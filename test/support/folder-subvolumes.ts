// Subvolumes made of plain folders: one is a folder with a mark in it, and the mark says whether it is read-only. Space is a
// number that each snapshot takes from and each removal gives back to. What a test wants to fail, fails.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OpError } from "../../src/base/error.ts";
import type { Subvolumes } from "../../src/store/snapshot/snapshot.ts";

const MARK = ".subvolume";

export interface FolderSubvolumes extends Subvolumes {
  freeBytes: number;
  /** Asked before each call that changes something; true = it fails. */
  fails: (verb: "create" | "snapshot" | "remove", path: string) => boolean;
}

/** Each snapshot takes one unit of `sizeBytes` units. */
export function folderSubvolumes(sizeBytes = 1_000): FolderSubvolumes {
  const attempt = (verb: "create" | "snapshot" | "remove", path: string): void => {
    if (fake.fails(verb, path)) throw new OpError("OPD5301", `${verb} ${path}: refused by the test`);
  };
  const fake: FolderSubvolumes = {
    freeBytes: sizeBytes,
    fails: () => false,
    lacks: () => Promise.resolve(null),
    look(path) {
      if (!existsSync(join(path, MARK))) return null;
      return readFileSync(join(path, MARK), "utf8") === "ro" ? "read-only" : "writable";
    },
    nested: (path) =>
      readdirSync(path, { recursive: true, encoding: "utf8" })
        .filter((name) => existsSync(join(path, name, MARK)))
        .sort(),
    async create(path) {
      attempt("create", path);
      mkdirSync(path);
      writeFileSync(join(path, MARK), "rw");
    },
    async snapshot(from, to) {
      attempt("snapshot", to);
      // As the real one: what lies in other subvolumes is an empty folder here.
      const nested = fake.nested(from).map((name) => join(from, name));
      cpSync(from, to, { recursive: true, filter: (path) => !nested.some((n) => path.startsWith(`${n}/`)) });
      writeFileSync(join(to, MARK), "ro");
      fake.freeBytes -= 1;
    },
    async remove(path) {
      attempt("remove", path);
      rmSync(path, { recursive: true });
      fake.freeBytes += 1;
    },
    sync: () => Promise.resolve(),
    space: () => ({ freeBytes: fake.freeBytes, sizeBytes }),
    settle: () => Promise.resolve(),
  };
  return fake;
}
