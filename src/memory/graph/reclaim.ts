// What nobody can reach any more is used again: versions, bodies, edges, slots. It waits in a queue in the order of the changes
// that replaced it, until the oldest reader is past that change, and until the turn of the event loop has ended in which
// somebody may still have a view of it. What is reached through a link is unlinked first and waits once more, because a
// reader may be on the link.
//
// So garbage is what readers hold, and what free places of other sizes hold (arena.ts); nothing is searched for.

import { bodySizeBytes } from "./body.ts";
import type { Arena } from "./arena.ts";
import { removeSlot } from "./id-index.ts";
import type { Slot } from "../model.ts";
import type { Edge } from "../ports.ts";
import {
  BODY,
  EDGE_WORDS,
  FIRST_IN,
  FIRST_OUT,
  NEXT_IN,
  NEXT_OUT,
  PREVIOUS_IN,
  PREVIOUS_OUT,
  SINCE,
  SLOT_WORDS,
  SOURCE,
  type Tables,
  TARGET,
  VERSION,
  VERSION_DOUBLES,
  VERSION_WORDS,
} from "./tables.ts";

/** A version, without and with its body; an edge that is still linked, and one that is not; a forgotten slot, and one that
 * can be given away. */
export const FREE_VERSION = 0;
export const FREE_WITH_BODY = 1;
export const UNLINK_EDGE = 2;
const FREE_EDGE = 3;
export const UNLINK_SLOT = 4;
export const FREE_SLOT = 5;

const FIRST = 1024;

export class Reclaim {
  readonly freeSlots: Slot[] = [];
  readonly freeVersions: number[] = [];
  readonly freeEdges: Edge[] = [];
  /** Slots in the id index. */
  indexed = 0;
  readonly #tables: Tables;
  readonly #arena: Arena;
  #count = 0;
  #head = 0;
  #seqs = new Float64Array(FIRST);
  #items = new Uint32Array(FIRST);
  #kinds = new Uint8Array(FIRST);

  constructor(tables: Tables, arena: Arena) {
    this.#tables = tables;
    this.#arena = arena;
  }

  /** How much waits. */
  get waiting(): number {
    return this.#count;
  }

  /** `item` was replaced or removed by change `seq`: readers at `seq` or later do not need it. */
  retire(kind: number, item: number, seq: number): void {
    if (this.#count === this.#seqs.length) this.#grow();
    const at = (this.#head + this.#count++) & (this.#seqs.length - 1);
    this.#seqs[at] = seq;
    this.#items[at] = item;
    this.#kinds[at] = kind;
  }

  /** Whether `run` would find anything to do. */
  isDue(oldestReaderSeq: number, takenSeq: number): boolean {
    if (this.#count === 0) return false;
    const seq = this.#seqs[this.#head]!;
    return seq <= oldestReaderSeq && (this.#kinds[this.#head] !== FREE_SLOT || seq <= takenSeq);
  }

  /** Frees at most `max` of what no reader can see any more; `publishedSeq` is the newest that one may have begun at, and derived
   * indexes have let go of what was removed up to `takenSeq`. */
  run(oldestReaderSeq: number, takenSeq: number, publishedSeq: number, max: number): void {
    for (let left = max; left > 0 && this.isDue(oldestReaderSeq, takenSeq); left--) {
      const item = this.#items[this.#head]!;
      const kind = this.#kinds[this.#head]!;
      const seq = this.#seqs[this.#head]!;
      this.#head = (this.#head + 1) & (this.#seqs.length - 1);
      this.#count--;
      this.#free(kind, item, seq, publishedSeq + 1);
    }
  }

  #free(kind: number, item: number, seq: number, nextSeq: number): void {
    const { versionWords, versionDoubles, slotWords, arenaWords } = this.#tables;
    if (kind === FREE_VERSION) this.freeVersions.push(item);
    else if (kind === FREE_WITH_BODY) {
      const body = versionWords[item * VERSION_WORDS + BODY]!;
      this.#arena.give(body, bodySizeBytes(arenaWords, body * 2));
      this.freeVersions.push(item);
    } else if (kind === UNLINK_EDGE) {
      this.#unlink(item);
      this.retire(FREE_EDGE, item, nextSeq);
    } else if (kind === FREE_EDGE) this.freeEdges.push(item);
    else if (kind === FREE_SLOT) this.freeSlots.push(item);
    else {
      // Learned again meanwhile, it is in use; forgotten again after that, it comes once more.
      const version = slotWords[item * SLOT_WORDS + VERSION]!;
      if (versionDoubles[version * VERSION_DOUBLES + SINCE] !== seq) return;
      removeSlot(this.#tables, item);
      this.indexed--;
      Atomics.store(slotWords, item * SLOT_WORDS + VERSION, 0);
      this.retire(FREE_VERSION, version, nextSeq);
      this.retire(FREE_SLOT, item, nextSeq);
    }
  }

  /** Out of both lists; its own links stay, for who is on it. */
  #unlink(edge: Edge): void {
    const { edgeWords } = this.#tables;
    const at = edge * EDGE_WORDS;
    const { slotWords } = this.#tables;
    const nextOut = edgeWords[at + NEXT_OUT]!;
    const previousOut = edgeWords[at + PREVIOUS_OUT]!;
    if (previousOut !== 0) Atomics.store(edgeWords, previousOut * EDGE_WORDS + NEXT_OUT, nextOut);
    else Atomics.store(slotWords, edgeWords[at + SOURCE]! * SLOT_WORDS + FIRST_OUT, nextOut);
    if (nextOut !== 0) edgeWords[nextOut * EDGE_WORDS + PREVIOUS_OUT] = previousOut;
    const nextIn = edgeWords[at + NEXT_IN]!;
    const previousIn = edgeWords[at + PREVIOUS_IN]!;
    if (previousIn !== 0) Atomics.store(edgeWords, previousIn * EDGE_WORDS + NEXT_IN, nextIn);
    else Atomics.store(slotWords, edgeWords[at + TARGET]! * SLOT_WORDS + FIRST_IN, nextIn);
    if (nextIn !== 0) edgeWords[nextIn * EDGE_WORDS + PREVIOUS_IN] = previousIn;
  }

  #grow(): void {
    const { length } = this.#seqs;
    const seqs = new Float64Array(length * 2);
    const items = new Uint32Array(length * 2);
    const kinds = new Uint8Array(length * 2);
    for (const [to, from] of [
      [seqs, this.#seqs],
      [items, this.#items],
      [kinds, this.#kinds],
    ] as const) {
      to.set(from.subarray(this.#head));
      to.set(from.subarray(0, this.#head), length - this.#head);
    }
    [this.#seqs, this.#items, this.#kinds, this.#head] = [seqs, items, kinds, 0];
  }
}
