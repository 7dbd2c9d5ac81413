// The shards as one graph. A slot here is `slot in the shard * shards + shard`, a row of an association likewise, so both are
// dense where the shards are. Where an association leads to a stub the reader goes on at the concept's home; stubs
// themselves are absent. It asks the id of every end it comes to, and its home for the slot: what a step costs more than in one graph.

import type { AssociationType, Concept, ConceptId, Semantic, Slot } from "../model.ts";
import type { Edge, GraphReader, Snapshot } from "../ports.ts";
import type { HomeOf } from "./home.ts";

/** Of stubs, and of associations between shards, there are so many now. */
export interface Counts {
  readonly stubs: number;
  readonly crossing: number;
}

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

export class ShardReader implements GraphReader {
  readonly #readers: readonly GraphReader[];
  readonly #homeOf: HomeOf;
  readonly #counts: Counts;

  constructor(readers: readonly GraphReader[], homeOf: HomeOf, counts: Counts) {
    this.#readers = readers;
    this.#homeOf = homeOf;
    this.#counts = counts;
  }

  /** The changes of all shards: what lies in two counts twice. */
  get seq(): number {
    return this.#sum(({ seq }) => seq);
  }
  get size(): number {
    return this.#sum(({ size }) => size) - this.#counts.stubs;
  }
  get associations(): number {
    return this.#sum(({ associations }) => associations) - this.#counts.crossing;
  }
  get slotEnd(): Slot {
    return Math.max(...this.#readers.map(({ slotEnd }) => slotEnd)) * this.#readers.length;
  }

  slotOf(id: ConceptId): Slot {
    const home = this.#homeOf(id);
    const slot = this.#readers[home]!.slotOf(id);
    return slot < 0 ? -1 : slot * this.#readers.length + home;
  }
  has(slot: Slot): boolean {
    if (slot < 0) return false;
    const reader = this.#at(slot);
    const row = this.#row(slot);
    return reader.has(row) && this.#homeOf(reader.idOf(row)) === slot % this.#readers.length;
  }
  idOf(slot: Slot): ConceptId {
    return this.#at(slot).idOf(this.#row(slot));
  }
  concept(slot: Slot): Concept | null {
    return this.has(slot) ? this.#at(slot).concept(this.#row(slot)) : null;
  }
  contentView(slot: Slot): Uint8Array | null {
    return this.has(slot) ? this.#at(slot).contentView(this.#row(slot)) : null;
  }
  vectorView(slot: Slot): Float32Array | null {
    // Stubs have none.
    return slot < 0 ? null : this.#at(slot).vectorView(this.#row(slot));
  }
  attributes(slot: Slot): ReadonlyMap<string, string> {
    // Stubs have none, and nothing was said of them.
    return slot < 0 ? NO_ATTRIBUTES : this.#at(slot).attributes(this.#row(slot));
  }
  semantic(slot: Slot): Semantic | null {
    return slot < 0 ? null : this.#at(slot).semantic(this.#row(slot));
  }
  strength(slot: Slot): number {
    return this.#at(slot).strength(this.#row(slot));
  }
  confidence(slot: Slot): number {
    return this.#at(slot).confidence(this.#row(slot));
  }
  createdUs(slot: Slot): number {
    return this.#at(slot).createdUs(this.#row(slot));
  }
  lastAccessedUs(slot: Slot): number {
    return this.#at(slot).lastAccessedUs(this.#row(slot));
  }
  accessCount(slot: Slot): number {
    return this.#at(slot).accessCount(this.#row(slot));
  }

  firstOut(slot: Slot): Edge {
    return this.has(slot) ? this.#edge(slot, this.#at(slot).firstOut(this.#row(slot))) : 0;
  }
  nextOut(edge: Edge): Edge {
    return this.#edge(edge, this.#at(edge).nextOut(this.#row(edge)));
  }
  firstIn(slot: Slot): Edge {
    return this.has(slot) ? this.#edge(slot, this.#at(slot).firstIn(this.#row(slot))) : 0;
  }
  nextIn(edge: Edge): Edge {
    return this.#edge(edge, this.#at(edge).nextIn(this.#row(edge)));
  }
  source(edge: Edge): Slot {
    const reader = this.#at(edge);
    return this.slotOf(reader.idOf(reader.source(this.#row(edge))));
  }
  target(edge: Edge): Slot {
    const reader = this.#at(edge);
    return this.slotOf(reader.idOf(reader.target(this.#row(edge))));
  }
  type(edge: Edge): AssociationType {
    return this.#at(edge).type(this.#row(edge));
  }
  edgeConfidence(edge: Edge): number {
    return this.#at(edge).edgeConfidence(this.#row(edge));
  }
  edgeWeight(edge: Edge): number {
    return this.#at(edge).edgeWeight(this.#row(edge));
  }
  edgeCreatedUs(edge: Edge): number {
    return this.#at(edge).edgeCreatedUs(this.#row(edge));
  }

  #at(number: Slot): GraphReader {
    return this.#readers[number % this.#readers.length]!;
  }
  #row(number: Slot): number {
    return Math.floor(number / this.#readers.length);
  }
  /** As it is called here; 0 stays 0. */
  #edge(beside: Slot, edge: Edge): Edge {
    const shards = this.#readers.length;
    return edge === 0 ? 0 : edge * shards + (beside % shards);
  }
  #sum(of: (reader: GraphReader) => number): number {
    return this.#readers.reduce((sum, reader) => sum + of(reader), 0);
  }
}

/** All shards at one moment: `snapshots` were taken in the same turn of the event loop. */
export class ShardSnapshot extends ShardReader implements Snapshot {
  readonly #snapshots: readonly Snapshot[];

  constructor(snapshots: readonly Snapshot[], homeOf: HomeOf, counts: Counts) {
    super(snapshots, homeOf, counts);
    this.#snapshots = snapshots;
  }

  release(): void {
    for (const snapshot of this.#snapshots) snapshot.release();
  }
}

/** Counts them by looking at every concept. */
export function countStubs(readers: readonly GraphReader[], homeOf: HomeOf): Counts {
  let stubs = 0;
  let ends = 0;
  for (const [shard, reader] of readers.entries())
    for (let slot = 0; slot < reader.slotEnd; slot++) {
      if (!reader.has(slot) || homeOf(reader.idOf(slot)) === shard) continue;
      stubs++;
      for (let edge = reader.firstOut(slot); edge !== 0; edge = reader.nextOut(edge)) ends++;
      for (let edge = reader.firstIn(slot); edge !== 0; edge = reader.nextIn(edge)) ends++;
    }
  // An association between shards ends in a stub in both of them.
  return { stubs, crossing: ends / 2 };
}
