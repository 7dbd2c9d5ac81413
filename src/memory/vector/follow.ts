// Keeps an index file of most of the vectors: makes the first when there are enough, the next once enough has changed, one
// at a time, and drops it when there are few again. Where usearch is not installed, or fails, there is none, and this says so.

import { availableParallelism } from "node:os";
import { assert } from "../../base/assert.ts";
import { LIMITS } from "../../base/limits.ts";
import { visible } from "../../base/visible.ts";
import { Base } from "./base.ts";
import { build } from "./build.ts";
import type { Codes } from "./codes.ts";
import { IndexFiles } from "./files.ts";
import type { Marks } from "./marks.ts";
import type { VectorsOptions, VectorsStatus } from "./model.ts";
import type { SavedBase } from "./saved.ts";
import { ABSENT, startThread, type Thread } from "./thread.ts";
import type { IndexShape, Rows } from "./usearch.ts";

/** Below it a scan takes one or two milliseconds (docs/design/memory-vector.md), and an index file would be in vain. */
const INDEX_FROM = 50_000;
/** Measured with them: recall in memory-vector.md. */
const SHAPE = { connectivity: 32, expansionAdd: 200 } as const;
/** Changes, at least, and as a part of what the file has, before the next is made: scanning them stays cheap. */
const CHANGED_MIN = 8192;
const CHANGED_PART = 1 / 64;
/** A file whose entries are mostly gone is not gone on with: the next is made from nothing. */
const STALE_PART = 0.5;
/** Added to the nice value of who makes a file. */
const BUILD_NICE = 10;

export class Following {
  readonly #options: VectorsOptions;
  readonly #marks: Marks;
  /** Codes of the dimension that all vectors have; there are some. */
  readonly #codes: () => Codes;
  readonly #base: Base;
  readonly #files: IndexFiles;
  /** Another one ends the file that is being made: what it is made of is gone. */
  #generation = 0;
  #making: Promise<void> | null = null;
  #builder: Thread | null = null;
  #building: VectorsStatus["building"] = null;
  #absent = false;
  #failed: string | null = null;
  #retryAtMs = 0;
  #closed = false;

  constructor(options: VectorsOptions, marks: Marks, codes: () => Codes) {
    this.#options = options;
    this.#marks = marks;
    this.#codes = codes;
    const { directory, disk, clock, module = "usearch" } = options;
    const damaged = (): void => {
      this.#abandon();
      this.#marks.dropBase();
      this.follow();
    };
    this.#files = new IndexFiles(disk, directory);
    this.#base = new Base({ directory, disk, clock, module, damaged });
  }

  /** The index file that is searched. */
  get file(): SavedBase | null {
    return this.#base.file;
  }

  get building(): VectorsStatus["building"] {
    return this.#building;
  }

  get restarts(): number {
    return this.#base.restarts;
  }

  get text(): string {
    if (this.#absent) return "Vectors are scanned, all of them and exactly: usearch is not installed.";
    if (this.#failed !== null)
      return `Vectors are scanned where no index file has them; making one failed: ${visible(this.#failed)}.`;
    if (this.file !== null) return "Vectors are searched in an index file, those since are scanned.";
    if (this.#making !== null)
      return "Vectors are scanned, all of them and exactly, until an index file is made.";
    return `Vectors are scanned, all of them and exactly; from ${this.#from} on there is an index file.`;
  }

  get #from(): number {
    return this.#options.indexFrom ?? INDEX_FROM;
  }

  get #kind(): IndexShape["kind"] {
    return this.#options.kind ?? "int8";
  }

  /** As Base.search. */
  search(query: Rows, wanted: number): Promise<Uint32Array | null> {
    return this.#base.search(query, wanted);
  }

  /** To be called after every change. */
  follow(): void {
    const { vectors, entries, fresh, stale } = this.#marks;
    if (this.#making !== null || this.#closed) return;
    if (vectors < this.#from / 2 && this.file !== null) {
      this.#base.drop();
      this.#marks.dropBase();
    }
    if (vectors < this.#from || this.#absent) return;
    if (this.#options.clock.monotonicMs() < this.#retryAtMs) return;
    const least = Math.max(Math.min(CHANGED_MIN, this.#from), entries * CHANGED_PART);
    if (this.file !== null && fresh + stale < least) return;
    this.#making = this.#make()
      .catch((error: unknown) => this.#fail(error instanceof Error ? error.message : String(error)))
      .finally(() => {
        this.#making = null;
        this.#building = null;
        this.follow();
      });
  }

  /** All vectors are gone. */
  clear(): void {
    this.#abandon();
    this.#base.drop();
  }

  /** Searches a file of the last run; false: it is not for us, damaged, or nobody can map it. */
  async reuse(saved: SavedBase): Promise<boolean> {
    if (saved.shape.kind !== this.#kind || this.#marks.vectors < this.#from / 2) return false;
    return this.#base.reuse({ ...saved, path: this.#files.pathOf(saved.name) });
  }

  /** A checkpoint was written that names this file. */
  saved(base: SavedBase | null): void {
    this.#files.saved(base?.name ?? null, this.file?.name ?? null);
  }

  async settled(): Promise<void> {
    while (this.#making !== null) await this.#making;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#builder?.close();
    await this.#making;
    await this.#base.close();
  }

  async #make(): Promise<void> {
    const { graph, module = "usearch" } = this.#options;
    const { threads = Math.max(1, availableParallelism() - 1) } = this.#options;
    const marks = this.#marks;
    const codes = this.#codes();
    const generation = this.#generation;
    const shape = { dimension: codes.dimension, kind: this.#kind, ...SHAPE };
    const into = this.#files.next;
    this.#builder = startThread({ module, nice: BUILD_NICE });
    const made = await build({
      graph,
      marks,
      codes,
      shape,
      thread: this.#builder,
      threads,
      from: this.#toGoOnWith(shape),
      into,
      progress: (done, total) => void (this.#building = { done, total }),
    });
    await this.#builder.close();
    const isWanted = (): boolean => !this.#closed && generation === this.#generation;
    const why = "why" in made ? made.why : "the file could not be mapped";
    if (!("why" in made) && isWanted() && (await this.#use({ shape, sum: made }, isWanted))) return;
    if (isWanted()) this.#fail(why);
    else marks.dropNext();
  }

  /** What the next file is made of is gone. */
  #abandon(): void {
    this.#generation++;
    void this.#builder?.close();
  }

  #fail(why: string): void {
    this.#marks.dropNext();
    this.#absent = why === ABSENT;
    this.#failed = why;
    this.#retryAtMs = this.#options.clock.monotonicMs() + LIMITS.vectorRebuildMs;
  }

  /** What was made is searched from now on, if it still is wanted once it is mapped. */
  async #use(made: Omit<SavedBase, "name">, isWanted: () => boolean): Promise<boolean> {
    const name = this.#files.finish();
    const take = (): boolean => {
      if (!isWanted()) return false;
      this.#marks.nextIsBase();
      this.#failed = null;
      return true;
    };
    const used = await this.#base.use({ ...made, name, path: this.#files.pathOf(name) }, take);
    if (!used) this.#files.remove(name);
    return used;
  }

  #toGoOnWith(shape: IndexShape): string | null {
    const { file } = this;
    if (file === null || this.#marks.stale >= this.#marks.entries * STALE_PART) return null;
    assert(file.shape.dimension === shape.dimension, "a file is dropped with the vectors it is of");
    return file.shape.connectivity === shape.connectivity ? this.#files.pathOf(file.name) : null;
  }
}
