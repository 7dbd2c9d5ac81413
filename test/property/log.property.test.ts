// Laws of the log, on a disk in memory that can lose power: whatever is appended and whenever the power goes, with any
// subset of the sectors that were not synced, what is found afterwards is every acknowledged batch, whole, in order, and
// nothing that was never appended; and the log goes on from there. A byte that changed is never taken for a record.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../support/property.ts";
import { OpError } from "../../src/base/error.ts";
import { openLog, scanLog, type Frame, type Log } from "../../src/store/log/log.ts";
import { faultyDisk } from "../support/fault-disk.ts";
import { frameOf, LOG_FOLDER, logOptions, namesIn, nameOf, seeded } from "../support/log-case.ts";
import { memoryDisk, type Choose, type MemoryDisk } from "../support/memory-disk.ts";

const LONG = process.env["OP_DBUS_LONG"] === "1";

type Step =
  | { readonly kind: "append" | "note"; readonly sizes: readonly number[] }
  | { readonly kind: "together"; readonly batches: readonly (readonly number[])[] }
  | { readonly kind: "reserve"; readonly sizeBytes: number }
  | { readonly kind: "reopen" };

const size = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 700 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 9000 }) },
);
const sizes = fc.array(size, { minLength: 1, maxLength: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("append" as const), sizes }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("note" as const), sizes }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("together" as const),
      batches: fc.array(sizes, { maxLength: 5 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("reserve" as const),
      sizeBytes: fc.integer({ min: 1, max: 9000 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "reopen" as const }) },
);
const script = fc.array(step, { minLength: 1, maxLength: 12 });

/** What was handed to a log, in order, and how much of it is durable. */
interface Book {
  /** Names of the frames of each batch. */
  readonly batches: string[][];
  /** So many of them are acknowledged as durable. */
  durable: number;
}

function newBatch(book: Book, wanted: readonly number[]): Frame[] {
  const names = wanted.map((_, n) => `${book.batches.length}.${n}`);
  book.batches.push(names);
  return names.map((name, n) => frameOf(name, wanted[n]));
}

async function play(
  disk: Parameters<typeof logOptions>[0],
  steps: readonly Step[],
  book: Book,
): Promise<void> {
  let log = await openLog(logOptions(disk));
  const append = async (wanted: readonly number[]): Promise<void> => {
    const frames = newBatch(book, wanted);
    const count = book.batches.length;
    await log.append(frames);
    book.durable = Math.max(book.durable, count);
  };
  for (const one of steps) {
    if (one.kind === "append") await append(one.sizes);
    else if (one.kind === "note") await log.note(newBatch(book, one.sizes));
    else if (one.kind === "together") await Promise.all(one.batches.map(append));
    else if (one.kind === "reserve") await log.reserve(one.sizeBytes);
    else {
      await log.close();
      log = await openLog(logOptions(disk));
    }
  }
  await log.close();
}

/** Plays the script and returns the disk as a power cut before changing operation `at` leaves it, and what was true then. */
async function playUntilCut(
  disk: MemoryDisk,
  steps: readonly Step[],
  book: Book,
  at: number,
  choose: Choose,
): Promise<MemoryDisk> {
  let cut: MemoryDisk | null = null;
  let durable = book.durable;
  const watched = faultyDisk(disk, null, (number) => {
    if (number !== at) return;
    cut = disk.afterPowerCut(choose);
    durable = book.durable;
  });
  await play(watched, steps, book);
  if (cut === null) return disk.afterPowerCut(choose);
  book.durable = durable;
  return cut;
}

/** What is there is a beginning of what was appended: whole batches, none of the durable ones missing. */
async function check(disk: MemoryDisk, book: Book): Promise<void> {
  const found = await namesIn(logOptions(disk));
  let count = 0;
  while (count < book.batches.length && book.batches.slice(0, count).flat().length < found.length) count++;
  assert.deepEqual(found, book.batches.slice(0, count).flat(), "whole batches, in order");
  assert.ok(count >= book.durable, `${book.durable} batches were acknowledged, ${count} are there`);
  book.batches.length = count;
}

test("after power cuts every acknowledged batch is there, and nothing else but whole batches", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(script, fc.integer({ min: 1, max: 60 }), fc.integer()), {
        minLength: 1,
        maxLength: 3,
      }),
      async (rounds) => {
        let disk = memoryDisk();
        const book: Book = { batches: [], durable: 0 };
        for (const [steps, at, seed] of rounds) {
          disk = await playUntilCut(disk, steps, book, at, seeded(seed));
          await check(disk, book);
        }
        const log = await openLog(logOptions(disk));
        await log.append([frameOf("afterwards")]);
        await log.close();
        book.batches.push(["afterwards"]);
        book.durable = book.batches.length;
        await check(disk, book);
        const scan = await scanLog(logOptions(disk));
        assert.deepEqual([scan.damage, scan.behindBytes], [null, 0]);
      },
    ),
    { numRuns: LONG ? 10_000 : 300 },
  );
});

/** A log of `commits` batches, each a commit of its own. */
async function written(seed: number, commits: number): Promise<MemoryDisk> {
  const disk = memoryDisk();
  const choose = seeded(seed);
  const log = await openLog(logOptions(disk));
  for (let n = 0; n < commits; n++) await log.append([frameOf(`${n}.0`, 1 + choose(300)), frameOf(`${n}.1`)]);
  await log.close();
  return disk;
}

function segmentsOf(disk: MemoryDisk): string[] {
  return disk
    .list(LOG_FOLDER)
    .filter((name) => name.endsWith(".log"))
    .map((name) => `${LOG_FOLDER}/${name}`);
}

/** All names, or OPD5003. */
async function namesOrDamage(disk: MemoryDisk): Promise<string[] | "damaged"> {
  try {
    return await namesIn(logOptions(disk));
  } catch (error) {
    if (error instanceof OpError && error.code === "OPD5003") return "damaged";
    throw error;
  }
}

const COMMITS = 30;
const expected = Array.from({ length: COMMITS }, (_, n) => [`${n}.0`, `${n}.1`]).flat();

test("a changed byte anywhere is found by a scan, and loses at most the last commit when opened", async (t) => {
  const original = await written(1, COMMITS);
  const all = segmentsOf(original).flatMap((path) =>
    Array.from({ length: original.content(path).length }, (_, offset) => ({ path, offset })),
  );
  const choose = seeded(7);
  const places = LONG ? all : Array.from({ length: 2500 }, () => all[choose(all.length)]!);
  t.diagnostic(`${places.length} of ${all.length} bytes`);
  for (const { path, offset } of places) {
    const disk = original.copy();
    const bytes = disk.content(path);
    bytes[offset]! ^= 1 << choose(8);
    disk.setContent(path, bytes);
    const where = `${path} byte ${offset}`;
    const scan = await scanLog(logOptions(disk));
    assert.ok(scan.damage !== null || scan.behindBytes > 0, `${where}: not found`);
    const names = await namesOrDamage(disk);
    if (names === "damaged") continue;
    assert.deepEqual(names, expected.slice(0, names.length), where);
    assert.ok(names.length >= expected.length - 2, `${where}: ${names.length} records are left`);
  }
});

test("a segment that is cut off anywhere is damage", async () => {
  const original = await written(2, COMMITS);
  for (const path of segmentsOf(original)) {
    const whole = original.content(path);
    for (let length = 0; length < whole.length; length += LONG ? 1 : 13) {
      const disk = original.copy();
      disk.setContent(path, whole.subarray(0, length));
      assert.equal(await namesOrDamage(disk), "damaged", `${path} cut to ${length}`);
      assert.notEqual((await scanLog(logOptions(disk))).damage, null);
    }
  }
});

test("a last commit that is torn at any byte is dropped, and the log goes on", async () => {
  const original = await written(3, COMMITS);
  const places: { segment: string; offset: number; sizeBytes: number }[] = [];
  await scanLog(logOptions(original), (_, place) => void places.push(place));
  const [first, last] = places.slice(-2) as [(typeof places)[0], (typeof places)[0]];
  const path = `${LOG_FOLDER}/${first.segment}`;
  for (let from = first.offset; from < last.offset + last.sizeBytes; from++) {
    for (const end of ["behind", "before"]) {
      const disk = original.copy();
      const bytes = disk.content(path);
      if (end === "behind") bytes.fill(0, from);
      else bytes.fill(0, first.offset, from + 1);
      disk.setContent(path, bytes);
      const log: Log = await openLog(logOptions(disk));
      const whole = Buffer.compare(bytes, original.content(path)) === 0;
      assert.equal(log.next, expected.length - (whole ? 0 : 2), `${end} ${from}`);
      await log.append([frameOf("next")]);
      assert.equal([...log.records(0)].map(nameOf).at(-1), "next");
      await log.close();
      const scan = await scanLog(logOptions(disk));
      assert.deepEqual([scan.damage, scan.behindBytes], [null, 0], `${end} ${from}`);
    }
  }
});

test("sectors that vanish below an acknowledged commit are damage when something was written after it", async () => {
  const original = await written(4, COMMITS);
  const path = segmentsOf(original).at(-1)!;
  const places: { segment: string; offset: number }[] = [];
  await scanLog(logOptions(original), (_, place) => void places.push(place));
  const offsets = places.filter(({ segment }) => path.endsWith(segment)).map(({ offset }) => offset);
  for (const offset of offsets.slice(0, -4)) {
    const disk = original.copy();
    disk.setContent(path, disk.content(path).fill(0, offset, offset + 16));
    assert.equal(await namesOrDamage(disk), "damaged", `${path} byte ${offset}`);
  }
});
