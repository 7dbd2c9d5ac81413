// The inner loop of the exact search, in WebAssembly because JavaScript has no SIMD: dot products of one query with many
// rows of 8-bit codes. The query is 16-bit, so that a row's eight codes, widened, are multiplied and added in pairs by one
// instruction; two sums, so that one addition need not wait for the other. No product of ours overflows:
// 127 * 127 * 2048 < 2^31.

import { get, i32, I32, repeat, set, V128, v128, wasmModule } from "./wasm.ts";

/** Bytes of a row are a multiple of it: what one turn of the inner loop takes. */
export const ROW_STEP_BYTES = 16;
/** A page of WebAssembly. */
export const PAGE_BYTES = 65_536;
/** 1 GiB: the most one memory of ours holds. */
export const PAGES_MAX = 16_384;

export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}
/**
 * For each of the u32 row numbers from address `list` to `listEnd` (not empty): the dot product of the i16 query at `query`
 * with the row at rows + number * rowBytes, as i32 to `out` on. `query` is a multiple of 16, zeros behind its last number.
 */
type Dots = (
  query: number,
  list: number,
  listEnd: number,
  out: number,
  rows: number,
  rowBytes: number,
) => void;

/** The part of the WebAssembly API that is used here: its types come with those of browsers, which nothing else needs. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: { readonly f: Dots } };
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => WasmMemory;
}
const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: Wasm };

let compiled: object | undefined;

/** A memory of one page, and the kernel that works in it. */
export function openKernel(): { readonly memory: WasmMemory; readonly dots: Dots } {
  compiled ??= new wasm.Module(kernelBytes());
  const memory = new wasm.Memory({ initial: 1, maximum: PAGES_MAX, shared: true });
  const { f: dots } = new wasm.Instance(compiled, { m: { m: memory } }).exports;
  return { memory, dots };
}

/** The module: some 200 bytes. */
export function kernelBytes(): Uint8Array<ArrayBuffer> {
  const [query, list, listEnd, out, rows, rowBytes] = [0, 1, 2, 3, 4, 5];
  const [at, row, rowEnd, sum, other] = [6, 7, 8, 9, 10];
  const add = (local: number, by: number): number[] => [
    ...get(local),
    ...i32.const(by),
    ...i32.add,
    ...set(local),
  ];
  const products = (into: number, half: number): number[] => [
    ...get(into),
    ...get(row),
    ...v128.load8x8s(8 * half),
    ...get(at),
    ...v128.load(16 * half),
    ...v128.dotI16x8,
    ...v128.addI32x4,
    ...set(into),
  ];
  const lane = (number: number): number[] => [...get(sum), ...v128.laneI32x4(number)];
  const one = [
    [...get(rows), ...get(list), ...i32.load, ...get(rowBytes), ...i32.mul, ...i32.add, ...set(row)],
    [...get(row), ...get(rowBytes), ...i32.add, ...set(rowEnd)],
    [...get(query), ...set(at)],
    [...v128.zero, ...set(sum), ...v128.zero, ...set(other)],
    repeat(products(sum, 0), products(other, 1), add(at, 2 * ROW_STEP_BYTES), add(row, ROW_STEP_BYTES), [
      ...get(row),
      ...get(rowEnd),
      ...i32.lessUnsigned,
    ]),
    [...get(sum), ...get(other), ...v128.addI32x4, ...set(sum)],
    [
      ...get(out),
      ...lane(0),
      ...lane(1),
      ...i32.add,
      ...lane(2),
      ...i32.add,
      ...lane(3),
      ...i32.add,
      ...i32.store,
    ],
    add(out, 4),
    add(list, 4),
    [...get(list), ...get(listEnd), ...i32.lessUnsigned],
  ];
  return wasmModule(PAGES_MAX, 6, [I32, I32, I32, V128, V128], [repeat(...one)]);
}
