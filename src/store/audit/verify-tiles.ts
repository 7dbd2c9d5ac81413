// Checking the derived files against the tree that the segments give: each full tile and bundle while the tree grows, the
// partial ones and whatever else lies there at the end. What is missing or was torn by a power cut is made again at the
// next append; what says something else is an alarm.

import { hash } from "node:crypto";
import { OpError } from "../../base/error.ts";
import { HASH_BYTES } from "./merkle.ts";
import type { Findings } from "./report.ts";
import { parseTilePath, tilePath, unbundled, type Level, type Tiles, type TileSink } from "./tiles.ts";
import { fullTiles, rowWidth, TILE_WIDTH, type Tree } from "./tree.ts";

interface Lost {
  readonly name: string;
  readonly digest: string;
}

const LOOKED_AT_AGAIN = 64;

export class TileCheck implements TileSink {
  compared = 0;
  #lost = 0;
  /** The last of them: one that somebody writes at this moment is there a little later. */
  #lostLast: Lost[] = [];
  readonly #unreadable = new Set<string>();
  readonly #tiles: Tiles;
  readonly #findings: Findings;
  /** Names that were there before the segments were read: whoever wrote them had made the entries durable before. */
  readonly #names: readonly string[];

  constructor(tiles: Tiles, findings: Findings) {
    this.#tiles = tiles;
    this.#findings = findings;
    this.#names = [...tiles.list()];
  }

  /** A tile is full: the file says the same. */
  write(level: Level, index: number, width: number, bytes: Uint8Array): void {
    this.#compare(tilePath(level, index, width), bytes);
  }

  /** All entries are read. `open`: what the bundle that is not full consists of. */
  finish(tree: Tree, open: readonly Buffer[]): void {
    for (const name of this.#names) this.#judge(name, tree, open);
    const found = this.#lostLast.filter(({ name, digest }) => {
      const bytes = this.#read(name);
      return bytes !== null && hash("sha256", bytes) === digest;
    });
    const lost = this.#lost - found.length;
    const where = this.#lostLast.find((one) => !found.includes(one))?.name ?? "tile";
    if (lost > 0) this.#findings.note("OPD5116", `${lost} tiles or bundles are missing or torn`, where);
  }

  #judge(name: string, tree: Tree, open: readonly Buffer[]): void {
    // What a crash left of a file under way has a random name.
    if (/\.[0-9a-f]{12}\.new$/.test(name)) return;
    const tile = parseTilePath(name);
    const level = tile?.level === "entries" ? 0 : tile?.level;
    if (tile === null || level === undefined)
      return this.#foreign(name, "no file of this log has such a name");
    const full = fullTiles(tree.size, level);
    if (tile.index < full) {
      // Full ones were compared; a part of one that is full by now is one that nobody has removed yet.
      if (tile.width < TILE_WIDTH) this.#comparePart(name, tile.level, tile.index, tile.width);
    } else if (tile.index > full || tile.width > rowWidth(tree.size, level))
      this.#foreign(name, "it is of entries that the log does not have");
    else if (this.#read(name) === null) return;
    else if (tile.level === "entries") this.#compare(name, Buffer.concat(open.slice(0, tile.width)));
    else this.#compare(name, tree.row(level).subarray(0, tile.width * HASH_BYTES));
  }

  #comparePart(name: string, level: Level, index: number, width: number): void {
    if (this.#read(name) === null) return;
    const whole = this.#read(tilePath(level, index));
    if (whole === null) return;
    const entries = level === "entries" ? unbundled(whole, width) : null;
    const bytes =
      entries === null ? width * HASH_BYTES : entries.reduce((sum, one) => sum + 2 + one.length, 0);
    this.#compare(name, whole.subarray(0, bytes));
  }

  #compare(name: string, expected: Uint8Array): void {
    this.compared++;
    const found = this.#read(name);
    if (found?.equals(expected) === true) return;
    if (found === null || isTorn(found, expected)) {
      this.#lost++;
      this.#lostLast.push({ name, digest: hash("sha256", expected) });
      if (this.#lostLast.length > LOOKED_AT_AGAIN) this.#lostLast.shift();
    } else this.#findings.alarm("OPD5109", "it is not what the entries give", name);
  }

  /** null: it is not there, or something that cannot be read, which is an alarm. */
  #read(name: string): Buffer | null {
    try {
      return this.#tiles.readFile(name);
    } catch (error) {
      if (!(error instanceof OpError)) throw error;
      if (!this.#unreadable.has(name)) this.#findings.alarm("OPD5109", error.message, name);
      this.#unreadable.add(name);
      return null;
    }
  }

  #foreign(name: string, why: string): void {
    // Another process may have replaced it by a later one.
    if (this.#read(name) !== null) this.#findings.alarm("OPD5109", why, name);
  }
}

/** Does it begin as it should and then break off, or go on with zeros: what a file that was not synced looks like? */
function isTorn(found: Buffer, expected: Uint8Array): boolean {
  const same = Math.min(found.length, expected.length);
  let at = 0;
  while (at < same && found[at] === expected[at]) at++;
  return found.length <= expected.length && found.subarray(at).every((byte) => byte === 0);
}
