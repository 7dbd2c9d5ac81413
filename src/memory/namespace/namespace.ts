// One namespace: a graph, the indexes that follow it, and the loop that brings them up to date, as one Space. The graph is the
// truth and is changed first; a search waits until the indexes have seen what was written before it, so a writer reads what
// it wrote. What is derived and fails is named in the notes, left out of the checkpoint, and made again at the next start.

import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Disk } from "../../store/file/file.ts";
import { cognitivePatterns, type Metrics } from "../../telemetry/metrics/metrics.ts";
import { noTracer, type Tracer } from "../../telemetry/trace/trace.ts";
import type { Embedder } from "../embed/model.ts";
import { openGraph, type OwnGraph } from "../graph/graph.ts";
import { newAttributeIndex, type AttributeIndex } from "../index/attribute.ts";
import { newMeaningIndex, type Meanings } from "../index/meaning.ts";
import { newTimeIndex, type TimeIndex } from "../index/time.ts";
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
import type { StorageEvent } from "../monitor/event.ts";
import type { Derived, Edge, GraphReader, Snapshot } from "../ports.ts";
import { DYNAMICS } from "../recall/dynamics.ts";
import type { Edit } from "../recall/edit.ts";
import { newRecall, type Recall } from "../recall/recall.ts";
import type { Window } from "../recall/reconsolidation.ts";
import { newTraces, type Traces } from "../recall/traces.ts";
import { startReconciler, type Reconciler } from "../reconcile/reconcile.ts";
import type { Durability, Found, SearchOptions, Space, SpaceFilter, SpaceStats } from "../space.ts";
import type { Part } from "../shard/model.ts";
import { newTextIndex, type TextIndex, type TextStatistics } from "../text/text.ts";
import { openVectors, type Vectors } from "../vector/vector.ts";
import { blend, wideOf } from "./blend.ts";
import { newQuestions, type Questions } from "./ask.ts";
import { checkNamespace, type Checked } from "./check.ts";
import { VectorOrigin } from "./origin.ts";
import { bytesBelow } from "./sizes.ts";
import { Tending, type Tended } from "./tend.ts";
import { admits, select, type Selectable } from "./select.ts";

export interface NamespaceOptions {
  readonly name: string;
  /** A private folder. */
  readonly directory: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly embedder: Embedder;
  readonly tell: (event: StorageEvent) => void;
  /** Whether a search that does not say is a recall (recall/recall.ts). */
  readonly recall?: boolean;
  readonly tracer?: Tracer;
  /** It is one of the shards of a space, which knows whose vectors they have. */
  readonly isShard?: boolean;
}

/** A space, and what only its owner needs. */
export interface OwnSpace extends Space {
  readonly graph: OwnGraph;
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
  /** One turn of what it does by itself (tend.ts). */
  tend(): Promise<void>;
  /** Files of the checkpoint, the log, and whether each index says what the graph says. */
  check(): Promise<Checked>;
}

/** Throws OPD4004, OPD4006, OPD4008, OPD5001 to OPD5005. */
export async function openNamespace(options: NamespaceOptions): Promise<OwnSpace & Part> {
  const { directory, disk, clock, metrics, tell } = options;
  // Until it follows a graph it has no vectors to ask for.
  let source: Pick<GraphReader, "vectorView"> = { vectorView: () => null };
  const vectors = await openVectors({
    graph: { vectorView: (slot) => source.vectorView(slot) },
    directory: join(directory, "vectors"),
    disk,
    clock,
  });
  const following: Derived = {
    name: vectors.name,
    apply(changes, graph) {
      source = graph;
      vectors.apply(changes, graph);
    },
    save: (folder) => vectors.save(folder),
    load: (folder) => vectors.load(folder),
  };
  const indexes = {
    text: newTextIndex(disk),
    times: newTimeIndex(disk),
    attributes: newAttributeIndex(disk),
    meanings: newMeaningIndex(disk),
  };
  const traces = newTraces(disk);
  const derived = [indexes.text, indexes.times, indexes.attributes, indexes.meanings, following, traces];
  let opened: OwnGraph | null = null;
  try {
    const beganMs = clock.monotonicMs();
    const graph = (opened = await openGraph({ directory, disk, clock, derived }));
    source = graph;
    const { vectors: count } = vectors.status();
    const persisted = !graph.opened.rebuilt.includes(vectors.name);
    const tookMs = clock.monotonicMs() - beganMs;
    if (count > 0) tell({ kind: "vectors-loaded", vectors: count, tookMs, persisted });
    const loop = startReconciler({
      graph,
      derived,
      clock,
      metrics,
      drained: (changes, tookMs) => tell({ kind: "reconciled", changes, tookMs, checkpoint: false }),
    });
    traces.resume(directory, graph.seq);
    const cognitive = cognitivePatterns(metrics);
    const { tracer = noTracer } = options;
    const dynamics = new Set(DYNAMICS);
    const recall = newRecall({ reader: graph, traces, clock, cognitive, tracer, dynamics });
    const origin = new VectorOrigin({ directory, disk, graph, vectors, embedder: options.embedder });
    const own = new Namespace(options, { ...indexes, graph, vectors, derived, loop, origin, recall, traces });
    await origin.settle(() => own.reached());
    return own;
  } catch (error) {
    await vectors.close();
    await opened?.close();
    throw error;
  }
}

interface NamespaceParts extends Selectable {
  readonly graph: OwnGraph;
  readonly text: TextIndex;
  readonly times: TimeIndex;
  readonly attributes: AttributeIndex;
  readonly meanings: Derived & Meanings;
  readonly vectors: Vectors;
  readonly derived: readonly Derived[];
  readonly loop: Reconciler;
  readonly origin: VectorOrigin;
  readonly recall: Recall;
  readonly traces: Traces;
}

class Namespace implements OwnSpace, Part {
  readonly name: string;
  readonly graph: OwnGraph;
  readonly reader: GraphReader;
  readonly questions: Questions;
  readonly #options: NamespaceOptions;
  readonly #of: NamespaceParts;
  readonly #openedMs: number;
  readonly #openedSeq: Seq;
  readonly #tending: Tending;
  #refused = 0;
  #flushes = 0;

  constructor(options: NamespaceOptions, of: NamespaceParts) {
    this.#options = options;
    this.#of = of;
    this.name = options.name;
    this.graph = of.graph;
    this.reader = of.graph;
    this.#openedMs = options.clock.monotonicMs();
    this.#openedSeq = of.graph.seq;
    const { graph, meanings } = of;
    const { clock, tell } = options;
    this.questions = newQuestions({ graph, meanings, clock, tell, reach: () => this.reached() });
    const { directory, disk } = options;
    const tended: Tended = {
      directory,
      disk,
      clock,
      tell,
      vectors: of.vectors,
      stats: () => this.stats(),
      read: () => void graph.concept(0),
      flush: () => this.flush(),
    };
    this.#tending = new Tending(tended, graph.seq, graph.opened.checkpointSeq ?? 0);
  }

  async apply(changes: readonly Change[], durability: Durability = "durable"): Promise<Seq> {
    const { graph, loop, origin } = this.#of;
    for (const change of changes)
      if (change.kind === "learn" && change.concept.vector !== null && this.#options.isShard !== true)
        await origin.admit(change.concept.vector, () => this.reached());
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

  async clear(): Promise<Seq> {
    const seq = await this.apply([{ kind: "clear" }]);
    this.#of.origin.forget();
    return seq;
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
    { statistics, ...asked }: SearchOptions & { readonly statistics?: TextStatistics },
  ): Promise<readonly Found[]> {
    await this.reached();
    return await this.#searched("text", asked, ({ limit, filter }) => {
      const passes = admits(this.#of, filter);
      const options = {
        limit,
        ...(passes === null ? {} : { filter: passes }),
        ...(statistics === undefined ? {} : { statistics }),
      };
      return this.#found(this.#of.text.search(query, options));
    });
  }

  forgetVectors(): void {
    const { graph, vectors } = this.#of;
    vectors.apply([{ seq: graph.seq, kind: "clear", slot: -1 }], graph);
  }

  textStatistics(query: string): TextStatistics {
    return this.#of.text.statistics(query);
  }

  async searchVector(query: Float32Array, options: SearchOptions): Promise<readonly Found[]> {
    await this.reached();
    return await this.#searched("vector", options, async (asked) =>
      this.#found(await this.#nearest(query, asked)),
    );
  }

  async search(query: string, options: SearchOptions): Promise<readonly Found[]> {
    const vector = await this.questionVector(query);
    await this.reached();
    return await this.#searched("semantic", options, async (asked) => {
      const { limit } = asked;
      const passes = admits(this.#of, asked.filter);
      const wide = wideOf(limit);
      const words = this.#of.text.search(
        query,
        passes === null ? { limit: wide } : { limit: wide, filter: passes },
      );
      const near = vector !== null ? await this.#nearest(vector, { ...asked, limit: wide }) : [];
      return this.#found(blend(words, near, limit));
    });
  }

  questionVector(text: string): Promise<Float32Array | null> {
    return this.#of.origin.asked(text);
  }

  embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly (Float32Array | null)[]> {
    return this.#of.origin.embed(texts, signal);
  }

  get vectorsOf(): string | null {
    return this.#of.origin.maker;
  }

  adopt(maker: string): (vector: Float32Array) => boolean {
    return this.#of.origin.adopt(maker);
  }

  snapshot(): Snapshot {
    return this.graph.snapshot();
  }

  reconsolidate(id: ConceptId, edit: Edit): Promise<Window | null> {
    return this.#of.recall.reconsolidate(id, edit, (changes) => this.apply(changes));
  }

  async reached(): Promise<void> {
    await this.#of.loop.reached(this.graph.seq, LIMITS.memoryReachDeadlineMs);
  }

  async check(): Promise<Checked> {
    await this.reached();
    return await checkNamespace({ ...this.#options, ...this.#of });
  }

  tend(): Promise<void> {
    return this.#tending.turn();
  }

  stats(): SpaceStats {
    const { graph, vectors, loop, origin } = this.#of;
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
      notes: [status.text, ...origin.notes(), ...failed],
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

  /** Measured; where it is a recall, with what that makes of it. */
  async #searched(
    query: string,
    options: SearchOptions,
    plain: (options: SearchOptions) => readonly Found[] | Promise<readonly Found[]>,
  ): Promise<readonly Found[]> {
    const { clock, tell, recall: byDefault = false } = this.#options;
    const beganMs = clock.monotonicMs();
    const isRecall = options.recall ?? byDefault;
    const found = isRecall
      ? await this.#of.recall.search(async (asked) => await plain(asked), options)
      : await plain(options);
    const tookMs = clock.monotonicMs() - beganMs;
    tell({ kind: "query", query, depth: 0, results: found.length, tookMs, confidence: 1 });
    return found;
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
