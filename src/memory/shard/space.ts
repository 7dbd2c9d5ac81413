// The space over several shards: who is asked, and how the answers become one. Writing takes the concepts' locks, plans, and lets
// one shard do it, or the coordinator all that have a part.

import type { Clock } from "../../base/clock.ts";
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
import type { Graph, GraphReader, Snapshot } from "../ports.ts";
import type { Durability, Found, SearchOptions, Space, SpaceFilter, SpaceStats } from "../space.ts";
import { blend, wideOf } from "../namespace/blend.ts";
import { addStatistics } from "../text/text.ts";
import type { Decisions } from "./decisions.ts";
import type { HomeOf } from "./home.ts";
import { Locks, type LockSet } from "./locks.ts";
import type { Part } from "./model.ts";
import { lockSetOf, planOf, type Plan } from "./plan.ts";
import { ShardReader, ShardSnapshot } from "./reader.ts";
import type { Coordinator } from "./transact.ts";

export interface Shards<P extends Part> {
  readonly parts: readonly P[];
  readonly homeOf: HomeOf;
  readonly counts: { stubs: number; crossing: number };
  readonly coordinator: Coordinator;
  readonly decisions: Decisions;
}

interface SpaceOptions {
  readonly name: string;
  readonly clock: Clock;
}

export class ShardedSpace<P extends Part = Part> implements Omit<Space, "search"> {
  readonly name: string;
  readonly reader: GraphReader;
  readonly parts: readonly P[];
  readonly #clock: Clock;
  readonly #of: Shards<P>;
  readonly #locks: Locks;
  readonly #openedMs: number;
  readonly #openedSeq: Seq;

  constructor({ name, clock }: SpaceOptions, of: Shards<P>) {
    this.name = name;
    this.#clock = clock;
    this.#of = of;
    this.parts = of.parts;
    this.#locks = new Locks(clock);
    this.reader = new ShardReader(graphsOf(of), of.homeOf, of.counts);
    this.#openedMs = clock.monotonicMs();
    this.#openedSeq = this.reader.seq;
  }

  /** Throws OPD4302 and OPD4303 beside what a space throws. `current` is asked when nobody else changes these concepts, for
   * what is to be done to them as they are then. */
  async apply(
    changes: readonly Change[],
    durability: Durability = "durable",
    current: () => readonly Change[] = () => changes,
  ): Promise<Seq> {
    const release = await this.#lock(changes);
    let seqs: readonly (readonly [Graph, Seq])[] = [];
    try {
      this.#checkOpen();
      seqs = await this.#make(planOf(current(), this.#planned(), this.#clock.wallMs() * 1000));
    } finally {
      release();
    }
    // Others may change these concepts meanwhile: what they write comes later in the same logs.
    if (durability === "durable") await Promise.all(seqs.map(([graph, seq]) => graph.durable(seq)));
    return this.reader.seq;
  }

  learn(concept: NewConcept, durability?: Durability): Promise<Seq> {
    return this.apply([{ kind: "learn", concept }], durability);
  }

  associate(association: NewAssociation, durability?: Durability): Promise<Seq> {
    return this.apply([{ kind: "associate", association }], durability);
  }

  async forget(id: ConceptId, durability?: Durability): Promise<boolean> {
    const known = this.reader.slotOf(id) >= 0;
    await this.apply([{ kind: "forget", id }], durability);
    return known;
  }

  clear(): Promise<Seq> {
    return this.apply([{ kind: "clear" }]);
  }

  get(id: ConceptId): Concept | null {
    return this.#home(id).get(id);
  }

  list(after: ConceptId | null, limit: number): readonly ConceptId[] {
    const { reader } = this;
    const ids: ConceptId[] = [];
    let slot = after === null ? 0 : reader.slotOf(after) + 1;
    for (; slot < reader.slotEnd && ids.length < limit; slot++)
      if (reader.has(slot)) ids.push(reader.idOf(slot));
    return ids;
  }

  recent(limit: number): readonly ConceptId[] {
    const { reader } = this;
    return this.#ask((part, wanted) => part.recent(wanted), limit)
      .map((id) => ({ id, createdUs: reader.createdUs(reader.slotOf(id)) }))
      .toSorted((a, b) => b.createdUs - a.createdUs)
      .slice(0, limit)
      .map(({ id }) => id);
  }

  neighbours(id: ConceptId, direction: "out" | "in" | "both"): readonly Association[] {
    return this.#home(id).neighbours(id, direction);
  }

  association(source: ConceptId, target: ConceptId, type?: AssociationType): Association | null {
    return this.#home(source).association(source, target, type);
  }

  select(filter: SpaceFilter, limit: number): readonly ConceptId[] {
    return this.#ask((part, wanted) => part.select(filter, wanted), limit).slice(0, limit);
  }

  async searchText(query: string, options: SearchOptions): Promise<readonly Found[]> {
    await this.reached();
    const statistics = addStatistics(this.parts.map((part) => part.textStatistics(query)));
    const found = this.parts.map((part) => part.searchText(query, { ...options, statistics }));
    return this.#best(await Promise.all(found), options.limit);
  }

  async searchVector(query: Float32Array, options: SearchOptions): Promise<readonly Found[]> {
    const found = this.parts.map((part) => part.searchVector(query, options));
    return this.#best(await Promise.all(found), options.limit);
  }

  /** By words and by likeness, fused by rank; `vector` null: by words alone. */
  async searchBoth(
    query: string,
    vector: Float32Array | null,
    options: SearchOptions,
  ): Promise<readonly Found[]> {
    const { reader } = this;
    const asked = { ...options, limit: wideOf(options.limit) };
    const words = await this.searchText(query, asked);
    const near = vector === null ? [] : await this.searchVector(vector, asked);
    const ranked = [words, near].map((found) =>
      found.map(({ id, score }) => ({ slot: reader.slotOf(id), score })).filter(({ slot }) => slot >= 0),
    );
    const best = blend(ranked[0]!, ranked[1]!, options.limit);
    return best.map(({ slot, score }) => ({ id: reader.idOf(slot), score }));
  }

  /** All shards as they are at this moment. */
  snapshot(): Snapshot {
    const { homeOf, counts } = this.#of;
    const snapshots = this.parts.map((part) => part.snapshot());
    return new ShardSnapshot(snapshots, homeOf, { ...counts });
  }

  /** Resolves when the indexes of all shards have seen what is written now, or soon enough. */
  async reached(): Promise<void> {
    await Promise.all(this.parts.map((part) => part.reached()));
  }

  stats(): SpaceStats {
    const all = this.parts.map((part) => part.stats());
    const sum = (of: (stats: SpaceStats) => number): number => all.reduce((total, one) => total + of(one), 0);
    // The one that is furthest behind.
    const slowest = all.reduce((one, other) => (other.pending > one.pending ? other : one));
    return {
      concepts: this.reader.size,
      associations: this.reader.associations,
      vectors: sum(({ vectors }) => vectors),
      written: this.reader.seq - this.#openedSeq,
      refused: sum(({ refused }) => refused),
      pending: sum(({ pending }) => pending),
      uptimeS: Math.floor((this.#clock.monotonicMs() - this.#openedMs) / 1000),
      seq: this.reader.seq,
      memoryBytes: sum(({ memoryBytes }) => memoryBytes),
      diskBytes: sum(({ diskBytes }) => diskBytes),
      reconciler: slowest.reconciler,
      notes: [`${all.length} shards`, ...new Set(all.flatMap(({ notes }) => notes))],
    };
  }

  async flush(): Promise<void> {
    await Promise.all(this.parts.map((part) => part.flush()));
  }

  async close(): Promise<void> {
    // Whoever writes now goes first; nobody comes after.
    const release = await this.#locks.take("all");
    try {
      await this.#of.coordinator.idle();
      const closed = await Promise.allSettled(this.parts.map((part) => part.close()));
      await this.#of.decisions.close();
      for (const one of closed) if (one.status === "rejected") throw one.reason;
    } finally {
      release();
    }
  }

  /** Locks what the changes are about; what they are about may be more by the time the locks are there. */
  async #lock(changes: readonly Change[]): Promise<() => void> {
    for (;;) {
      const wanted = lockSetOf(changes, this.#planned());
      const release = await this.#locks.take(wanted);
      if (covers(wanted, lockSetOf(changes, this.#planned()))) return release;
      release();
    }
  }

  /** What has to be waited for until it is durable. */
  async #make(plan: Plan): Promise<readonly (readonly [Graph, Seq])[]> {
    const taking = plan.parts.flatMap((changes, shard) => (changes.length > 0 ? [shard] : []));
    const [first, ...others] = taking;
    if (first === undefined) return [];
    if (others.length === 0) {
      const part = this.parts[first]!;
      return [[part.graph, await part.apply(plan.parts[first]!, "buffered")]];
    }
    const { counts, coordinator } = this.#of;
    await coordinator.commit(plan.parts, () => {
      counts.stubs += plan.stubs;
      counts.crossing += plan.crossing;
    });
    return [];
  }

  #checkOpen(): void {
    const { failure } = this.#of.coordinator;
    if (failure !== null) throw failure;
  }

  #planned() {
    const { homeOf, counts } = this.#of;
    return { homeOf, readers: graphsOf(this.#of), ...counts };
  }

  #home(id: ConceptId): P {
    return this.parts[this.#of.homeOf(id)]!;
  }

  /** `limit` of each shard, without stubs: it is asked for more where there are some among them. */
  #ask(of: (part: Part, limit: number) => readonly ConceptId[], limit: number): readonly ConceptId[] {
    return this.parts.flatMap((part, shard) => {
      for (let wanted = limit; ; wanted *= 2) {
        const found = of(part, wanted);
        const own = found.filter((id) => this.#of.homeOf(id) === shard);
        if (own.length >= limit || found.length < wanted) return own.slice(0, limit);
      }
    });
  }

  /** The best of several answers, the best first; of two with the same score the smaller slot, as within a shard. */
  #best(answers: readonly (readonly Found[])[], limit: number): readonly Found[] {
    const { reader } = this;
    return answers
      .flat()
      .map((found) => ({ found, slot: reader.slotOf(found.id) }))
      .filter(({ slot }) => slot >= 0)
      .toSorted((a, b) => b.found.score - a.found.score || a.slot - b.slot)
      .slice(0, limit)
      .map(({ found }) => found);
  }
}

function graphsOf({ parts }: Pick<Shards<Part>, "parts">): readonly GraphReader[] {
  return parts.map(({ graph }) => graph);
}

function covers(held: LockSet, wanted: LockSet): boolean {
  if (held === "all") return true;
  return wanted !== "all" && [...wanted].every((name) => held.has(name));
}
