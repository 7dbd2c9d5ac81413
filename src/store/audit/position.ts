// Opening without reading the whole log: a small derived file beside `checkpoint` says which record the newest signed
// checkpoint is and which key signs. It is believed when the tiles on disk give that checkpoint's root and the log has it
// there; else everything is followed from the first record.
//
//   {"format":"op-dbus-audit-position","version":1,"seq":812,"size":640,"key":"op-dbus/…+…+…"}

import { join } from "node:path";
import { canonicalJson, type PlainTable } from "../../base/text/text.ts";
import type { Disk } from "../file/file.ts";
import type { Checkpoint } from "./model.ts";
import { parseHead } from "./checkpoint.ts";
import { readWhole, writeOver, writeSector } from "./derived.ts";
import { entryValue } from "./entry.ts";
import type { Start } from "./growth.ts";
import { leafHash } from "./merkle.ts";
import { parseVkey, verifyNote } from "./note.ts";
import { unbundled, type Tiles } from "./tiles.ts";
import { fullTiles, rowWidth, TILE_WIDTH, Tree } from "./tree.ts";

const FORMAT = "op-dbus-audit-position";
const FILE_BYTES_MAX = 64 * 1024;

export interface Position {
  readonly seq: number;
  readonly checkpoint: Checkpoint;
  readonly key: string;
}

export function writePosition(disk: Disk, directory: string, { seq, checkpoint, key }: Position): void {
  writeOver(disk, join(directory, "checkpoint"), Buffer.from(checkpoint.note));
  const position = canonicalJson({ format: FORMAT, version: 1, seq, size: checkpoint.size, key });
  writeSector(disk, join(directory, "position"), position);
}

/** What the derived files say; null where there are none or they contradict each other. */
export function readNewest(disk: Disk, directory: string): Position | null {
  const note = readWhole(disk, join(directory, "checkpoint"), FILE_BYTES_MAX)?.toString("utf8") ?? "";
  const bytes = readWhole(disk, join(directory, "position"), FILE_BYTES_MAX);
  const head = parseHead(note);
  const value = bytes === null ? null : tableOf(bytes);
  if (head === null || value?.["format"] !== FORMAT || value["version"] !== 1) return null;
  const { seq, size, key } = value;
  if (typeof seq !== "number" || typeof key !== "string" || head.size !== size) return null;
  const verifier = parseVkey(key);
  if (verifier === null || verifyNote(head.note, [verifier]).good.length === 0) return null;
  return { seq, checkpoint: { size: head.size, root: head.root, note }, key };
}

/** All that has to be known of the tree at a checkpoint; null when the tiles do not give its root. */
export function readStart(tiles: Tiles, { checkpoint: { size, root }, key }: Position): Start | null {
  const rows = readRows(tiles, size);
  const bundle = readBundle(tiles, size);
  if (rows === null || bundle === null) return null;
  if (new Tree(() => undefined, size, rows).root().toString("base64") !== root) return null;
  const leaves = bundle.map((entry) => leafHash(entry));
  if (!Buffer.concat(leaves).equals(rows[0] ?? Buffer.alloc(0))) return null;
  return { size, rows, bundle, key };
}

/** A file that a power cut left empty or half is as good as none. */
function tableOf(bytes: Buffer): PlainTable | null {
  try {
    return entryValue(bytes);
  } catch {
    return null;
  }
}

function readRows(tiles: Tiles, size: number): readonly Buffer[] | null {
  const rows: Buffer[] = [];
  for (let level = 0; size >= TILE_WIDTH ** level; level++) {
    const width = rowWidth(size, level);
    const row = width === 0 ? Buffer.alloc(0) : tiles.read(level, fullTiles(size, level), width);
    if (row === null) return null;
    rows.push(row);
  }
  return rows;
}

function readBundle(tiles: Tiles, size: number): readonly Buffer[] | null {
  const width = rowWidth(size, 0);
  if (width === 0) return [];
  const bytes = tiles.read("entries", fullTiles(size, 0), width);
  return bytes === null ? null : unbundled(bytes, width);
}
