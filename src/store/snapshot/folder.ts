// The folder of snapshots, read: which are there, and which of the rest is not ours. A snapshot is a plain folder with a
// name of our form that holds read-only subvolumes and nothing else. That is the whole mark: there is no list beside it
// that could be lost or lie. Whoever renames one, or puts something into it, makes it his own: it is never removed.

import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../../base/file.ts";
import { byAge, parseName, type SnapshotName } from "./name.ts";
import type { Subvolumes } from "./subvolumes.ts";

export interface Snapshot extends SnapshotName {
  /** Names of the subvolumes in it, sorted. */
  readonly parts: readonly string[];
}

export interface SnapshotFolder {
  /** Oldest first. */
  readonly snapshots: readonly Snapshot[];
  /** Names of what is not ours, sorted. */
  readonly foreign: readonly string[];
  /** Sequence number of the next one. */
  readonly next: number;
  /** When the last one was made, by number: the clock may have gone back since one that says a later time. */
  readonly lastMs: number | null;
}

/** Nothing where there is no such folder. Throws errors of the operating system for one that cannot be read. */
export function readSnapshots(subvolumes: Subvolumes, folder: string): SnapshotFolder {
  const snapshots: Snapshot[] = [];
  const foreign: string[] = [];
  let next = 1;
  for (const entry of entriesOf(folder)) {
    if (entry.startsWith(".")) continue;
    const name = parseName(entry);
    if (name !== null) next = Math.max(next, name.sequence + 1);
    const parts = name === null ? null : partsOf(subvolumes, join(folder, entry));
    if (name === null || parts === null) foreign.push(entry);
    else snapshots.push({ ...name, parts });
  }
  const last = snapshots.reduce<Snapshot | null>(
    (a, b) => (a !== null && a.sequence > b.sequence ? a : b),
    null,
  );
  return { snapshots: snapshots.sort(byAge), foreign, next, lastMs: last?.atMs ?? null };
}

/** null = it holds something that no snapshot of ours does. */
function partsOf(subvolumes: Subvolumes, path: string): readonly string[] | null {
  if (!lstatSync(path).isDirectory() || subvolumes.look(path) !== null) return null;
  const parts = entriesOf(path);
  const ours = parts.length > 0 && parts.every((part) => subvolumes.look(join(path, part)) === "read-only");
  return ours ? parts : null;
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}
