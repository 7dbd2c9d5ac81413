// Opening an audit log: from its derived files where they hold, else from its first record. A log that is shorter than the
// newest checkpoint it signed is not opened: what is missing was durable.

import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { visible } from "../../base/visible.ts";
import { checkPrivate, makePrivate, type Disk } from "../file/file.ts";
import { openLog, type Log, type LogRecord } from "../log/log.ts";
import type { Audit } from "./model.ts";
import { AuditLog } from "./audit-log.ts";
import { Blobs } from "./blobs.ts";
import { lookedAt } from "./derived.ts";
import { AUDIT_KIND, Growth, NOTE_FRAME, type Start } from "./growth.ts";
import { parseNote } from "./note.ts";
import type { Pin } from "./pin.ts";
import { readNewest, readStart, type Position } from "./position.ts";
import { Tiles, type TileSink } from "./tiles.ts";

export interface AuditOptions {
  /** `@timing` of the state directory; made where it is missing. */
  readonly directory: string;
  /** The folder of keys, not below what is replicated. */
  readonly keyDirectory: string;
  readonly disk: Disk;
  readonly clock: Clock;
  /** /proc/sys/kernel/random/boot_id. */
  readonly bootId: string;
  /** Whose log it is. */
  readonly uid: number;
  /** What is remembered of the log, read before it is opened, or why that cannot be read: to a log that contradicts it
   * nothing is appended. */
  readonly pin?: Pin | OpError | null;
  /** Never writes. The folder has to be there. */
  readonly readOnly?: boolean;
}

interface Opened {
  readonly log: Log;
  readonly growth: Growth;
  readonly tiles: Tiles;
}

/** Throws OPD5001 (not private), OPD5003 (segments damaged), OPD5101 (entries and signed heads disagree). */
export async function openAudit(options: AuditOptions): Promise<Audit> {
  const { directory, keyDirectory, disk, clock, bootId, uid, readOnly = false } = options;
  if (readOnly) checkPrivate(disk, directory, uid);
  else makePrivate(disk, directory, uid);
  for (const name of ["tile", "blobs"]) needFolder(disk, join(directory, name));
  // Before the segments: whoever writes it has made these durable first.
  const newest = readNewest(disk, directory);
  const tiles = new Tiles(disk, directory, readOnly);
  const found = newest === null ? null : readStart(tiles, newest);
  const quick = newest === null || found === null ? null : await openFrom(options, newest, found);
  const { log, growth, ...rest } = quick ?? (await openWhole(options));
  if (newest !== null && growth.tree.size < newest.checkpoint.size) {
    await log.close();
    throw new OpError(
      "OPD5101",
      `the audit log has ${growth.tree.size} entries, and its checkpoint was signed over ${newest.checkpoint.size}`,
      { where: directory, hint: "op-dbus audit verify" },
    );
  }
  const keys = { directory: keyDirectory, disk, uid };
  const blobs = new Blobs(disk, directory);
  const parts = { directory, disk, clock, bootId, keys, readOnly, blobs, log, growth, tiles: rest.tiles };
  const audit = new AuditLog(parts, quick === null ? null : (newest?.checkpoint.note ?? null));
  audit.begin(options.pin ?? null);
  return audit;
}

/** Nothing is written or read through a link in its place. */
function needFolder(disk: Disk, path: string): void {
  const stats = lookedAt(disk, path);
  if (stats === null || stats.isDirectory()) return;
  const why = stats.isSymbolicLink() ? "is a symbolic link" : "is no folder";
  throw new OpError("OPD5001", `${visible(path)} ${why}`, { where: path, hint: `ls -ld ${path}` });
}

/** From the newest checkpoint on; null when the log does not have it where it should be. */
async function openFrom(
  options: AuditOptions,
  { seq, checkpoint }: Position,
  start: Start,
): Promise<Opened | null> {
  const tiles = new Tiles(options.disk, options.directory, options.readOnly ?? false);
  const growth = new Growth(forgiving(tiles), start);
  let matches: boolean | null = null;
  const follow = (record: LogRecord): void => {
    matches ??= record.type === NOTE_FRAME && sameText(record.payload, checkpoint.note);
    if (matches) growth.follow(record);
  };
  const log = await openLog({ ...logOptions(options), follow, followFrom: seq });
  if (matches === true && growth.fault === null) return { log, growth, tiles };
  await log.close();
  return null;
}

/** What cannot be written now is noticed where it is read, and made again there: the entries are durable without it. */
function forgiving(tiles: Tiles): TileSink {
  return {
    write(...tile) {
      try {
        tiles.write(...tile);
      } catch (error) {
        if (!(error instanceof OpError) || error.code !== "OPD5002") throw error;
      }
    },
  };
}

async function openWhole(options: AuditOptions): Promise<Opened> {
  const tiles = new Tiles(options.disk, options.directory, options.readOnly ?? false);
  const growth = new Growth(forgiving(tiles));
  const log = await openLog({ ...logOptions(options), follow: (record) => growth.follow(record) });
  if (growth.fault === null) return { log, growth, tiles };
  await log.close();
  throw growth.fault;
}

function logOptions({ directory, disk, clock, readOnly = false }: AuditOptions) {
  return {
    directory,
    disk,
    clock,
    readOnly,
    kind: AUDIT_KIND,
    segmentBytesFirst: LIMITS.auditSegmentBytesFirst,
    segmentBytesMax: LIMITS.auditSegmentBytesMax,
  };
}

/** The same head, whoever has signed it since. */
function sameText(payload: Uint8Array, note: string): boolean {
  return parseNote(Buffer.from(payload).toString("utf8"))?.text === parseNote(note)?.text;
}
