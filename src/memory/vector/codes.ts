// The vectors of a graph as 8-bit codes, a row a slot, for the exact search: 127 stands for the largest number of its
// vector. In chunks, each a shared memory of WebAssembly that grows in place:
//
//   | query i16 | row numbers u32 x BLOCK | products i32 x BLOCK | rest of the page | rows: dimension codes, zeros to 16 |
//   0           4096                      20480                  36864              65536
//
// The cosine that two codes give differs from the true one by some thousandths: what is found here is measured again with
// the vectors themselves (cosine.ts).

import { LIMITS } from "../../base/limits.ts";
import type { Slot } from "../model.ts";
import { openKernel, PAGE_BYTES, PAGES_MAX, ROW_STEP_BYTES, type WasmMemory } from "./kernel.ts";

/** Rows of one call of the kernel. */
export const BLOCK = 4096;
const LIST_AT = 2 * LIMITS.memoryDimensionsMax;
const OUT_AT = LIST_AT + 4 * BLOCK;

/** Added to a small number and taken away again it leaves the nearest whole one: a third of the time of Math.round. */
const ROUNDING = 1.5 * 2 ** 52;

/** A vector as codes; `inverse` is 1 / their length. */
export interface Code {
  readonly codes: Int8Array;
  readonly inverse: number;
}

interface Chunk {
  readonly memory: WasmMemory;
  readonly dots: ReturnType<typeof openKernel>["dots"];
  /** 1 / length of each row's codes; 0 = no code. */
  readonly inverse: Float32Array;
  rows: Int8Array;
}

/** Codes of `vector`, `padded` numbers long; null where it has no direction. */
export function encode(vector: Float32Array, padded: number = vector.length): Code | null {
  const codes = new Int8Array(padded);
  const inverse = encodeTo(vector, codes, 0);
  return inverse === 0 ? null : { codes, inverse };
}

/** 1 / length of the codes; 0 = no direction, and nothing is written. */
function encodeTo(vector: Float32Array, into: Int8Array, from: number): number {
  let most = 0;
  for (let i = 0; i < vector.length; i++) {
    const size = Math.abs(vector[i]!);
    if (size > most) most = size;
  }
  if (most === 0) return 0;
  const by = 127 / most;
  let squares = 0;
  for (let i = 0; i < vector.length; i++) {
    const code = (vector[i]! * by + ROUNDING - ROUNDING) | 0;
    into[from + i] = code;
    squares += code * code;
  }
  return 1 / Math.sqrt(squares);
}

export class Codes {
  readonly dimension: number;
  /** Slots that have a code. */
  size = 0;
  readonly #rowBytes: number;
  /** Rows of a chunk, a power of two: 2^shift. */
  readonly #shift: number;
  readonly #chunks: Chunk[] = [];

  constructor(dimension: number) {
    this.dimension = dimension;
    this.#rowBytes = Math.ceil(dimension / ROW_STEP_BYTES) * ROW_STEP_BYTES;
    this.#shift = Math.floor(Math.log2(((PAGES_MAX - 1) * PAGE_BYTES) / this.#rowBytes));
  }

  /** Keeps the code of a vector of this dimension; false: it has no direction, and nothing is kept. */
  put(slot: Slot, vector: Float32Array): boolean {
    const row = slot & ((1 << this.#shift) - 1);
    const chunk = this.#chunkFor(slot, (row + 1) * this.#rowBytes);
    const inverse = encodeTo(vector, chunk.rows, row * this.#rowBytes);
    this.size += Number(inverse > 0) - Number(chunk.inverse[row]! > 0);
    chunk.inverse[row] = inverse;
    return inverse > 0;
  }

  drop(slot: Slot): void {
    if (!this.has(slot)) return;
    this.#chunks[slot >>> this.#shift]!.inverse[slot & ((1 << this.#shift) - 1)] = 0;
    this.size--;
  }

  has(slot: Slot): boolean {
    return (this.#chunks[slot >>> this.#shift]?.inverse[slot & ((1 << this.#shift) - 1)] ?? 0) > 0;
  }

  /** The codes of a slot that has some: a view until the next `put`. */
  of(slot: Slot): Int8Array {
    const from = (slot & ((1 << this.#shift) - 1)) * this.#rowBytes;
    return this.#chunks[slot >>> this.#shift]!.rows.subarray(from, from + this.dimension);
  }

  /** About the cosine of `query` with each of the first `count` of `slots`, which all have codes, into `into`. */
  cosines(query: Code, slots: Uint32Array, count: number, into: Float32Array): void {
    for (let from = 0; from < count;) {
      const number = slots[from]! >>> this.#shift;
      const chunk = this.#chunks[number]!;
      const buffer = chunk.memory.buffer;
      new Int16Array(buffer, 0, this.#rowBytes).fill(0).set(query.codes);
      const list = new Uint32Array(buffer, LIST_AT, BLOCK);
      const first = number << this.#shift;
      let size = 0;
      while (from + size < count && size < BLOCK && slots[from + size]! >>> this.#shift === number) {
        list[size] = slots[from + size]! - first;
        size++;
      }
      chunk.dots(0, LIST_AT, LIST_AT + 4 * size, OUT_AT, PAGE_BYTES, this.#rowBytes);
      const products = new Int32Array(buffer, OUT_AT, BLOCK);
      for (let i = 0; i < size; i++) into[from + i] = products[i]! * chunk.inverse[list[i]!]! * query.inverse;
      from += size;
    }
  }

  /** The chunk of a slot, with at least `sizeBytes` of rows. */
  #chunkFor(slot: Slot, sizeBytes: number): Chunk {
    const number = slot >>> this.#shift;
    while (this.#chunks.length <= number) {
      const inverse = new Float32Array(new SharedArrayBuffer(4 * 2 ** this.#shift));
      this.#chunks.push({ ...openKernel(), inverse, rows: new Int8Array(0) });
    }
    const chunk = this.#chunks[number]!;
    if (chunk.rows.length < sizeBytes) {
      const pagesNow = chunk.memory.buffer.byteLength / PAGE_BYTES;
      const wanted = 1 + Math.ceil(Math.max(sizeBytes, 2 * chunk.rows.length) / PAGE_BYTES);
      chunk.memory.grow(Math.min(wanted, PAGES_MAX) - pagesNow);
      chunk.rows = new Int8Array(chunk.memory.buffer, PAGE_BYTES);
    }
    return chunk;
  }
}
