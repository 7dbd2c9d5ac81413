// What is known of each slot, one byte: has it a vector, and what do the index file that is searched and the one that is
// being made say of it. The rest of the room asks here who is to be scanned, who is to be added, who is gone.
//
//   | HAS a vector with a direction | BASE: the file has an entry | and it is CURRENT | the same two of the NEXT file | QUEUED |
//   1                               2                             4                   8, 16                           32
//
// `fresh` are those that only a scan finds: they have a vector, and no current entry.

import { Column } from "../index/column.ts";
import type { Slot } from "../model.ts";

const [HAS, BASE, CURRENT, NEXT, NEXT_CURRENT, QUEUED] = [1, 2, 4, 8, 16, 32];
/** What is kept on disk. */
const KEPT = HAS | BASE | CURRENT;

export class Marks {
  readonly #column = new Column(Uint8Array);
  #end = 0;
  /** Slots with a vector. */
  #vectors = 0;
  /** Entries of the base, and those of them that are not to be found any more. */
  #entries = 0;
  #stale = 0;
  /** Slots that are or were fresh, each once; empty without a base, where all are. A new list after every new file: who
   * walks the old one still sees all that it had. */
  #queue: Slot[] = [];

  get vectors(): number {
    return this.#vectors;
  }

  get entries(): number {
    return this.#entries;
  }

  get stale(): number {
    return this.#stale;
  }

  get fresh(): number {
    return this.#vectors - this.#entries + this.#stale;
  }

  /** Slots are below it. */
  get end(): Slot {
    return this.#end;
  }

  has(slot: Slot): boolean {
    return slot < this.#end && (this.#column.view[slot]! & HAS) !== 0;
  }

  isCurrent(slot: Slot): boolean {
    return slot < this.#end && (this.#column.view[slot]! & CURRENT) !== 0;
  }

  /** Fills `into` with the slots from `from` on that have a vector; gives how many there were room for. */
  collect(from: Slot, into: Uint32Array): number {
    const { view } = this.#column;
    let count = 0;
    for (let slot = from; slot < this.#end && count < into.length; slot++)
      if ((view[slot]! & HAS) !== 0) into[count++] = slot;
    return count;
  }

  /** The same for the fresh ones of a `queue`, from `from` on. */
  collectFresh(queue: readonly Slot[], from: number, into: Uint32Array): number {
    const { view } = this.#column;
    const end = Math.min(queue.length, from + into.length);
    let count = 0;
    for (let at = from; at < end; at++)
      if ((view[queue[at]!]! & (HAS | CURRENT)) === HAS) into[count++] = queue[at]!;
    return count;
  }

  /** The slot has a vector that no file knows, or none. */
  change(slot: Slot, has: boolean): void {
    this.#column.reach(slot);
    this.#end = Math.max(this.#end, slot + 1);
    const before = this.#column.view[slot]!;
    this.#vectors += Number(has) - Number((before & HAS) !== 0);
    if ((before & CURRENT) !== 0) this.#stale++;
    this.#column.view[slot] = (before & ~(HAS | CURRENT | NEXT_CURRENT)) | (has ? HAS : 0);
    if (has) this.#enqueue(slot);
  }

  /** Those that may be fresh, oldest first: for `collectFresh`. */
  queue(): readonly Slot[] {
    return this.#queue;
  }

  /** Entries that the next file begins with are those of the base that are current; gives the others. */
  beginNext(fromBase: boolean): { readonly remove: readonly Slot[]; readonly add: readonly Slot[] } {
    const [remove, add]: [Slot[], Slot[]] = [[], []];
    const { view } = this.#column;
    for (let slot = 0; slot < this.#end; slot++) {
      const mark = view[slot]! & ~(NEXT | NEXT_CURRENT);
      const stays = fromBase && (mark & CURRENT) !== 0;
      view[slot] = stays ? mark | NEXT | NEXT_CURRENT : mark;
      if (fromBase && (mark & (BASE | CURRENT)) === BASE) remove.push(slot);
      if ((mark & HAS) !== 0 && !stays) add.push(slot);
    }
    return { remove, add };
  }

  /** True: it is to be added to the next file, now, as it is now. */
  toNext(slot: Slot): boolean {
    const mark = this.#column.view[slot]!;
    if ((mark & (HAS | NEXT)) !== HAS) return false;
    this.#column.view[slot] = mark | NEXT | NEXT_CURRENT;
    return true;
  }

  /** The next file is searched from now on; with `dropNext` it is not. */
  nextIsBase(): void {
    this.#each((mark) => (mark & HAS) | ((mark & (NEXT | NEXT_CURRENT)) >> 2));
  }

  dropNext(): void {
    this.#each((mark) => mark & KEPT);
  }

  dropBase(): void {
    this.#each((mark) => mark & (HAS | NEXT | NEXT_CURRENT));
  }

  clear(): void {
    this.#each(() => 0);
    this.#end = 0;
  }

  /** As `restore` takes it. */
  bytes(): Uint8Array {
    return this.#column.bytes(this.#end).map((mark) => mark & KEPT);
  }

  restore(bytes: Uint8Array): void {
    this.#end = this.#column.take(bytes);
    this.#each((mark) => mark & KEPT);
  }

  #enqueue(slot: Slot): void {
    if (this.#entries === 0 || (this.#column.view[slot]! & QUEUED) !== 0) return;
    this.#column.view[slot]! |= QUEUED;
    this.#queue.push(slot);
  }

  /** Every mark anew, and with it all that is counted. */
  #each(change: (mark: number) => number): void {
    const { view } = this.#column;
    this.#queue = [];
    this.#vectors = this.#entries = this.#stale = 0;
    for (let slot = 0; slot < this.#end; slot++) {
      const mark = (view[slot] = change(view[slot]!));
      if ((mark & HAS) !== 0) this.#vectors++;
      if ((mark & BASE) !== 0) this.#entries++;
      if ((mark & (BASE | CURRENT)) === BASE) this.#stale++;
    }
    for (let slot = 0; slot < this.#end && this.fresh > this.#queue.length; slot++)
      if ((view[slot]! & (HAS | CURRENT)) === HAS) this.#enqueue(slot);
  }
}
