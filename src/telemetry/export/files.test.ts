// Files that telemetry goes to: rotation keeps every byte it promises, and what cannot be written leaves no half line.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { rotatingFile, wholeFile } from "./files.ts";
import type { Payload } from "./sender.ts";

const folder = mkdtempSync(join(tmpdir(), "op-dbus-export-"));
after(() => rmSync(folder, { recursive: true }));
const never = new AbortController().signal;

function line(text: string): Payload {
  return { bytes: new Uint8Array(Buffer.from(`${text}\n`)), items: 1 };
}
const read = (path: string): string => readFileSync(path, "utf8");

test("a file is written on, rotated before it grows beyond its size, and the oldest goes", async () => {
  const path = join(folder, "events.jsonl");
  const file = rotatingFile({ path, sizeBytesMax: 10, filesMax: 3 }, "");
  for (const text of ["aaaa", "bbbb", "cccc", "dddd", "eeee", "ffff", "gggg"])
    await file.send(line(text), never);
  file.close();
  assert.equal(read(path), "gggg\n");
  assert.equal(read(`${path}.1`), "eeee\nffff\n");
  assert.equal(read(`${path}.2`), "cccc\ndddd\n");
  assert(!existsSync(`${path}.3`));
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test("another run goes on where the last one ended", async () => {
  const path = join(folder, "again.jsonl");
  for (const text of ["aaaa", "bbbb", "cccc"]) {
    const file = rotatingFile({ path, sizeBytesMax: 10, filesMax: 2 }, "");
    await file.send(line(text), never);
    file.close();
  }
  assert.equal(read(path), "cccc\n");
  assert.equal(read(`${path}.1`), "aaaa\nbbbb\n");
});

test("each file begins with its head, once", async () => {
  const path = join(folder, "trace.json");
  const file = rotatingFile({ path, sizeBytesMax: 12, filesMax: 2 }, "[\n");
  for (const text of ["aaaa", "bbbb", "cccc"]) await file.send(line(text), never);
  file.close();
  assert.equal(read(`${path}.1`), "[\naaaa\nbbbb\n");
  assert.equal(read(path), "[\ncccc\n");
});

test("a payload larger than a file gets one of its own", async () => {
  const path = join(folder, "large.jsonl");
  const file = rotatingFile({ path, sizeBytesMax: 4, filesMax: 2 }, "[\n");
  await file.send(line("x".repeat(50)), never);
  await file.send(line("y".repeat(50)), never);
  file.close();
  assert.equal(read(path), `[\n${"y".repeat(50)}\n`);
  assert.equal(read(`${path}.1`), `[\n${"x".repeat(50)}\n`);
});

test("with one file the old content goes", async () => {
  const path = join(folder, "one.jsonl");
  const file = rotatingFile({ path, sizeBytesMax: 10, filesMax: 1 }, "");
  for (const text of ["aaaa", "bbbb", "cccc"]) await file.send(line(text), never);
  file.close();
  assert.equal(read(path), "cccc\n");
  assert(!existsSync(`${path}.1`));
});

test("a link is not followed, and a folder is no file", async () => {
  const target = join(folder, "target");
  writeFileSync(target, "");
  const link = join(folder, "link");
  symlinkSync(target, link);
  for (const path of [link, folder]) {
    const file = rotatingFile({ path, sizeBytesMax: 100, filesMax: 2 }, "");
    await assert.rejects(file.send(line("x"), never));
    file.close();
  }
  assert.equal(read(target), "");
});

test("a textfile is replaced whole and can be read by others", async () => {
  const path = join(folder, "op-dbus.prom");
  const file = wholeFile(path);
  await file.send(line("one 1"), never);
  await file.send(line("two 2"), never);
  file.close();
  assert.equal(read(path), "two 2\n");
  assert.equal(statSync(path).mode & 0o777, 0o644);
});
