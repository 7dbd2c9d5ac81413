// Files as the original engine lays them out, made here byte by byte, and everything that can be wrong with them.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openScratch, scratchFolder } from "../../../test/support/memory-case.ts";
import { systemDisk } from "../../store/file/file.ts";
import { hexOf, importFile } from "../memory.ts";
import { readStorageDat, type StoredItem } from "./storage-dat.ts";

const id = (n: number): Buffer => Buffer.alloc(16, n);
function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [n, value] of values.entries()) bytes.writeUInt32LE(value, 4 * n);
  return bytes;
}
function f32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [n, value] of values.entries()) bytes.writeFloatLE(value, 4 * n);
  return bytes;
}
const header = (version: number, concepts: number, edges: number, vectors: number): Buffer =>
  Buffer.concat([Buffer.from("SUTRADAT"), u32(version, concepts, edges, vectors), Buffer.alloc(40)]);
function concept(n: number, content: string, strength = 1, accesses = 0): Buffer {
  const text = Buffer.from(content);
  return Buffer.concat([id(n), u32(text.length), f32(strength, 0.5), u32(accesses, 0xdead_beef), text]);
}
const sized = (text: string): Buffer => Buffer.concat([u32(Buffer.byteLength(text)), Buffer.from(text)]);
const edge = (a: number, b: number, confidence: number): Buffer =>
  Buffer.concat([id(a), id(b), f32(confidence)]);
const vector = (n: number, ...row: number[]): Buffer => Buffer.concat([id(n), u32(row.length), f32(...row)]);

const itemsOf = (bytes: Buffer): StoredItem[] => [
  ...readStorageDat((from, sizeBytes) => bytes.subarray(from, from + sizeBytes)),
];
const kinds = (bytes: Buffer): string[] =>
  itemsOf(bytes).map((item) => (item.kind === "fault" ? `byte ${item.at}: ${item.why}` : item.kind));

const WHOLE = Buffer.concat([
  header(2, 2, 1, 1),
  concept(1, "aspirin thins the blood", 2, 7),
  concept(2, "blood"),
  edge(1, 2, 0.25),
  vector(1, 0.5, -1),
]);
const THIRD = Buffer.concat([
  header(3, 2, 0, 0),
  concept(1, "one"),
  sized('{"source":"label"}'),
  sized("null"),
  concept(2, "two"),
  sized("no json"),
  sized(""),
]);

test("a whole file, of either version", () => {
  assert.deepEqual(kinds(WHOLE), ["concept", "concept", "edge", "vector"]);
  assert.deepEqual(kinds(THIRD), ["concept", "concept"]);
});

const FAULTS: readonly (readonly [what: string, bytes: Buffer, last: string])[] = [
  [
    "more is counted than follows",
    Buffer.concat([header(2, 1, 0, 2), concept(1, "a")]),
    "byte 101: the file ends here; its header tells of 2 more vectors",
  ],
  ["cut within a concept", WHOLE.subarray(0, 110), "byte 64: the file ends within the next of concepts"],
  ["cut within an edge", WHOLE.subarray(0, 180), "byte 164: the file ends within the next of edges"],
  [
    "cut within a vector",
    WHOLE.subarray(0, WHOLE.length - 1),
    "byte 200: the file ends within the next of vectors",
  ],
  [
    "bytes that nobody counted",
    Buffer.concat([WHOLE, id(0)]),
    `byte ${WHOLE.length}: there is more than its header tells of`,
  ],
  [
    "a length that is none",
    Buffer.concat([header(2, 1, 0, 0), id(1), u32(0xffff_ffff), Buffer.alloc(40)]),
    "byte 64: a content of 4294967295 bytes; nothing behind it can be read",
  ],
  [
    "a dimension that is none",
    Buffer.concat([header(2, 0, 0, 1), id(1), u32(9999), Buffer.alloc(40)]),
    "byte 64: a vector of 9999 numbers; nothing behind it can be read",
  ],
];
for (const [what, bytes, last] of FAULTS) test(what, () => assert.equal(kinds(bytes).at(-1), last));

test("cut anywhere, it ends with a fault or is refused, and nothing is made up", () => {
  const whole = itemsOf(WHOLE);
  for (let size = 64; size < WHOLE.length; size++) {
    const items = itemsOf(WHOLE.subarray(0, size));
    assert.equal(items.pop()!.kind, "fault", `cut at ${size}`);
    assert.deepEqual(items, whole.slice(0, items.length));
  }
});

test("taken over into a namespace", async () => {
  const folder = scratchFolder();
  const memory = await openScratch(folder);
  try {
    const space = await memory.space("old");
    const take = async (bytes: Buffer) => {
      writeFileSync(join(folder, "storage.dat"), bytes);
      return await importFile(space, systemDisk, join(folder, "storage.dat"), new AbortController().signal);
    };
    const counts = { format: "storage.dat", concepts: 2, associations: 1, vectors: 1 };
    assert.deepEqual(await take(WHOLE), { ...counts, faults: [], refused: 0 });
    const first = space.get(id(1))!;
    assert.deepEqual([first.strength, first.confidence, first.accessCount], [2, 0.5, 7]);
    assert.deepEqual([...first.vector!], [0.5, -1]);
    assert.ok(Math.abs(first.createdUs / 1000 - Date.now()) < 3_600_000, "the time of the import");
    assert.deepEqual(
      space
        .neighbours(id(2), "both")
        .map(({ source, type, confidence }) => [hexOf(source), type, confidence]),
      [[id(1).toString("hex"), 0, 0.25]],
    );
    const third = await take(THIRD);
    assert.deepEqual(third.faults, [
      { at: "byte 133", why: "its attributes are no object of JSON; it was learned without them" },
    ]);
    assert.deepEqual([...space.get(id(1))!.attributes], [["source", "label"]]);
    const wrong = Buffer.concat([
      header(2, 2, 1, 1),
      concept(4, "x", 99),
      concept(5, "y"),
      edge(5, 9, 1),
      vector(8, 1, 1),
    ]);
    const report = await take(wrong);
    assert.deepEqual([report.concepts, report.refused], [1, 3]);
    assert.deepEqual(
      report.faults.map(({ at }) => at),
      ["byte 64", "byte 138", "byte 174"],
    );
  } finally {
    await memory.close();
  }
});
