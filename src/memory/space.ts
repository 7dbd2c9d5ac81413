// A namespace of the memory as those outside see it: by id, asynchronous where a disk, a worker or another shard may be asked.
// One graph with its indexes (assembled in memory.ts) and several shards (shard/shard.ts) look the same from here. Types only.

import type {
  Association,
  AssociationType,
  Change,
  Concept,
  ConceptId,
  Domain,
  NewAssociation,
  NewConcept,
  SemanticType,
  Seq,
} from "./model.ts";
import type { GraphReader } from "./ports.ts";

/** "durable": on disk when it resolves. "buffered": visible, and on disk LIMITS.memoryBufferedMs later at the most. */
export type Durability = "durable" | "buffered";

export interface Found {
  readonly id: ConceptId;
  /** Cosine similarity 0..1, BM25 score, or the fused score: larger is better; comparable within one answer only. */
  readonly score: number;
}

export interface SearchOptions {
  readonly limit: number;
  /** Candidates looked at by a graph index: more is slower and finds more. */
  readonly ef?: number;
  /** Only concepts that it takes. */
  readonly filter?: SpaceFilter;
  /** Whether what was recalled before weighs in, and this counts as recalled (recall/recall.ts); else as the setting has it. */
  readonly recall?: boolean;
}

/** All that are given must hold. Times in microseconds since 1970, both inclusive. */
export interface SpaceFilter {
  readonly type?: SemanticType;
  readonly domain?: Domain;
  /** When it was learned. */
  readonly fromUs?: number;
  readonly toUs?: number;
  /** The time its text speaks of, in seconds since 1970: where that begins. */
  readonly aboutFromS?: number;
  readonly aboutToS?: number;
  readonly hasCausal?: boolean;
  /** Of the analysis of its text. */
  readonly minConfidence?: number;
  /** Words that the content has, all of them, as the text index reads words. */
  readonly terms?: readonly string[];
  readonly attributes?: ReadonlyMap<string, string>;
}

export interface SpacePath {
  /** From the start to the end, both included. */
  readonly ids: readonly ConceptId[];
  /** Product of the associations' confidences. */
  readonly confidence: number;
}

export interface SpaceStats {
  readonly concepts: number;
  readonly associations: number;
  readonly vectors: number;
  /** Changes taken since it was opened, refused for want of room, and waiting for the indexes. */
  readonly written: number;
  readonly refused: number;
  readonly pending: number;
  readonly uptimeS: number;
  readonly seq: Seq;
  /** Bytes of the graph in memory (its indexes take more, docs/design/memory-text.md, memory-index.md), and of all of it on
   * disk. */
  readonly memoryBytes: number;
  readonly diskBytes: number;
  /** What the reconciler says of itself: sutra-inventory's names, units at their ends. */
  readonly reconciler: Readonly<Record<string, number | string | boolean>>;
  /** One sentence a part that is not at its best: `vectors: exact scan, usearch is not installed`. */
  readonly notes: readonly string[];
}

export interface Space {
  readonly name: string;
  /** Throws OPD4001..4004. Waits for room first. One transaction when there are several. */
  apply(changes: readonly Change[], durability?: Durability): Promise<Seq>;
  learn(concept: NewConcept, durability?: Durability): Promise<Seq>;
  associate(association: NewAssociation, durability?: Durability): Promise<Seq>;
  /** Whether it was there. */
  forget(id: ConceptId, durability?: Durability): Promise<boolean>;
  clear(): Promise<Seq>;

  get(id: ConceptId): Concept | null;
  /** In order of slot: `after` null for the first page. */
  list(after: ConceptId | null, limit: number): readonly ConceptId[];
  recent(limit: number): readonly ConceptId[];
  /** Newest first; `direction` both = undirected, each neighbour once. */
  neighbours(id: ConceptId, direction: "out" | "in" | "both"): readonly Association[];
  association(source: ConceptId, target: ConceptId, type?: AssociationType): Association | null;
  select(filter: SpaceFilter, limit: number): readonly ConceptId[];

  searchText(query: string, options: SearchOptions): Promise<readonly Found[]>;
  searchVector(query: Float32Array, options: SearchOptions): Promise<readonly Found[]>;
  /** Text and vector, fused by reciprocal rank; the text is embedded as the space's contents are. */
  search(query: string, options: SearchOptions): Promise<readonly Found[]>;
  /** The newest state, for walks (memory/reason) that hold no await. */
  readonly reader: GraphReader;

  stats(): SpaceStats;
  /** Indexes caught up, state written as a checkpoint, log shortened. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
