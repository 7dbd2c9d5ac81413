// Taking a snapshot: every subvolume of the state directory, each as a part, read-only, under one name. One that cannot be
// made leaves nothing behind. A subvolume in a subvolume becomes a part of its own: the snapshot of the outer one does not
// hold it.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { emptyAside, makeAside, place } from "./aside.ts";
import { readSnapshots } from "./folder.ts";
import { formatName } from "./name.ts";
import { CACHE } from "./prune.ts";
import type { Subvolumes } from "./subvolumes.ts";

/** Where snapshots lie in the state directory. */
export const SNAPSHOTS_FOLDER = "@snapshots";

export interface Taken {
  readonly name: string;
  /** Folders of the state directory that are no subvolumes, so that no snapshot holds them. */
  readonly without: readonly string[];
}

/** null: there is no subvolume yet. Throws OPD5301, OPD5302. */
export async function takeSnapshot(
  subvolumes: Subvolumes,
  stateDir: string,
  what: string,
  nowMs: number,
): Promise<Taken | null> {
  const { parts, without } = sourcesOf(subvolumes, stateDir, what);
  if (parts.length === 0) return null;
  const folder = join(stateDir, SNAPSHOTS_FOLDER);
  const aside = makeAside(folder);
  try {
    for (const part of parts)
      await subvolumes.snapshot(join(stateDir, part), join(aside, part.replaceAll("/", ":")));
    const atMs = Math.floor(nowMs / 1000) * 1000;
    // Another process may take the number between looking and naming: then the next one is ours.
    for (let { next } = readSnapshots(subvolumes, folder); ; next += 1) {
      const name = formatName({ atMs, sequence: next, what });
      if (place(aside, join(folder, name))) return { name, without };
    }
  } catch (error) {
    await emptyAside(subvolumes, aside).catch(() => undefined); // the next run sweeps it
    throw error;
  }
}

/** Subvolumes of the state directory that belong into such a snapshot, those in others with their path. `@state` comes
 * before `@timing`: what remembers the log's newest head must not be newer than the log. */
function sourcesOf(
  subvolumes: Subvolumes,
  stateDir: string,
  what: string,
): { readonly parts: readonly string[]; readonly without: readonly string[] } {
  const parts: string[] = [];
  const without: string[] = [];
  for (const name of readdirSync(stateDir).sort()) {
    const wanted = what === CACHE ? name === "@cache" : !["@cache", SNAPSHOTS_FOLDER].includes(name);
    if (!name.startsWith("@") || !wanted) continue;
    const path = join(stateDir, name);
    if (subvolumes.look(path) === null) without.push(name);
    else parts.push(name, ...subvolumes.nested(path).map((nested) => `${name}/${nested}`));
  }
  return { parts, without };
}
