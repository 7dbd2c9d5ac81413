// A transaction over several shards is done in all of them or in none, wherever its participants and its coordinator end: they
// end before every single operation on the disk in turn, with half of a write done, and as a power cut may leave it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { OpError } from "../../src/base/error.ts";
import type { Change } from "../../src/memory/model.ts";
import { countStubs } from "../../src/memory/shard/reader.ts";
import { newHomeOf } from "../../src/memory/shard/home.ts";
import type { ShardedSpace } from "../../src/memory/shard/shard.ts";
import { faultyDisk } from "../support/fault-disk.ts";
import { clockAt, conceptNamed, contentOf, idNamed } from "../support/graph-case.ts";
import { seeded } from "../support/log-case.ts";
import { memoryDisk, type MemoryDisk } from "../support/memory-disk.ts";
import { newPlainGraph } from "../support/plain-graph.ts";
import { namesAt, openShardsOn } from "../support/shard-case.ts";

const LONG = process.env["OP_DBUS_LONG"] === "1";
const SEED = 20_261_124;
/** Power cuts that are tried for a place where it ends. */
const CUTS = LONG ? 8 : 1;
/** Of the places where it ends, every so many-th; the first of them is chosen by the seed. */
const EACH = LONG ? 1 : 3;
/** Places with something open, after which it ends again at any operation. */
const AGAIN = LONG ? 25 : 4;
const SHARDS = 3;
const clock = clockAt({ ms: 1_700_000_000_000 });

const [[a = "", d = ""], [b = ""], [c = ""]] = [0, 1, 2].map((shard) => namesAt(shard, SHARDS, 2)) as [
  string[],
  string[],
  string[],
];
const learn = (name: string): Change => ({ kind: "learn", concept: conceptNamed(name) });
const associate = (source: string, target: string, weight = 1): Change => ({
  kind: "associate",
  association: { source: idNamed(source), target: idNamed(target), type: 0, confidence: 0.5, weight },
});
/** What is done one after the other; each of them has to do with two shards or three. */
const TRANSACTIONS: readonly (readonly Change[])[] = [
  [learn(a), learn(b), learn(c), associate(a, b)],
  [associate(b, c), associate(c, a), learn(d), associate(d, b, 2)],
  [{ kind: "dissociate", source: idNamed(a), target: idNamed(b), type: 0 }],
  [{ kind: "forget", id: idNamed(b) }, associate(a, c)],
  [{ kind: "clear" }, learn(b), learn(a), associate(b, a)],
];

/** What there is before the first one, and after each. */
function states(): readonly unknown[] {
  const plain = newPlainGraph(() => clock.wallMs() * 1000);
  const all = [contentOf(plain)];
  for (const changes of TRANSACTIONS) {
    plain.apply(changes);
    plain.take(100);
    all.push(contentOf(plain));
  }
  return all;
}

/** Does all that can be done; returns how many were acknowledged. */
async function work(space: ShardedSpace): Promise<number> {
  let done = 0;
  try {
    for (const changes of TRANSACTIONS) {
      await space.apply(changes);
      done++;
    }
  } catch {
    // The disk is gone: from here on this process is as good as dead.
  }
  return done;
}

async function checkAfter(
  disk: MemoryDisk,
  acknowledged: number,
  expected: readonly unknown[],
  what: string,
) {
  const space = await openShardsOn(disk, SHARDS, clock);
  try {
    await checkSpace(space, acknowledged, expected, what);
  } finally {
    await space.close();
  }
}

async function checkSpace(
  space: ShardedSpace,
  acknowledged: number,
  expected: readonly unknown[],
  what: string,
) {
  const found = contentOf(space.reader);
  const allowed = expected.slice(acknowledged, acknowledged + 2);
  const isAllowed = allowed.some((one) => isDeepStrictEqual(one, found));
  assert.ok(isAllowed, `${what}: ${acknowledged} acknowledged, found ${JSON.stringify(found)}`);
  const readers = space.parts.map(({ graph }) => graph);
  assert.deepEqual(
    readers.flatMap((graph) => graph.prepared()),
    [],
    what,
  );
  // Every stub has an association, and what lies in two shards lies in both.
  const homeOf = newHomeOf(SHARDS);
  for (const [shard, reader] of readers.entries())
    for (let slot = 0; slot < reader.slotEnd; slot++) {
      if (!reader.has(slot) || homeOf(reader.idOf(slot)) === shard) continue;
      assert.notEqual(reader.firstOut(slot) + reader.firstIn(slot), 0, `${what}: a stub without association`);
    }
  assert.ok(Number.isInteger(countStubs(readers, homeOf).crossing), what);
  // And it goes on from there.
  await space.apply([learn(a), learn(b), associate(a, b)]);
  assert.equal(space.association(idNamed(a), idNamed(b), 0)?.weight, 1, what);
}

test("a process that ends at any operation leaves all of a transaction or nothing", async (t) => {
  const expected = states();
  const empty = memoryDisk();
  await (await openShardsOn(empty, SHARDS, clock)).close();
  const counting = faultyDisk(empty.copy(), null);
  const whole = await openShardsOn(counting, SHARDS, clock);
  const before = counting.operations.length;
  const allDone = await work(whole);
  const operations = counting.operations.length - before;
  const atLast = contentOf(whole.reader);
  await whole.close();
  assert.deepEqual([allDone, atLast], [TRANSACTIONS.length, expected.at(-1)]);

  const choose = seeded(SEED);
  const seen = new Set<number>();
  let ends = 0;
  for (let at = 1 + choose(EACH); at <= operations; at += EACH)
    for (const half of [false, true]) {
      const disk = empty.copy();
      const faulty = faultyDisk(disk, { at: before + at, errno: "EIO", lasting: true, half });
      const space = await openShardsOn(faulty, SHARDS, clock);
      const acknowledged = await work(space);
      await space.close().catch(() => undefined);
      seen.add(acknowledged);
      ends++;
      const what = `operation ${at}${half ? ", half" : ""}`;
      await checkAfter(disk.copy(), acknowledged, expected, what);
      for (let cut = 0; cut < CUTS; cut++)
        await checkAfter(disk.afterPowerCut(choose), acknowledged, expected, `${what}, power cut ${cut}`);
    }
  t.diagnostic(
    `seed ${SEED}: ended at ${ends} places of ${operations} operations, ${CUTS} power cuts at each`,
  );
  assert.equal(seen.size, TRANSACTIONS.length + 1, "it ends before, between and after all of them");
});

/** Opens it and lets it end before operation `at` on the disk, or not; returns how many there were. */
async function openedOn(disk: MemoryDisk, at: number | null): Promise<number> {
  const faulty = faultyDisk(disk, at === null ? null : { at, errno: "EIO", lasting: true });
  try {
    const space = await openShardsOn(faulty, SHARDS, clock);
    const { length } = faulty.operations;
    await space.close().catch(() => undefined);
    return length;
  } catch (error) {
    assert.ok(error instanceof OpError);
    return faulty.operations.length;
  }
}

test("a process that ends again while it puts that right changes nothing about it", async (t) => {
  const expected = states();
  const empty = memoryDisk();
  await (await openShardsOn(empty, SHARDS, clock)).close();
  const usual = await openedOn(empty.copy(), null);
  let ends = 0;
  let found = 0;
  for (let at = usual + 1; found < AGAIN && at < usual + 200; at++) {
    const disk = empty.copy();
    const space = await openShardsOn(faultyDisk(disk, { at, errno: "EIO", lasting: true }), SHARDS, clock);
    const acknowledged = await work(space);
    await space.close().catch(() => undefined);
    const operations = await openedOn(disk.copy(), null);
    // Nothing is left to be put right here.
    if (operations === usual) continue;
    found++;
    for (let again = usual - 2; again <= operations; again++) {
      const left = disk.copy();
      await openedOn(left, again);
      ends++;
      await checkAfter(left.copy(), acknowledged, expected, `operation ${at}, then ${again}`);
    }
  }
  t.diagnostic(`ended ${ends} times after ${found} of the places where something was open`);
  assert.equal(found, AGAIN);
});
