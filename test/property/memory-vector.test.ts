// The vectors of a namespace against a plain search in f64: whatever is learned, replaced, forgotten and saved in whatever
// order, a search finds what the plain one finds, and nothing that is not there.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { systemClock } from "../../src/base/clock.ts";
import { openVectors, type Vectors } from "../../src/memory/vector/vector.ts";
import { systemDisk } from "../../src/store/file/file.ts";
import { newPlainGraph } from "../support/plain-graph.ts";
import { clusters, conceptOf, idOf, oracle } from "../support/vectors.ts";

const LONG = process.env["OP_DBUS_LONG"] === "1";
const scratch = mkdtempSync(join(tmpdir(), "op-dbus-vectors-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

const DIMENSION = 5;
const IDS = 60;
// Few values, so that equal vectors and zeros come up, and not too near to each other.
const vector = fc
  .array(fc.constantFrom(-4, -1, 0, 1, 2, 3), { minLength: DIMENSION, maxLength: DIMENSION })
  .map((numbers) => Float32Array.from(numbers));
const ids = fc.nat(IDS - 1);
const learned = fc.record({ id: ids, vector: fc.option(vector, { freq: 9 }) });
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("learn" as const),
      all: fc.array(learned, { minLength: 1, maxLength: 12, size: "max" }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("forget" as const), id: ids }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("search" as const),
      query: vector,
      k: fc.integer({ min: 1, max: IDS }),
      every: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: "reopen" as const }) },
  { weight: 4, arbitrary: fc.constant({ kind: "settle" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "clear" as const }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** So that most of a run has an index file. */
const begin: readonly Step[] = [
  { kind: "learn", all: clusters(40, DIMENSION, 1).map((vector, id) => ({ id, vector })) },
  { kind: "settle" },
];

/** With an index file from `indexFrom` vectors on. Gives the number of searches in one. */
async function follows(steps: readonly Step[], indexFrom: number): Promise<number> {
  const folder = mkdtempSync(join(scratch, "run-"));
  const graph = newPlainGraph();
  let opened = 0;
  const open = (): Promise<Vectors> =>
    openVectors({
      graph,
      directory: join(folder, "index"),
      disk: systemDisk,
      clock: systemClock,
      indexFrom,
      threads: 1,
    });
  let vectors = await open();
  let indexed = 0;
  try {
    for (const one of steps) {
      if (one.kind === "learn") for (const { id, vector } of one.all) graph.learn(conceptOf(id, vector));
      else if (one.kind === "forget") graph.apply([{ kind: "forget", id: idOf(one.id) }]);
      else if (one.kind === "clear") graph.apply([{ kind: "clear" }]);
      else if (one.kind === "settle") await vectors.settled();
      else if (one.kind === "reopen") {
        const saved = join(folder, `saved-${++opened}`);
        mkdirSync(saved);
        await vectors.save(saved);
        await vectors.close();
        vectors = await open();
        assert.equal(await vectors.load(saved), true);
      } else {
        indexed += Number(vectors.status().entries > 0);
        const filter = (slot: number): boolean => slot % one.every === 0;
        const near = await vectors.search(one.query, { k: one.k, filter });
        const wanted = oracle(graph, one.query, one.k, filter);
        assert.deepEqual(
          near.map(({ similarity }) => similarity.toFixed(6)),
          wanted.map(({ similarity }) => similarity.toFixed(6)),
        );
        // Of equals another may be given, but never one that is not as near as it says, or that must not pass.
        const all = new Map(
          oracle(graph, one.query, Infinity, filter).map((hit) => [hit.slot, hit.similarity]),
        );
        for (const { slot, similarity } of near) assert.ok(Math.abs(all.get(slot)! - similarity) < 1e-9);
        assert.equal(new Set(near.map(({ slot }) => slot)).size, near.length);
      }
      vectors.apply(graph.take(1000), graph);
    }
    return indexed;
  } finally {
    await vectors.close();
    rmSync(folder, { recursive: true });
  }
}

for (const [what, indexFrom, sample] of [
  ["scanned", 1e9, 60],
  ["with an index file", 12, 8],
] as const)
  test(`vectors, ${what}, are those of a plain search`, async (t) => {
    const numRuns = LONG ? 40 * sample : sample;
    let indexed = 0;
    const steps = fc.array(step, { minLength: 10, maxLength: 40, size: "max" });
    const run = fc.asyncProperty(steps, async (all) => {
      indexed += await follows([...begin, ...all], indexFrom);
    });
    await fc.assert(run, { numRuns, seed: 20 });
    t.diagnostic(`${numRuns} runs, ${indexed} searches in an index file`);
    assert.equal(indexed > 0, indexFrom < 1e9);
  });
