// The vectors of a namespace, and which of them are nearest to one: a derived index of its graph, where the vectors
// themselves are. Few are scanned exactly; above a threshold, and where usearch is installed, an index file of most of
// them is searched in a thread of its own, what came since is scanned, and both are ranked by true cosines. Whatever fails
// there, the scan answers.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Applied, Slot } from "../model.ts";
import { Codes, encode, type Code } from "./codes.ts";
import { similarityOf } from "./cosine.ts";
import { Following } from "./follow.ts";
import { Marks } from "./marks.ts";
import type {
  Filter,
  Near,
  SearchOptions,
  Vectors,
  VectorsOptions,
  VectorSource,
  VectorsStatus,
} from "./model.ts";
import { readSaved, writeSaved } from "./saved.ts";
import { ranked, scan, type Scanned } from "./scan.ts";
import type { Rows } from "./usearch.ts";

export type { Near, Vectors, VectorsOptions } from "./model.ts";

/** Entries of the index file a search looks at unless it says otherwise: from so many vectors on more of them. */
const [EF, EF_LARGE, LARGE] = [64, 256, 250_000];

/** Its files wait in `directory` for `load`, or for the first `save`. */
export async function openVectors(options: VectorsOptions): Promise<Vectors> {
  return new VectorIndex(options);
}

class VectorIndex implements Vectors {
  readonly name = "vector";
  readonly #options: VectorsOptions;
  readonly #marks = new Marks();
  readonly #index: Following;
  #codes: Codes | null = null;
  #dimension: number | null = null;
  #skipped = 0;
  #searching = 0;

  constructor(options: VectorsOptions) {
    this.#options = options;
    this.#index = new Following(options, this.#marks, () => this.#coded());
  }

  check(dimension: number): void {
    this.#dimension ??= dimension;
    if (dimension !== this.#dimension)
      throw new OpError("OPD4110", `a vector has ${dimension} numbers, those here have ${this.#dimension}`);
  }

  apply(changes: readonly Applied[], graph: VectorSource): void {
    for (const { kind, slot } of changes) {
      if (kind === "clear") this.#clear();
      else this.#change(slot, kind === "put" ? graph.vectorView(slot) : null);
    }
    this.#index.follow();
  }

  #change(slot: Slot, given: Float32Array | null): void {
    if (given !== null) this.#dimension ??= given.length;
    const vector = given !== null && given.length === this.#dimension ? given : null;
    if (vector !== given) this.#skipped++;
    if (vector === null && !this.#marks.has(slot)) return;
    const has = vector !== null && this.#coded().put(slot, vector);
    if (!has) this.#codes?.drop(slot);
    this.#marks.change(slot, has);
  }

  /** There is a vector, so there is a dimension. */
  #coded(): Codes {
    return (this.#codes ??= new Codes(this.#dimension!));
  }

  #clear(): void {
    this.#marks.clear();
    this.#index.clear();
    this.#codes = null;
    this.#dimension = null;
    this.#skipped = 0;
  }

  async search(query: Float32Array, options: SearchOptions): Promise<readonly Near[]> {
    const { k, ef = this.#efDefault() } = options;
    within("k", k, LIMITS.vectorMatchesMax);
    within("ef", ef, LIMITS.vectorExpansionMax);
    if (!query.every(Number.isFinite))
      throw new OpError("OPD4111", "the query has a number that is not finite");
    if (this.#dimension !== null && query.length !== this.#dimension)
      throw new OpError(
        "OPD4110",
        `the query has ${query.length} numbers, vectors here have ${this.#dimension}`,
      );
    if (this.#searching >= LIMITS.vectorSearchesMax)
      throw new OpError("OPD4112", `${this.#searching} searches are under way`);
    const code = encode(query);
    if (this.#dimension === null || code === null) return [];
    const { graph } = this.#options;
    const scanned: Scanned = { graph, marks: this.#marks, codes: this.#coded() };
    this.#searching++;
    try {
      const size = candidates(k);
      const slots =
        (await this.#indexed(scanned, query, code, size, k, ef, options.filter)) ??
        (await scan(scanned, "all", code, size, options.filter));
      return ranked(graph, query, slots, k).map(({ slot, score }) => ({
        slot,
        similarity: similarityOf(score),
      }));
    } finally {
      this.#searching--;
    }
  }

  /** By the index file and what is not in it; null = a scan is better, or the only way. */
  async #indexed(
    scanned: Scanned,
    query: Float32Array,
    code: Code,
    size: number,
    k: number,
    ef: number,
    filter: Filter | undefined,
  ): Promise<readonly Slot[] | null> {
    const { file } = this.#index;
    if (file === null) return null;
    const row: Rows = file.shape.kind === "int8" ? new Int8Array(code.codes) : new Float32Array(query);
    const { entries, stale } = this.#marks;
    // Those that are not current any more are found, too.
    const more = entries / Math.max(entries - stale, 1);
    let wanted = Math.min(Math.ceil(Math.max(ef, size) * more), LIMITS.vectorExpansionMax);
    let asked = this.#index.search(row, wanted);
    // In this thread, while the other searches.
    const fresh = await scan(scanned, "fresh", code, size, filter);
    for (;;) {
      const found = await asked;
      if (found === null) return null;
      const passing = passed(found, size, (slot) => this.#marks.isCurrent(slot) && (filter?.(slot) ?? true));
      if (found.length < wanted || passing.length >= (k + size) / 2) return [...passing, ...fresh];
      wanted = Math.ceil((wanted * 1.5 * size) / Math.max(passing.length, 1));
      if (wanted > LIMITS.vectorExpansionMax) return null;
      asked = this.#index.search(row, wanted);
    }
  }

  #efDefault(): number {
    return this.#marks.entries < LARGE ? EF : EF_LARGE;
  }

  async save(folder: string): Promise<void> {
    const base = this.#index.file;
    const saved = { dimension: this.#dimension ?? 0, marks: this.#marks.bytes(), base };
    await writeSaved(this.#options.disk, folder, saved);
    this.#index.saved(base);
  }

  async load(folder: string): Promise<boolean> {
    const saved = readSaved(this.#options.disk, folder);
    if (saved === null) return false;
    this.#dimension = saved.dimension === 0 ? null : saved.dimension;
    this.#marks.restore(saved.marks);
    if (saved.base === null || !(await this.#index.reuse(saved.base))) this.#marks.dropBase();
    this.#index.saved(saved.base);
    this.#index.follow();
    return true;
  }

  status(): VectorsStatus {
    const { vectors, entries, stale, fresh } = this.#marks;
    const { text, building, restarts } = this.#index;
    const [dimension, skipped] = [this.#dimension, this.#skipped];
    return { text, dimension, vectors, skipped, entries, stale, fresh, building, restarts };
  }

  settled(): Promise<void> {
    return this.#index.settled();
  }

  close(): Promise<void> {
    return this.#index.close();
  }
}

/** How many are ranked by their true cosines, so that the best k are among them: distances by codes are off by some thousandths. */
function candidates(k: number): number {
  return Math.max(2 * k, 20);
}

function passed(found: Uint32Array, size: number, passes: Filter): Slot[] {
  const slots: Slot[] = [];
  for (let at = 0; at < found.length && slots.length < size; at++)
    if (passes(found[at]!)) slots.push(found[at]!);
  return slots;
}

function within(name: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 1 || value > max)
    throw new OpError("OPD4111", `${name} is ${value}; it is a whole number from 1 to ${max}`);
}
