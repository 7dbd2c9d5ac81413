// A namespace of four shards beside one of one graph: what both are asked, both answer alike. And what only shards can get wrong:
// how many there are, and how many numbers a vector has.

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openScratch, plainConcept, scratchFolder } from "../../../test/support/memory-case.ts";
import { systemClock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { systemDisk } from "../../store/file/file.ts";
import { noMetrics } from "../../telemetry/metrics/metrics.ts";
import { exportLines, hexOf, importFile, learnTexts, type OwnSpace } from "../memory.ts";
import { ASSOCIATION_TYPES, type ConceptId } from "../model.ts";
import type { Found } from "../space.ts";
import type { Ground } from "./ground.ts";
import { openSharded } from "./sharded.ts";

const TEXTS = [
  "Nginx serves the shop.",
  "The outage was caused by a full disk.",
  "A full disk causes slow writes.",
  "Slow writes led to errors in the shop.",
  "In 2024 the certificate was renewed.",
  "In 2025 the certificate is renewed again.",
  "The lamp in the hall is on.",
  "The lamp in the hall is not on.",
  "The server must accept remote root logins.",
  "The server must not accept remote root logins.",
];
const LEARNED = { strength: 1, confidence: 1, embed: true, associations: null };

async function learned(space: OwnSpace): Promise<readonly ConceptId[]> {
  const ids = await learnTexts(space, TEXTS, LEARNED);
  for (let n = 0; n + 1 < ids.length; n++)
    await space.associate({
      source: ids[n]!,
      target: ids[n + 1]!,
      type: n % 2 === 0 ? ASSOCIATION_TYPES.causal : ASSOCIATION_TYPES.temporal,
      confidence: 0.75,
      weight: 1,
    });
  return ids;
}

/** Ids and scores in no order: of equals either may be the first. */
const scored = (found: readonly Found[]): readonly string[] =>
  found.map(({ id, score }) => `${hexOf(id)} ${score.toFixed(9)}`).toSorted();
const hexes = (ids: readonly ConceptId[]): readonly string[] => ids.map(hexOf).toSorted();
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, one: unknown) =>
      one instanceof Uint8Array ? hexOf(one) : one instanceof Map ? [...one] : one,
    ),
  );

async function both(work: (spaces: readonly [OwnSpace, OwnSpace]) => Promise<void>): Promise<void> {
  const one = await openScratch(scratchFolder());
  const sharded = await openScratch(scratchFolder(), { shards: 4 });
  try {
    await work([await one.space("default"), await sharded.space("default")]);
  } finally {
    await Promise.all([one.close(), sharded.close()]);
  }
}

test("searches, lists and questions are answered as by one graph", () =>
  both(async (spaces) => {
    const [ids = []] = await Promise.all(spaces.map(learned));
    const [first, last] = [ids[0]!, ids.at(-1)!];
    const ends = { from: first, to: last, depthMax: 10 };
    const vector = await spaces[0].questionVector("certificate lamp");
    assert.notEqual(vector, null);
    const asked: readonly [string, (space: OwnSpace) => Promise<unknown>][] = [
      ["text", async (space) => scored(await space.searchText("the shop disk", { limit: 20 }))],
      ["vector", async (space) => scored(await space.searchVector(vector!, { limit: 20 }))],
      [
        "fused",
        async (space) => hexes((await space.search("renewing lamps", { limit: 20 })).map((f) => f.id)),
      ],
      [
        "filtered",
        async (space) =>
          scored(await space.searchText("the", { limit: 20, filter: { hasCausal: true, terms: ["disk"] } })),
      ],
      ["list", async (space) => hexes(space.list(null, 20))],
      ["recent", async (space) => hexes(space.recent(20))],
      ["select", async (space) => hexes(space.select({ hasCausal: true }, 20))],
      ["path", (space) => space.questions.path(ends)],
      ["best path", (space) => space.questions.path({ ...ends, best: true })],
      ["agreement", (space) => space.questions.agreement({ ...ends, pathsMax: 3 })],
      ["semantic", (space) => space.questions.semanticPaths({ ...ends, pathsMax: 3 }, {})],
      ["in time", (space) => space.questions.chainsInTime({ fromS: 0, toS: 4e9 }, null)],
      ["causes", (space) => space.questions.causes({ from: ids[2]!, to: null, depthMax: 4 })],
      [
        "contradictions",
        async (space) => {
          const { found } = await space.questions.contradictions({});
          // The smaller slot is first, and slots differ.
          return { found: found.map(({ a, b, reason }) => [...hexes([a, b]), reason]), ended: "complete" };
        },
      ],
      [
        "counts",
        async (space) => {
          const { concepts, associations, vectors } = space.stats();
          return { concepts, associations, vectors };
        },
      ],
    ];
    for (const [name, ask] of asked) {
      const [expected, found] = (await Promise.all(spaces.map(ask))).map(plain);
      assert.deepEqual(found, expected, name);
      assert.notDeepEqual(expected, { found: [], ended: "complete" }, `${name} asks for nothing`);
    }
  }));

test("recall weighs in over all shards, and what was recalled is known across a start", async () => {
  const folder = scratchFolder();
  const memory = await openScratch(folder, { shards: 4 });
  const space = await memory.space("default");
  const ids = await learned(space);
  const before = await space.searchText("lamp", { limit: 5 });
  const recalled = await space.searchText("lamp", { limit: 5, recall: true });
  assert.deepEqual(hexes(recalled.map(({ id }) => id)), hexes([ids[6]!, ids[7]!]));
  assert.equal(
    recalled.every((hit) => "priming" in hit),
    true,
  );
  assert.deepEqual(await space.searchText("lamp", { limit: 5 }), before);
  const again = await space.searchText("lamp", { limit: 5, recall: true });
  assert.equal(
    again.some((hit) => "priming" in hit && Number(hit.priming) > 0),
    true,
  );
  await memory.close();
  const reopened = await openScratch(folder);
  const same = (await reopened.find("default"))!;
  assert.deepEqual(same.rebuilt, []);
  const edit = { kind: "update", extent: 1, content: Buffer.from("The lamp is broken.") } as const;
  // Just recalled, and never.
  for (const [id, reason] of [
    [ids[6]!, "too-soon"],
    [ids[0]!, "other"],
  ] as const) {
    const window = await same.reconsolidate(id, edit);
    assert.equal(window?.open === false && window.reason, reason);
  }
  await reopened.close();
});

test("a namespace keeps the shards that it has, whatever the setting says then", async () => {
  const folder = scratchFolder();
  for (const [shards, name, has] of [
    [4, "default", true],
    [1, "plain", false],
    [2, "default", true],
    [4, "plain", false],
  ] as const) {
    const memory = await openScratch(folder, { shards });
    const space = await memory.space(name);
    await learnTexts(space, ["The lamp is on."], LEARNED);
    assert.equal(space.stats().concepts, 1);
    assert.equal(space.stats().notes.includes("4 shards"), has);
    assert.deepEqual((await space.check()).findings, []);
    await memory.flush();
    await memory.close();
  }
});

const openAt = (directory: string, shards: number): Promise<Ground> =>
  openSharded(
    {
      name: "test",
      directory,
      disk: systemDisk,
      clock: systemClock,
      metrics: noMetrics,
      tell: () => undefined,
    },
    shards,
  );

test("another number of shards is refused, and nothing is changed", async () => {
  const folder = join(scratchFolder(), "shards");
  mkdirSync(folder, { mode: 0o700 });
  const ground = await openAt(folder, 4);
  await ground.learn(plainConcept(1, "one"));
  await ground.close();
  const names = readdirSync(folder);
  await assert.rejects(openAt(folder, 5), (error) => error instanceof OpError && error.code === "OPD4301");
  assert.deepEqual(readdirSync(folder), names);
  const again = await openAt(folder, 4);
  assert.notEqual(again.get(plainConcept(1, "").id), null);
  await again.close();
});

test("vectors of all shards have the dimension of the first one, until there are none any more", async () => {
  const folder = join(scratchFolder(), "shards");
  mkdirSync(folder, { mode: 0o700 });
  let ground = await openAt(folder, 4);
  await ground.learn(plainConcept(0, "first", [1, 0, 0]));
  for (let n = 1; n < 20; n++) await ground.learn(plainConcept(n, "other", [1, 0]));
  await ground.learn(plainConcept(20, "last", [0, 1, 0]));
  const found = async (query: readonly number[]): Promise<readonly number[]> => {
    const near = await ground.searchVector(Float32Array.from(query), { limit: 50 });
    return near.map(({ id }) => id[15]!).toSorted((a, b) => a - b);
  };
  assert.deepEqual(await found([1, 1, 0]), [0, 20]);
  await assert.rejects(found([1, 0]), (error) => error instanceof OpError && error.code === "OPD4110");
  await ground.close();
  ground = await openAt(folder, 4);
  assert.deepEqual(await found([1, 1, 0]), [0, 20]);
  await ground.clear();
  await ground.learn(plainConcept(1, "of another dimension", [1, 0]));
  assert.deepEqual(await found([1, 0]), [1]);
  await ground.close();
});

async function takeOver(space: OwnSpace, lines: readonly string[]): Promise<void> {
  const path = join(scratchFolder(), "lines");
  writeFileSync(path, lines.join("\n"));
  const report = await importFile(space, systemDisk, path, new AbortController().signal);
  assert.equal(report.refused, 0);
}

test("what four shards export one graph takes over, and the other way round", () =>
  both(async ([one, sharded]) => {
    await learned(sharded);
    const linesOf = (space: OwnSpace): readonly string[] => {
      const snapshot = space.snapshot();
      const { text } = exportLines(snapshot, space.vectorsOf, "");
      snapshot.release();
      return text.split("\n");
    };
    const lines = linesOf(sharded);
    assert.equal(lines.length, 1 + TEXTS.length + (TEXTS.length - 1) + 1);
    await takeOver(one, lines);
    assert.deepEqual(linesOf(one).toSorted(), lines.toSorted());
    await sharded.clear();
    await takeOver(sharded, linesOf(one));
    assert.deepEqual(linesOf(sharded).toSorted(), lines.toSorted());
    assert.deepEqual((await sharded.check()).findings, []);
  }));
