// The index from ids to slots: chained linear hashing (W. Litwin, "Linear Hashing", VLDB 1980). There is one bucket a
// concept, its chain runs through the slots, and each new concept splits one bucket. So the table grows by one bucket at a
// time, inside one buffer, and there is never a table to be moved. Ids come from outside: the hash is seeded, so nobody can
// choose many that fall into one bucket.
//
// Readers in other threads take no lock: a chain that is being split may lead them astray, but never onto a wrong slot, for
// the id is compared; who found nothing looks again when `structure` says that chains were moved meanwhile.

import { randomBytes } from "node:crypto";
import { LIMITS } from "../../base/limits.ts";
import type { ConceptId, Slot } from "../model.ts";
import { BUCKETS, SEED_A, SEED_B, STRUCTURE } from "./control.ts";
import { CHAIN, SLOT_WORDS, type Tables } from "./tables.ts";

const BUCKETS_FIRST = 16;

export function beginIndex(tables: Tables): void {
  const seed = randomBytes(8);
  tables.control[SEED_A] = seed.readInt32LE(0);
  tables.control[SEED_B] = seed.readInt32LE(4);
  tables.reserveBuckets(BUCKETS_FIRST);
  tables.control[BUCKETS] = BUCKETS_FIRST;
}

/** For a table that is filled at once: as many buckets from the start (at most one a slot that may be). Only while it is empty. */
export function sizeIndex(tables: Tables, concepts: number): void {
  const count = Math.min(Math.max(concepts, BUCKETS_FIRST), LIMITS.memorySlotsMax);
  tables.reserveBuckets(count);
  tables.control[BUCKETS] = count;
}

export function bucketCount({ control }: Tables): number {
  return control[BUCKETS]!;
}

/** -1 = the id has no slot. A slot that is found may hold nothing any more at the seq of the reader. */
export function findSlot(tables: Tables, id: ConceptId): Slot {
  const a = id[0]! | (id[1]! << 8) | (id[2]! << 16) | (id[3]! << 24);
  const b = id[4]! | (id[5]! << 8) | (id[6]! << 16) | (id[7]! << 24);
  const c = id[8]! | (id[9]! << 8) | (id[10]! << 16) | (id[11]! << 24);
  const d = id[12]! | (id[13]! << 8) | (id[14]! << 16) | (id[15]! << 24);
  const { control } = tables;
  const hash = hashOf(control, a, b, c, d);
  for (;;) {
    const structure = Atomics.load(control, STRUCTURE);
    const bucket = bucketOf(hash, control[BUCKETS]!);
    if (bucket >= tables.buckets.length) tables.refresh();
    let next = Atomics.load(tables.buckets, bucket);
    while (next !== 0) {
      if (next > tables.slotRoom) tables.refresh();
      const words = tables.slotWords;
      const at = (next - 1) * SLOT_WORDS;
      if (
        (words[at]! | 0) === a &&
        (words[at + 1]! | 0) === b &&
        (words[at + 2]! | 0) === c &&
        (words[at + 3]! | 0) === d
      )
        return next - 1;
      next = words[at + CHAIN]!;
    }
    if ((structure & 1) === 0 && Atomics.load(control, STRUCTURE) === structure) return -1;
  }
}

/** Adds a slot whose id is written; `concepts` are in the index with it. */
export function insertSlot(tables: Tables, slot: Slot, concepts: number): void {
  const { control } = tables;
  if (concepts > control[BUCKETS]!) split(tables);
  link(tables, slot, bucketOf(hashOfSlot(tables, slot), control[BUCKETS]!));
}

export function removeSlot(tables: Tables, slot: Slot): void {
  const { buckets, control, slotWords } = tables;
  const bucket = bucketOf(hashOfSlot(tables, slot), control[BUCKETS]!);
  const after = slotWords[slot * SLOT_WORDS + CHAIN]!;
  Atomics.add(control, STRUCTURE, 1);
  let next = buckets[bucket]!;
  if (next === slot + 1) Atomics.store(buckets, bucket, after);
  else
    for (; next !== 0; next = slotWords[(next - 1) * SLOT_WORDS + CHAIN]!)
      if (slotWords[(next - 1) * SLOT_WORDS + CHAIN] === slot + 1) {
        slotWords[(next - 1) * SLOT_WORDS + CHAIN] = after;
        break;
      }
  Atomics.add(control, STRUCTURE, 1);
}

/** One bucket more: the slots of the one it splits from are shared out between the two. */
function split(tables: Tables): void {
  const { control } = tables;
  const count = control[BUCKETS]!;
  tables.reserveBuckets(count + 1);
  const from = count - (1 << (31 - Math.clz32(count)));
  Atomics.add(control, STRUCTURE, 1);
  let next = tables.buckets[from]!;
  tables.buckets[from] = 0;
  control[BUCKETS] = count + 1;
  while (next !== 0) {
    const slot = next - 1;
    next = tables.slotWords[slot * SLOT_WORDS + CHAIN]!;
    link(tables, slot, bucketOf(hashOfSlot(tables, slot), count + 1));
  }
  Atomics.add(control, STRUCTURE, 1);
}

function link(tables: Tables, slot: Slot, bucket: number): void {
  tables.slotWords[slot * SLOT_WORDS + CHAIN] = tables.buckets[bucket]!;
  Atomics.store(tables.buckets, bucket, slot + 1);
}

function bucketOf(hash: number, count: number): number {
  const high = 31 - Math.clz32(count);
  const bucket = hash & ((2 << high) - 1);
  return bucket < count ? bucket : hash & ((1 << high) - 1);
}

function hashOfSlot({ control, slotWords }: Tables, slot: Slot): number {
  const at = slot * SLOT_WORDS;
  return hashOf(control, slotWords[at]!, slotWords[at + 1]!, slotWords[at + 2]!, slotWords[at + 3]!);
}

/** MurmurHash3 for 32 bits (A. Appleby), four words and two seeds; 31 bits of it. */
function hashOf(control: Int32Array, a: number, b: number, c: number, d: number): number {
  let hash = step(step(step(step(control[SEED_A]!, a), b), c), d) ^ control[SEED_B]!;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) & 0x7fffffff;
}

function step(hash: number, word: number): number {
  const mixed = Math.imul(word, 0xcc9e2d51);
  const folded = hash ^ Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
  return Math.imul((folded << 13) | (folded >>> 19), 5) + 0xe6546b64;
}
