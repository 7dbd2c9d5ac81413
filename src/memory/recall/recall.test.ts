// Recall over a search: off it is the plain engine, each dynamic alone does its part and tells of it, and what it keeps is
// bounded, follows the graph, and survives.

import assert from "node:assert/strict";
import { test } from "node:test";
import { serialize } from "node:v8";
import fc from "../../../test/support/property.ts";
import { alike, DAY_MS, HOUR_MS, recallCase, SECOND_MS } from "../../../test/support/recall-case.ts";
import { conceptOf, idOf } from "../../../test/support/vectors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Found, SearchOptions } from "../space.ts";
import { DYNAMICS } from "./dynamics.ts";
import { newTraces } from "./traces.ts";

const numberOf = ({ id }: Found): number => new DataView(id.buffer, id.byteOffset).getUint32(0);

test("with everything off the plain engine is asked the same, and its answer is given byte for byte", async () => {
  const scores = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(scores, fc.integer({ min: 1, max: 50 }))), async (searches) => {
      const off = recallCase([]);
      for (let n = 0; n < 20; n++) off.learn(n, alike((n % 5) / 5));
      for (const [given, limit] of searches) {
        const answer: readonly Found[] = given.map((score, n) => ({ id: idOf(n), score }));
        const asked: SearchOptions[] = [];
        const options: SearchOptions = { limit, ef: 7, filter: { minConfidence: 0.5 } };
        const found = await off.recall.search(async (one) => {
          asked.push(one);
          return answer;
        }, options);
        assert.equal(found, answer);
        assert.deepEqual(asked, [options]);
        assert.deepEqual(serialize(found), serialize(given.map((score, n) => ({ id: idOf(n), score }))));
      }
      for (let slot = 0; slot < 20; slot++) assert.equal(off.traces.of(slot), undefined);
      assert.equal(off.cognitive.primingEventsTotal(), 0);
      assert.deepEqual(off.events(), []);
    }),
    { numRuns: 30 },
  );
});

for (const dynamic of DYNAMICS)
  test(`${dynamic} alone leaves the first answer of a fresh memory as it is`, async () => {
    const one = recallCase([dynamic]);
    for (const n of [1, 2, 3]) one.learn(n);
    const found = await one.search([3, 1, 2]);
    assert.deepEqual(
      found.map((hit) => [numberOf(hit), hit.score, hit.priming]),
      [
        [3, 1, 0],
        [1, 0.99, 0],
        [2, 0.98, 0],
      ],
    );
  });

test("semantic: a neighbour of what was recalled overtakes, for a moment", async () => {
  const one = recallCase(["semantic"]);
  one.learn(1, alike(1));
  one.learn(2, alike(1));
  one.learn(3, alike(0.2));
  one.join(1, 2);
  await one.search([1]);
  const order = async (): Promise<number[]> => (await one.search([3, 2], 2, [1, 0.95])).map(numberOf);
  assert.deepEqual(await order(), [3, 2], "refractory");
  await one.clock.pass(100);
  assert.deepEqual(await order(), [2, 3]);
  const told = one.events().filter(({ type }) => type === "priming");
  assert.equal(told.length, 1);
  assert.equal(told[0]!.subtype, 0);
  assert.deepEqual([told[0]!.idA, told[0]!.idB], [1n << 32n, 2n << 32n]);
  assert(Math.abs(told[0]!.values[0] - 0.5 * Math.tanh((0.15 * 2 ** (-100 / 300)) / 0.5)) < 1e-6);
  await one.clock.pass(3 * SECOND_MS);
  assert.deepEqual(await order(), [3, 2], "faded");
});

test("semantic: asking primes nobody by itself; two associations away it is half; the fan divides it", async () => {
  const boost = async (
    fan: number,
    dynamics: readonly ("semantic" | "fan")[],
    target = 2,
  ): Promise<number> => {
    const one = recallCase(dynamics);
    for (let n = 1; n < 10; n++) one.learn(n, alike(n < 5 ? 1 : 0));
    one.join(1, 2);
    one.join(2, 3);
    for (let n = 1; n < fan; n++) one.join(1, 4 + n);
    await one.search([1]);
    await one.clock.pass(50);
    // Only the strongest prime is asked for: nothing inhibits it.
    for (let n = 0; n < 3; n++) await one.recall.search(async () => [], { limit: 1 });
    const [hit] = await one.search([target]);
    return -Math.log(1 - hit!.priming);
  };
  const whole = await boost(1, ["semantic"]);
  const kept = 2 ** (-50 / 300);
  assert(Math.abs(whole - 0.5 * Math.tanh((0.15 * kept) / 0.5)) < 1e-9);
  assert(Math.abs((await boost(3, ["semantic", "fan"])) - 0.5 * Math.tanh((0.05 * kept) / 0.5)) < 1e-9);
  assert.equal(await boost(3, ["semantic"]), whole);
  const second = 0.075 * kept - 0.3 * (0.15 - 0.075) * kept;
  assert(Math.abs((await boost(1, ["semantic"], 3)) - 0.5 * Math.tanh(second / 0.5)) < 1e-9);
});

test("associative: what was recalled together before comes with the other", async () => {
  const one = recallCase(["associative"]);
  for (const n of [1, 2, 3]) one.learn(n);
  for (let n = 0; n < 2; n++) {
    await one.search([1, 2]);
    await one.clock.pass(40 * SECOND_MS);
  }
  await one.search([1]);
  const [first, second] = await one.search([3, 2], 2, [1, 0.9]);
  assert.deepEqual([numberOf(first!), numberOf(second!)], [2, 3]);
  assert(Math.abs(first!.priming - (1 - Math.exp(-2 / 3))) < 1e-12);
  assert.equal(one.cognitive.primingTypeCount("associative"), 1);
});

test("repetition: what was recalled often comes first, and time alone takes nothing away", async () => {
  const one = recallCase(["repetition"]);
  for (const n of [1, 2]) one.learn(n);
  for (let n = 0; n < 3; n++) await one.search([2]);
  await one.clock.pass(DAY_MS);
  const [first] = await one.search([1, 2], 2, [1, 0.9]);
  assert.equal(numberOf(first!), 2);
  assert(Math.abs(first!.priming - (1 - Math.exp(-0.15))) < 1e-12);
});

test("proactive and retroactive: what the same cue brings up makes less sure, by when it was learned", async () => {
  const one = recallCase(["proactive", "retroactive"]);
  for (let n = 1; n <= 5; n++) {
    one.learn(n, alike(1));
    await one.clock.pass(HOUR_MS / 2);
  }
  const found = await one.search([1, 3, 5, 2, 4]);
  const by = new Map(found.map((hit) => [numberOf(hit), hit]));
  assert.deepEqual([by.get(1)!.proactive, by.get(5)!.proactive], [0, 0.2]);
  assert.deepEqual([by.get(1)!.retroactive, by.get(5)!.retroactive], [0.25, 0]);
  assert.equal(by.get(3)!.confidence, (1 - 0.1) * (1 - 0.15 * Math.sqrt(2)));
  assert.equal(by.get(3)!.score, 0.99 * (1 - 0.1) * (1 - 0.15 * Math.sqrt(2)));
  assert.equal(one.cognitive.interferenceDetectionsTotal(), 8);
  const told = one.events();
  assert.deepEqual(new Set(told.map(({ type }) => type)), new Set(["interference"]));
  assert.deepEqual(new Set(told.map(({ subtype }) => subtype)), new Set([0, 1]));
});

test("fan: many associations make a retrieval slower, and that is told", async () => {
  const one = recallCase(["fan"]);
  for (let n = 1; n < 10; n++) one.learn(n);
  for (let n = 2; n < 6; n++) one.join(1, n);
  const found = await one.search([1, 2]);
  assert.deepEqual(
    found.map((hit) => [hit.score, hit.retrievalMs]),
    [
      [1, 1360],
      [0.99, 1150],
    ],
  );
  const [told] = one.events();
  assert.deepEqual([told!.type, told!.subtype, told!.values[1]], ["interference", 2, 4]);
});

test("spacing: what was not practised falls behind, is still found, and a recall brings it back", async () => {
  const one = recallCase(["spacing"]);
  one.learn(1);
  await one.clock.pass(2 * DAY_MS);
  one.learn(2);
  const found = await one.search([1, 2], 2, [1, 0.98]);
  assert.deepEqual(found.map(numberOf), [2, 1]);
  assert.deepEqual([found[1]!.chance, found[1]!.score], [0.9, 0.95]);
  assert.deepEqual((await one.search([1, 2], 2, [1, 0.98])).map(numberOf), [1, 2]);
  await one.clock.pass(10_000 * DAY_MS);
  assert((await one.search([1]))[0]!.score >= 0.5);
  assert.equal(
    one.cognitive.spacingRatio(),
    2 / 3,
    "distributed: 1 after two days, and at the end; massed: the others",
  );
});

test("the answer is as long as asked for, from more candidates; what was forgotten meanwhile is none", async () => {
  const one = recallCase();
  for (let n = 0; n < 20; n++) one.learn(n);
  const asked: number[] = [];
  const found = await one.recall.search(
    async ({ limit }) => {
      asked.push(limit);
      one.graph.apply([{ kind: "forget", id: idOf(0) }]);
      return Array.from({ length: limit }, (_, n) => ({ id: idOf(n), score: 1 - n / 100 }));
    },
    { limit: 5 },
  );
  assert.deepEqual(asked, [20]);
  assert.deepEqual(found.map(numberOf), [1, 2, 3, 4, 5]);
});

test("a search for more than is weighed leaves none out", async () => {
  const one = recallCase();
  const count = 2 * LIMITS.recallCandidatesMax;
  for (let n = 0; n < count; n++) one.learn(n, alike(1));
  const all = Array.from({ length: count }, (_, n) => n);
  const found = await one.search(
    all,
    count,
    all.map((n) => 1 / (n + 1)),
  );
  assert.deepEqual(new Set(found.map(numberOf)), new Set(all));
});

test("who is forgotten leaves nothing behind for who gets its slot", async () => {
  const one = recallCase();
  for (const n of [1, 2]) one.learn(n, alike(1));
  one.join(1, 2);
  for (let n = 0; n < 3; n++) {
    await one.search([1, 2]);
    await one.clock.pass(100);
  }
  one.reconcile([{ kind: "forget", id: idOf(2) }]);
  one.learn(7, alike(0));
  assert.equal(one.graph.slotOf(idOf(7)), 1, "the slot of 2");
  const [hit] = await one.search([7]);
  assert.deepEqual([hit!.priming, hit!.chance], [0, 1]);
  one.reconcile([{ kind: "clear" }, { kind: "learn", concept: conceptOf(8, null) }]);
  assert.equal((await one.search([8]))[0]!.priming, 0);
});

test("practice survives in a file, and a damaged one is not there", async () => {
  const one = recallCase();
  for (const n of [1, 2]) one.learn(n);
  await one.search([1, 2]);
  await one.clock.pass(DAY_MS);
  await one.search([2]);
  await one.traces.save("/checkpoint");
  const again = newTraces(one.disk);
  assert.equal(await again.load("/checkpoint"), true);
  for (const slot of [0, 1]) assert.deepEqual(again.of(slot), one.traces.of(slot));
  const bytes = one.disk.content("/checkpoint/recall");
  for (let at = 0; at < bytes.length; at++) {
    const damaged = Buffer.from(bytes);
    damaged[at]! ^= 0x40;
    one.disk.setContent("/checkpoint/recall", damaged);
    const loaded = await again.load("/checkpoint");
    assert.equal(loaded, false, `byte ${at}`);
  }
});

test("without a checkpoint practice is kept for the next start at the same seq, and for no other", async () => {
  const one = recallCase();
  one.learn(1);
  await one.search([1]);
  const kept = (): readonly string[] => one.disk.list("/space");
  one.disk.mkdir("/space", 0o700);
  await one.traces.keep("/space", 7);
  assert.deepEqual(kept(), ["recall-7"]);
  const again = newTraces(one.disk);
  again.resume("/space", 7);
  assert.deepEqual(again.of(0), one.traces.of(0));
  assert.deepEqual(kept(), [], "it is in memory now");
  await again.keep("/space", 7);
  assert.deepEqual(kept(), ["recall-7"]);
  const later = newTraces(one.disk);
  later.resume("/space", 8);
  assert.equal(later.of(0), undefined);
  assert.deepEqual(kept(), []);
  await later.keep("/space", 8);
  assert.deepEqual(kept(), [], "nothing was practised");
});

test("all that is kept is bounded", async () => {
  const disk = recallCase().disk;
  const traces = newTraces(disk);
  const spacing = { stabilityDays: 2, retrievability: 0.9, difficulty: 2.5, reviewedMs: 0 };
  for (let slot = 0; slot <= LIMITS.recallTracesMax; slot++)
    traces.set(slot, { spacing: { ...spacing, stabilityDays: 2 + (slot % 2) }, recalledMs: null, cycles: 0 });
  assert.equal(traces.of(0), undefined, "the weakest, and of those the oldest");
  assert(traces.of(1) !== undefined && traces.of(LIMITS.recallTracesMax) !== undefined);
});
