// Checking an audit log offline, from its files alone and strictly: every byte of the segments, every leaf hash, the root
// and the signatures of every head, tiles and bundles, anchors; `full` adds the form of every entry, groups and blobs. It
// only reads, believes nothing that lies behind damage, and holds while somebody appends.

import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { PlainTable } from "../../base/text/text.ts";
import type { Disk } from "../file/file.ts";
import { scanLog, type LogRecord, type LogScan } from "../log/log.ts";
import { blobFault } from "./blobs.ts";
import { parseHead, type SignedHead } from "./checkpoint.ts";
import { lookedAt, namesIn, readSteady } from "./derived.ts";
import { entryValue } from "./entry.ts";
import { AUDIT_KIND, ENTRY_FRAME, Growth, NOTE_FRAME } from "./growth.ts";
import { EMPTY_ROOT } from "./merkle.ts";
import type { Anchor } from "./pin.ts";
import { Findings, type AuditReport } from "./report.ts";
import { bundled, Tiles } from "./tiles.ts";
import { AnchorCheck } from "./verify-anchors.ts";
import { EntryCheck } from "./verify-entries.ts";
import { KeyCheck, verifiersOf } from "./verify-keys.ts";
import { TileCheck } from "./verify-tiles.ts";

export interface VerifyOptions {
  readonly directory: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly full: boolean;
  /** Read before calling this: a log only grows. */
  readonly anchors: readonly Anchor[];
  /** Verifier keys of witnesses. */
  readonly witnesses: readonly string[];
  /** Digests of further blobs that an entry binds, in the owner's words; for `full`. */
  readonly blobsOf?: (entry: PlainTable) => readonly string[];
}

/** Throws OPD5004 (it cannot be told whether somebody is writing), OPD5103 (no verifier key). */
export async function verifyAudit(options: VerifyOptions): Promise<AuditReport> {
  const { directory, disk, clock } = options;
  const check = new Check(options);
  // No folder is an empty log: an anchor tells that there was one.
  if (namesIn(disk, directory).length === 0) return check.report(NOTHING);
  const scan = await scanLog({ directory, kind: AUDIT_KIND, disk, clock }, (record, place) => {
    check.bytes += place.sizeBytes;
    check.record(record);
  });
  return check.report(scan);
}

class Check {
  bytes = 0;
  #heads = 0;
  #head: SignedHead | null = null;
  #headSeen: boolean;
  readonly #findings = new Findings();
  readonly #full: boolean;
  /** What the file `checkpoint` said before the segments were read. */
  readonly #file: string;
  readonly #tiles: TileCheck;
  readonly #growth: Growth;
  readonly #keys = new KeyCheck(this.#findings);
  readonly #entries: EntryCheck;
  readonly #anchors: AnchorCheck;

  constructor({ directory, disk, full, anchors, witnesses, blobsOf = () => [] }: VerifyOptions) {
    const note = this.#checkpoint(disk, directory);
    this.#file = parseHead(note)?.note.text ?? note;
    this.#headSeen = this.#file === "";
    if (full && lookedAt(disk, join(directory, "blobs"))?.isDirectory() === false)
      this.#findings.alarm("OPD5111", "it is no folder", "blobs");
    this.#full = full;
    this.#tiles = new TileCheck(new Tiles(disk, directory, true), this.#findings);
    this.#growth = new Growth(this.#tiles);
    this.#entries = new EntryCheck(this.#findings, {
      blobsOf,
      blobFault: (digest) => blobFault(disk, directory, digest),
    });
    this.#anchors = new AnchorCheck(this.#findings, anchors, verifiersOf(witnesses));
  }

  record(record: LogRecord): void {
    const payload = Buffer.from(record.payload.buffer, record.payload.byteOffset, record.payload.length);
    if (record.type === ENTRY_FRAME) this.#entry(record, payload);
    else if (record.type === NOTE_FRAME) this.#note(record, payload.toString("utf8"));
    else this.#findings.alarm("OPD5105", `it has the unknown type ${record.type}`, `record ${record.seq}`);
  }

  report(scan: LogScan): AuditReport {
    const { size } = this.#growth.tree;
    if (this.#full) this.#entries.boundary();
    this.#keys.finish();
    this.#behind(scan);
    // What is behind damage is not known, so nothing can be said of tiles and heads that are of it.
    if (scan.damage === null) {
      this.#tiles.finish(this.#growth.tree, this.#growth.open.map(bundled));
      if (!this.#headSeen) this.#findings.alarm("OPD5107", "it is of no head in the log", "checkpoint");
    }
    this.#anchors.finish(size, this.#keys.origin, this.#keys.known);
    const signedSize = this.#head?.size ?? 0;
    if (signedSize < size)
      this.#findings.note(
        "OPD5114",
        `${size - signedSize} entries are not signed yet`,
        `entry ${signedSize}`,
      );
    const { list, more, alarms } = this.#findings;
    return {
      holds: alarms === 0,
      ...this.#anchors.verdict,
      full: this.#full,
      origin: this.#keys.origin,
      key: this.#growth.key,
      root: this.#growth.tree.root().toString("base64"),
      signedSize,
      counts: {
        entries: size,
        heads: this.#heads,
        groups: this.#entries.groups,
        blobs: this.#entries.blobs,
        tiles: this.#tiles.compared,
        segments: scan.segments,
        bytes: this.bytes,
      },
      findings: list,
      more,
    };
  }

  #checkpoint(disk: Disk, directory: string): string {
    try {
      return readSteady(disk, join(directory, "checkpoint"), LIMITS.noteCharsMax)?.toString("utf8") ?? "";
    } catch (error) {
      if (!(error instanceof OpError)) throw error;
      this.#findings.alarm("OPD5107", error.message, "checkpoint");
      return "";
    }
  }

  #entry(record: LogRecord, payload: Buffer): void {
    const { tree } = this.#growth;
    const index = tree.size;
    const keyBefore = this.#growth.key;
    this.#growth.follow(record);
    const { key, fault } = this.#growth;
    if (fault !== null) {
      this.#growth.fault = null;
      return this.#findings.alarm("OPD5106", `it has ${payload.length} bytes`, `record ${record.seq}`);
    }
    const named = key === keyBefore ? null : key;
    const replaces = named === null ? null : entryValue(payload)["replaces"];
    this.#keys.entry(index, named, typeof replaces === "string" ? replaces : null);
    this.#anchors.grown(tree.size, () => tree.root());
    const before = this.#head ?? NO_HEAD;
    if (this.#full) this.#entries.entry(index, payload, before);
    else this.#entries.previous(index, payload, before);
  }

  #note(record: LogRecord, note: string): void {
    const where = `record ${record.seq}, after ${this.#growth.tree.size} entries`;
    if (this.#full) this.#entries.boundary();
    const head = parseHead(note);
    this.#growth.follow(record);
    if (head === null || this.#growth.fault !== null) {
      this.#growth.fault = null;
      return this.#findings.alarm("OPD5107", "the head is not of the entries before it", where);
    }
    this.#keys.head(head);
    this.#anchors.head(head.size, head.note);
    this.#headSeen ||= head.note.text === this.#file;
    // The same one again carries signatures of witnesses.
    if (head.note.text !== this.#head?.note.text) this.#heads++;
    this.#head = head;
  }

  #behind({ first, damage, behindBytes, end }: LogScan): void {
    if (first > 0) this.#findings.alarm("OPD5105", `records 0 to ${first - 1} are not there`, "record 0");
    if (damage !== null) this.#findings.alarm("OPD5105", damage.message, damage.where ?? "");
    else if (behindBytes > 0)
      this.#findings.alarm(
        "OPD5113",
        `${behindBytes} bytes stand behind the last record; after a crash op-dbus recover drops and records them`,
        `${end?.path ?? ""}, byte ${end?.offset ?? 0}`,
      );
  }
}

const NOTHING: LogScan = { segments: 0, first: 0, next: 0, damage: null, behindBytes: 0, end: null };
const NO_HEAD = { size: 0, root: EMPTY_ROOT.toString("base64") };
