// Up to which snapshot each target has come: kept beside the snapshots, so that pruning leaves what the next transfer goes
// on from even while the target is away. A hint: if it is lost, what is common is found by looking, or all is sent again.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomically } from "../base/file.ts";

const FILE = ".replicas.json";

/** Target -> name of the snapshot. */
export function marksOf(snapshots: string): ReadonlyMap<string, string> {
  try {
    const value = JSON.parse(readFileSync(join(snapshots, FILE), "utf8")) as { readonly newest?: unknown };
    const entries = Object.entries((value.newest ?? {}) as Record<string, unknown>);
    return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  } catch {
    return new Map();
  }
}

/** Throws OPD1204. */
export async function writeMark(snapshots: string, target: string, name: string): Promise<void> {
  const newest = Object.fromEntries(new Map([...marksOf(snapshots), [target, name]]));
  const text = `${JSON.stringify({ format: 1, newest })}\n`;
  await writeFileAtomically(join(snapshots, FILE), Buffer.from(text), 0o600);
}
