import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { newPlainGraph } from "../../../test/support/plain-graph.ts";
import { clusters, conceptOf, idOf, oracle, recall } from "../../../test/support/vectors.ts";
import { systemClock } from "../../base/clock.ts";
import { systemDisk } from "../../store/file/file.ts";
import type { Graph } from "../ports.ts";
import { openVectors, type Vectors, type VectorsOptions } from "./vector.ts";

const scratch = mkdtempSync(join(tmpdir(), "op-dbus-vector-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

let opened = 0;
interface Case {
  readonly graph: Graph;
  readonly vectors: Vectors;
  readonly directory: string;
}

async function open(more: Partial<VectorsOptions> = {}, graph: Graph = newPlainGraph()): Promise<Case> {
  const directory = more.directory ?? join(scratch, `index-${++opened}`);
  const options = { graph, disk: systemDisk, clock: systemClock, threads: 1, ...more, directory };
  return { graph, directory, vectors: await openVectors(options) };
}

/** Learns `count` vectors, ids from `first` on, and lets the index follow. */
function learn({ graph, vectors }: Case, rows: readonly (Float32Array | null)[], first = 0): void {
  for (const [n, vector] of rows.entries()) graph.learn(conceptOf(first + n, vector));
  vectors.apply(graph.take(rows.length), graph);
}

const found = async (vectors: Vectors, query: Float32Array, k: number, filter?: (slot: number) => boolean) =>
  vectors.search(query, filter === undefined ? { k } : { k, filter });

test("the nearest, and how near they are", async () => {
  const at = await open();
  learn(
    at,
    [
      [1, 0],
      [1, 1],
      [0, 3],
      [-1, 0],
      [0, 0],
    ].map((row) => Float32Array.from(row)),
  );
  const near = await found(at.vectors, Float32Array.of(2, 0), 10);
  assert.deepEqual(
    near.map(({ slot }) => slot),
    [0, 1, 2, 3],
    "zeros are near to nothing",
  );
  assert.deepEqual(
    near.map(({ similarity }) => Math.round(similarity * 1e6) / 1e6),
    [1, 0.707107, 0, 0],
  );
  assert.deepEqual(await found(at.vectors, Float32Array.of(0, 0), 3), []);
  assert.match(at.vectors.status().text, /scanned, all of them and exactly; from 50000/);
  await at.vectors.close();
});

test("what cannot be asked is refused", async () => {
  const at = await open();
  learn(at, [Float32Array.of(1, 2, 3)]);
  const query = Float32Array.of(1, 2, 3);
  const cases = [
    [Float32Array.of(1, 2), { k: 1 }, "OPD4110"],
    [query, { k: 0 }, "OPD4111"],
    [query, { k: 1001 }, "OPD4111"],
    [query, { k: 1.5 }, "OPD4111"],
    [query, { k: 1, ef: 4097 }, "OPD4111"],
    [Float32Array.of(1, NaN, 3), { k: 1 }, "OPD4111"],
  ] as const;
  for (const [wrong, options, code] of cases)
    await assert.rejects(at.vectors.search(wrong, options), { code }, JSON.stringify(options));
  assert.throws(() => at.vectors.check(4), { code: "OPD4110" });
  at.vectors.check(3);
  learn(at, [Float32Array.of(1, 2)], 1);
  assert.equal(at.vectors.status().skipped, 1);
  assert.equal((await found(at.vectors, query, 5)).length, 1);
  at.graph.apply([{ kind: "clear" }]);
  at.vectors.apply(at.graph.take(10), at.graph);
  at.vectors.check(2);
  await at.vectors.close();
});

test("too many searches at once", async () => {
  const at = await open();
  learn(at, [Float32Array.of(1, 2, 3)]);
  const asked = Array.from({ length: 4097 }, () => found(at.vectors, Float32Array.of(1, 2, 3), 1));
  const refused = (await Promise.allSettled(asked)).filter(({ status }) => status === "rejected");
  assert.equal(refused.length, 1);
  assert.equal((refused[0] as PromiseRejectedResult).reason.code, "OPD4112");
  await at.vectors.close();
});

const shown = (vectors: Vectors) => {
  const { entries, stale, fresh } = vectors.status();
  return { entries, stale, fresh };
};
const basesIn = (directory: string) => readdirSync(directory).filter((name) => name.startsWith("base-"));
const [ROWS, DIMENSION] = [1200, 32];
const rows = clusters(ROWS + 30, DIMENSION, 1);
const base = rows.slice(0, ROWS);
const queries = rows.slice(ROWS);

for (const kind of ["int8", "float16"] as const)
  test(`an index file of ${kind}: found, filtered, changed, kept`, async () => {
    const at = await open({ kind, indexFrom: 1000 });
    learn(at, base);
    await at.vectors.settled();
    assert.deepEqual(
      { ...at.vectors.status(), text: "" },
      {
        text: "",
        dimension: DIMENSION,
        vectors: ROWS,
        skipped: 0,
        entries: ROWS,
        stale: 0,
        fresh: 0,
        building: null,
        restarts: 0,
      },
    );
    assert.ok((await recall(at.vectors, at.graph, queries, 10)) >= 0.98);
    const third = (slot: number): boolean => slot % 3 === 0;
    assert.ok((await recall(at.vectors, at.graph, queries, 10, third)) >= 0.98, "a third passes");
    const rare = (slot: number): boolean => slot % 200 === 0;
    assert.ok((await recall(at.vectors, at.graph, queries, 5, rare)) === 1, "few pass: all are scanned");

    // Of ten two are forgotten, three replaced: what the file says of them does not count any more.
    for (let n = 0; n < ROWS; n += 5) at.graph.apply([{ kind: "forget", id: idOf(n) }]);
    at.vectors.apply(at.graph.take(ROWS), at.graph);
    const changed = clusters(ROWS, DIMENSION, 2);
    for (let n = 1; n < ROWS; n += 10)
      for (const m of [n, n + 1, n + 2]) at.graph.learn(conceptOf(m, changed[m]!));
    at.vectors.apply(at.graph.take(ROWS), at.graph);
    assert.deepEqual(shown(at.vectors), { entries: ROWS, stale: 600, fresh: 360 });
    assert.ok((await recall(at.vectors, at.graph, queries, 10)) >= 0.98, "after changes");

    const folder = join(scratch, `saved-${kind}`);
    mkdirSync(folder);
    await at.vectors.save(folder);
    assert.deepEqual(readdirSync(folder), ["vector.marks"]);
    await at.vectors.close();
    const again = await open({ kind, indexFrom: 1000, directory: at.directory }, at.graph);
    assert.equal(await again.vectors.load(folder), true);
    assert.deepEqual(shown(again.vectors), { entries: ROWS, stale: 600, fresh: 360 });
    assert.ok((await recall(again.vectors, at.graph, queries, 10)) >= 0.98, "after a restart");
    // The next file is made of this one.
    learn(again, clusters(300, DIMENSION, 3), ROWS);
    await again.vectors.settled();
    assert.deepEqual(shown(again.vectors), { entries: ROWS + 60, stale: 0, fresh: 0 });
    assert.ok((await recall(again.vectors, at.graph, queries, 10)) >= 0.98, "in the next file");
    // Until it is known that a checkpoint which names the file before is not needed any more, both stay.
    assert.equal(basesIn(again.directory).length, 2);
    for (const n of [1, 2]) {
      mkdirSync(join(folder, String(n)));
      await again.vectors.save(join(folder, String(n)));
    }
    assert.equal(basesIn(again.directory).length, 1);
    await again.vectors.close();
  });

test("damage of the index file is found, and the file made again", async () => {
  const at = await open({ indexFrom: 1000 });
  learn(at, base);
  await at.vectors.settled();
  const folder = join(scratch, "damaged");
  mkdirSync(folder);
  await at.vectors.save(folder);
  await at.vectors.close();
  const marks = readFileSync(join(folder, "vector.marks"));
  const [name] = basesIn(at.directory);
  const file = readFileSync(join(at.directory, name!));
  const broken = Buffer.from(file);
  broken[file.length >> 1]! ^= 1;
  const cases = [
    ["a bit of it", broken],
    ["its end", file.subarray(0, -1000)],
    ["all of it", null],
  ] as const;
  for (const [what, bytes] of cases) {
    const directory = join(scratch, `again ${what}`);
    mkdirSync(directory);
    if (bytes !== null) writeFileSync(join(directory, name!), bytes);
    // A run that ended before the sum was known: this one checks first.
    writeFileSync(join(directory, "unproven"), "");
    const again = await open({ indexFrom: 1000, directory }, at.graph);
    assert.equal(await again.vectors.load(folder), true, what);
    assert.equal(again.vectors.status().entries, 0, what);
    assert.ok((await recall(again.vectors, at.graph, queries, 10)) === 1, what);
    again.vectors.apply([], at.graph);
    await again.vectors.settled();
    assert.equal(again.vectors.status().entries, ROWS, what);
    await again.vectors.close();
  }
  // Without that mark it is searched at once, and damage found behind that. (Nobody searches here: it might crash.)
  const directory = join(scratch, "found later");
  mkdirSync(directory);
  writeFileSync(join(directory, name!), broken);
  const again = await open({ indexFrom: 1000, directory }, at.graph);
  assert.equal(await again.vectors.load(folder), true);
  for (let waitedMs = 0; basesIn(directory).length < 2 && waitedMs < 60_000; waitedMs += 20)
    await setTimeout(20);
  await again.vectors.settled();
  assert.equal(basesIn(directory).length, 2, "another was made");
  assert.ok((await recall(again.vectors, at.graph, queries, 10)) >= 0.98);
  await again.vectors.close();
  for (const broken of [marks.subarray(0, -1), Buffer.alloc(0), marks.with(100, marks[100]! ^ 1)]) {
    writeFileSync(join(folder, "vector.marks"), broken);
    const again = await open({ indexFrom: 1000 }, at.graph);
    assert.equal(await again.vectors.load(folder), false);
    await again.vectors.close();
  }
});

test("a clear ends what is being made", async () => {
  const at = await open({ indexFrom: 1000 });
  learn(at, base);
  at.graph.apply([{ kind: "clear" }]);
  at.vectors.apply(at.graph.take(10), at.graph);
  await at.vectors.settled();
  assert.deepEqual(shown(at.vectors), { entries: 0, stale: 0, fresh: 0 });
  // Another dimension is another beginning.
  learn(at, clusters(1500, 16, 5));
  await at.vectors.settled();
  assert.deepEqual(shown(at.vectors), { entries: 1500, stale: 0, fresh: 0 });
  assert.ok((await recall(at.vectors, at.graph, clusters(20, 16, 6), 10)) >= 0.98);
  await at.vectors.close();
});

test("without usearch everything is scanned, and said so", async () => {
  const at = await open({ indexFrom: 1000, module: "op-dbus-no-such-package" });
  learn(at, base);
  await at.vectors.settled();
  assert.match(at.vectors.status().text, /usearch is not installed/);
  assert.equal(at.vectors.status().entries, 0);
  assert.ok((await recall(at.vectors, at.graph, queries, 10)) === 1);
  await at.vectors.close();
});

test("a usearch that ends its thread in a search costs nothing but time", async () => {
  const module = join(scratch, "mortal.mjs");
  const real = import.meta.resolve("usearch");
  writeFileSync(
    module,
    `import { Index as Real } from ${JSON.stringify(real)};
     export class Index extends Real { search(...args) { if (args[1] === 777) process.exit(1); return super.search(...args); } }`,
  );
  const at = await open({ indexFrom: 1000, module });
  learn(at, base);
  await at.vectors.settled();
  assert.equal(at.vectors.status().entries, ROWS);
  const near = await at.vectors.search(queries[0]!, { k: 10, ef: 777 });
  assert.deepEqual(
    near.map(({ slot }) => slot),
    oracle(at.graph, queries[0]!, 10).map(({ slot }) => slot),
  );
  assert.ok((await recall(at.vectors, at.graph, queries, 10)) >= 0.98);
  assert.equal(at.vectors.status().restarts, 1);
  await at.vectors.close();
});
