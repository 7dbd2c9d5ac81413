import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { vectorSet } from "./vector-set.ts";

test("the vectors are those of the native program, bit for bit", () => {
  const sums = [42, 4242].map((seed) => crc32(new Uint8Array(vectorSet(1000, seed).buffer)));
  assert.deepEqual(sums, [2618249320, 164171578]);
});
