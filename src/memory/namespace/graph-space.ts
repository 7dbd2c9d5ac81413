// One graph, the indexes that follow it, and the loop that brings them up to date: what a namespace stands on, or one of its shards.
// The graph is the truth and is changed first; a search waits until the indexes have seen what was written before it, so a
// writer reads what it wrote. What is derived and fails is named in the notes, left out of the checkpoint, and made again at
// the next start.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { OwnGraph } from "../graph/graph.ts";
import { logFolder } from "../graph/files.ts";
import type { Meanings } from "../index/meaning.ts";
import type {
  Association,
  Change,
  Concept,
  ConceptId,
  NewAssociation,
  NewConcept,
  Seq,
  Slot,
} from "../model.ts";
import type { Derived, Edge, GraphReader, Snapshot } from "../ports.ts";
import type { Traces } from "../recall/traces.ts";
import type { Reconciler } from "../reconcile/reconcile.ts";
import type { Part } from "../shard/model.ts";
import type { Durability, Found, SearchOptions, SpaceFilter, SpaceStats } from "../space.ts";
import type { TextStatistics } from "../text/text.ts";
import type { VectorsStatus } from "../vector/model.ts";
import type { Vectors } from "../vector/vector.ts";
import { blend, wideOf } from "./blend.ts";
import { checkNamespace, type Checked } from "./check.ts";
import type { Ground, GroundOptions } from "./ground.ts";
import { admits, select, type Selectable } from "./select.ts";
import { bytesBelow } from "./sizes.ts";

export interface GraphSpaceParts extends Selectable {
  readonly graph: OwnGraph;
  readonly vectors: Vectors;
  /** All that follow the graph, those above among them. */
  readonly derived: readonly Derived[];
  readonly loop: Reconciler;
  readonly traces: Traces;
}

export class GraphSpace implements Ground, Part {
  readonly name: string;
  readonly graph: OwnGraph;
  readonly reader: GraphReader;
  readonly meanings: Meanings;
  readonly traces: Traces;
  readonly #options: GroundOptions;
  readonly #of: GraphSpaceParts;
  readonly #openedMs: number;
  readonly #openedSeq: Seq;
  #refused = 0;
  #flushes = 0;

  constructor(options: GroundOptions, of: GraphSpaceParts) {
    this.#options = options;
    this.#of = of;
    this.name = options.name;
    this.graph = of.graph;
    this.reader = of.graph;
    this.meanings = of.meanings;
    this.traces = of.traces;
    this.#openedMs = options.clock.monotonicMs();
    this.#openedSeq = of.graph.seq;
  }

  get savedSeq(): Seq {
    return this.graph.opened.checkpointSeq ?? 0;
  }
  get rebuilt(): readonly string[] {
    return this.graph.opened.rebuilt;
  }

  async apply(changes: readonly Change[], durability: Durability = "durable"): Promise<Seq> {
    const { graph, loop } = this.#of;
    let seq: Seq;
    try {
      await graph.room();
      seq = graph.apply(changes);
    } catch (error) {
      if (error instanceof OpError && error.code === "OPD4003") this.#refused += changes.length;
      throw error;
    }
    loop.wake();
    if (durability === "durable") await graph.durable(seq);
    return seq;
  }

  async rewrite(changes: () => readonly Change[]): Promise<void> {
    const { graph, loop } = this.#of;
    await graph.room();
    const now = changes();
    if (now.length === 0) return;
    const seq = graph.apply(now);
    loop.wake();
    await graph.durable(seq);
  }

  durable(): Promise<void> {
    return this.graph.durable();
  }

  learn(concept: NewConcept, durability?: Durability): Promise<Seq> {
    return this.apply([{ kind: "learn", concept }], durability);
  }

  associate(association: NewAssociation, durability?: Durability): Promise<Seq> {
    return this.apply([{ kind: "associate", association }], durability);
  }

  async forget(id: ConceptId, durability?: Durability): Promise<boolean> {
    const known = this.graph.slotOf(id) >= 0;
    await this.apply([{ kind: "forget", id }], durability);
    return known;
  }

  clear(): Promise<Seq> {
    return this.apply([{ kind: "clear" }]);
  }

  get(id: ConceptId): Concept | null {
    const slot = this.graph.slotOf(id);
    return slot < 0 ? null : this.graph.concept(slot);
  }

  list(after: ConceptId | null, limit: number): readonly ConceptId[] {
    const { graph } = this;
    const ids: ConceptId[] = [];
    let slot = after === null ? 0 : graph.slotOf(after) + 1;
    for (; slot < graph.slotEnd && ids.length < limit; slot++)
      if (graph.has(slot)) ids.push(graph.idOf(slot));
    return ids;
  }

  recent(limit: number): readonly ConceptId[] {
    const slots = this.#of.times.recent(limit).filter((slot) => this.graph.has(slot));
    return slots.map((slot) => this.graph.idOf(slot));
  }

  neighbours(id: ConceptId, direction: "out" | "in" | "both"): readonly Association[] {
    const slot = this.graph.slotOf(id);
    if (slot < 0) return [];
    const edges = [
      ...(direction === "in" ? [] : outOf(this.graph, slot)),
      ...(direction === "out" ? [] : intoOf(this.graph, slot)),
    ];
    const newest = edges.toSorted((a, b) => this.graph.edgeCreatedUs(b) - this.graph.edgeCreatedUs(a));
    if (direction !== "both") return newest.map((edge) => this.#association(edge));
    const seen = new Set<Slot>();
    return newest
      .filter((edge) => {
        const source = this.graph.source(edge);
        const other = source === slot ? this.graph.target(edge) : source;
        return !seen.has(other) && seen.add(other);
      })
      .map((edge) => this.#association(edge));
  }

  association(source: ConceptId, target: ConceptId, type?: number): Association | null {
    const [from, to] = [this.graph.slotOf(source), this.graph.slotOf(target)];
    if (from < 0 || to < 0) return null;
    for (const edge of outOf(this.graph, from))
      if (this.graph.target(edge) === to && (type === undefined || this.graph.type(edge) === type))
        return this.#association(edge);
    return null;
  }

  select(filter: SpaceFilter, limit: number): readonly ConceptId[] {
    return select(this.#of, filter, limit).map((slot) => this.graph.idOf(slot));
  }

  async searchText(
    query: string,
    { limit, filter, statistics }: SearchOptions & { readonly statistics?: TextStatistics },
  ): Promise<readonly Found[]> {
    await this.reached();
    const passes = admits(this.#of, filter);
    const options = {
      limit,
      ...(passes === null ? {} : { filter: passes }),
      ...(statistics === undefined ? {} : { statistics }),
    };
    return this.#found(this.#of.text.search(query, options));
  }

  textStatistics(query: string): TextStatistics {
    return this.#of.text.statistics(query);
  }

  async searchVector(query: Float32Array, options: SearchOptions): Promise<readonly Found[]> {
    await this.reached();
    return this.#found(await this.#nearest(query, options));
  }

  async searchBoth(
    query: string,
    vector: Float32Array | null,
    options: SearchOptions,
  ): Promise<readonly Found[]> {
    await this.reached();
    const passes = admits(this.#of, options.filter);
    const limit = wideOf(options.limit);
    const words = this.#of.text.search(query, passes === null ? { limit } : { limit, filter: passes });
    const near = vector === null ? [] : await this.#nearest(vector, { ...options, limit });
    return this.#found(blend(words, near, options.limit));
  }

  vectors(): VectorsStatus {
    return this.#of.vectors.status();
  }

  forgetVectors(): void {
    const { graph, vectors } = this.#of;
    vectors.apply([{ seq: graph.seq, kind: "clear", slot: -1 }], graph);
  }

  takeDimension(dimension: number): void {
    const { graph, vectors } = this.#of;
    const own = vectors.status().dimension;
    if (own === dimension) return;
    if (own !== null) this.forgetVectors();
    vectors.check(dimension);
    if (own === null) return;
    for (let slot: Slot = 0; slot < graph.slotEnd; slot++)
      if (graph.vectorView(slot) !== null) vectors.apply([{ seq: graph.seq, kind: "put", slot }], graph);
  }

  snapshot(): Snapshot {
    return this.graph.snapshot();
  }

  async reached(): Promise<void> {
    await this.#of.loop.reached(this.graph.seq, LIMITS.memoryReachDeadlineMs);
  }

  async check(): Promise<Checked> {
    await this.reached();
    return await checkNamespace({ ...this.#options, ...this.#of });
  }

  logBytes(): number {
    return bytesBelow(this.#options.disk, logFolder(this.#options.directory));
  }

  stats(): SpaceStats {
    const { graph, vectors, loop } = this.#of;
    const { clock, disk, directory } = this.#options;
    const status = vectors.status();
    const failed = loop.failed.map(({ name }) => `${name}: failed, and is made again at the next start`);
    return {
      concepts: graph.size,
      associations: graph.associations,
      vectors: status.vectors,
      written: graph.seq - this.#openedSeq,
      refused: this.#refused,
      pending: graph.pending,
      uptimeS: Math.floor((clock.monotonicMs() - this.#openedMs) / 1000),
      seq: graph.seq,
      memoryBytes: graphBytes(graph),
      diskBytes: bytesBelow(disk, directory),
      reconciler: { ...loop.stats({ diskFlushes: this.#flushes, backpressureEvents: this.#refused }) },
      notes: [status.text, ...failed],
    };
  }

  async flush(): Promise<void> {
    const { graph, loop, derived } = this.#of;
    const beganMs = this.#options.clock.monotonicMs();
    await loop.reached(graph.seq, LIMITS.memoryCloseDeadlineMs);
    await graph.checkpoint(derived.filter((one) => !loop.failed.includes(one)));
    this.#flushes++;
    const tookMs = this.#options.clock.monotonicMs() - beganMs;
    this.#options.tell({ kind: "reconciled", changes: 0, tookMs, checkpoint: true });
  }

  /** With a checkpoint, where something was written: the next start is short. */
  async close(): Promise<void> {
    const { graph, loop, vectors, traces } = this.#of;
    try {
      const settled = await loop.stop(LIMITS.memoryCloseDeadlineMs);
      if (settled && graph.seq > this.#openedSeq)
        await graph.checkpoint(this.#of.derived.filter((one) => !loop.failed.includes(one)));
      else await traces.keep(this.#options.directory, graph.seq);
    } finally {
      await vectors.close();
      await graph.close();
    }
  }

  async #nearest(query: Float32Array, { limit, ef, filter }: SearchOptions) {
    const passes = admits(this.#of, filter);
    const near = await this.#of.vectors.search(query, {
      k: limit,
      ...(ef === undefined ? {} : { ef }),
      ...(passes === null ? {} : { filter: passes }),
    });
    return near.map(({ slot, similarity }) => ({ slot, score: similarity }));
  }

  /** What was forgotten while it was searched is not an answer. */
  #found(hits: readonly { readonly slot: Slot; readonly score: number }[]): readonly Found[] {
    const there = hits.filter(({ slot }) => this.graph.has(slot));
    return there.map(({ slot, score }) => ({ id: this.graph.idOf(slot), score }));
  }

  #association(edge: Edge): Association {
    const { graph } = this;
    return {
      source: graph.idOf(graph.source(edge)),
      target: graph.idOf(graph.target(edge)),
      type: graph.type(edge),
      confidence: graph.edgeConfidence(edge),
      weight: graph.edgeWeight(edge),
      createdUs: graph.edgeCreatedUs(edge),
    };
  }
}

function graphBytes(graph: OwnGraph): number {
  const shared = graph.share();
  const sizes = Object.values(shared.buffers).map(({ byteLength }) => byteLength);
  graph.unshare(shared);
  return sizes.reduce((sum, one) => sum + one, 0);
}

function* outOf(graph: GraphReader, slot: Slot): Generator<Edge> {
  for (let edge = graph.firstOut(slot); edge !== 0; edge = graph.nextOut(edge)) yield edge;
}
function* intoOf(graph: GraphReader, slot: Slot): Generator<Edge> {
  for (let edge = graph.firstIn(slot); edge !== 0; edge = graph.nextIn(edge)) yield edge;
}
