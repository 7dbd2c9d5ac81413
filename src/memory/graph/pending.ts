// The queue of what derived indexes have not been told yet, as columns in a ring: a million waiting changes are 13 MB and no
// objects.

import type { Applied, Slot } from "../model.ts";

const KINDS = ["put", "remove", "clear"] as const;
const FIRST = 1024;

export class Pending {
  count = 0;
  #head = 0;
  #seqs = new Float64Array(FIRST);
  #kinds = new Uint8Array(FIRST);
  #slots = new Int32Array(FIRST);

  push(seq: number, kind: Applied["kind"], slot: Slot): void {
    if (this.count === this.#seqs.length) this.#grow();
    const at = (this.#head + this.count++) % this.#seqs.length;
    this.#seqs[at] = seq;
    this.#kinds[at] = KINDS.indexOf(kind);
    this.#slots[at] = slot;
  }

  /** Oldest first. */
  take(max: number): Applied[] {
    const taken = this.list(max);
    this.#head = (this.#head + taken.length) % this.#seqs.length;
    this.count -= taken.length;
    return taken;
  }

  list(max: number): Applied[] {
    return Array.from({ length: Math.min(max, this.count) }, (_, n) => {
      const at = (this.#head + n) % this.#seqs.length;
      return { seq: this.#seqs[at]!, kind: KINDS[this.#kinds[at]!]!, slot: this.#slots[at]! };
    });
  }

  /** The seq of the oldest one; null = nothing waits. */
  get oldestSeq(): number | null {
    return this.count === 0 ? null : this.#seqs[this.#head]!;
  }

  #grow(): void {
    const { length } = this.#seqs;
    const seqs = new Float64Array(length * 2);
    const kinds = new Uint8Array(length * 2);
    const slots = new Int32Array(length * 2);
    for (const [to, from] of [
      [seqs, this.#seqs],
      [kinds, this.#kinds],
      [slots, this.#slots],
    ] as const) {
      to.set(from.subarray(this.#head));
      to.set(from.subarray(0, this.#head), length - this.#head);
    }
    [this.#seqs, this.#kinds, this.#slots, this.#head] = [seqs, kinds, slots, 0];
  }
}
