// Import of what the first generation recorded: every record is recomputed, labelled and wrapped unchanged into an entry of
// type `legacy`. The label says what its own hash is worth, never that it was verified: nothing in those records is signed
// or chained, so what they say may have been written yesterday. Importing twice changes nothing.

import { constants } from "node:fs";
import { basename } from "node:path";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Disk } from "../file/file.ts";
import type { Audit, EntryBody } from "./model.ts";
import { legacyEvents, SQLITE_MAGIC } from "./legacy-events.ts";
import { legacyFiles } from "./legacy-files.ts";
import { sha256, type Label, type LegacyRecord } from "./legacy-record.ts";

export type { Label, LegacyRecord } from "./legacy-record.ts";

export interface Imported {
  readonly records: number;
  /** Records of each label, those that were skipped too. */
  readonly labels: { readonly [L in Label]: number };
  /** Already in the log: the same text was imported before. */
  readonly skipped: number;
  /** Records that are bad, at most LIMITS.legacyNamedMax. */
  readonly bad: readonly { readonly source: string; readonly notes: readonly string[] }[];
}

type Importing = Pick<Audit, "entries" | "append">;

/** Entries of one append: one fsync for as many. */
const BATCH = 256;

/** Records of a footprint file, a folder or a SQLite file. Throws OPD5123, OPD5124. */
export function readLegacy(disk: Disk, path: string): Iterable<LegacyRecord> {
  return isSqlite(disk, path) ? legacyEvents(disk, path, basename(path)) : legacyFiles(disk, path);
}

/** Appends what is not in the log yet; each batch is durable before the next is read. Throws what `append` does. */
export async function importLegacy(audit: Importing, records: Iterable<LegacyRecord>): Promise<Imported> {
  const known = digestsIn(audit);
  const labels = { "4-part ok": 0, "3-part ok (data unbound)": 0, bad: 0 };
  const bad: Imported["bad"][number][] = [];
  let count = 0;
  let skipped = 0;
  let batch: EntryBody[] = [];
  for (const record of records) {
    if (++count > LIMITS.legacyRecordsMax)
      throw new OpError("OPD5124", `there are more than ${LIMITS.legacyRecordsMax} records`);
    labels[record.label]++;
    const { source, notes } = record;
    if (record.label === "bad" && bad.length < LIMITS.legacyNamedMax) bad.push({ source, notes });
    const digest = sha256(record.original);
    if (known.has(digest)) skipped++;
    else {
      known.add(digest);
      batch.push(bodyOf(record, digest));
    }
    if (batch.length === BATCH) {
      await audit.append(batch, { group: true, checkpoint: false });
      batch = [];
    }
  }
  if (count > skipped) await audit.append(batch, { group: true, checkpoint: true });
  return { records: count, labels, skipped, bad };
}

function bodyOf({ label, source, original, notes }: LegacyRecord, digest: string): EntryBody {
  return { type: "legacy", label, source, digest, original, notes };
}

/** Digests of the records that are in the log. */
function digestsIn(audit: Importing): Set<string> {
  const digests = new Set<string>();
  for (const { value } of audit.entries(0)) {
    const digest = value["digest"];
    if (value["type"] === "legacy" && typeof digest === "string") digests.add(digest);
  }
  return digests;
}

/** A link or what cannot be opened is left to who reads it, and says why. */
function isSqlite(disk: Disk, path: string): boolean {
  try {
    const fd = disk.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const head = Buffer.alloc(SQLITE_MAGIC.length);
      return disk.read(fd, head, 0) === head.length && head.equals(SQLITE_MAGIC);
    } finally {
      disk.close(fd);
    }
  } catch {
    return false;
  }
}
