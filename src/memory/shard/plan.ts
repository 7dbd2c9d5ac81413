// What a transaction is for each shard. A concept lies in its home alone. An association between two shards lies in both, and in
// each of them its foreign end is a stub: a concept without content, there because an association needs both ends. What is a
// stub nothing has to say: its home is another shard. It comes with its first association and goes with its last.

import { OpError } from "../../base/error.ts";
import { hexOf } from "../graph/id.ts";
import type { Change, ConceptId, NewConcept } from "../model.ts";
import type { GraphReader } from "../ports.ts";
import type { HomeOf } from "./home.ts";
import type { LockSet } from "./locks.ts";
import { Side, type Ends } from "./side.ts";

export interface Plan {
  /** By shard; empty where it has no part. */
  readonly parts: readonly (readonly Change[])[];
  /** How many stubs, and associations between shards, there will be more. */
  readonly stubs: number;
  readonly crossing: number;
}

/** What there is now. */
export interface Shards {
  readonly homeOf: HomeOf;
  readonly readers: readonly GraphReader[];
  readonly stubs: number;
  readonly crossing: number;
}

/** The concepts that nobody else may change until the plan is carried out. */
export function lockSetOf(changes: readonly Change[], { homeOf, readers }: Shards): LockSet {
  const names = new Set<string>();
  for (const change of changes)
    switch (change.kind) {
      case "clear":
        return "all";
      case "learn":
        names.add(hexOf(change.concept.id));
        break;
      case "associate":
        names.add(hexOf(change.association.source)).add(hexOf(change.association.target));
        break;
      case "dissociate":
        names.add(hexOf(change.source)).add(hexOf(change.target));
        break;
      case "forget": {
        const home = homeOf(change.id);
        const side = new Side(readers[home]!);
        for (const ends of side.edgesOf(change.id)) names.add(hexOf(otherEnd(ends, change.id)));
        names.add(hexOf(change.id));
        break;
      }
      case "strengthen":
      case "access":
        names.add(hexOf(change.id));
    }
  return names;
}

/** `nowUs`: one transaction has one time, in all shards. Throws OPD4002. */
export function planOf(changes: readonly Change[], shards: Shards, nowUs: number): Plan {
  const planner = new Planner(shards, nowUs);
  for (const change of changes) planner.add(change);
  return planner;
}

class Planner implements Plan {
  readonly parts: Change[][];
  stubs = 0;
  crossing = 0;
  readonly #shards: Shards;
  readonly #nowUs: number;
  readonly #sides: readonly Side[];

  constructor(shards: Shards, nowUs: number) {
    this.#shards = shards;
    this.#nowUs = nowUs;
    this.parts = shards.readers.map(() => []);
    this.#sides = shards.readers.map((reader) => new Side(reader));
  }

  add(change: Change): void {
    switch (change.kind) {
      case "learn":
        this.#at(change.concept.id).learn(change.concept.id);
        return this.#put(change.concept.id, { createdUs: this.#nowUs, ...change });
      case "associate":
        return this.#associate(change);
      case "dissociate":
        return this.#dissociate(change);
      case "forget":
        return this.#forget(change);
      case "access":
        return this.#put(change.id, { accessedUs: this.#nowUs, ...change });
      case "strengthen":
        return this.#put(change.id, change);
      case "clear":
        for (const side of this.#sides) side.clear();
        for (const part of this.parts) part.push(change);
        this.stubs = -this.#shards.stubs;
        this.crossing = -this.#shards.crossing;
    }
  }

  #associate(change: Extract<Change, { readonly kind: "associate" }>): void {
    const { source, target } = change.association;
    for (const id of [source, target])
      if (!this.#at(id).has(id)) throw new OpError("OPD4002", `concept ${hexOf(id)} does not exist`);
    const timed = { createdUs: this.#nowUs, ...change };
    const homes = this.#homes(source, target);
    if (homes.length === 1) return this.#put(source, timed);
    if (!this.#sides[homes[0]!]!.hasEdge(change.association)) this.crossing++;
    for (const home of homes) {
      const side = this.#sides[home]!;
      const foreign = this.#shards.homeOf(source) === home ? target : source;
      if (!side.has(foreign)) {
        side.learn(foreign);
        this.parts[home]!.push({ kind: "learn", concept: stubOf(foreign), createdUs: this.#nowUs });
        this.stubs++;
      }
      side.associate(change.association);
      this.parts[home]!.push(timed);
    }
  }

  #dissociate(change: Extract<Change, { readonly kind: "dissociate" }>): void {
    const { source, target } = change;
    const homes = this.#homes(source, target);
    if (homes.length === 1) return this.#put(source, change);
    if (!this.#sides[homes[0]!]!.hasEdge(change)) return this.#put(source, change);
    this.crossing--;
    for (const home of homes) {
      this.parts[home]!.push(change);
      this.#sides[home]!.dissociate(change);
      this.#dropStub(home, this.#shards.homeOf(source) === home ? target : source);
    }
  }

  #forget(change: Extract<Change, { readonly kind: "forget" }>): void {
    const { homeOf } = this.#shards;
    const { id } = change;
    const home = homeOf(id);
    const crossing = new Map<string, Ends>();
    for (const ends of this.#sides[home]!.edgesOf(id))
      if (homeOf(otherEnd(ends, id)) !== home)
        crossing.set(`${hexOf(ends.source)}${hexOf(ends.target)}${ends.type}`, ends);
    this.crossing -= crossing.size;
    this.#put(id, change);
    this.#sides[home]!.forget(id);
    const foreign = new Map(
      [...crossing.values()].map((ends) => [hexOf(otherEnd(ends, id)), otherEnd(ends, id)]),
    );
    for (const other of foreign.values()) this.#dropStub(home, other);
    for (const shard of new Set([...foreign.values()].map(homeOf))) this.#dropStub(shard, id, true);
  }

  /** Unless something still leads to it. */
  #dropStub(shard: number, id: ConceptId, always = false): void {
    const side = this.#sides[shard]!;
    if (!always && side.edgesOf(id).next().done !== true) return;
    side.forget(id);
    this.parts[shard]!.push({ kind: "forget", id });
    this.stubs--;
  }

  #put(id: ConceptId, change: Change): void {
    this.parts[this.#shards.homeOf(id)]!.push(change);
  }

  #at(id: ConceptId): Side {
    return this.#sides[this.#shards.homeOf(id)]!;
  }

  /** One or two of them. */
  #homes(source: ConceptId, target: ConceptId): readonly number[] {
    return [...new Set([this.#shards.homeOf(source), this.#shards.homeOf(target)])];
  }
}

function otherEnd({ source, target }: Ends, id: ConceptId): ConceptId {
  return hexOf(source) === hexOf(id) ? target : source;
}

const NOTHING = new Uint8Array(0);
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

function stubOf(id: ConceptId): NewConcept {
  return {
    id,
    content: NOTHING,
    vector: null,
    strength: 0,
    confidence: 0,
    attributes: NO_ATTRIBUTES,
    semantic: null,
  };
}
