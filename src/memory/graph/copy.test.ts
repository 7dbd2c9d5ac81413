// Copies are what was there, whatever their size and wherever they lie in the buffer that small ones share, and stay so.

import assert from "node:assert/strict";
import { test } from "node:test";
import { copyBytes, copyFloats } from "./copy.ts";

const WORDS = 4096;

function sourceWords(): Uint32Array {
  return Uint32Array.from({ length: WORDS }, (_, n) => Math.imul(n + 1, 0x9e3779b1));
}

// Around nothing, a word, what is small, and what the shared buffer holds.
const SIZES = [0, 1, 3, 4, 5, 64, 140, 1023, 1024, 1025, 4000, 8191, 8192, 8193];

test("bytes of any length, from any word", () => {
  const words = sourceWords();
  const bytes = new Uint8Array(words.buffer);
  const kept: { readonly at: number; readonly size: number; readonly copy: Uint8Array }[] = [];
  for (let round = 0; round < 20; round++)
    for (const size of SIZES) {
      const at = ((round * 37) % 1000) * 4;
      kept.push({ at, size, copy: copyBytes(words, at, size) });
    }
  const before = bytes.slice();
  words.fill(0);
  for (const { at, size, copy } of kept)
    assert.deepEqual(copy, before.slice(at, at + size), `${size} bytes at ${at}`);
});

test("numbers, small and large", () => {
  const words = sourceWords();
  const floats = new Float32Array(words.buffer).map((_, n) => n / 4);
  words.set(new Uint32Array(floats.buffer));
  const kept = [1, 3, 256, 257, 1536].map((count) => copyFloats(words, 40, count));
  words.fill(0);
  for (const copy of kept) assert.deepEqual(copy, floats.slice(10, 10 + copy.length));
});
