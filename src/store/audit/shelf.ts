// The hashes of a tree as its tiles hold them, each tile believed only when its root is the hash that the level above has
// for it, up to the right edge of the tree, which is in memory. So what was torn, lost or changed on disk is noticed where
// it is used. Repairing is audit-log.ts's.

import { OpError } from "../../base/error.ts";
import { HASH_BYTES } from "./merkle.ts";
import type { SubtreeHash } from "./path.ts";
import type { Tiles } from "./tiles.ts";
import { fullTiles, subtreeOf, TILE_WIDTH, type Tree } from "./tree.ts";

/** Tiles kept: the path to a leaf of 2^32 needs four, and its neighbours share them. */
const TILES_KEPT = 32;

export class Shelf {
  readonly #tiles: Tiles;
  readonly #tree: Tree;
  readonly #believed = new Map<string, Buffer>();

  constructor(tiles: Tiles, tree: Tree) {
    this.#tiles = tiles;
    this.#tree = tree;
  }

  /** Throws OPD5101 when a tile is missing or has another content. */
  readonly subtree: SubtreeHash = (height, index) => {
    const level = Math.floor(height / 8);
    const count = 2 ** (height % 8);
    const first = (index * count) % TILE_WIDTH;
    const tile = this.tile(level, Math.floor((index * count) / TILE_WIDTH));
    return subtreeOf(tile.subarray(first * HASH_BYTES, (first + count) * HASH_BYTES));
  };

  /** The hashes of a tile: 256, or fewer in the last one of its level. Throws OPD5101. */
  tile(level: number, index: number): Buffer {
    if (index === fullTiles(this.#tree.size, level)) return this.#tree.row(level);
    const name = `${level}/${index}`;
    const known = this.#believed.get(name);
    if (known !== undefined) return known;
    const bytes = this.#tiles.read(level, index, TILE_WIDTH);
    if (bytes === null || !subtreeOf(bytes).equals(this.subtree(8 * (level + 1), index)))
      throw new OpError("OPD5101", `tile ${name} is not the one of this tree`);
    if (this.#believed.size >= TILES_KEPT)
      for (const oldest of this.#believed.keys()) {
        this.#believed.delete(oldest);
        break;
      }
    this.#believed.set(name, bytes);
    return bytes;
  }
}
