// Whose vectors a namespace has. The first maker stays: another one makes none here, until everything is made anew. Vectors that
// programs bring count more than those made here: with the first of them the others are taken out of the graph, some at a
// time, before it is learned, and none are made any more. A crash in between goes on where it was.

import { LIMITS } from "../../base/limits.ts";
import { visible } from "../../base/visible.ts";
import type { Disk } from "../../store/file/file.ts";
import type { Embedder } from "../embed/model.ts";
import type { Change, Slot } from "../model.ts";
import type { Ground } from "./ground.ts";
import { GIVEN, readMaker, writeMaker } from "./maker.ts";

interface OriginOptions {
  readonly directory: string;
  readonly disk: Disk;
  readonly ground: Pick<Ground, "reader" | "reached" | "rewrite" | "forgetVectors">;
  readonly embedder: Embedder;
}

/** Concepts that are learned again in one change. */
const TAKEN_OUT_EACH = 256;

export class VectorOrigin {
  readonly #options: OriginOptions;
  /** Vectors made here that are on their way into the graph. */
  readonly #made = new WeakSet<Float32Array>();
  #maker: string | null;
  #leaving: boolean;
  #switching: Promise<void> | null = null;
  #other: string | null = null;

  constructor(options: OriginOptions) {
    this.#options = options;
    const known = readMaker(options.disk, options.directory);
    this.#maker = known?.maker ?? null;
    this.#leaving = known?.leaving ?? false;
  }

  /** Goes on with what a crash interrupted. */
  async settle(): Promise<void> {
    if (this.#leaving) await this.#takeOut();
  }

  async embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly (Float32Array | null)[]> {
    const none = texts.map(() => null);
    if (this.#maker === GIVEN) return none;
    const { vectors, fingerprint } = await this.#options.embedder.embed(texts, signal);
    if (fingerprint === null) return none;
    // Another one may have been the first meanwhile.
    if (this.#maker === null) this.#set(fingerprint, false);
    if (this.#maker !== fingerprint) {
      this.#other = fingerprint;
      return none;
    }
    for (const vector of vectors) if (vector !== null) this.#made.add(vector);
    return vectors;
  }

  /** A question's vector, made as those here were; null = there are none to compare it with, or of another maker. */
  async asked(text: string): Promise<Float32Array | null> {
    if (this.#maker === null) return null;
    return (await this.embed([text]))[0] ?? null;
  }

  get maker(): string | null {
    return this.#maker;
  }

  /** Vectors of `maker` are coming: tells of each whether it may be learned, and makes that known here. */
  adopt(maker: string): (vector: Float32Array) => boolean {
    if (this.#maker === null) this.#set(maker, false);
    // Those that are here give way to them.
    if (maker === GIVEN) return () => true;
    if (this.#maker !== maker) return () => false;
    return (vector) => {
      this.#made.add(vector);
      return true;
    };
  }

  /** Before a vector is learned. */
  async admit(vector: Float32Array): Promise<void> {
    await this.#switching;
    if (this.#made.has(vector) || this.#maker === GIVEN) return;
    if (this.#maker === null) return this.#set(GIVEN, false);
    this.#switching = this.#takeOut().finally(() => (this.#switching = null));
    await this.#switching;
  }

  /** There are no vectors any more. */
  forget(): void {
    const { disk, directory } = this.#options;
    this.#maker = null;
    writeMaker(disk, directory, null);
  }

  notes(): readonly string[] {
    if (this.#maker === GIVEN) return ["Vectors are those that programs bring; none are made of texts."];
    if (this.#other === null) return [];
    return [
      `Vectors are of ${visible(this.#maker ?? "nobody")}; none are made by ${visible(this.#other)}: set memory_embed as it was, or use another namespace.`,
    ];
  }

  #set(maker: string, leaving: boolean): void {
    const { disk, directory } = this.#options;
    writeMaker(disk, directory, { maker, leaving });
    this.#maker = maker;
    this.#leaving = leaving;
  }

  async #takeOut(): Promise<void> {
    const { ground } = this.#options;
    this.#set(GIVEN, true);
    for (let slot = 0; slot < ground.reader.slotEnd;) {
      const [slots, next] = this.#someWithVectors(slot);
      slot = next;
      if (slots.length === 0) continue;
      await ground.rewrite(() => slots.flatMap((one) => this.#withoutVector(one)));
      await ground.reached();
    }
    // Its dimension is of those that are gone.
    ground.forgetVectors();
    this.#set(GIVEN, false);
  }

  /** From `slot` on, as many as fit into one change, and where the next ones begin. */
  #someWithVectors(from: Slot): readonly [readonly Slot[], Slot] {
    const { reader } = this.#options.ground;
    const slots: Slot[] = [];
    let sizeBytes = 0;
    let slot = from;
    for (; slot < reader.slotEnd && slots.length < TAKEN_OUT_EACH; slot++) {
      if (reader.vectorView(slot) === null) continue;
      sizeBytes += reader.contentView(slot)?.length ?? 0;
      if (sizeBytes > LIMITS.memoryTransactionBytesMax / 2 && slots.length > 0) break;
      slots.push(slot);
    }
    return [slots, slot];
  }

  /** Nothing where there is none any more. */
  #withoutVector(slot: Slot): readonly Change[] {
    const concept = this.#options.ground.reader.concept(slot);
    return concept === null || concept.vector === null
      ? []
      : [{ kind: "learn", concept: { ...concept, vector: null } }];
  }
}
