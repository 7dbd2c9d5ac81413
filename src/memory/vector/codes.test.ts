import assert from "node:assert/strict";
import { test } from "node:test";
import { Codes, encode } from "./codes.ts";
import { kernelBytes, openKernel, PAGE_BYTES } from "./kernel.ts";

/** Whole numbers from -127 to 127, the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 8) % 255) - 127;
  };
}

test("the kernel gives the dot products that JavaScript gives", () => {
  const { memory, dots } = openKernel();
  memory.grow(4);
  const random = numbers(7);
  const [LIST, OUT] = [4096, 8192];
  const fills = [() => 127, () => -127, random, () => 0] as const;
  for (const rowBytes of [16, 32, 48, 384, 2048])
    for (const ofRow of fills)
      for (const ofQuery of fills) {
        const query = new Int16Array(memory.buffer, 0, rowBytes).map(ofQuery);
        new Int16Array(memory.buffer, 0, rowBytes).set(query);
        const rows = new Int8Array(memory.buffer, PAGE_BYTES, 8 * rowBytes);
        rows.set(rows.map(ofRow));
        const list = [5, 0, 7, 7, 2];
        new Uint32Array(memory.buffer, LIST, 6).set([...list, 1]);
        new Int32Array(memory.buffer, OUT, 6).fill(42);
        dots(0, LIST, LIST + 4 * list.length, OUT, PAGE_BYTES, rowBytes);
        const wanted = list.map((row) => query.reduce((sum, x, i) => sum + x * rows[row * rowBytes + i]!, 0));
        assert.deepEqual([...new Int32Array(memory.buffer, OUT, 6)], [...wanted, 42], `${rowBytes} bytes`);
      }
});

test("the module is small, and always the same", () => {
  assert.ok(kernelBytes().length < 300);
  assert.deepEqual(kernelBytes(), kernelBytes());
});

test("codes stand for their vector, at every dimension", () => {
  const random = numbers(1);
  for (const dimension of [1, 2, 15, 16, 17, 100, 384, 2048]) {
    const codes = new Codes(dimension);
    const vectors = Array.from({ length: 20 }, () =>
      Float32Array.from({ length: dimension }, () => random() / 1e3),
    );
    // Slots far apart: growth in between.
    const slots = Uint32Array.from(vectors, (_, n) => n * n * 100);
    for (const [n, vector] of vectors.entries()) assert.equal(codes.put(slots[n]!, vector), true);
    const [query] = vectors;
    const cosines = new Float32Array(slots.length);
    codes.cosines(encode(query!)!, slots, slots.length, cosines);
    for (const [n, vector] of vectors.entries()) {
      const dot = vector.reduce((sum, x, i) => sum + x * query![i]!, 0);
      const true_ = dot / (Math.hypot(...vector) * Math.hypot(...query!));
      assert.ok(Math.abs(cosines[n]! - true_) < 0.02, `${dimension}: ${cosines[n]} for ${true_}`);
    }
  }
});

test("no direction, no code; what is dropped is gone", () => {
  const codes = new Codes(3);
  assert.equal(codes.put(5, Float32Array.of(0, -0, 0)), false);
  assert.equal(codes.has(5), false);
  assert.equal(codes.put(5, Float32Array.of(0, 1e-45, 0)), true, "the smallest there is has one");
  assert.deepEqual([...codes.of(5)], [0, 127, 0]);
  codes.put(5, Float32Array.of(-3e38, 3e38, 1));
  assert.deepEqual([...codes.of(5)], [-127, 127, 0]);
  codes.drop(5);
  assert.equal(codes.has(5), false);
  codes.drop(5_000_000);
  assert.equal(codes.has(5_000_000), false);
});
