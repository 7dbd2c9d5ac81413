// A target: a folder on another mounted BTRFS file system, of this machine alone. The file `op-dbus-origin` in it says
// whose it is (the UUID of the source's `@snapshots`), so that one machine's retention never removes what another sent,
// and so that a disk that is not mounted is not taken for an empty one.

import { realpathSync } from "node:fs";
import { join } from "node:path";
import { OpError } from "../base/error.ts";
import { errnoOf, readTrusted, writeFileAtomically } from "../base/file.ts";
import { visible } from "../base/visible.ts";
import type { Subvolumes } from "../store/snapshot/snapshot.ts";

const ORIGIN_FILE = "op-dbus-origin";
const ORIGIN_BYTES_MAX = 128;

export interface TargetRules {
  /** UUID of the source's folder of snapshots. */
  readonly origin: string;
  readonly stateDir: string;
  readonly uid: number;
  /** Something was sent there before. */
  readonly known: boolean;
}

/** Its real path, once it is ours. Throws OPD5403, and what files throw that must not be obeyed (OPD1202). */
export async function openTarget(
  subvolumes: Subvolumes,
  target: string,
  { origin, stateDir, uid, known }: TargetRules,
): Promise<string> {
  if (!target.startsWith("/"))
    throw unfit(target, "it is no absolute path; op-dbus logs in nowhere (no ssh)");
  const path = real(target);
  if (isInside(path, realpathSync(stateDir))) throw unfit(target, "it lies inside the state directory");
  const lacks = await subvolumes.lacks(path);
  if (lacks !== null) throw unfit(target, lacks);
  const owner = originOf(path, uid);
  if (owner === origin) return path;
  if (owner !== null)
    throw unfit(
      target,
      "it holds the replicas of another machine",
      `if not, remove ${target}/${ORIGIN_FILE}`,
    );
  if (known)
    throw unfit(target, `it was used before, and now ${ORIGIN_FILE} is not in it: is the disk mounted?`);
  await writeFileAtomically(join(path, ORIGIN_FILE), Buffer.from(`${origin}\n`), 0o600);
  return path;
}

/** Whether a real path is a folder or in it. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? folder : `${folder}/`);
}

function originOf(path: string, uid: number): string | null {
  try {
    return readTrusted(join(path, ORIGIN_FILE), { sizeBytesMax: ORIGIN_BYTES_MAX, uid })
      .toString("utf8")
      .trim();
  } catch (error) {
    if (error instanceof OpError && errnoOf(error.cause) === "ENOENT") return null;
    throw error;
  }
}

function real(target: string): string {
  try {
    return realpathSync(target);
  } catch (error) {
    throw unfit(target, `there is no such folder (${errnoOf(error)})`);
  }
}

function unfit(target: string, why: string, hint?: string): OpError {
  const detail = hint === undefined ? { where: target } : { where: target, hint };
  return new OpError("OPD5403", `${visible(target)} cannot take replicas: ${why}`, detail);
}
