// Which rules contradict each other, and which only seem to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../../base/limits.ts";
import { conceptOf, joins } from "../../../test/support/learned.ts";
import { memoryDisk } from "../../../test/support/memory-disk.ts";
import { newPlainGraph } from "../../../test/support/plain-graph.ts";
import { newMeaningIndex } from "../index/meaning.ts";
import { analyze } from "./analyze.ts";
import { contradictions, type ContradictOptions } from "./contradict.ts";
import { Meter, runNow } from "./search.ts";

function pairsIn(
  texts: readonly string[],
  options: Partial<ContradictOptions> = {},
  links: readonly (readonly [number, number])[] = [],
): (readonly number[])[] {
  const graph = newPlainGraph();
  for (const [n, text] of texts.entries()) graph.learn(conceptOf(n, { text, semantic: analyze(text) }));
  for (const [source, target] of links) graph.associate(joins(source, target));
  const meanings = newMeaningIndex(memoryDisk());
  meanings.apply(graph.take(Infinity), graph);
  const { found, ended } = runNow(contradictions(graph, meanings, { pairsMax: 10, ...options }, new Meter()));
  assert.equal(ended, "complete");
  return found.map(({ a, b }) => [a, b]);
}

const demands = "The server must accept remote root logins.";
const forbids = "The server must not accept remote root logins.";

test("what one demands and the other forbids", () => assert.deepEqual(pairsIn([demands, forbids]), [[0, 1]]));

const innocent: readonly (readonly [string, readonly string[]])[] = [
  ["two demands", [demands, `${demands} Always.`]],
  ["two that forbid", [forbids, "The server shall never accept remote root logins."]],
  ["two dated rules of a domain", ["The server must run in 2020.", "The network must be tested in 2020."]],
  ["about something else", [demands, "The database must not delete customer invoices."]],
  ["at different times", [`${demands} This holds until 2019.`, `${forbids} This holds since 2021.`]],
  ["in different domains", ["A doctor must keep the file.", "An attorney must not keep the file."]],
  ["no rules", ["The server accepts remote root logins.", "The server accepts no remote root logins."]],
];
for (const [name, texts] of innocent)
  test(`not a contradiction: ${name}`, () => assert.deepEqual(pairsIn(texts), []));

test("times that touch are the same time", () =>
  assert.deepEqual(pairsIn([`${demands} This holds until 2020.`, `${forbids} This holds since 2020.`]), [
    [0, 1],
  ]));

test("what a text itself says contradicts what it is associated with", () => {
  const texts = [
    "The study found an effect.",
    "This study contradicts earlier observation.",
    "Unrelated data.",
  ];
  assert.deepEqual(pairsIn(texts, {}, [[1, 0]]), [[0, 1]]);
  assert.deepEqual(pairsIn(texts, {}, [[2, 1]]), [[1, 2]]);
  assert.deepEqual(pairsIn(texts), []);
});

test("only of a domain, only about one, only so many; the most alike first", () => {
  const medical = "A doctor must sign each medication order.";
  const not = "A doctor must not sign each medication order today.";
  const texts = [demands, forbids, medical, not];
  assert.deepEqual(pairsIn(texts), [
    [0, 1],
    [2, 3],
  ]);
  assert.deepEqual(pairsIn(texts, { domain: "medical" }), [[2, 3]]);
  assert.deepEqual(pairsIn(texts, { about: 0 }), [[0, 1]]);
  assert.deepEqual(pairsIn(texts, { pairsMax: 1 }), [[0, 1]]);
  assert.throws(() => pairsIn(texts, { pairsMax: 0 }), { code: "OPD4201" });
});

test("more rules than are compared: the first are, and the answer says that it was cut off", () => {
  const graph = newPlainGraph();
  const meanings = newMeaningIndex(memoryDisk());
  const said = analyze(demands);
  for (let n = 0; n < LIMITS.memoryRulesMax; n++)
    graph.learn(
      conceptOf(n, { text: n === 7 ? forbids : `Rule ${n}`, semantic: n === 7 ? analyze(forbids) : said }),
    );
  graph.learn(conceptOf(3, { text: demands, semantic: said }));
  meanings.apply(graph.take(Infinity), graph);
  const ask = () => runNow(contradictions(graph, meanings, { pairsMax: 10 }, new Meter()));
  assert.deepEqual([ask().found.map(({ a, b }) => [a, b]), ask().ended], [[[3, 7]], "complete"]);
  graph.learn(conceptOf(LIMITS.memoryRulesMax, { semantic: said }));
  meanings.apply(graph.take(Infinity), graph);
  assert.deepEqual([ask().found.map(({ a, b }) => [a, b]), ask().ended], [[[3, 7]], "visits"]);
});
