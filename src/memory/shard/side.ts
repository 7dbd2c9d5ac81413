// One shard as a transaction will leave it, as far as planning has to know: which concepts and stubs it has, and which
// associations lead from them to another shard. What the transaction did so far lies over what the shard has.

import { hexOf } from "../graph/id.ts";
import type { AssociationType, ConceptId } from "../model.ts";
import type { Edge, GraphReader } from "../ports.ts";

export interface Ends {
  readonly source: ConceptId;
  readonly target: ConceptId;
  readonly type: AssociationType;
}

export class Side {
  readonly #reader: GraphReader;
  #isCleared = false;
  readonly #came = new Map<string, boolean>();
  /** By each of its ends. */
  readonly #added = new Map<string, Map<string, Ends>>();
  readonly #removed = new Set<string>();

  constructor(reader: GraphReader) {
    this.#reader = reader;
  }

  has(id: ConceptId): boolean {
    return this.#came.get(hexOf(id)) ?? (!this.#isCleared && this.#reader.slotOf(id) >= 0);
  }

  learn(id: ConceptId): void {
    this.#came.set(hexOf(id), true);
  }

  forget(id: ConceptId): void {
    for (const ends of this.edgesOf(id)) this.dissociate(ends);
    this.#came.set(hexOf(id), false);
  }

  clear(): void {
    this.#isCleared = true;
    this.#came.clear();
    this.#added.clear();
    this.#removed.clear();
  }

  associate(ends: Ends): void {
    const key = keyOf(ends);
    if (this.#isInGraph(ends)) return void this.#removed.delete(key);
    for (const id of [ends.source, ends.target]) {
      const hex = hexOf(id);
      const added = this.#added.get(hex) ?? new Map<string, Ends>();
      this.#added.set(hex, added.set(key, ends));
    }
  }

  dissociate(ends: Ends): void {
    const key = keyOf(ends);
    this.#removed.add(key);
    for (const id of [ends.source, ends.target]) this.#added.get(hexOf(id))?.delete(key);
  }

  hasEdge(ends: Ends): boolean {
    const key = keyOf(ends);
    if (this.#added.get(hexOf(ends.source))?.has(key) === true) return true;
    return !this.#removed.has(key) && this.#isInGraph(ends);
  }

  /** A loop comes twice. */
  *edgesOf(id: ConceptId): Generator<Ends> {
    yield* this.#added.get(hexOf(id))?.values() ?? [];
    if (this.#isCleared) return;
    const reader = this.#reader;
    const slot = reader.slotOf(id);
    if (slot < 0) return;
    for (let edge = reader.firstOut(slot); edge !== 0; edge = reader.nextOut(edge)) {
      const ends = { source: id, target: reader.idOf(reader.target(edge)), type: reader.type(edge) };
      if (!this.#removed.has(keyOf(ends))) yield ends;
    }
    for (let edge = reader.firstIn(slot); edge !== 0; edge = reader.nextIn(edge)) {
      const ends = { source: reader.idOf(reader.source(edge)), target: id, type: reader.type(edge) };
      if (!this.#removed.has(keyOf(ends))) yield ends;
    }
  }

  /** Walks both ends at once: it costs the shorter list. */
  #isInGraph({ source, target, type }: Ends): boolean {
    const reader = this.#reader;
    const [from, to] = [reader.slotOf(source), reader.slotOf(target)];
    if (this.#isCleared || from < 0 || to < 0) return false;
    const is = (edge: Edge): boolean =>
      reader.source(edge) === from && reader.target(edge) === to && reader.type(edge) === type;
    let [out, into] = [reader.firstOut(from), reader.firstIn(to)];
    for (; out !== 0 && into !== 0; out = reader.nextOut(out), into = reader.nextIn(into))
      if (is(out) || is(into)) return true;
    return false;
  }
}

function keyOf({ source, target, type }: Ends): string {
  return `${hexOf(source)}${hexOf(target)}${type}`;
}
