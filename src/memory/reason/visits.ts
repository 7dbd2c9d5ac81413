// Where a search has been: slots in the order they were come to, each with the place it was come from. The order is the queue of a
// breadth-first search as well, so a level is a range of it. Its size follows what was visited, not the graph: three
// growing columns and an open-addressing table over them, no object a concept.

import type { Slot } from "../model.ts";
import type { Edge } from "../ports.ts";

/** `parent` of where a search began. */
export const ROOT = -1;
/** `parent` of what a search must not come to. */
export const BARRED = -2;

export class Visits {
  count = 0;
  slots = new Uint32Array(64);
  /** Place of the one before, ROOT or BARRED. */
  parents = new Int32Array(64);
  /** The association that led here. */
  edges = new Uint32Array(64);
  /** Place + 1 by hash of the slot; 0 = free. At most half full. */
  #table = new Int32Array(128);

  /** Place of `slot`, or -1. */
  indexOf(slot: Slot): number {
    const table = this.#table;
    const mask = table.length - 1;
    for (let at = Math.imul(slot, 0x9e3779b1) >>> 7; ; at++) {
      const held = table[at & mask]!;
      if (held === 0) return -1;
      if (this.slots[held - 1] === slot) return held - 1;
    }
  }

  /** Its place, or -1 if it is there already. */
  add(slot: Slot, parent: number, edge: Edge): number {
    const table = this.#table;
    const mask = table.length - 1;
    let at = Math.imul(slot, 0x9e3779b1) >>> 7;
    for (; table[at & mask] !== 0; at++) if (this.slots[table[at & mask]! - 1] === slot) return -1;
    const place = this.count++;
    table[at & mask] = place + 1;
    this.slots[place] = slot;
    this.parents[place] = parent;
    this.edges[place] = edge;
    if (this.count === this.slots.length) this.#grow();
    return place;
  }

  /** Places from the root to `place`. */
  wayTo(place: number): number[] {
    const way: number[] = [];
    for (let at = place; at >= 0; at = this.parents[at]!) way.push(at);
    return way.reverse();
  }

  #grow(): void {
    const double = this.count * 2;
    this.slots = copy(new Uint32Array(double), this.slots);
    this.parents = copy(new Int32Array(double), this.parents);
    this.edges = copy(new Uint32Array(double), this.edges);
    this.#table = new Int32Array(double * 2);
    const mask = this.#table.length - 1;
    for (let place = 0; place < this.count; place++) {
      let at = Math.imul(this.slots[place]!, 0x9e3779b1) >>> 7;
      while (this.#table[at & mask] !== 0) at++;
      this.#table[at & mask] = place + 1;
    }
  }
}

function copy<T extends Uint32Array | Int32Array>(into: T, from: T): T {
  into.set(from);
  return into;
}
