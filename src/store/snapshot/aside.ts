// Folders where snapshots are made and taken apart: `.aside-PID-START-N` beside them. A snapshot is made there and appears
// under its name by one rename of the folder, with all its parts; it disappears the same way before its parts are removed.
// So a name always stands for a whole snapshot. What a process that is gone left in them is removed by the next one.
//
// The folder is renamed, never a part: a read-only subvolume cannot be moved to another folder (EROFS).

import { mkdirSync, readdirSync, renameSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { OpError } from "../../base/error.ts";
import { errnoOf } from "../../base/file.ts";
import { isAlive, thisProcess } from "../../base/process.ts";
import { visible } from "../../base/visible.ts";
import type { Subvolumes } from "./subvolumes.ts";

const FORM = /^\.aside-(\d+)-(\d+)-(\d+)$/;
let made = 0;

/** An empty folder of this process, 0700. Throws OPD5301. */
export function makeAside(folder: string): string {
  const path = asidePath(folder);
  return attempt(folder, () => (mkdirSync(path, { mode: 0o700 }), path));
}

/** Gives what was made its name. False when that name is taken. Throws OPD5301. */
export function place(aside: string, named: string): boolean {
  try {
    renameSync(aside, named);
    return true;
  } catch (error) {
    if (["ENOTEMPTY", "EEXIST"].includes(errnoOf(error))) return false;
    throw unable(named, error);
  }
}

/** Takes a snapshot away from its name, then apart. Nothing happens where it is gone already. Throws OPD5301. */
export async function takeApart(subvolumes: Subvolumes, folder: string, name: string): Promise<void> {
  const aside = asidePath(folder);
  try {
    renameSync(join(folder, name), aside);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return;
    throw unable(join(folder, name), error);
  }
  await emptyAside(subvolumes, aside);
}

/** Removes the parts in it, whole or half made, and the folder. Throws OPD5301 where something else is in it. */
export async function emptyAside(subvolumes: Subvolumes, aside: string): Promise<void> {
  for (const part of attempt(aside, () => readdirSync(aside))) {
    const path = join(aside, part);
    if (subvolumes.look(path) === null) continue;
    // Deepest first: a subvolume with others in it cannot be removed.
    for (const nested of subvolumes.nested(path).toReversed()) await subvolumes.remove(join(path, nested));
    await subvolumes.remove(path);
  }
  attempt(aside, () => rmdirSync(aside));
}

/** Removes what processes that are gone left aside. Returns what could not be removed, in words. */
export async function sweepAside(subvolumes: Subvolumes, folder: string): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const name of readdirSync(folder)) {
    const [, pid, start] = FORM.exec(name) ?? [];
    if (pid === undefined || start === undefined || isAlive({ pid: Number(pid), start })) continue;
    try {
      await emptyAside(subvolumes, join(folder, name));
    } catch (error) {
      faults.push(error instanceof OpError ? error.message : String(error));
    }
  }
  return faults;
}

function asidePath(folder: string): string {
  made += 1;
  const { pid, start } = thisProcess();
  return join(folder, `.aside-${pid}-${start}-${made}`);
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw unable(path, error);
  }
}

function unable(path: string, error: unknown): OpError {
  const where = { where: path, cause: error };
  return new OpError("OPD5301", `${visible(path)}: ${errnoOf(error) || "unexpected failure"}`, where);
}
