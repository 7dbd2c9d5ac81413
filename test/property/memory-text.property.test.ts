// Laws of the text index: whatever is learned, replaced and forgotten, in batches of any size and while segments merge, a search
// finds what scoring every document by BM25 finds, with the same scores; saving and loading changes nothing; a file with one
// byte changed, or cut anywhere, is not used.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { newTextIndex, type Hit, type TextIndex } from "../../src/memory/text/text.ts";
import { queryWords, readWords, termOf } from "../../src/memory/text/words.ts";
import { seeded } from "../support/log-case.ts";
import { memoryDisk, type MemoryDisk } from "../support/memory-disk.ts";
import { newPlainGraph } from "../support/plain-graph.ts";
import { conceptOf, idOf } from "../support/text-case.ts";

const LONG = process.env["OP_DBUS_LONG"] === "1";

/** Word 0 is in most texts, the last in few. */
const word = fc.integer({ min: 0, max: 999 }).map((at) => `w${Math.floor(40 * (at / 1000) ** 3)}`);
/** Words as people write them, what makes one name of two, and what UTF-8 and UTF-16 order differently. */
const written = fc.oneof(
  { weight: 20, arbitrary: word },
  { weight: 2, arbitrary: word.map((one) => one.toUpperCase()) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "\u00fcber",
      "W1.w2",
      "w3Wort",
      "W4W",
      "w5--w6",
      "w7_",
      "-w8",
      "\u6570w9",
      "\ufa0e",
      "\u{10437}",
    ),
  },
);
const content = fc.array(written, { minLength: 0, maxLength: 8 }).map((words) => words.join(" "));
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ id: fc.nat({ max: 400 }), content }) },
  { weight: 3, arbitrary: fc.record({ id: fc.nat({ max: 400 }), content: fc.constant(null) }) },
);
const script = fc.array(
  fc.oneof(
    { weight: 30, arbitrary: fc.array(step, { minLength: 1, maxLength: 60, size: "max" }) },
    { weight: 1, arbitrary: fc.constant("clear" as const) },
    { weight: 1, arbitrary: fc.constant("reload" as const) },
  ),
  { minLength: 1, maxLength: 60, size: "max" },
);
const query = fc.record({
  text: fc.array(written, { minLength: 1, maxLength: 4 }).map((words) => words.join(" ")),
  prefix: fc.boolean(),
  limit: fc.constantFrom(1, 3, 10, 1000),
  modulus: fc.constantFrom(1, 1, 3),
});
const queries = fc.array(query, { minLength: 1, maxLength: 6 });

test("a search finds what scoring everything finds", async () => {
  const numRuns = LONG ? 2000 : 20;
  console.log(`${numRuns} scripts`);
  await fc.assert(
    fc.asyncProperty(script, queries, async (batches, asked) => {
      const graph = newPlainGraph();
      const disk = memoryDisk();
      let index = newTextIndex(disk);
      for (const [at, batch] of batches.entries()) {
        if (batch === "reload") index = await reloaded(index, disk, `/${at}`);
        else if (batch === "clear") graph.apply([{ kind: "clear" }]);
        else
          for (const { id, content: text } of batch)
            if (text === null) graph.apply([{ kind: "forget", id: idOf(id) }]);
            else graph.learn(conceptOf(id, text));
        index.apply(graph.take(10_000), graph);
      }
      const texts = new Map<number, string>();
      for (let slot = 0; slot < graph.slotEnd; slot++) {
        const content = graph.contentView(slot);
        if (content !== null) texts.set(slot, Buffer.from(content).toString());
      }
      const held = termsOf(texts);
      for (const { text, prefix, limit, modulus } of asked) {
        const filter = (slot: number): boolean => slot % modulus === 0;
        const found = index.search(text, { limit, prefix, filter });
        sameHits(found, plainSearch(held, text, prefix, filter), limit);
      }
    }),
    { numRuns },
  );
});

test("and so it does in a large index, whose lists have many blocks", async () => {
  const documents = LONG ? 200_000 : 8000;
  console.log(`${documents} documents`);
  const random = seeded(7);
  const wordOf = (): string => `w${Math.floor(2000 ** (random(1_000_000) / 1_000_000)) - 1}`;
  const textOf = (): string => Array.from({ length: 1 + random(12) }, wordOf).join(" ");
  const graph = newPlainGraph();
  const index = newTextIndex(memoryDisk());
  const texts = new Map<number, string>();
  for (let learned = 0; learned < documents * 1.3;) {
    for (let batch = random(3000); batch > 0; batch--, learned++) {
      const id = learned < documents ? learned : random(documents);
      const text = textOf();
      graph.learn(conceptOf(id, text));
      texts.set(graph.slotOf(idOf(id)), text);
    }
    index.apply(graph.take(10_000), graph);
  }
  assert.equal(index.documents, documents);
  const held = termsOf(texts);
  for (let asked = 0; asked < 25; asked++) {
    const query = Array.from({ length: 1 + (asked % 4) }, wordOf).join(" ");
    const prefix = asked % 5 === 4;
    const modulus = asked % 3 === 2 ? 7 : 1;
    const filter = (slot: number): boolean => slot % modulus === 0;
    const limit = [1, 10, 100][asked % 3]!;
    sameHits(index.search(query, { limit, prefix, filter }), plainSearch(held, query, prefix, filter), limit);
  }
});

test("a damaged file is not used", async () => {
  const graph = newPlainGraph();
  const disk = memoryDisk();
  const index = newTextIndex(disk);
  for (let id = 0; id < 20; id++) {
    graph.learn(conceptOf(id, `unit${id}.service failed on host${id % 3}`));
    index.apply(graph.take(1), graph);
  }
  graph.apply([{ kind: "forget", id: idOf(3) }]);
  index.apply(graph.take(1), graph);
  await index.save("/c");
  const whole = disk.content("/c/text");
  const places = LONG ? whole.length : 100;
  console.log(`${places} of ${whole.length} bytes changed, and as many cuts`);
  for (let n = 0; n < places; n++) {
    const at = Math.floor((n * whole.length) / places);
    const flipped = Buffer.from(whole);
    flipped[at]! ^= 1 << (n % 8);
    for (const bytes of [flipped, whole.subarray(0, at), Buffer.concat([whole, whole.subarray(0, at + 1)])]) {
      const damaged = newTextIndex(memoryDisk(new Map([["/c/text", bytes]])));
      assert.equal(await damaged.load("/c"), false, `byte ${at}`);
      assert.equal(damaged.documents, 0);
    }
  }
});

/** What another index on the same disk makes of what this one saves. */
async function reloaded(index: TextIndex, disk: MemoryDisk, folder: string): Promise<TextIndex> {
  await index.save(folder);
  const other = newTextIndex(disk);
  assert.equal(await other.load(folder), true);
  assert.deepEqual([other.documents, other.words], [index.documents, index.words]);
  return other;
}

/** The terms of each text that has some. */
function termsOf(texts: ReadonlyMap<number, string>): ReadonlyMap<number, readonly string[]> {
  const held = new Map<number, readonly string[]>();
  for (const [slot, text] of texts) {
    const terms: string[] = [];
    readWords(text, (one) => terms.push(termOf(one)));
    if (terms.length > 0) held.set(slot, terms);
  }
  return held;
}

/** Every document that holds a word of the query, the best first. */
function plainSearch(
  held: ReadonlyMap<number, readonly string[]>,
  text: string,
  prefix: boolean,
  filter: (slot: number) => boolean,
): readonly Hit[] {
  const words = queryWords(text, prefix);
  const matches = words.terms.map((term) => (one: string) => one === term);
  const begun = words.prefix;
  if (begun !== null) matches.push((one) => one.startsWith(begun));
  const all = [...held.values()];
  const average = all.reduce((sum, terms) => sum + terms.length, 0) / all.length;
  const scores = new Map<number, number>();
  for (const match of matches) {
    const holding = all.filter((terms) => terms.some(match)).length;
    const idf = Math.log(1 + (all.length - holding + 0.5) / (holding + 0.5));
    for (const [slot, terms] of held) {
      const often = terms.filter(match).length;
      if (often === 0) continue;
      const norm = 1.2 * (1 - 0.75 + (0.75 * terms.length) / average);
      scores.set(slot, (scores.get(slot) ?? 0) + (idf * often * 2.2) / (often + norm));
    }
  }
  return [...scores]
    .filter(([slot]) => filter(slot))
    .map(([slot, score]) => ({ slot, score }))
    .toSorted((a, b) => b.score - a.score || a.slot - b.slot);
}

/** The same scores in the same places, each that of its slot; of two alike the smaller slot first. */
function sameHits(found: readonly Hit[], expected: readonly Hit[], limit: number): void {
  assert.equal(found.length, Math.min(limit, expected.length));
  const scores = new Map(expected.map(({ slot, score }) => [slot, score]));
  found.forEach(({ slot, score }, at) => {
    const known = scores.get(slot) ?? Number.NaN;
    assert.ok(Math.abs(score - known) < 1e-9, `slot ${slot}: ${score} and not ${known}`);
    assert.ok(Math.abs(score - expected[at]!.score) < 1e-9, `place ${at}: ${score}`);
    const before = found[at - 1];
    assert.ok(before === undefined || before.score > score || before.slot < slot, `order at place ${at}`);
  });
}
