// The folder of tiles (c2sp.org/tlog-tiles): its paths, its bytes, reading and writing. Which tiles there have to be is
// tree.ts's, whether they are right shelf.ts's.
//
//   tile/0/x001/x234/067         256 leaf hashes of 32 bytes, of leaves 1234067 * 256 and on
//   tile/1/005.p/17              the first 17 hashes of tile 5 of level 1; each is the root of a full tile of level 0
//   tile/entries/000             256 entries: length (2 bytes, big-endian), bytes

import { join } from "node:path";
import { LIMITS } from "../../base/limits.ts";
import type { Disk } from "../file/file.ts";
import { lookedAt, namesIn, readWhole, removeIfThere, writeNamed } from "./derived.ts";
import { HASH_BYTES } from "./merkle.ts";
import { TILE_WIDTH } from "./tree.ts";

/** Levels count from 0. */
export type Level = number | "entries";

/** Folders below tile/ on the way to a partial tile: its level, four groups of digits, its index. */
const DEPTH_MAX = 6;
const BUNDLE_BYTES_MAX = TILE_WIDTH * (2 + LIMITS.entrySizeBytesMax);

/** Below the log's folder; `width` hashes or entries, 1..256. */
export function tilePath(level: Level, index: number, width = TILE_WIDTH): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/.{3}/g) ?? [];
  const path = groups.map((group, n) => (n < groups.length - 1 ? `x${group}` : group)).join("/");
  return `tile/${level}/${path}${width < TILE_WIDTH ? `.p/${width}` : ""}`;
}

/** What `tilePath` made; null for any other name. */
export function parseTilePath(
  path: string,
): { readonly level: Level; readonly index: number; readonly width: number } | null {
  const [, word, groups, partial] =
    /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path) ?? [];
  if (word === undefined || groups === undefined) return null;
  const level = word === "entries" ? word : Number(word);
  const index = Number(groups.replaceAll(/[x/]/g, ""));
  const width = Number(partial ?? TILE_WIDTH);
  return tilePath(level, index, width) === path ? { level, index, width } : null;
}

/** An entry as bundles hold it. */
export function bundled(entry: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(2 + entry.length);
  bytes.writeUInt16BE(entry.length, 0);
  bytes.set(entry, 2);
  return bytes;
}

/** The first `width` entries of a bundle; null when it does not hold that many. */
export function unbundled(bundle: Buffer, width: number): readonly Buffer[] | null {
  const entries: Buffer[] = [];
  for (let at = 0; entries.length < width;) {
    if (at + 2 > bundle.length) return null;
    const end = at + 2 + bundle.readUInt16BE(at);
    if (end > bundle.length) return null;
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return entries;
}

/** Who is told of tiles and bundles. */
export interface TileSink {
  /** `width` hashes or entries, from the first of the tile on. The bytes are used again: copy them to keep them. */
  write(level: Level, index: number, width: number, bytes: Uint8Array): void;
}

export class Tiles implements TileSink {
  readonly #disk: Disk;
  readonly #directory: string;
  /** What a reader that must not write would have written; entries are not kept, they are in the segments. */
  readonly #kept: Map<string, Buffer> | null;

  constructor(disk: Disk, directory: string, readOnly: boolean) {
    this.#disk = disk;
    this.#directory = directory;
    this.#kept = readOnly ? new Map() : null;
  }

  /** The first `width` hashes of a tile or entries of a bundle, from any file that has them; more may follow in a
   * bundle. null when there is none. */
  read(level: Level, index: number, width: number): Buffer | null {
    for (const candidate of this.#candidates(level, index, width)) {
      const bytes = this.readFile(tilePath(level, index, candidate));
      if (bytes === null) continue;
      if (level === "entries") return bytes;
      if (bytes.length === candidate * HASH_BYTES) return bytes.subarray(0, width * HASH_BYTES);
    }
    return null;
  }

  /** One file; null when it is not there. Throws OPD5003. */
  readFile(path: string): Buffer | null {
    return this.#kept?.get(path) ?? readWhole(this.#disk, join(this.#directory, path), BUNDLE_BYTES_MAX);
  }

  write(level: Level, index: number, width: number, bytes: Uint8Array): void {
    const path = tilePath(level, index, width);
    if (this.#kept !== null) {
      if (level !== "entries" && width === TILE_WIDTH) this.#kept.set(path, Buffer.from(bytes));
      return;
    }
    writeNamed(this.#disk, join(this.#directory, path), bytes);
    for (const smaller of this.#partials(level, index))
      if (smaller < width) removeIfThere(this.#disk, join(this.#directory, tilePath(level, index, smaller)));
  }

  /** Every name below tile/, folders left out: but for what is deeper than any tile. Throws OPD5003. */
  *list(path = "tile", depth = 0): Generator<string> {
    const stats = lookedAt(this.#disk, join(this.#directory, path));
    if (stats === null) return;
    if (!stats.isDirectory() || depth > DEPTH_MAX) yield path;
    else
      for (const name of namesIn(this.#disk, join(this.#directory, path)))
        yield* this.list(`${path}/${name}`, depth + 1);
  }

  *#candidates(level: Level, index: number, width: number): Generator<number> {
    yield width;
    if (width < TILE_WIDTH) yield TILE_WIDTH;
    for (const other of this.#partials(level, index)) if (other > width) yield other;
  }

  #partials(level: Level, index: number): readonly number[] {
    return namesIn(this.#disk, join(this.#directory, `${tilePath(level, index)}.p`))
      .filter((name) => /^[1-9]\d{0,2}$/.test(name))
      .map(Number);
  }
}
