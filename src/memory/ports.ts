// How the parts of the memory meet. A graph is the truth of one namespace; derived indexes follow it and can always be made
// again from it; everything that reads takes a reader. Values and promises only.

import type {
  Applied,
  AssociationType,
  Change,
  Concept,
  ConceptId,
  NewAssociation,
  NewConcept,
  Semantic,
  Seq,
  Slot,
} from "./model.ts";

/** Row of an association, from 1; 0 = none. */
export type Edge = number;

/**
 * A graph as it is at `seq`: the newest state where it was asked for without one (then `seq` moves), or a snapshot, which does
 * not change while it is held, but for access statistics: those are always the newest. Nothing here allocates unless it says
 * so. A slot that holds no concept at `seq` reads as absent.
 */
export interface GraphReader {
  readonly seq: Seq;
  /** Concepts at this seq. */
  readonly size: number;
  /** Slots are 0..slotEnd-1, with holes. */
  readonly slotEnd: Slot;
  /** -1 = absent. */
  slotOf(id: ConceptId): Slot;
  has(slot: Slot): boolean;
  /** Allocates 16 bytes. */
  idOf(slot: Slot): ConceptId;
  /** Copies; null = absent. */
  concept(slot: Slot): Concept | null;
  /** Views of the store's own memory, not to be written: valid until this turn of the event loop ends, for a snapshot until it
   * is released. null = absent, or no vector. */
  contentView(slot: Slot): Uint8Array | null;
  vectorView(slot: Slot): Float32Array | null;
  /** Copies of these alone, for who needs no content: empty, or null, for a slot that is absent. */
  attributes(slot: Slot): ReadonlyMap<string, string>;
  semantic(slot: Slot): Semantic | null;
  strength(slot: Slot): number;
  confidence(slot: Slot): number;
  createdUs(slot: Slot): number;
  lastAccessedUs(slot: Slot): number;
  accessCount(slot: Slot): number;
  /** Walks: for (let e = r.firstOut(s); e !== 0; e = r.nextOut(e)). Newest first; only what is visible at this seq. */
  firstOut(slot: Slot): Edge;
  nextOut(edge: Edge): Edge;
  firstIn(slot: Slot): Edge;
  nextIn(edge: Edge): Edge;
  source(edge: Edge): Slot;
  target(edge: Edge): Slot;
  type(edge: Edge): AssociationType;
  edgeConfidence(edge: Edge): number;
  edgeWeight(edge: Edge): number;
  edgeCreatedUs(edge: Edge): number;
  /** Associations at this seq. */
  readonly associations: number;
}

export interface Snapshot extends GraphReader {
  /** What it held may be overwritten afterwards; reading on throws OPD4005. */
  release(): void;
}

/**
 * The graph of one namespace. A change is checked, applied and visible when its call returns, to every reader of this process;
 * it is on disk when `durable(seq)` resolves, without it at most LIMITS.memoryBufferedMs later. When the disk fails, everything
 * that was not durable is refused by `durable`, and the graph takes no more changes until it is opened again (OPD4004).
 */
export interface Graph extends GraphReader {
  /** Each returns the seq of its change. Throws OPD4001 (out of range), OPD4002 (an end of an association is absent), OPD4003
   * (LIMITS.memoryPendingMax changes wait for the derived indexes, or LIMITS.memoryBacklogBytesMax bytes for the disk), OPD4004,
   * OPD4007 (full). */
  learn(concept: NewConcept): Seq;
  associate(association: NewAssociation): Seq;
  /** All or nothing: at once for readers, in one batch of the log on disk. At most LIMITS.memoryTransactionBytesMax, and
   * LIMITS.memoryPendingMax changes. What is to be done to a concept that is absent counts as a change and does nothing. */
  apply(changes: readonly Change[]): Seq;
  /** Durable up to `seq` (default: all so far). Throws OPD4004. */
  durable(seq?: Seq): Promise<void>;
  /** Resolves when a change is taken again; throws OPD4003 after LIMITS.memoryFullWaitMs. */
  room(): Promise<void>;
  snapshot(): Snapshot;
  /** The oldest changes nobody has taken yet, at most `max`, oldest first: this is the queue that LIMITS.memoryPendingMax
   * bounds. What is taken counts as done: its slots may be given away again. */
  take(max: number): readonly Applied[];
  readonly pending: number;
  /** Makes the next start short: state at a seq as files, atomically with what `derived` writes beside them; then drops the log
   * before it. A crash at any point leaves the old or the new one. */
  checkpoint(derived: readonly Derived[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * A graph as part of a transaction over several (shard/): what it prepares it can do at any time until it is told to do it, or
 * not to, across crashes and checkpoints. Of two promises, or a promise and a change, about the same concepts the order is not
 * kept: whoever prepares keeps others away from them. A transaction has a name of 32 hex digits.
 */
export interface Participant {
  /** Nothing of it is seen. Throws as `apply` does; counts as one change. */
  prepare(transaction: string, changes: readonly Change[]): Seq;
  /** Does what was prepared, or drops it; does nothing where nothing is prepared. Throws OPD4004. */
  resolve(transaction: string, isKept: boolean): Seq;
  /** Names of what is neither done nor dropped. */
  prepared(): readonly string[];
}

/** An index that follows a graph and can be made again from it. */
export interface Derived {
  /** [a-z]+: its files in a checkpoint begin with it. */
  readonly name: string;
  /** In order; must not wait. What is not there any more is skipped. */
  apply(changes: readonly Applied[], graph: GraphReader): void;
  /** Writes its files, named `name` or `name.*`, into a folder that a checkpoint makes; they are synced and summed (CRC) by the
   * checkpoint. It reflects exactly the graph's seq at the call. */
  save(folder: string): Promise<void>;
  /** Takes what `save` wrote; false = there is nothing, or it cannot be used: it is built again by `apply` of all slots. */
  load(folder: string): Promise<boolean>;
}
