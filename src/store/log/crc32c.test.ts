// The checksum agrees with the vectors of RFC 3720, B.4, and with a bit-by-bit one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32c } from "./crc32c.ts";

function ofBytes(bytes: Uint8Array, seed = 0): number {
  const words = new Uint32Array(Uint8Array.from(bytes).buffer);
  return crc32c(words, 0, words.length, seed);
}

function bitByBit(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

const ascending = Uint8Array.from({ length: 32 }, (_, n) => n);
// An iSCSI SCSI Read (10) command PDU.
const command = Buffer.from(
  "01c000000000000000000000000000001400000000000400000000140000001828000000000000000200000000000000",
  "hex",
);
const vectors: readonly (readonly [string, Uint8Array, number])[] = [
  ["32 bytes of zeros", new Uint8Array(32), 0x8a9136aa],
  ["32 bytes of ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ["32 ascending bytes", ascending, 0x46dd794e],
  ["32 descending bytes", ascending.toReversed(), 0x113fdb5c],
  ["an iSCSI command", command, 0xd9963a56],
];
for (const [name, bytes, expected] of vectors) test(name, () => assert.equal(ofBytes(bytes), expected));

test("any number of words, odd or even", () => {
  for (let length = 0; length < 64; length += 4) {
    const bytes = Uint8Array.from({ length }, (_, n) => (n * 167 + length) & 0xff);
    assert.equal(ofBytes(bytes), bitByBit(bytes), `${length} bytes`);
  }
});

test("a part of the words, and a seed that tells equal words apart", () => {
  const words = new Uint32Array([9, 1, 2, 3, 9]);
  assert.equal(crc32c(words, 1, 4, 0), crc32c(new Uint32Array([1, 2, 3]), 0, 3, 0));
  assert.notEqual(crc32c(words, 1, 4, 48), crc32c(words, 1, 4, 56));
});
