// Laws of the indexes of time, attributes and meaning: after any changes, in batches of any size, they find what filtering every
// concept finds; saving and loading changes nothing; a file with one byte changed, or cut anywhere, is not used.

import assert from "node:assert/strict";
import { test } from "node:test";
import { newAttributeIndex } from "../../src/memory/index/attribute.ts";
import { newMeaningIndex, type MeaningFilter } from "../../src/memory/index/meaning.ts";
import { newTimeIndex } from "../../src/memory/index/time.ts";
import {
  CAUSAL_TYPES,
  DOMAINS,
  NEGATION_TYPES,
  SEMANTIC_TYPES,
  TEMPORAL_RELATIONS,
  type Change,
  type Concept,
  type Semantic,
  type Slot,
} from "../../src/memory/model.ts";
import type { Derived, GraphReader } from "../../src/memory/ports.ts";
import { conceptOf, idOfNumber } from "../support/learned.ts";
import { memoryDisk } from "../support/memory-disk.ts";
import { newPlainGraph } from "../support/plain-graph.ts";
import fc from "../support/property.ts";

const LONG = process.env["OP_DBUS_LONG"] === "1";
const RUNS = LONG ? 3000 : 100;
console.log(`${RUNS} random histories a law`);

const seconds = fc.option(fc.integer({ min: -5, max: 20 }), { nil: null });
const semantic: fc.Arbitrary<Semantic> = fc.record({
  type: fc.constantFrom(...SEMANTIC_TYPES),
  domain: fc.constantFrom(...DOMAINS),
  confidence: fc.constantFrom(0.5, 0.75, 1),
  bounds: fc.option(
    fc.record({ startS: seconds, endS: seconds, relation: fc.constantFrom(...TEMPORAL_RELATIONS) }),
    { nil: null },
  ),
  causal: fc
    .uniqueArray(fc.constantFrom(...CAUSAL_TYPES), { maxLength: 3 })
    .map((types) => types.map((type) => ({ type, confidence: 0.5, strength: 0.5 }))),
  negation: fc.option(
    fc.constantFrom(...NEGATION_TYPES).map((type) => ({ type, confidence: 0.8 })),
    { nil: null },
  ),
});
const attributes = fc
  .array(fc.tuple(fc.constantFrom("unit", "state", "uni", ""), fc.constantFrom("t", "tt", "on", "")), {
    maxLength: 3,
  })
  .map((pairs) => new Map(pairs));
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.tuple(fc.nat(60), attributes, fc.option(semantic, { nil: null })).map(([n, has, says]) => ({
      kind: "learn" as const,
      concept: conceptOf(n, { attributes: has, semantic: says }),
    })),
  },
  { weight: 4, arbitrary: fc.nat(60).map((n) => ({ kind: "forget" as const, id: idOfNumber(n) })) },
  { weight: 1, arbitrary: fc.constant({ kind: "clear" as const }) },
);
const histories = fc.array(fc.array(change, { minLength: 1, maxLength: 40, size: "max" }), {
  maxLength: 10,
  size: "max",
});

function everything(graph: GraphReader): { readonly slot: Slot; readonly concept: Concept }[] {
  return Array.from({ length: graph.slotEnd }, (_, slot) => ({ slot, concept: graph.concept(slot) })).flatMap(
    ({ slot, concept }) => (concept === null ? [] : [{ slot, concept }]),
  );
}

/** Plays a history on a graph whose clock goes forwards, backwards and stands, and hands it to the index as it goes. */
function played(history: readonly (readonly Change[])[], index: Derived): GraphReader {
  let nowUs = 1000;
  const graph = newPlainGraph(() => (nowUs += [1, 0, -7, 30, 2][nowUs % 5]!));
  for (const changes of history) {
    for (const one of changes) graph.apply([one]);
    index.apply(graph.take(Infinity), graph);
  }
  return graph;
}

test("by time: ranges and the newest", async () => {
  const limits = fc.constantFrom(1, 3, Infinity);
  const ranges = fc.tuple(fc.integer({ min: 900, max: 2500 }), fc.integer({ min: -10, max: 900 }), limits);
  await fc.assert(
    fc.asyncProperty(histories, ranges, async (history, [fromUs, width, limit]) => {
      const disk = memoryDisk();
      const index = newTimeIndex(disk);
      const graph = played(history, index);
      await index.save("/checkpoint");
      const loaded = newTimeIndex(disk);
      assert.ok(await loaded.load("/checkpoint"));
      const ordered = everything(graph).toSorted(
        (a, b) => a.concept.createdUs - b.concept.createdUs || a.slot - b.slot,
      );
      const within = ordered.filter(
        ({ concept }) => concept.createdUs >= fromUs && concept.createdUs <= fromUs + width,
      );
      for (const one of [index, loaded]) {
        assert.equal(one.size, graph.size);
        assert.deepEqual(
          one.recent(limit),
          ordered
            .toReversed()
            .slice(0, limit)
            .map(({ slot }) => slot),
        );
        assert.deepEqual(
          one.range(fromUs, fromUs + width, limit),
          within.slice(0, limit).map(({ slot }) => slot),
        );
      }
    }),
    { numRuns: RUNS },
  );
});

test("by attribute: all that are asked for", async () => {
  await fc.assert(
    fc.asyncProperty(
      histories,
      attributes,
      fc.constantFrom(1, 2, Infinity),
      async (history, asked, limit) => {
        const disk = memoryDisk();
        const index = newAttributeIndex(disk);
        const graph = played(history, index);
        await index.save("/checkpoint");
        const loaded = newAttributeIndex(disk);
        assert.ok(await loaded.load("/checkpoint"));
        const pairs = [...asked];
        const having = everything(graph).filter(
          ({ concept }) =>
            pairs.length > 0 && pairs.every(([key, value]) => concept.attributes.get(key) === value),
        );
        const slots = new Set(having.map(({ slot }) => slot));
        for (const one of [index, loaded]) {
          const found = one.select(graph, asked, limit);
          assert.equal(new Set(found).size, found.length);
          assert.equal(found.length, Math.min(limit, slots.size));
          for (const slot of found) assert.ok(slots.has(slot));
          for (const [key, value] of pairs)
            assert.equal(
              one.count(key, value),
              everything(graph).filter(({ concept }) => concept.attributes.get(key) === value).length,
            );
        }
        assert.deepEqual(loaded.select(graph, asked, limit), index.select(graph, asked, limit));
      },
    ),
    { numRuns: RUNS },
  );
});

const filters: fc.Arbitrary<MeaningFilter> = fc.record(
  {
    type: fc.constantFrom(...SEMANTIC_TYPES),
    domain: fc.constantFrom(...DOMAINS),
    fromS: fc.integer({ min: -5, max: 20 }),
    toS: fc.integer({ min: -5, max: 20 }),
    hasCausal: fc.boolean(),
    negation: fc.constantFrom(...NEGATION_TYPES),
    certaintyMin: fc.constantFrom(0.5, 0.75, 1),
  },
  { requiredKeys: [] },
);

test("by meaning: what the analysis said, and what matches", async () => {
  await fc.assert(
    fc.asyncProperty(histories, filters, async (history, filter) => {
      const disk = memoryDisk();
      const index = newMeaningIndex(disk);
      const graph = played(history, index);
      await index.save("/checkpoint");
      const loaded = newMeaningIndex(disk);
      assert.ok(await loaded.load("/checkpoint"));
      const matching = everything(graph).filter(({ concept: { semantic: said } }) => {
        if (said === null) return false;
        const startS = said.bounds?.startS ?? null;
        const { type, domain, fromS, toS, hasCausal, negation, certaintyMin } = filter;
        return (
          (type === undefined || type === said.type) &&
          (domain === undefined || domain === said.domain) &&
          (hasCausal === undefined || hasCausal === said.causal.length > 0) &&
          (negation === undefined || negation === said.negation?.type) &&
          (certaintyMin === undefined || said.confidence >= certaintyMin) &&
          (fromS === undefined || (startS !== null && startS >= fromS)) &&
          (toS === undefined || (startS !== null && startS <= toS))
        );
      });
      for (const one of [index, loaded]) {
        for (let slot = 0; slot <= graph.slotEnd; slot++) {
          const said = graph.concept(slot)?.semantic ?? null;
          assert.equal(one.typeOf(slot), said?.type ?? null);
          assert.equal(one.domainOf(slot), said?.domain ?? null);
          assert.equal(one.certainty(slot), said?.confidence ?? 0);
          assert.deepEqual(one.boundsOf(slot), said?.bounds ?? null);
          assert.equal(one.negationOf(slot), said?.negation?.type ?? null);
          for (const causal of CAUSAL_TYPES)
            assert.equal(one.causes(slot, causal), said?.causal.some(({ type }) => type === causal) ?? false);
        }
        assert.deepEqual(
          one.select(filter, Infinity),
          matching.map(({ slot }) => slot),
        );
        const dated = everything(graph).filter(({ concept }) => (concept.semantic?.bounds ?? null) !== null);
        assert.deepEqual(
          [...one.dated()],
          dated.map(({ slot, concept }) => [slot, concept.semantic!.bounds]),
        );
      }
    }),
    { numRuns: RUNS },
  );
});

const indexes = [
  ["time", newTimeIndex],
  ["attribute", newAttributeIndex],
  ["meaning", newMeaningIndex],
] as const;
for (const [name, make] of indexes)
  test(`a damaged file of ${name} is not used`, async () => {
    const disk = memoryDisk();
    const index = make(disk);
    const learned = Array.from({ length: 40 }, (_, n): Change => {
      const semanticOf = { ...SAMPLE, domain: DOMAINS[n % DOMAINS.length]! };
      return {
        kind: "learn",
        concept: conceptOf(n, { attributes: new Map([["n", String(n % 7)]]), semantic: semanticOf }),
      };
    });
    played([learned], index);
    await index.save("/checkpoint");
    const whole = disk.content(`/checkpoint/${name}`);
    assert.equal(await make(disk).load("/elsewhere"), false);
    const step = LONG ? 1 : 7;
    for (let at = 0; at < whole.length; at += step) {
      const flipped = Buffer.from(whole);
      flipped[at]! ^= 1 << (at & 7);
      disk.setContent(`/checkpoint/${name}`, flipped);
      assert.equal(await make(disk).load("/checkpoint"), false, `byte ${at} changed`);
      disk.setContent(`/checkpoint/${name}`, whole.subarray(0, at));
      assert.equal(await make(disk).load("/checkpoint"), false, `cut at ${at}`);
    }
    disk.setContent(`/checkpoint/${name}`, whole);
    assert.equal(await make(disk).load("/checkpoint"), true);
  });

const SAMPLE: Semantic = {
  type: "rule",
  domain: "general",
  confidence: 0.75,
  bounds: { startS: 1, endS: null, relation: "at" },
  causal: [{ type: "direct", confidence: 0.8, strength: 0.7 }],
  negation: null,
};

test("many concepts made out of order stay in order", () => {
  const index = newTimeIndex(memoryDisk());
  const times = Array.from({ length: 6000 }, (_, n) => (n * 7919) % 6007);
  let at = 0;
  const graph = newPlainGraph(() => times[at]!);
  for (; at < times.length; at++) {
    graph.learn(conceptOf(at));
    if (at % 500 === 499) index.apply(graph.take(Infinity), graph);
  }
  const found = index.range(0, Infinity, Infinity).map((slot) => graph.createdUs(slot));
  const made = Array.from({ length: graph.slotEnd }, (_, slot) => graph.createdUs(slot));
  assert.deepEqual(
    found,
    made.toSorted((a, b) => a - b),
  );
});
