// Making proofs of RFC 6962, section 2.1, from the hashes of complete subtrees, wherever these are kept. Pure.

import { assert } from "../../base/assert.ts";
import { EMPTY_ROOT, nodeHash } from "./merkle.ts";

/** The hash of the complete subtree over leaves index * 2^height .. (index + 1) * 2^height. */
export type SubtreeHash = (height: number, index: number) => Buffer;

/** The root of the tree of the first `size` leaves. */
export function rootOf(size: number, subtree: SubtreeHash): Buffer {
  return size === 0 ? EMPTY_ROOT : rangeHash(0, size, subtree);
}

/** PATH(index, D[size]), 2.1.1: from the leaf's sibling upwards. */
export function inclusionPath(index: number, size: number, subtree: SubtreeHash): Buffer[] {
  assert(index >= 0 && index < size, "an inclusion proof is of an entry of its tree");
  const path: Buffer[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + split(end - start);
    if (index < middle) {
      path.push(rangeHash(middle, end, subtree));
      end = middle;
    } else {
      path.push(rangeHash(start, middle, subtree));
      start = middle;
    }
  }
  return path.toReversed();
}

/** PROOF(from, D[to]), 2.1.2; empty for equal sizes and from the empty tree. */
export function consistencyPath(from: number, to: number, subtree: SubtreeHash): Buffer[] {
  assert(from >= 0 && from <= to, "a consistency proof leads from a tree to a later one");
  if (from === 0 || from === to) return [];
  const path: Buffer[] = [];
  let start = 0;
  let end = to;
  while (end !== from) {
    const middle = start + split(end - start);
    if (from <= middle) {
      path.push(rangeHash(middle, end, subtree));
      end = middle;
    } else {
      path.push(rangeHash(start, middle, subtree));
      start = middle;
    }
  }
  // The verifier has the older tree's root: where that is the subtree itself it is not said again.
  if (start !== 0) path.push(rangeHash(start, end, subtree));
  return path.toReversed();
}

/** MTH(D[start:end]) of a range that is a node of the tree: its start is a multiple of its size rounded up to 2^k. */
function rangeHash(start: number, end: number, subtree: SubtreeHash): Buffer {
  const count = end - start;
  const height = Math.round(Math.log2(count));
  if (2 ** height === count) return subtree(height, start / count);
  const middle = start + split(count);
  return nodeHash(rangeHash(start, middle, subtree), rangeHash(middle, end, subtree));
}

/** The largest power of two smaller than `count` (>= 2). */
function split(count: number): number {
  let k = 1;
  while (k * 2 < count) k *= 2;
  return k;
}
