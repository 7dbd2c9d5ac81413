// Where the first generation kept its records: a file each below timing/ (with a vector of the same name below vectors/),
// or blocks of footprints. Files are opened without following links, each once, and read whole up to a bound.

import { constants, type Stats } from "node:fs";
import { isUtf8 } from "node:buffer";
import { basename, dirname, join } from "node:path";
import { OpError } from "../../base/error.ts";
import { errnoOf } from "../../base/file.ts";
import { LIMITS } from "../../base/limits.ts";
import { visible } from "../../base/visible.ts";
import type { LocatedTable } from "../../base/text/text.ts";
import type { Disk } from "../file/file.ts";
import {
  judgeFootprint,
  LABELS,
  membersOf,
  textOf,
  type Judged,
  type LegacyRecord,
} from "./legacy-record.ts";

/** Records of a file, or of a folder: of its timing/ and blocks, or of those in its blockchain/. Throws OPD5123, OPD5124. */
export function* legacyFiles(disk: Disk, path: string): Generator<LegacyRecord> {
  if (!statOf(disk, path).isDirectory()) return void (yield* recordOf(disk, path, basename(path), null));
  let found = false;
  for (const folder of [path, join(path, "blockchain")]) {
    const names = namesIn(disk, folder);
    const timing = names.includes("timing") ? join(folder, "timing") : folder;
    const files = [
      ...names.filter(isBlock).map((name) => join(folder, name)),
      ...namesIn(disk, timing)
        .filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
        .map((name) => join(timing, name)),
    ];
    let previous: string | null = null;
    for (const file of files) {
      found = true;
      previous = yield* recordOf(disk, file, file.slice(path.length).replace(/^\/+/, ""), previous);
    }
  }
  if (!found) throw notFound(path, "it holds no records");
}

function isBlock(name: string): boolean {
  return /^block_\d+\.json$/.test(name);
}

/** Gives the hash that the next block should name. */
function* recordOf(
  disk: Disk,
  path: string,
  source: string,
  previous: string | null,
): Generator<LegacyRecord, string | null> {
  const bytes = contentOf(disk, path);
  if (!isUtf8(bytes)) {
    yield {
      label: "bad",
      source,
      original: bytes.toString("base64"),
      notes: ["it is not UTF-8: base64 here"],
    };
    return null;
  }
  const original = bytes.toString("utf8");
  const members = membersOf(source, original);
  if (typeof members === "string") {
    yield { label: "bad", source, original, notes: [`it is not JSON: ${members}`] };
    return null;
  }
  const block = members.get("footprints")?.value;
  const { label, hash, notes } = Array.isArray(block)
    ? judgeBlock(members, original, previous)
    : judgeFootprint(members, original, []);
  const more = Array.isArray(block) ? [] : besides(disk, path, hash);
  yield {
    label: more.some(({ bad }) => bad) ? "bad" : label,
    source,
    original,
    notes: [...notes, ...more.map(({ note }) => note)],
  };
  return hash;
}

/** The formula of block_hash was never written down: the footprints are judged, and that blocks name each other. */
function judgeBlock(block: LocatedTable, text: string, previous: string | null): Judged {
  const footprints = block.get("footprints")!.value as readonly { readonly value: unknown }[];
  const judged = footprints.map(({ value }, at): Judged =>
    value instanceof Map
      ? judgeFootprint(value as LocatedTable, text, ["footprints", at])
      : { label: "bad", hash: "", notes: ["it is not an object"] },
  );
  const notes = judged.map(({ label }, at) => `footprint ${at}: ${label}`);
  const chained = previous === null || textOf(block, "previous_hash") === previous;
  if (!chained) notes.push("its previous_hash is not the block_hash before it");
  if (judged.length === 0) notes.push("it holds no footprint that could be recomputed");
  const worst = Math.max(...judged.map(({ label }) => LABELS.indexOf(label)));
  const label = chained && judged.length > 0 ? LABELS[worst]! : "bad";
  return {
    label,
    hash: textOf(block, "block_hash") ?? "",
    notes: [...notes, "block_hash was not recomputed"],
  };
}

/** What lies around a footprint: its file is named after its hash, and its vector repeats what it says. */
function besides(disk: Disk, path: string, hash: string): { note: string; bad: boolean }[] {
  const name = basename(path, ".json");
  const misnamed = /^[0-9a-f]{64}$/.test(name) && name !== hash;
  const found = misnamed ? [{ note: "its file is named after another hash", bad: true }] : [];
  if (basename(dirname(path)) !== "timing") return found;
  const vector = join(dirname(dirname(path)), "vectors", `${name}.vec`);
  return [...found, { note: vectorNote(disk, vector, hash), bad: false }];
}

/** A vector was never part of any hash: it is looked at, not kept, and nothing in it makes a record bad. */
function vectorNote(disk: Disk, path: string, hash: string): string {
  try {
    disk.lstat(path);
    const members = membersOf(path, contentOf(disk, path).toString("utf8"));
    const agrees = typeof members !== "string" && textOf(members, "hash") === hash;
    return agrees ? "its vector names the same hash" : "its vector names another hash";
  } catch (error) {
    return errnoOf(error) === "ENOENT" ? "it has no vector" : "its vector cannot be read";
  }
}

function contentOf(disk: Disk, path: string): Buffer {
  let fd: number;
  try {
    // O_NONBLOCK: a FIFO in a stranger's folder must not make us wait.
    fd = disk.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw notFound(path, errnoOf(error) === "ELOOP" ? "it is a symbolic link" : errnoOf(error));
  }
  try {
    const stats = disk.stat(fd);
    const { size } = stats;
    if (!stats.isFile()) throw notFound(path, "it is no file");
    if (size > LIMITS.legacyRecordBytesMax)
      throw new OpError("OPD5124", `${visible(path)} has ${size} bytes`, { where: path });
    const bytes = Buffer.alloc(size);
    let at = 0;
    while (at < size) {
      const count = disk.read(fd, bytes.subarray(at), at);
      if (count === 0) break;
      at += count;
    }
    return bytes.subarray(0, at);
  } finally {
    disk.close(fd);
  }
}

function namesIn(disk: Disk, folder: string): readonly string[] {
  try {
    return disk.lstat(folder).isDirectory() ? disk.list(folder) : [];
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw notFound(folder, errnoOf(error));
  }
}

function statOf(disk: Disk, path: string): Stats {
  try {
    return disk.lstat(path);
  } catch (error) {
    throw notFound(path, errnoOf(error) === "ENOENT" ? "there is nothing" : errnoOf(error));
  }
}

function notFound(path: string, why: string): OpError {
  return new OpError("OPD5123", `${visible(path)} cannot be imported: ${why}`, { where: path });
}
