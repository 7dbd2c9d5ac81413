// A space of shards does what one plain graph with one index does, whatever is changed in whatever order, across starts: what it
// holds, what leads where, what is found by words and by vectors. What is written at the same time is done whole, one after the other.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OpError } from "../../src/base/error.ts";
import type { AssociationType, Change } from "../../src/memory/model.ts";
import type { Graph, GraphReader } from "../../src/memory/ports.ts";
import { hexOf } from "../../src/memory/graph/id.ts";
import { shortestPath } from "../../src/memory/reason/path.ts";
import { Meter, runNow } from "../../src/memory/reason/search.ts";
import type { ShardedSpace } from "../../src/memory/shard/shard.ts";
import type { Found } from "../../src/memory/space.ts";
import { newTextIndex, type TextIndex } from "../../src/memory/text/text.ts";
import { cosine, similarityOf, squares } from "../../src/memory/vector/cosine.ts";
import { clockAt, conceptNamed, contentOf, idNamed } from "../support/graph-case.ts";
import { memoryDisk } from "../support/memory-disk.ts";
import { newPlainGraph } from "../support/plain-graph.ts";
import fc from "../support/property.ts";
import { ASKED, openShardsOn } from "../support/shard-case.ts";

const RUNS = process.env["OP_DBUS_LONG"] === "1" ? 1000 : 40;
console.log(`${RUNS} random histories`);

const NAMES = 9;
const START_MS = 1_700_000_000_000;
const name = fc.integer({ min: 0, max: NAMES - 1 }).map(String);
const id = name.map(idNamed);
const type = fc.constantFrom<AssociationType>(0, 1);
const words = fc.array(fc.constantFrom("apple", "pear", "plum", "quince", "running", "the"), {
  maxLength: 5,
});
const vector = fc.option(fc.array(fc.constantFrom(-1, 0.5, 2), { minLength: 3, maxLength: 3 }));
const learned = fc
  .record({ name, words, vector })
  .map(({ name: called, words: said, vector: numbers }): Change => ({
    kind: "learn",
    concept: conceptNamed(called, {
      content: new Uint8Array(Buffer.from(said.join(" "))),
      vector: numbers === null ? null : Float32Array.from(numbers),
    }),
  }));
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 10, arbitrary: learned },
  {
    weight: 16,
    arbitrary: fc.record({
      kind: fc.constant("associate" as const),
      association: fc.record({
        source: id,
        target: id,
        type,
        confidence: fc.constantFrom(0.25, 1),
        weight: fc.constantFrom(1, 3),
      }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("dissociate" as const), source: id, target: id, type }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("forget" as const), id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("access" as const), id, count: fc.nat(9) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("strengthen" as const),
      id,
      strength: fc.constantFrom(0, 2.5),
      confidence: fc.constantFrom(0, 0.5),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "clear" as const }) },
);
const everything = Array.from({ length: NAMES }, (_, n): Change => ({
  kind: "learn",
  concept: conceptNamed(String(n)),
}));
const histories = fc.record({
  shards: fc.constantFrom(1, 2, 4),
  steps: fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.array(change, { minLength: 1, maxLength: 6 }) },
      { weight: 1, arbitrary: fc.constant("reopen" as const) },
      { weight: 1, arbitrary: fc.constant("flush" as const) },
    ),
    { maxLength: 14, size: "max" },
  ),
});

/** The code that it is refused with; null = it is done. */
async function refusal(work: () => unknown): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (!(error instanceof OpError)) throw error;
    return error.code;
  }
}

const scores = (found: readonly Found[]): readonly (readonly [string, number])[] =>
  found.map((one): [string, number] => [hexOf(one.id), one.score]).toSorted(([a], [b]) => (a < b ? -1 : 1));

/** Ids and scores of the concepts with the largest scores, those with the same score as the last one among them. */
function bestOf(all: readonly Found[], limit: number): readonly Found[] {
  const sorted = all.toSorted((a, b) => b.score - a.score);
  const least = sorted[limit - 1]?.score ?? -Infinity;
  return sorted.filter(({ score }) => score >= least);
}

function nearest(plain: GraphReader, query: Float32Array): Found[] {
  const found: Found[] = [];
  for (let slot = 0; slot < plain.slotEnd; slot++) {
    const other = plain.vectorView(slot);
    if (other !== null)
      found.push({ id: plain.idOf(slot), score: similarityOf(cosine(query, squares(query), other)) });
  }
  return found;
}

const pathBetween = (reader: GraphReader, from: string, to: string): number | null => {
  const [source, target] = [reader.slotOf(idNamed(from)), reader.slotOf(idNamed(to))];
  if (source < 0 || target < 0) return null;
  const { found } = runNow(
    shortestPath(reader, source, target, { depthMax: 6, direction: "out" }, new Meter()),
  );
  return found[0]?.slots.length ?? null;
};

async function checkSame(space: ShardedSpace, plain: Graph, text: TextIndex): Promise<void> {
  assert.deepEqual(contentOf(space.reader), contentOf(plain));
  await space.reached();
  const snapshot = space.snapshot();
  assert.deepEqual(contentOf(snapshot), contentOf(plain));
  snapshot.release();
  const there = Object.keys((contentOf(plain) as { concepts: object }).concepts).toSorted();
  const listed: string[] = [];
  for (let last: Uint8Array | null = null; ;) {
    const page = space.list(last, 2);
    listed.push(...page.map(hexOf));
    if (page.length < 2) break;
    last = page.at(-1)!;
  }
  assert.deepEqual(listed.toSorted(), there);
  assert.deepEqual(space.recent(NAMES).map(hexOf).toSorted(), there);
  assert.equal(space.recent(2).length, Math.min(2, there.length));
  assert.deepEqual(space.select({}, NAMES).map(hexOf).toSorted(), there);
  const stats = space.stats();
  assert.deepEqual([stats.concepts, stats.associations], [plain.size, plain.associations]);
  for (let n = 0; n < NAMES; n++) {
    const [from, to] = [String(n), String((n * 5 + 2) % NAMES)];
    assert.equal(pathBetween(space.reader, from, to), pathBetween(plain, from, to));
    assert.deepEqual(space.get(idNamed(from)), plain.concept(plain.slotOf(idNamed(from))));
  }
  for (const query of ["apple pear", "runs", "the", "plum quince apple"]) {
    const hits = text.search(query, { limit: NAMES });
    const expected = hits.map(({ slot, score }) => ({ id: plain.idOf(slot), score }));
    assert.deepEqual(scores(await space.searchText(query, { limit: NAMES })), scores(expected), query);
    const best = await space.searchText(query, { limit: 2 });
    assert.deepEqual(
      best.map(({ score }) => score),
      expected.slice(0, 2).map(({ score }) => score),
    );
  }
  const near = await space.searchVector(ASKED, { limit: 3 });
  const allNear = nearest(plain, ASKED);
  assert.equal(near.length, Math.min(3, allNear.length));
  const best = new Map(scores(bestOf(allNear, 3)));
  for (const { id: found, score } of near)
    assert.ok(Math.abs((best.get(hexOf(found)) ?? 2) - score) < 1e-6, `${hexOf(found)} is not near`);
  const alike = allNear.filter(({ score }) => score >= 0.2).map((one) => hexOf(one.id));
  const said = text.search("apple", { limit: NAMES }).map(({ slot }) => hexOf(plain.idOf(slot)));
  const blended = await space.searchBoth("apple", ASKED, { limit: NAMES });
  assert.deepEqual(
    blended.map((one) => hexOf(one.id)).toSorted(),
    [...new Set([...alike, ...said])].toSorted(),
  );
}

test("shards are one space", async () => {
  await fc.assert(
    fc.asyncProperty(histories, async ({ shards, steps }) => {
      const disk = memoryDisk();
      const time = { ms: START_MS };
      const clock = clockAt(time);
      const plain = newPlainGraph(() => time.ms * 1000);
      const text = newTextIndex(memoryDisk());
      let space = await openShardsOn(disk, shards, clock);
      try {
        for (const step of steps) {
          time.ms++;
          if (step === "flush") await space.flush();
          else if (step === "reopen") {
            await space.close();
            space = await openShardsOn(disk, shards, clock);
          } else {
            const expected = await refusal(() => plain.apply(step));
            assert.equal(await refusal(() => space.apply(step)), expected);
            text.apply(plain.take(1000), plain);
          }
        }
        await checkSame(space, plain, text);
      } finally {
        await space.close();
      }
    }),
    { numRuns: RUNS },
  );
});

test("what is written at the same time is done whole, one after the other", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), { maxLength: 12 }),
      async (all) => {
        const disk = memoryDisk();
        let space = await openShardsOn(disk, 4, clockAt({ ms: START_MS }));
        try {
          await space.apply(everything);
          const refused = await Promise.all(
            all.map((changes) => refusal(() => space.apply(changes, "buffered"))),
          );
          for (const code of refused) assert.ok(code === null || code === "OPD4002", `${code}`);
          const before = contentOf(space.reader);
          await space.close();
          space = await openShardsOn(disk, 4, clockAt({ ms: START_MS }));
          // The counts of stubs and crossing associations are made anew when it is opened.
          assert.deepEqual(contentOf(space.reader), before);
          await space.clear();
          assert.deepEqual(
            space.parts.map(({ reader }) => [reader.size, reader.associations]),
            [0, 1, 2, 3].map(() => [0, 0]),
          );
        } finally {
          await space.close();
        }
      },
    ),
    { numRuns: RUNS / 4 },
  );
});
