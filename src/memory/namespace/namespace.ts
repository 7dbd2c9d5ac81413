// One namespace, as one Space: over what stores and finds (ground.ts: one graph, or several shards) lie whose vectors it has, recall,
// questions about paths, and what is told of each search. A folder is what it was made as: the number of shards counts once.

import { basename } from "node:path";
import { cognitivePatterns } from "../../telemetry/metrics/metrics.ts";
import { noTracer } from "../../telemetry/trace/trace.ts";
import { logFolder } from "../graph/files.ts";
import type {
  Association,
  AssociationType,
  Change,
  Concept,
  ConceptId,
  NewAssociation,
  NewConcept,
  Seq,
} from "../model.ts";
import type { GraphReader, Snapshot } from "../ports.ts";
import { DYNAMICS } from "../recall/dynamics.ts";
import type { Edit } from "../recall/edit.ts";
import { newRecall, type Recall } from "../recall/recall.ts";
import type { Window } from "../recall/reconsolidation.ts";
import { readLayout } from "../shard/layout.ts";
import type { Durability, Found, SearchOptions, SpaceFilter, SpaceStats } from "../space.ts";
import { newQuestions, type Questions } from "./ask.ts";
import type { Checked } from "./check.ts";
import type { Ground } from "./ground.ts";
import type { NamespaceOptions, OwnSpace } from "./model.ts";
import { openGraphSpace } from "./open-graph.ts";
import { VectorOrigin } from "./origin.ts";
import { openSharded } from "./sharded.ts";
import { Tending } from "./tend.ts";

/** Throws OPD4004, OPD4006, OPD4008, OPD5001 to OPD5005. */
export async function openNamespace(options: NamespaceOptions): Promise<OwnSpace> {
  const shards = shardsOf(options);
  const ground = shards === null ? await openGraphSpace(options) : await openSharded(options, shards);
  try {
    const { directory, disk, embedder } = options;
    const origin = new VectorOrigin({ directory, disk, ground, embedder });
    await origin.settle();
    return new Namespace(options, ground, origin);
  } catch (error) {
    await ground.close();
    throw error;
  }
}

/** null = one graph, without a layout. What is there decides; the option, where nothing is. */
function shardsOf({ disk, directory, shards = 1 }: NamespaceOptions): number | null {
  const known = readLayout(disk, directory);
  if (known !== null || shards === 1) return known;
  const names = disk.list(directory);
  return names.includes(basename(logFolder(directory))) ? null : shards;
}

class Namespace implements OwnSpace {
  readonly name: string;
  readonly reader: GraphReader;
  readonly questions: Questions;
  readonly #options: NamespaceOptions;
  readonly #ground: Ground;
  readonly #origin: VectorOrigin;
  readonly #recall: Recall;
  readonly #tending: Tending;

  constructor(options: NamespaceOptions, ground: Ground, origin: VectorOrigin) {
    this.#options = options;
    this.#ground = ground;
    this.#origin = origin;
    this.name = options.name;
    this.reader = ground.reader;
    const { reader, traces, meanings } = ground;
    const { clock, tell, metrics, tracer = noTracer } = options;
    this.questions = newQuestions({ graph: ground, meanings, clock, tell, reach: () => ground.reached() });
    const dynamics = new Set(DYNAMICS);
    this.#recall = newRecall({
      reader,
      traces,
      clock,
      cognitive: cognitivePatterns(metrics),
      tracer,
      dynamics,
    });
    const read = (): void => void reader.concept(0);
    this.#tending = new Tending({ ground, clock, tell, read }, reader.seq, ground.savedSeq);
  }

  async apply(changes: readonly Change[], durability: Durability = "durable"): Promise<Seq> {
    for (const change of changes)
      if (change.kind === "learn" && change.concept.vector !== null)
        await this.#origin.admit(change.concept.vector);
    return await this.#ground.apply(changes, durability);
  }

  learn(concept: NewConcept, durability?: Durability): Promise<Seq> {
    return this.apply([{ kind: "learn", concept }], durability);
  }

  associate(association: NewAssociation, durability?: Durability): Promise<Seq> {
    return this.#ground.associate(association, durability);
  }

  forget(id: ConceptId, durability?: Durability): Promise<boolean> {
    return this.#ground.forget(id, durability);
  }

  async clear(): Promise<Seq> {
    const seq = await this.#ground.clear();
    this.#origin.forget();
    return seq;
  }

  durable(): Promise<void> {
    return this.#ground.durable();
  }

  get(id: ConceptId): Concept | null {
    return this.#ground.get(id);
  }

  list(after: ConceptId | null, limit: number): readonly ConceptId[] {
    return this.#ground.list(after, limit);
  }

  recent(limit: number): readonly ConceptId[] {
    return this.#ground.recent(limit);
  }

  neighbours(id: ConceptId, direction: "out" | "in" | "both"): readonly Association[] {
    return this.#ground.neighbours(id, direction);
  }

  association(source: ConceptId, target: ConceptId, type?: AssociationType): Association | null {
    return this.#ground.association(source, target, type);
  }

  select(filter: SpaceFilter, limit: number): readonly ConceptId[] {
    return this.#ground.select(filter, limit);
  }

  async searchText(query: string, options: SearchOptions): Promise<readonly Found[]> {
    await this.reached();
    return await this.#searched("text", options, (asked) => this.#ground.searchText(query, asked));
  }

  async searchVector(query: Float32Array, options: SearchOptions): Promise<readonly Found[]> {
    await this.reached();
    return await this.#searched("vector", options, (asked) => this.#ground.searchVector(query, asked));
  }

  async search(query: string, options: SearchOptions): Promise<readonly Found[]> {
    const vector = await this.questionVector(query);
    await this.reached();
    return await this.#searched("semantic", options, (asked) =>
      this.#ground.searchBoth(query, vector, asked),
    );
  }

  questionVector(text: string): Promise<Float32Array | null> {
    return this.#origin.asked(text);
  }

  embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly (Float32Array | null)[]> {
    return this.#origin.embed(texts, signal);
  }

  get vectorsOf(): string | null {
    return this.#origin.maker;
  }

  adopt(maker: string): (vector: Float32Array) => boolean {
    return this.#origin.adopt(maker);
  }

  snapshot(): Snapshot {
    return this.#ground.snapshot();
  }

  reconsolidate(id: ConceptId, edit: Edit): Promise<Window | null> {
    return this.#recall.reconsolidate(id, edit, (changes) => this.apply(changes));
  }

  reached(): Promise<void> {
    return this.#ground.reached();
  }

  get rebuilt(): readonly string[] {
    return this.#ground.rebuilt;
  }

  check(): Promise<Checked> {
    return this.#ground.check();
  }

  tend(): Promise<void> {
    return this.#tending.turn();
  }

  stats(): SpaceStats {
    const stats = this.#ground.stats();
    return { ...stats, notes: [...stats.notes, ...this.#origin.notes()] };
  }

  flush(): Promise<void> {
    return this.#ground.flush();
  }

  /** With a checkpoint, where something was written: the next start is short. */
  close(): Promise<void> {
    return this.#ground.close();
  }

  /** Measured; where it is a recall, with what that makes of it. */
  async #searched(
    query: string,
    options: SearchOptions,
    plain: (options: SearchOptions) => Promise<readonly Found[]>,
  ): Promise<readonly Found[]> {
    const { clock, tell, recall: byDefault = false } = this.#options;
    const beganMs = clock.monotonicMs();
    const isRecall = options.recall ?? byDefault;
    const found = isRecall ? await this.#recall.search(plain, options) : await plain(options);
    const tookMs = clock.monotonicMs() - beganMs;
    tell({ kind: "query", query, depth: 0, results: found.length, tookMs, confidence: 1 });
    return found;
  }
}
