// The first generation's other record: a SQLite table `events` that a shell script wrote, each row with the SHA-256 of
// `timestamp|snapshot|previous|data` and the hash of the row before it. Opened as immutable: nothing is written beside it,
// no lock is taken, no other file is followed. Only plain columns of a table are read, so that nothing in the file is run.

import { pathToFileURL } from "node:url";
import { OpError } from "../../base/error.ts";
import { errnoOf } from "../../base/file.ts";
import { LIMITS } from "../../base/limits.ts";
import { canonicalJson, type Plain, type PlainTable } from "../../base/text/text.ts";
import { visible } from "../../base/visible.ts";
import type { Disk } from "../file/file.ts";
import { sha256, type LegacyRecord } from "./legacy-record.ts";

const COLUMNS = ["id", "timestamp", "event_type", "snapshot_id", "data", "hash", "previous_hash"] as const;
type Row = Readonly<Record<(typeof COLUMNS)[number], Plain | Uint8Array>>;

/** First bytes of a SQLite file (its file format, 1.3). */
export const SQLITE_MAGIC = Buffer.from("SQLite format 3\0");

/** Rows in the order of their ids. Throws OPD5123, OPD5124. */
export function* legacyEvents(disk: Disk, path: string, source: string): Generator<LegacyRecord> {
  refuseUnfinished(disk, path);
  // Loaded here: only an import of this kind needs it.
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const immutable = pathToFileURL(path);
  immutable.searchParams.set("immutable", "1");
  const database = new DatabaseSync(immutable, { readOnly: true, allowExtension: false });
  try {
    database.exec("PRAGMA trusted_schema = OFF; PRAGMA query_only = ON");
    const table = database.prepare("SELECT type FROM sqlite_schema WHERE name = 'events'").get();
    if (table?.["type"] !== "table") throw new Error("it has no table events");
    const select = database.prepare(`SELECT ${COLUMNS.join(", ")} FROM main.events ORDER BY id`);
    select.setReadBigInts(true);
    let previous: string | null = null;
    for (const row of select.iterate() as Iterable<Row>) {
      const record = judgeRow(row, source, previous);
      previous = textOf(row.hash);
      yield record;
    }
  } catch (error) {
    if (error instanceof OpError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new OpError("OPD5123", `${visible(path)} cannot be imported: ${visible(why)}`, { where: path });
  } finally {
    database.close();
  }
}

/** What SQLite has not written into the file yet would be missing. */
function refuseUnfinished(disk: Disk, path: string): void {
  for (const ending of ["-wal", "-journal"]) {
    if (!isThere(disk, `${path}${ending}`)) continue;
    throw new OpError("OPD5123", `${visible(path)} cannot be imported: ${ending} beside it holds changes`, {
      where: path,
      hint: "sqlite3 FILE 'PRAGMA journal_mode = DELETE' writes them into it",
    });
  }
}

function isThere(disk: Disk, path: string): boolean {
  try {
    return disk.lstat(path).size > 0;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** `previous`: hash of the row before; null = this is the first, which may name anything. */
function judgeRow(row: Row, source: string, previous: string | null): LegacyRecord {
  const original = canonicalJson(
    Object.fromEntries(COLUMNS.map((name) => [name, plainOf(row[name])])) as PlainTable,
  );
  const where = `${source}#${textOf(row.id)}`;
  if (original.length > LIMITS.legacyRecordBytesMax)
    throw new OpError("OPD5124", `${visible(where)} has ${original.length} bytes`, { where });
  const parts = [row.timestamp, row.snapshot_id, row.previous_hash, row.data].map(textOf);
  const hashed = sha256(parts.join("|")) === textOf(row.hash);
  const chained = previous === null || textOf(row.previous_hash) === previous;
  const notes = [
    ...(hashed ? [] : ["its hash is not that of timestamp|snapshot|previous|data"]),
    ...(chained ? [] : ["its previous_hash is not the hash of the row before"]),
    "event_type was never part of the hash",
  ];
  return { label: hashed && chained ? "4-part ok" : "bad", source: where, original, notes };
}

/** As the shell put it into its text: NULL is nothing. */
function textOf(value: Plain | Uint8Array): string {
  if (value === null) return "";
  return value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value);
}

function plainOf(value: Plain | Uint8Array): Plain {
  return value instanceof Uint8Array ? { $ay: Buffer.from(value).toString("base64") } : value;
}
