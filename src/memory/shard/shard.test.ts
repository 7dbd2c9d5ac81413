// What the parts of shards promise beyond what test/property compares: homes that never change, a layout that is not misread,
// locks that let nobody wait for ever, and what is said when a space cannot be opened or go on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { conceptNamed, idNamed } from "../../../test/support/graph-case.ts";
import { memoryDisk } from "../../../test/support/memory-disk.ts";
import { namesAt, openShardsOn, SHARDS_FOLDER } from "../../../test/support/shard-case.ts";
import { systemClock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { newHomeOf } from "./home.ts";
import { readLayout, writeLayout } from "./layout.ts";
import { Locks } from "./locks.ts";

const code =
  (wanted: string) =>
  (error: unknown): boolean =>
    error instanceof OpError && error.code === wanted;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a concept has one home for ever", () => {
  const homes = Array.from({ length: 12 }, (_, n) => newHomeOf(16)(idNamed(String(n))));
  assert.deepEqual(homes, [15, 1, 8, 14, 8, 6, 14, 10, 12, 8, 1, 11]);
});

test("homes are spread evenly, and one more shard takes only what becomes its own", () => {
  const ids = Array.from({ length: 20_000 }, (_, n) => idNamed(String(n)));
  for (const shards of [2, 5, 16]) {
    const [homeOf, after] = [newHomeOf(shards), newHomeOf(shards + 1)];
    const counts = Array.from({ length: shards }, () => 0);
    for (const id of ids) {
      const home = homeOf(id);
      counts[home]!++;
      assert.ok([home, shards].includes(after(id)));
    }
    const fair = ids.length / shards;
    for (const count of counts) assert.ok(Math.abs(count - fair) < fair * 0.12, `${counts.join(" ")}`);
  }
});

test("a space with another number of shards is refused, and nothing is changed", async () => {
  const disk = memoryDisk();
  const space = await openShardsOn(disk, 4);
  await space.learn(conceptNamed("a"));
  await space.close();
  await assert.rejects(openShardsOn(disk, 5), code("OPD4301"));
  await assert.rejects(openShardsOn(memoryDisk(), 257), code("OPD4301"));
  const again = await openShardsOn(disk, 4);
  assert.notEqual(again.get(idNamed("a")), null);
  await again.close();
});

test("a layout is read back, or refused when a byte of it is another one", () => {
  const disk = memoryDisk();
  assert.equal(readLayout(disk, SHARDS_FOLDER), null);
  writeLayout(disk, SHARDS_FOLDER, 16);
  assert.equal(readLayout(disk, SHARDS_FOLDER), 16);
  const path = `${SHARDS_FOLDER}/layout`;
  const bytes = disk.content(path);
  for (let at = 0; at < bytes.length; at++) {
    const other = Buffer.from(bytes);
    other[at]! ^= 1;
    disk.setContent(path, other);
    assert.throws(() => readLayout(disk, SHARDS_FOLDER), code("OPD4006"), `byte ${at}`);
  }
});

test("a stub is in no list and no count, and goes with its last association", async () => {
  const disk = memoryDisk();
  const space = await openShardsOn(disk, 2);
  const [a = "", b = ""] = [...namesAt(0, 2, 1), ...namesAt(1, 2, 1)];
  const association = { source: idNamed(a), target: idNamed(b), type: 0, confidence: 1, weight: 1 } as const;
  await space.apply([
    { kind: "learn", concept: conceptNamed(a) },
    { kind: "learn", concept: conceptNamed(b) },
    { kind: "associate", association },
    { kind: "associate", association: { ...association, type: 1 } },
  ]);
  const sizes = (): readonly number[] => space.parts.map(({ reader }) => reader.size);
  assert.deepEqual([space.reader.size, space.reader.associations, sizes()], [2, 2, [2, 2]]);
  await space.reached();
  assert.deepEqual(
    [space.list(null, 9).length, space.recent(9).length, space.select({}, 9).length],
    [2, 2, 2],
  );
  assert.equal(space.neighbours(idNamed(b), "in").length, 2);
  await space.apply([{ kind: "dissociate", ...association }]);
  assert.deepEqual(sizes(), [2, 2]);
  await space.apply([{ kind: "dissociate", ...association, type: 1 }]);
  assert.deepEqual([space.reader.size, space.reader.associations, sizes()], [2, 0, [1, 1]]);
  await space.close();
});

test("locks go to those who came first, and nobody waits for more than one turn of others", async () => {
  const locks = new Locks(systemClock);
  const order: string[] = [];
  const take = async (who: string, names: ReadonlySet<string> | "all"): Promise<() => void> => {
    const release = await locks.take(names);
    order.push(who);
    return release;
  };
  const first = await take("a b", new Set(["a", "b"]));
  const later = [
    take("b c", new Set(["b", "c"])),
    take("c", new Set(["c"])),
    take("all", "all"),
    take("d", new Set(["d"])),
  ];
  await turn();
  assert.deepEqual(order, ["a b"], "c waits behind one that wants it too, d behind one that wants all");
  first();
  (await later[0]!)();
  (await later[1]!)();
  (await later[2]!)();
  (await later[3]!)();
  assert.deepEqual(order, ["a b", "b c", "c", "all", "d"]);
});

test("who waits too long is told, and lets those behind him pass", async () => {
  let late = (): void => undefined;
  const clock = {
    ...systemClock,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        assert.equal(ms, LIMITS.memoryLockWaitMs);
        signal?.addEventListener("abort", () => resolve());
        late = resolve;
      }),
  };
  const locks = new Locks(clock);
  const release = await locks.take(new Set(["a"]));
  const refused = locks.take(new Set(["a", "b"]));
  const giveUp = late;
  const behind = locks.take(new Set(["b"]));
  giveUp();
  await assert.rejects(refused, code("OPD4302"));
  (await behind)();
  release();
  (await locks.take("all"))();
});

test("when nobody knows whether it was decided, nothing more is taken until it is opened again", async (t) => {
  const disk = memoryDisk();
  const { open, fdatasyncAsync } = disk;
  const ofDecisions = new Set<number>();
  disk.open = (path, ...rest) => {
    const fd = open(path, ...rest);
    if (path.includes("/decisions/")) ofDecisions.add(fd);
    return fd;
  };
  let isBroken = false;
  disk.fdatasyncAsync = (fd) =>
    isBroken && ofDecisions.has(fd)
      ? Promise.reject(Object.assign(new Error("EIO"), { code: "EIO" }))
      : fdatasyncAsync(fd);
  const space = await openShardsOn(disk, 2);
  t.after(() => space.close().catch(() => undefined));
  const [[a = "", c = ""], [b = "", d = ""]] = [namesAt(0, 2, 2), namesAt(1, 2, 2)];
  const learnAll = (names: readonly string[]) =>
    names.map((name) => ({ kind: "learn", concept: conceptNamed(name) }) as const);
  await space.apply(learnAll([a, b]));
  isBroken = true;
  await assert.rejects(space.apply(learnAll([c, d])), code("OPD4303"));
  await assert.rejects(space.learn(conceptNamed(a)), code("OPD4303"));
  assert.equal(space.reader.size, 2);
  const again = await openShardsOn(disk.copy(), 2);
  t.after(() => again.close());
  assert.ok([2, 4].includes(again.reader.size));
  assert.deepEqual(
    again.parts.flatMap(({ graph }) => graph.prepared()),
    [],
  );
});
