// Frames out of streams that are cut anywhere, and what is skipped; nothing is kept that is only announced.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MsgWriter } from "../../base/msgpack-writer.ts";
import { FrameReader, splitFrame, writeFrame, type Frame } from "./frames.ts";

const frame = (bytes: Buffer): Buffer => Buffer.concat([head(bytes.length), bytes]);
function head(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(sizeBytes);
  return bytes;
}
function all(reader: FrameReader): string[] {
  const found: string[] = [];
  for (let one = reader.next(); one !== null; one = reader.next()) found.push(shown(one));
  return found;
}
const shown = (one: Frame): string =>
  one.kind === "frame" ? one.bytes.toString("latin1") : `skipped ${one.sizeBytes}`;

const bodies = ["", "a", "hello", "x".repeat(600), "y".repeat(5000), "z"].map((text) => Buffer.from(text));
const stream = Buffer.concat([
  ...bodies.map(frame),
  head(9999),
  Buffer.alloc(9999),
  frame(Buffer.from("after")),
]);
const expected = [...bodies.map(String), "skipped 9999", "after"];

for (const pieceBytes of [1, 2, 3, 4, 5, 7, 64, 511, 4096, stream.length])
  test(`in pieces of ${pieceBytes}`, () => {
    const reader = new FrameReader(5000);
    const found: string[] = [];
    for (let at = 0; at < stream.length; at += pieceBytes) {
      reader.push(stream.subarray(at, at + pieceBytes));
      found.push(...all(reader));
    }
    assert.deepEqual(found, expected);
    assert.equal(reader.unfinishedBytes, 0);
    assert.equal(reader.keptBytes, 0);
  });

test("all at once, in several chunks before the first look", () => {
  const reader = new FrameReader(5000);
  for (let at = 0; at < stream.length; at += 1000) reader.push(stream.subarray(at, at + 1000));
  assert.deepEqual(all(reader), expected);
});

test("what is announced costs nothing before it comes", () => {
  const reader = new FrameReader(100 * 1024 * 1024);
  reader.push(head(100 * 1024 * 1024));
  assert.equal(reader.next(), null);
  assert.equal(reader.unfinishedBytes, 100 * 1024 * 1024);
  assert.ok(reader.keptBytes <= 512, `${reader.keptBytes}`);
  reader.push(Buffer.alloc(10_000));
  assert.equal(reader.next(), null);
  assert.ok(reader.keptBytes <= 20_000, `${reader.keptBytes}`);
});

test("what is skipped costs nothing when it comes", () => {
  const reader = new FrameReader(10);
  reader.push(head(0xffff_ffff));
  assert.deepEqual(reader.next(), { kind: "skipped", sizeBytes: 0xffff_ffff });
  for (let count = 0; count < 100; count++) {
    reader.push(Buffer.alloc(65_536));
    assert.equal(reader.next(), null);
    assert.equal(reader.keptBytes, 0);
  }
  assert.ok(reader.unfinishedBytes > 0);
});

test("a frame that was begun is given up, the next one is found", () => {
  const reader = new FrameReader(1000);
  assert.equal(reader.skip(), null);
  const bytes = Buffer.concat([frame(Buffer.alloc(1000)), frame(Buffer.from("next"))]);
  reader.push(bytes.subarray(0, 500));
  assert.equal(reader.next(), null);
  assert.deepEqual(reader.skip(), { kind: "skipped", sizeBytes: 1000 });
  assert.equal(reader.skip(), null);
  reader.push(bytes.subarray(500));
  assert.deepEqual(all(reader), ["next"]);
});

test("the length may be split too", () => {
  const reader = new FrameReader(10);
  reader.push(Buffer.of(0, 0));
  assert.equal(reader.next(), null);
  assert.equal(reader.unfinishedBytes, 2);
  reader.push(Buffer.of(0, 1, 0x61));
  assert.deepEqual(all(reader), ["a"]);
});

test("versions", () => {
  const writer = new MsgWriter();
  const one = writeFrame(writer, null, (to) => to.text("a"));
  const two = writeFrame(writer, 0xdeadbeef, (to) => to.text("a"));
  assert.equal(one.toString("hex"), "00000002a161");
  assert.equal(two.toString("hex"), "00000006deadbeefa161");
  assert.deepEqual(splitFrame(two.subarray(4)), { id: 0xdeadbeef, message: Buffer.of(0xa1, 0x61) });
  assert.equal(splitFrame(Buffer.alloc(3)), null);
});
