// Which slots have which terms, and the other way: rows that hang in two lists each, that of their term and that of their slot.
// A term is two 32-bit hashes; a table of buckets with chains finds it, and grows one bucket at a time (linear hashing,
// Litwin 1980), so no single change ever moves them all. What is taken out is used again: 20 bytes a row, 20 a term, 4 a slot.
//
//   bucket -> term -> term            slot -> row -> row -> row       (nextOfSlot)
//               |                                ^
//               +-> row <-> row <-> row ---------+                    (nextOfTerm, beforeInTerm)

import type { Slot } from "../model.ts";
import { Column } from "./column.ts";

export interface Hash {
  readonly a: number;
  readonly b: number;
}

const BUCKETS_FIRST = 64;

/** Terms and rows count from 1; 0 = none. */
export class Terms {
  readonly #buckets = new Column(Uint32Array);
  readonly #hashA = new Column(Uint32Array);
  readonly #hashB = new Column(Uint32Array);
  readonly #nextInBucket = new Column(Uint32Array);
  readonly #firstRow = new Column(Uint32Array);
  readonly #counts = new Column(Uint32Array);
  readonly #termOf = new Column(Uint32Array);
  readonly #slotOf = new Column(Uint32Array);
  readonly #nextOfTerm = new Column(Uint32Array);
  readonly #beforeInTerm = new Column(Uint32Array);
  readonly #nextOfSlot = new Column(Uint32Array);
  readonly #firstOfSlot = new Column(Uint32Array);
  /** Buckets, terms in use, first free term, terms ever, first free row, rows ever, slots ever. */
  readonly #sizes = new Column(Uint32Array);

  constructor() {
    this.#size(BUCKETS, BUCKETS_FIRST);
  }

  /** How many slots have the term. */
  count(hash: Hash): number {
    return this.#counts.view[this.#find(hash)]!;
  }

  /** Slots of the term, the last added first. */
  *slotsOf(hash: Hash): Generator<Slot> {
    let row = this.#firstRow.view[this.#find(hash)]!;
    for (; row !== 0; row = this.#nextOfTerm.view[row]!) yield this.#slotOf.view[row]!;
  }

  /** `slot` has it from now on; a slot must be given a term only once. */
  add(slot: Slot, hash: Hash): void {
    const term = this.#find(hash) || this.#newTerm(hash);
    const row = this.#free(FREE_ROW, ROWS, this.#nextOfSlot);
    for (const column of [this.#termOf, this.#slotOf, this.#nextOfTerm, this.#beforeInTerm])
      column.reach(row);
    this.#firstOfSlot.reach(slot);
    if (slot >= this.#sized(SLOTS)) this.#size(SLOTS, slot + 1);
    const next = this.#firstRow.view[term]!;
    this.#termOf.view[row] = term;
    this.#slotOf.view[row] = slot;
    this.#nextOfTerm.view[row] = next;
    this.#beforeInTerm.view[row] = 0;
    if (next !== 0) this.#beforeInTerm.view[next] = row;
    this.#nextOfSlot.view[row] = this.#firstOfSlot.view[slot]!;
    this.#firstRow.view[term] = row;
    this.#firstOfSlot.view[slot] = row;
    this.#counts.view[term]!++;
  }

  /** Takes all terms of a slot. */
  remove(slot: Slot): void {
    if (slot >= this.#sized(SLOTS)) return;
    let row = this.#firstOfSlot.view[slot]!;
    this.#firstOfSlot.view[slot] = 0;
    while (row !== 0) {
      const nextOfSlot = this.#nextOfSlot.view[row]!;
      const term = this.#termOf.view[row]!;
      const next = this.#nextOfTerm.view[row]!;
      const before = this.#beforeInTerm.view[row]!;
      if (before === 0) this.#firstRow.view[term] = next;
      else this.#nextOfTerm.view[before] = next;
      if (next !== 0) this.#beforeInTerm.view[next] = before;
      this.#nextOfSlot.view[row] = this.#sized(FREE_ROW);
      this.#size(FREE_ROW, row);
      if (--this.#counts.view[term]! === 0) this.#dropTerm(term);
      row = nextOfSlot;
    }
  }

  /** All of it, as `take` reads it. */
  columns(): readonly Uint8Array[] {
    const terms = this.#sized(TERMS) + 1;
    const rows = this.#sized(ROWS) + 1;
    const lengths = [this.#sized(BUCKETS), terms, rows, this.#sized(SLOTS), SIZES] as const;
    return this.#groups().flatMap((group, n) => group.map((column) => column.bytes(lengths[n]!)));
  }

  /** False = these are not the columns of such an index. */
  take(columns: readonly Uint8Array[]): boolean {
    const all = this.#groups().flat();
    if (columns.length !== all.length) return false;
    for (const [n, column] of all.entries()) column.take(columns[n]!);
    return true;
  }

  #groups(): readonly (readonly Column<Uint32Array<ArrayBuffer>>[])[] {
    return [
      [this.#buckets],
      [this.#hashA, this.#hashB, this.#nextInBucket, this.#firstRow, this.#counts],
      [this.#termOf, this.#slotOf, this.#nextOfTerm, this.#beforeInTerm, this.#nextOfSlot],
      [this.#firstOfSlot],
      [this.#sizes],
    ];
  }

  #sized(what: number): number {
    return this.#sizes.view[what]!;
  }
  #size(what: number, value: number): void {
    this.#sizes.view[what] = value;
  }

  /** The bucket of a hash: by as many of its low bits as there are buckets for, one more where a bucket was split already. */
  #bucketOf(a: number): number {
    const buckets = this.#sized(BUCKETS);
    const whole = 2 ** (31 - Math.clz32(buckets));
    const wide = a % (whole * 2);
    return wide < buckets ? wide : wide - whole;
  }

  /** 0 = nobody has it. */
  #find({ a, b }: Hash): number {
    let term = this.#buckets.view[this.#bucketOf(a)]!;
    while (term !== 0 && (this.#hashA.view[term] !== a || this.#hashB.view[term] !== b))
      term = this.#nextInBucket.view[term]!;
    return term;
  }

  #newTerm({ a, b }: Hash): number {
    const term = this.#free(FREE_TERM, TERMS, this.#nextInBucket);
    for (const column of [this.#hashA, this.#hashB, this.#firstRow, this.#counts]) column.reach(term);
    this.#hashA.view[term] = a;
    this.#hashB.view[term] = b;
    this.#firstRow.view[term] = 0;
    this.#counts.view[term] = 0;
    this.#hang(term);
    this.#size(TERMS_USED, this.#sized(TERMS_USED) + 1);
    if (this.#sized(TERMS_USED) > this.#sized(BUCKETS)) this.#split();
    return term;
  }

  #hang(term: number): void {
    const bucket = this.#bucketOf(this.#hashA.view[term]!);
    this.#nextInBucket.view[term] = this.#buckets.view[bucket]!;
    this.#buckets.view[bucket] = term;
  }

  #dropTerm(term: number): void {
    const bucket = this.#bucketOf(this.#hashA.view[term]!);
    const next = this.#nextInBucket.view[term]!;
    let before = this.#buckets.view[bucket]!;
    if (before === term) this.#buckets.view[bucket] = next;
    else {
      while (this.#nextInBucket.view[before] !== term) before = this.#nextInBucket.view[before]!;
      this.#nextInBucket.view[before] = next;
    }
    this.#nextInBucket.view[term] = this.#sized(FREE_TERM);
    this.#size(FREE_TERM, term);
    this.#size(TERMS_USED, this.#sized(TERMS_USED) - 1);
  }

  /** One more bucket: the terms of the one it comes from are hung up anew. */
  #split(): void {
    const buckets = this.#sized(BUCKETS);
    const from = buckets - 2 ** (31 - Math.clz32(buckets));
    this.#buckets.reach(buckets);
    let term = this.#buckets.view[from]!;
    this.#buckets.view[from] = 0;
    this.#buckets.view[buckets] = 0;
    this.#size(BUCKETS, buckets + 1);
    while (term !== 0) {
      const next = this.#nextInBucket.view[term]!;
      this.#hang(term);
      term = next;
    }
  }

  /** A number that was given back, or one more; what is free hangs together in `chain`. */
  #free(first: number, ever: number, chain: Column<Uint32Array<ArrayBuffer>>): number {
    const free = this.#sized(first);
    if (free !== 0) {
      this.#size(first, chain.view[free]!);
      return free;
    }
    const one = this.#sized(ever) + 1;
    this.#size(ever, one);
    chain.reach(one);
    return one;
  }
}

const [BUCKETS, TERMS_USED, FREE_TERM, TERMS, FREE_ROW, ROWS, SLOTS, SIZES] = [0, 1, 2, 3, 4, 5, 6, 7];
