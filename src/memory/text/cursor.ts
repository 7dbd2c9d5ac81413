// A place in the list of one term, that goes forward only. It knows how well the block it stands in can score at best without
// having read it, and reads it when somebody asks for a document in it.

import { BLOCK_POSTINGS, entryField, readBlock, type Postings } from "./postings.ts";
import type { Segment } from "./segment.ts";

/** Behind the last document. */
export const END = 0xffff_ffff;

/** BM25 of one term (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009, 3.15), as
 * `weight * often / (often + base + slope * length)`. It never falls as `often` rises or `length` falls, in doubles neither. */
export interface Scorer {
  readonly weight: number;
  readonly base: number;
  readonly slope: number;
}

export function scoreOf({ weight, base, slope }: Scorer, often: number, length: number): number {
  return (weight * often) / (often + base + slope * length);
}

export class Cursor {
  /** What the whole list, and the block, can score at best. */
  readonly best: number;
  blockBest = 0;
  /** Last document of the block, and the smallest slot in it. */
  blockLast = END;
  blockSlotMin = 0;
  /** Only after `seek`: the document, and how often it has the term. */
  doc = 0;
  often = 0;
  readonly scorer: Scorer;
  readonly #list: Postings;
  /** Entry of the block; `entryEnd` = the list is over. */
  #entry: number;
  #readEntry = -1;
  readonly #docs = new Uint32Array(BLOCK_POSTINGS);
  readonly #often = new Uint32Array(BLOCK_POSTINGS);
  #at = 0;
  #count = 0;

  constructor(list: Postings, segment: Segment, scorer: Scorer) {
    this.#list = list;
    this.scorer = scorer;
    this.#entry = list.entryAt;
    if (list.entryAt === list.entryEnd) this.#readAll(segment);
    else this.#describe();
    this.best = this.#bestOfAll();
  }

  /** Goes to the block that has `doc` or what follows it, without reading it. false = the list is over. */
  reach(doc: number): boolean {
    if (this.blockLast >= doc) return this.blockLast !== END;
    const list = this.#list;
    while (++this.#entry < list.entryEnd) if (entryField.lastDoc(list, this.#entry) >= doc) break;
    this.#describe();
    return this.blockLast !== END;
  }

  /** Goes to `doc` or the first document behind it; END = there is none. */
  seek(doc: number): number {
    if (!this.reach(doc)) return (this.doc = END);
    this.#read();
    const docs = this.#docs;
    let at = this.#at;
    while (docs[at]! < doc) at++;
    return this.#stand(at);
  }

  /** From a document to the next one; END = there is none. */
  next(): number {
    const at = this.#at + 1;
    return at < this.#count ? this.#stand(at) : this.seek(this.blockLast + 1);
  }

  #stand(at: number): number {
    this.#at = at;
    this.often = this.#often[at]!;
    return (this.doc = this.#docs[at]!);
  }

  /** A list of one block is read at once: nothing else says how it scores. */
  #readAll(segment: Segment): void {
    const { at, end } = this.#list;
    this.#count = at < end ? readBlock(this.#list, at, end, -1, this.#docs, this.#often) : 0;
    this.#readEntry = this.#entry;
    if (this.#count === 0) return;
    let [often, length, slot] = [0, END, END];
    for (let posting = 0; posting < this.#count; posting++) {
      const doc = this.#docs[posting]!;
      often = Math.max(often, this.#often[posting]!);
      length = Math.min(length, segment.lengths[doc]!);
      slot = Math.min(slot, segment.slots[doc]!);
    }
    this.blockLast = this.#docs[this.#count - 1]!;
    this.blockBest = scoreOf(this.scorer, often, length);
    this.blockSlotMin = slot;
  }

  #describe(): void {
    const list = this.#list;
    const over = this.#entry >= list.entryEnd;
    this.blockLast = over ? END : entryField.lastDoc(list, this.#entry);
    this.blockSlotMin = over ? END : entryField.slotMin(list, this.#entry);
    this.blockBest = over ? 0 : this.#bestOf(this.#entry);
  }

  #read(): void {
    if (this.#readEntry === this.#entry) return;
    const list = this.#list;
    const end = this.#entry + 1 < list.entryEnd ? entryField.bytesAt(list, this.#entry + 1) : list.end;
    const before = this.#entry > list.entryAt ? entryField.lastDoc(list, this.#entry - 1) : -1;
    const at = entryField.bytesAt(list, this.#entry);
    this.#count = readBlock(list, at, end, before, this.#docs, this.#often);
    this.#at = 0;
    this.#readEntry = this.#entry;
  }

  #bestOf(entry: number): number {
    const list = this.#list;
    return scoreOf(this.scorer, entryField.oftenMax(list, entry), entryField.lengthMin(list, entry));
  }

  #bestOfAll(): number {
    let best = this.blockBest;
    for (let entry = this.#entry + 1; entry < this.#list.entryEnd; entry++)
      best = Math.max(best, this.#bestOf(entry));
    return best;
  }
}
