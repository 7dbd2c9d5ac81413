// What the vectors of a namespace are opened with, asked, and answer: values and promises only.

import type { Clock } from "../../base/clock.ts";
import type { Disk } from "../../store/file/file.ts";
import type { Applied, Slot } from "../model.ts";
import type { Derived, GraphReader } from "../ports.ts";
import type { Kind } from "./usearch.ts";

/** Does a slot count? Called in the middle of a search, and often; it must not search itself. */
export type Filter = (slot: Slot) => boolean;

/** Where vectors are. */
export type VectorSource = Pick<GraphReader, "vectorView">;

export interface VectorsOptions {
  /** Where the vectors are; searches read it as it is then. */
  readonly graph: VectorSource;
  /** A folder for its index files, of its own, beside the checkpoints; it is made where it is missing. Up to three files, of
   * some 700 bytes a vector each, are in it for a while. */
  readonly directory: string;
  readonly disk: Disk;
  readonly clock: Clock;
  /** How the index file keeps them. Default int8: half the size, and as exact after ranking. */
  readonly kind?: Kind;
  /** Vectors from which on there is an index file. */
  readonly indexFrom?: number;
  /** Threads that make an index file, at low priority. Default: all processors but one. */
  readonly threads?: number;
  /** What is imported for usearch. */
  readonly module?: string;
}

export interface Near {
  readonly slot: Slot;
  /** 1 - min(cosine distance, 1), 0 to 1. */
  readonly similarity: number;
}

export interface SearchOptions {
  /** 1 to LIMITS.vectorMatchesMax. */
  readonly k: number;
  /** Entries of the index file that are looked at, 1 to LIMITS.vectorExpansionMax: more finds more, and takes longer. */
  readonly ef?: number;
  /** Only slots for which it holds. */
  readonly filter?: Filter;
}

export interface VectorsStatus {
  /** How searches are answered, in a sentence. */
  readonly text: string;
  /** null = no vector yet. */
  readonly dimension: number | null;
  readonly vectors: number;
  /** Of another dimension than the rest: they are in the graph, and never found. */
  readonly skipped: number;
  /** Entries of the index file, those of them that are not current any more, and vectors that it does not have. */
  readonly entries: number;
  readonly stale: number;
  readonly fresh: number;
  /** Of the next index file: rows in it, and to be in it. */
  readonly building: { readonly done: number; readonly total: number } | null;
  readonly restarts: number;
}

export interface Vectors extends Derived {
  apply(changes: readonly Applied[], graph: VectorSource): void;
  /**
   * The `k` nearest, nearest first; fewer where there are fewer. A vector without a direction (zeros) is near to nothing.
   * Throws OPD4110 (dimension), OPD4111 (range), OPD4112 (too many at once).
   */
  search(query: Float32Array, options: SearchOptions): Promise<readonly Near[]>;
  /** To be asked before a vector is learned: throws OPD4110. The first dimension that is asked for is that of the namespace,
   * until a clear was applied. */
  check(dimension: number): void;
  status(): VectorsStatus;
  /** Until there is no index file to be made. */
  settled(): Promise<void>;
  close(): Promise<void>;
}
