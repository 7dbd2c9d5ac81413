// What the analyser said of each concept, by slot, in columns: searches through the graph ask it of every concept they come to,
// and a concept itself is copied when it is read. 7 bytes a concept, 16 more up to the last one that is dated.
//
//   kind  u8    0 = never analysed, else 1 + type * 7 + domain
//   marks u16   bits 0-4 kinds of cause | 5-6 negation, 0 = none | 7-9 relation to time + 1, 0 = not dated

import { join } from "node:path";
import type { Disk } from "../../store/file/file.ts";
import {
  CAUSAL_TYPES,
  DOMAINS,
  NEGATION_TYPES,
  SEMANTIC_TYPES,
  TEMPORAL_RELATIONS,
  type Applied,
  type CausalType,
  type Domain,
  type Semantic,
  type SemanticType,
  type Slot,
} from "../model.ts";
import type { Derived, GraphReader } from "../ports.ts";
import { Column } from "./column.ts";
import { readColumns, writeColumns } from "./file.ts";

const NAME = "meaning";
const KIND = "mean";
const CAUSES = 0b11111;
const NEGATION_SHIFT = 5;
const RELATION_SHIFT = 7;

export type Bounds = NonNullable<Semantic["bounds"]>;
export type NegationType = NonNullable<Semantic["negation"]>["type"];

/** All that are given must hold. */
export interface MeaningFilter {
  readonly type?: SemanticType;
  readonly domain?: Domain;
  /** Its time begins at or after this, in seconds since 1970. */
  readonly fromS?: number;
  /** Its time begins at or before this. */
  readonly toS?: number;
  readonly hasCausal?: boolean;
  readonly negation?: NegationType;
  /** Of the analysis, 0..1. */
  readonly certaintyMin?: number;
}

/** What is asked while searching. A slot that was never analysed has no type, no domain, and matches nothing. */
export interface Meanings {
  typeOf(slot: Slot): SemanticType | null;
  domainOf(slot: Slot): Domain | null;
  /** How sure the analysis was, 0..1; 0 without one. */
  certainty(slot: Slot): number;
  boundsOf(slot: Slot): Bounds | null;
  negationOf(slot: Slot): NegationType | null;
  /** Whether its text names a cause, of this kind if one is given. */
  causes(slot: Slot, causal?: CausalType): boolean;
  matches(slot: Slot, filter: MeaningFilter): boolean;
  /** Slots that match, in order, at most `limit`. */
  select(filter: MeaningFilter, limit: number): readonly Slot[];
  /** Every dated slot, in order. */
  dated(): Iterable<readonly [Slot, Bounds]>;
}

export function newMeaningIndex(disk: Disk): Derived & Meanings {
  return new MeaningIndex(disk);
}

class MeaningIndex implements Derived, Meanings {
  readonly name = NAME;
  readonly #disk: Disk;
  #end = 0;
  #datedEnd = 0;
  #kinds = new Column(Uint8Array);
  #marks = new Column(Uint16Array);
  #certainties = new Column(Float32Array);
  /** NaN = open. */
  #starts = new Column(Float64Array);
  #ends = new Column(Float64Array);

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  apply(changes: readonly Applied[], graph: GraphReader): void {
    for (const { kind, slot } of changes) {
      if (kind === "clear") this.#clear();
      else this.#set(slot, graph.semantic(slot));
    }
  }

  typeOf(slot: Slot): SemanticType | null {
    const kind = this.#kindOf(slot);
    return kind === 0 ? null : SEMANTIC_TYPES[Math.floor((kind - 1) / DOMAINS.length)]!;
  }
  domainOf(slot: Slot): Domain | null {
    const kind = this.#kindOf(slot);
    return kind === 0 ? null : DOMAINS[(kind - 1) % DOMAINS.length]!;
  }
  certainty(slot: Slot): number {
    return slot < this.#end ? this.#certainties.view[slot]! : 0;
  }
  negationOf(slot: Slot): NegationType | null {
    return NEGATION_TYPES[((this.#marksOf(slot) >> NEGATION_SHIFT) & 3) - 1] ?? null;
  }
  causes(slot: Slot, causal?: CausalType): boolean {
    const wanted = causal === undefined ? CAUSES : 1 << CAUSAL_TYPES.indexOf(causal);
    return (this.#marksOf(slot) & wanted) !== 0;
  }
  boundsOf(slot: Slot): Bounds | null {
    const relation = TEMPORAL_RELATIONS[(this.#marksOf(slot) >> RELATION_SHIFT) - 1];
    if (relation === undefined) return null;
    return { relation, startS: seconds(this.#starts.view[slot]!), endS: seconds(this.#ends.view[slot]!) };
  }

  matches(
    slot: Slot,
    { type, domain, fromS, toS, hasCausal, negation, certaintyMin }: MeaningFilter,
  ): boolean {
    if (this.#kindOf(slot) === 0) return false;
    if (type !== undefined && this.typeOf(slot) !== type) return false;
    if (domain !== undefined && this.domainOf(slot) !== domain) return false;
    if (hasCausal !== undefined && this.causes(slot) !== hasCausal) return false;
    if (negation !== undefined && this.negationOf(slot) !== negation) return false;
    if (certaintyMin !== undefined && this.certainty(slot) < certaintyMin) return false;
    if (fromS === undefined && toS === undefined) return true;
    const startS = this.boundsOf(slot)?.startS ?? Number.NaN;
    return startS >= (fromS ?? -Infinity) && startS <= (toS ?? Infinity);
  }

  select(filter: MeaningFilter, limit: number): readonly Slot[] {
    const found: Slot[] = [];
    const kinds = this.#kinds.view;
    // Most are passed over by one byte each.
    const wanted = wantedKinds(filter);
    for (let slot = 0; slot < this.#end && found.length < limit; slot++)
      if (wanted[kinds[slot]!] === 1 && this.matches(slot, filter)) found.push(slot);
    return found;
  }

  *dated(): Generator<readonly [Slot, Bounds]> {
    for (let slot = 0; slot < this.#datedEnd; slot++) {
      if (this.#marks.view[slot]! < 1 << RELATION_SHIFT) continue;
      const bounds = this.boundsOf(slot);
      if (bounds !== null) yield [slot, bounds];
    }
  }

  async save(folder: string): Promise<void> {
    const columns = [
      ...[this.#kinds, this.#marks, this.#certainties].map((column) => column.bytes(this.#end)),
      ...[this.#starts, this.#ends].map((column) => column.bytes(this.#datedEnd)),
    ];
    await writeColumns(this.#disk, join(folder, NAME), KIND, columns);
  }

  async load(folder: string): Promise<boolean> {
    const [kinds, marks, certainties, starts, ends] = readColumns(this.#disk, join(folder, NAME), KIND) ?? [];
    this.#clear();
    if (!kinds || !marks || !certainties || !starts || !ends) return false;
    this.#end = this.#kinds.take(kinds);
    this.#marks.take(marks);
    this.#certainties.take(certainties);
    this.#datedEnd = this.#starts.take(starts);
    this.#ends.take(ends);
    return true;
  }

  #kindOf(slot: Slot): number {
    return slot < this.#end ? this.#kinds.view[slot]! : 0;
  }
  #marksOf(slot: Slot): number {
    return slot < this.#end ? this.#marks.view[slot]! : 0;
  }

  #clear(): void {
    this.#end = 0;
    this.#datedEnd = 0;
    this.#kinds = new Column(Uint8Array);
    this.#marks = new Column(Uint16Array);
    this.#certainties = new Column(Float32Array);
    this.#starts = new Column(Float64Array);
    this.#ends = new Column(Float64Array);
  }

  #set(slot: Slot, semantic: Semantic | null): void {
    if (semantic === null && slot >= this.#end) return;
    for (const column of [this.#kinds, this.#marks, this.#certainties]) column.reach(slot);
    this.#end = Math.max(this.#end, slot + 1);
    this.#kinds.view[slot] = semantic === null ? 0 : kindOf(semantic);
    this.#marks.view[slot] = semantic === null ? 0 : marksOf(semantic);
    this.#certainties.view[slot] = semantic?.confidence ?? 0;
    const bounds = semantic?.bounds ?? null;
    if (bounds === null) return;
    this.#starts.reach(slot);
    this.#ends.reach(slot);
    this.#datedEnd = Math.max(this.#datedEnd, slot + 1);
    this.#starts.view[slot] = bounds.startS ?? Number.NaN;
    this.#ends.view[slot] = bounds.endS ?? Number.NaN;
  }
}

/** 1 for each kind that a type and a domain allow. */
function wantedKinds({ type, domain }: MeaningFilter): Uint8Array {
  const wanted = new Uint8Array(1 + SEMANTIC_TYPES.length * DOMAINS.length);
  for (const one of type === undefined ? SEMANTIC_TYPES : [type])
    for (const other of domain === undefined ? DOMAINS : [domain])
      wanted[kindOf({ type: one, domain: other })] = 1;
  return wanted;
}

function kindOf({ type, domain }: Pick<Semantic, "type" | "domain">): number {
  return 1 + SEMANTIC_TYPES.indexOf(type) * DOMAINS.length + DOMAINS.indexOf(domain);
}

function marksOf({ causal, negation, bounds }: Semantic): number {
  const causes = causal.reduce((mask, { type }) => mask | (1 << CAUSAL_TYPES.indexOf(type)), 0);
  const negated = negation === null ? 0 : NEGATION_TYPES.indexOf(negation.type) + 1;
  const relation = bounds === null ? 0 : TEMPORAL_RELATIONS.indexOf(bounds.relation) + 1;
  return causes | (negated << NEGATION_SHIFT) | (relation << RELATION_SHIFT);
}

function seconds(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
