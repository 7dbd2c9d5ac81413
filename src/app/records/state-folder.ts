// Folders of the state directory: subvolumes where the file system is BTRFS, so that they can be snapshotted; plain ones
// elsewhere. What is there already stays what it is. Private either way.

import { chmodSync } from "node:fs";
import { join } from "node:path";
import { isThere } from "../../base/file.ts";
import { btrfsSubvolumes } from "../../host/btrfs/btrfs.ts";
import { checkPrivate, makePrivate, systemDisk } from "../../store/file/file.ts";

/** The folder's path; it is there and private. `name` begins with `@`. Throws OPD5001, OPD5002. */
export async function makeStateFolder(stateDir: string, name: string, uid: number): Promise<string> {
  const path = join(stateDir, name);
  if (!isThere(path)) {
    makePrivate(systemDisk, stateDir, uid);
    const subvolumes = btrfsSubvolumes(uid);
    // Records matter more than snapshots of them: where no subvolume can be made, a plain folder does.
    if ((await subvolumes.lacks(stateDir)) === null) await subvolumes.create(path).catch(() => undefined);
    if (isThere(path)) chmodSync(path, 0o700);
    else makePrivate(systemDisk, path, uid);
  }
  checkPrivate(systemDisk, path, uid);
  return path;
}
