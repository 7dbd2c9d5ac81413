// What a namespace stands on: one graph with its indexes (graph-space.ts), or several shards (sharded.ts). It stores and finds;
// whose vectors it has, recall, questions and what is told of a search lie over it, once, in namespace.ts. Types only.

import type { Clock } from "../../base/clock.ts";
import type { Disk } from "../../store/file/file.ts";
import type { Metrics } from "../../telemetry/metrics/metrics.ts";
import type { Meanings } from "../index/meaning.ts";
import type { Change, Seq } from "../model.ts";
import type { StorageEvent } from "../monitor/event.ts";
import type { Snapshot } from "../ports.ts";
import type { Traces } from "../recall/traces.ts";
import type { Found, SearchOptions, Space } from "../space.ts";
import type { VectorsStatus } from "../vector/model.ts";
import type { Checked } from "./check.ts";

export interface GroundOptions {
  readonly name: string;
  /** A private folder. */
  readonly directory: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly tell: (event: StorageEvent) => void;
}

export interface Ground extends Omit<Space, "search"> {
  /** By the slots of `reader`, as `meanings` is. */
  readonly traces: Pick<Traces, "of" | "set" | "watch">;
  readonly meanings: Meanings;
  /** Of the checkpoint there was when it was opened. */
  readonly savedSeq: Seq;
  /** Indexes that were made again then. */
  readonly rebuilt: readonly string[];
  /** By words and by likeness, fused by rank; `vector` null: by words alone. */
  searchBoth(query: string, vector: Float32Array | null, options: SearchOptions): Promise<readonly Found[]>;
  snapshot(): Snapshot;
  /** Resolves when the indexes have seen what is written now, or soon enough. */
  reached(): Promise<void>;
  /** Resolves when all that was written before is on disk. Throws OPD4004. */
  durable(): Promise<void>;
  /** Durable changes made of what concepts are: `changes` is asked, again maybe, when nobody else changes them; it gives changes
   * of the same concepts, or of fewer. */
  rewrite(changes: () => readonly Change[]): Promise<void>;
  /** The graph has no vectors any more: the next one may have any dimension. */
  forgetVectors(): void;
  vectors(): Pick<VectorsStatus, "dimension" | "entries" | "building">;
  logBytes(): number;
  /** Files of the checkpoint, the log, and whether each index says what the graph says. */
  check(): Promise<Checked>;
}
