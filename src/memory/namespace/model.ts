// What a namespace is opened with, and what its owner may do with it beyond a Space. Types only.

import type { Tracer } from "../../telemetry/trace/trace.ts";
import type { Embedder } from "../embed/model.ts";
import type { ConceptId } from "../model.ts";
import type { Snapshot } from "../ports.ts";
import type { Edit } from "../recall/edit.ts";
import type { Window } from "../recall/reconsolidation.ts";
import type { Space } from "../space.ts";
import type { Questions } from "./ask.ts";
import type { Checked } from "./check.ts";
import type { GroundOptions } from "./ground.ts";

export interface NamespaceOptions extends GroundOptions {
  readonly embedder: Embedder;
  /** Whether a search that does not say is a recall (recall/recall.ts). */
  readonly recall?: boolean;
  readonly tracer?: Tracer;
  /** How many shards it gets when it is made; one that is there keeps what it has. Default 1: one graph, without a layout. */
  readonly shards?: number;
}

/** A space, and what only its owner needs. */
export interface OwnSpace extends Space {
  readonly questions: Questions;
  /** One a text: null where there is none, or where the vectors of this namespace are of another maker. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly (Float32Array | null)[]>;
  /** Of a text that is looked for: null = there is nothing here to compare it with. */
  questionVector(text: string): Promise<Float32Array | null>;
  /** Who made the vectors here: null = there are none yet. */
  readonly vectorsOf: string | null;
  /** Vectors of `maker` are coming: tells of each whether it may be learned beside those that are here. */
  adopt(maker: string): (vector: Float32Array) => boolean;
  snapshot(): Snapshot;
  /** An edit of what a recall brought up, where the window for it is open: recorded, and to be gone back by. null = no such
   * concept. Throws OPD4401, and what `apply` throws. */
  reconsolidate(id: ConceptId, edit: Edit): Promise<Window | null>;
  /** Resolves when the indexes have seen what is written now, or soon enough: for what is not a search. */
  reached(): Promise<void>;
  /** Resolves when what was written buffered is on disk. Throws OPD4004. */
  durable(): Promise<void>;
  /** Indexes that were made again when it was opened. */
  readonly rebuilt: readonly string[];
  /** One turn of what it does by itself (tend.ts). */
  tend(): Promise<void>;
  /** Files of the checkpoint, the log, and whether each index says what the graph says. */
  check(): Promise<Checked>;
}
