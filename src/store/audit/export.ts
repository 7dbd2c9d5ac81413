// The audit log as a folder for others: tiles, bundles, the signed head and its key, as C2SP tlog-tiles serves them. All
// of it is made from the entries again, and what comes out has to have the root that was signed.

import { constants } from "node:fs";
import { join } from "node:path";
import { OpError } from "../../base/error.ts";
import { errnoOf } from "../../base/file.ts";
import { visible } from "../../base/visible.ts";
import type { Plain } from "../../base/text/text.ts";
import type { Disk } from "../file/file.ts";
import { blobPath } from "./blobs.ts";
import { writeWhole } from "./derived.ts";
import { referenceOf } from "./entry.ts";
import { ENTRY_FRAME, Growth } from "./growth.ts";
import type { Audit, Checkpoint } from "./model.ts";
import { Tiles } from "./tiles.ts";

export interface Exported {
  /** Entries in it. */
  readonly size: number;
  readonly files: number;
}

/** Writes what is under `head` into `directory`, which is made and must not hold anything. `blobs`: the large values and
 * documents too. Throws OPD5125, OPD5002, OPD5101. */
export function exportAudit(
  audit: Audit,
  head: Checkpoint,
  disk: Disk,
  directory: string,
  options: { readonly blobs: boolean },
): Exported {
  makeEmpty(disk, directory);
  const tiles = new Tiles(disk, directory, false);
  const growth = new Growth(tiles);
  const written = new Set<string>();
  for (const { index, value, bytes } of audit.entries(0, head.size)) {
    growth.follow({ seq: index, type: ENTRY_FRAME, payload: bytes });
    if (!options.blobs) continue;
    for (const digest of digestsIn(value)) {
      if (written.has(digest)) continue;
      written.add(digest);
      const content = contentOf(audit, digest);
      if (content !== null) writeWhole(disk, join(directory, blobPath(digest)), content, false);
    }
  }
  if (growth.tree.size !== head.size || growth.tree.root().toString("base64") !== head.root)
    throw new OpError("OPD5101", "the entries do not make the root that was signed", {
      hint: "op-dbus audit verify --full",
    });
  growth.writePartials(head.size);
  writeWhole(disk, join(directory, "key"), Buffer.from(`${audit.key}\n`), false);
  // Last: a folder without it was not finished.
  writeWhole(disk, join(directory, "checkpoint"), Buffer.from(head.note), true);
  return { size: head.size, files: count(disk, directory) };
}

function makeEmpty(disk: Disk, directory: string): void {
  try {
    disk.mkdir(directory, 0o700);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw refused(directory, errnoOf(error));
    if (!disk.lstat(directory).isDirectory()) throw refused(directory, "it is no folder");
    if (disk.list(directory).length > 0) throw refused(directory, "it is not empty");
  }
}

/** What could be the name of a blob: members that were too large, and the digests that owners bind. */
function* digestsIn(value: Plain, top = true): Generator<string> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value) as [string, Plain][]) {
    const digest = top ? referenceOf(inner) : null;
    if (digest !== null) yield digest;
    else if (key === "digest" && typeof inner === "string") yield inner;
    else yield* digestsIn(inner, false);
  }
}

/** null for a digest of something else. A blob that is missing is found by verifying, not by copying. */
function contentOf(audit: Audit, digest: string): Buffer | null {
  try {
    return audit.blob(digest);
  } catch (error) {
    if (error instanceof OpError && error.code === "OPD5101") return null;
    throw error;
  }
}

function count(disk: Disk, directory: string): number {
  let files = 0;
  for (const name of disk.list(directory)) {
    const mode = disk.lstat(join(directory, name)).mode & constants.S_IFMT;
    files += mode === constants.S_IFDIR ? count(disk, join(directory, name)) : 1;
  }
  return files;
}

function refused(directory: string, why: string): OpError {
  return new OpError("OPD5125", `${visible(directory)} is not written: ${why}`, { where: directory });
}
