// The folders that op-dbus uses where nothing else is said: no test may write there, for what lies there is the machine's
// own. A harness that forgets one of the settings shows as a difference between two looks.

import { lstatSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../src/base/config.ts";
import { configHome } from "../src/base/settings.ts";

/** Of each file and folder what changes with every write, by path; empty where there is nothing. */
export function traces(folders: readonly string[] = usualFolders()): ReadonlyMap<string, string> {
  return new Map(folders.flatMap((folder) => [...below(folder)]));
}

/** Paths that came, went or changed. */
export function touched(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).toSorted();
}

function usualFolders(): readonly string[] {
  const who = { uid: process.getuid!(), home: homedir(), env: process.env };
  const { config } = loadConfig({ flags: {}, who, files: [] });
  return [config.stateDir, config.runtimeDir, configHome(who)];
}

function* below(path: string): Generator<readonly [string, string]> {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stat === undefined) return;
  yield [path, `${stat.ino} ${stat.mode} ${stat.size} ${stat.mtimeNs}`];
  if (stat.isDirectory()) for (const name of readdirSync(path)) yield* below(join(path, name));
}
