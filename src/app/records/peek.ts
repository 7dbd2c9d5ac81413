// The journal looked at: what every start does before anything else, to see whether a crash left something. Without a lock,
// without a write, and without what writing needs: most commands find nothing and load no more than this.

import { join } from "node:path";
import { errnoOf } from "../../base/file.ts";
import { checkPrivate, systemDisk } from "../../store/file/file.ts";
import { openJournal, type Journal } from "../../store/journal/journal.ts";
import type { RecordsInput } from "./records.ts";

/** null where there is none yet. Throws OPD5001, OPD5003. */
export async function peekJournal({
  config,
  who,
  clock,
  disk = systemDisk,
}: RecordsInput): Promise<Journal | null> {
  const directory = join(config.stateDir, "@state", "journal");
  try {
    checkPrivate(disk, directory, who.uid);
  } catch (error) {
    // Where nobody can go nothing of ours is begun.
    if (["ENOENT", "ENOTDIR", "EACCES"].includes(errnoOf(error))) return null;
    throw error;
  }
  return await openJournal({ directory, disk, clock, readOnly: true });
}
