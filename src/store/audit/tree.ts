// A growing tree: what has to be known of it to take the next leaf, tell the root and fill tiles: the hashes of the
// complete subtrees at its right edge, and of each tile level the row of hashes whose tile (256 of them) is not full.
// Nothing is read or written here. Its memory is that of one tile a level: 32 KiB for a tree of 2^32 leaves.

import { EMPTY_ROOT, HASH_BYTES, nodeHash } from "./merkle.ts";

/** Hashes of a full tile (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;

/** Told of every tile that becomes full, from the lowest level up. `hashes` is used again afterwards: copy it to keep it. */
export type FullTile = (level: number, index: number, hashes: Buffer) => void;

export class Tree {
  #size: number;
  /** Complete subtrees from left to right: one for each bit of the size. */
  readonly #edge: Buffer[];
  readonly #rows: Buffer[];
  readonly #full: FullTile;

  /** `rows`: of each level from 0 on, the hashes of the tile that is not full (`rowWidth` of them), for a tree that does
   * not begin empty. */
  constructor(full: FullTile, size = 0, rows: readonly Uint8Array[] = []) {
    this.#full = full;
    this.#size = size;
    this.#rows = rows.map((row) => Buffer.concat([row, Buffer.alloc(TILE_WIDTH * HASH_BYTES - row.length)]));
    this.#edge = edgeOf(size, rows);
  }

  get size(): number {
    return this.#size;
  }

  push(leaf: Buffer): void {
    let index = this.#size++;
    let hash = leaf;
    for (let height = 0; ; height++) {
      if (height % TILE_HEIGHT === 0) this.#place(height / TILE_HEIGHT, index, hash);
      const left = index % 2 === 0 ? undefined : this.#edge.pop();
      if (left === undefined) break;
      hash = nodeHash(left, hash);
      index = (index - 1) / 2;
    }
    this.#edge.push(hash);
  }

  /** The root after `leaves` more, which are not taken. */
  root(leaves: readonly Buffer[] = []): Buffer {
    if (leaves.length > 0) {
      const ahead = new Tree(() => undefined);
      ahead.#size = this.#size;
      ahead.#edge.push(...this.#edge);
      for (const leaf of leaves) ahead.push(leaf);
      return ahead.root();
    }
    let root: Buffer | undefined;
    for (const hash of this.#edge.toReversed()) root = root === undefined ? hash : nodeHash(hash, root);
    return root ?? EMPTY_ROOT;
  }

  /** Levels that have a tile, full or not. */
  get levels(): number {
    return this.#rows.length;
  }

  /** The hashes of the tile of `level` that is not full. */
  row(level: number): Buffer {
    const row = this.#rows[level] ?? Buffer.alloc(0);
    return row.subarray(0, rowWidth(this.#size, level) * HASH_BYTES);
  }

  #place(level: number, index: number, hash: Buffer): void {
    const row = (this.#rows[level] ??= Buffer.alloc(TILE_WIDTH * HASH_BYTES));
    const slot = index % TILE_WIDTH;
    row.set(hash, slot * HASH_BYTES);
    if (slot === TILE_WIDTH - 1) this.#full(level, (index - slot) / TILE_WIDTH, row);
  }
}

/** Hashes of the tile of `level` that is not full, in a tree of `size` leaves. */
export function rowWidth(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level) % TILE_WIDTH;
}

/** Full tiles of `level` in a tree of `size` leaves. */
export function fullTiles(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** (level + 1));
}

/** The root of the complete subtree whose nodes are `hashes`; their count is a power of two. */
export function subtreeOf(hashes: Uint8Array): Buffer {
  if (hashes.length === HASH_BYTES) return Buffer.from(hashes);
  const middle = hashes.length / 2;
  return nodeHash(subtreeOf(hashes.subarray(0, middle)), subtreeOf(hashes.subarray(middle)));
}

/** The complete subtrees of a tree, found in its rows: each bit of a row's width is one. */
function edgeOf(size: number, rows: readonly Uint8Array[]): Buffer[] {
  const edge: Buffer[] = [];
  for (let level = rows.length - 1; level >= 0; level--) {
    const width = rowWidth(size, level);
    let from = 0;
    for (let count = TILE_WIDTH / 2; count >= 1; count /= 2) {
      if ((width & count) === 0) continue;
      edge.push(
        subtreeOf((rows[level] ?? new Uint8Array()).subarray(from * HASH_BYTES, (from + count) * HASH_BYTES)),
      );
      from += count;
    }
  }
  return edge;
}
