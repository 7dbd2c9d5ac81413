// The folder of the index files: each has a name of its own for good, so that what a checkpoint names is that file or is
// gone. Which of them stay is said by who saves: what the last two checkpoints name, for the last may not have been
// finished, and what is searched. What is removed too early is made again.
//
//   base-0123456789abcdef   finished        next   being made        unproven   base.ts

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { errnoOf } from "../../base/file.ts";
import type { Disk } from "../../store/file/file.ts";

export class IndexFiles {
  readonly #disk: Disk;
  readonly #directory: string;
  #named: readonly (string | null)[] = [];

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
    try {
      disk.mkdir(directory, 0o700);
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw error;
    }
  }

  /** Where a file is made. */
  get next(): string {
    return join(this.#directory, "next");
  }

  pathOf(name: string): string {
    return join(this.#directory, name);
  }

  /** Gives what was made a name for good: the name. */
  finish(): string {
    const name = `base-${randomBytes(8).toString("hex")}`;
    this.#disk.rename(this.next, this.pathOf(name));
    this.#disk.syncFolder(this.#directory);
    return name;
  }

  /** A checkpoint names `name` (null = none), `searched` is in use: what neither it nor the one before it names goes. */
  saved(name: string | null, searched: string | null): void {
    const before = this.#named.at(-1) ?? null;
    this.#named = [before, name];
    for (const file of this.#disk.list(this.#directory))
      if (isBaseName(file) && file !== before && file !== name && file !== searched) this.remove(file);
  }

  remove(name: string): void {
    try {
      this.#disk.unlink(this.pathOf(name));
    } catch {
      // Gone already, or it goes when the next checkpoint was saved.
    }
  }
}

export function isBaseName(name: string): boolean {
  return /^base-[0-9a-f]{16}$/.test(name);
}
