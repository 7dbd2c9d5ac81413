import assert from "node:assert/strict";
import { test } from "node:test";
import { lineReader, writeLine } from "./lines.ts";

const MESSAGES = [{ a: 1 }, { text: "a\nb\u2028é😀" }, {}, { long: "x".repeat(500) }];
const BYTES = Buffer.from(MESSAGES.map(writeLine).join(""));

test("lines come whole however the bytes are cut", () => {
  for (let size = 1; size <= BYTES.length; size++) {
    const lines: unknown[] = [];
    const feed = lineReader((line) => lines.push(JSON.parse(line)));
    for (let at = 0; at < BYTES.length; at += size) assert.ok(feed(BYTES.subarray(at, at + size)));
    assert.deepEqual(lines, MESSAGES, `in pieces of ${size}`);
  }
});

for (const [sizes, whole] of [
  [[10], true],
  [[11], false],
  [[5, 5], true],
  [[5, 6], false],
  [[6, 6], false],
] as const) {
  test(`a line of ${sizes.join(" + ")} bytes ${whole ? "fits" : "is too long"} where 10 are allowed`, () => {
    const lines: string[] = [];
    const feed = lineReader((line) => lines.push(line), 10);
    const pieces = sizes.map((size) => Buffer.alloc(size, "x"));
    const fed = pieces.every((piece) => feed(piece)) && feed(Buffer.from("\n"));
    assert.equal(fed, whole);
    assert.equal(lines.length, whole ? 1 : 0);
  });
}

test("pieces are not kept themselves, so a line of single bytes takes no more memory than its length tells", () => {
  const lines: string[] = [];
  const feed = lineReader((line) => lines.push(line), 1 << 20);
  const piece = Buffer.from("x");
  for (let at = 0; at < 10_000; at++) assert.ok(feed(piece));
  // Had it been kept, the line would say so.
  piece[0] = 0x79;
  assert.ok(feed(Buffer.from("\n")));
  assert.deepEqual(lines, ["x".repeat(10_000)]);
});
