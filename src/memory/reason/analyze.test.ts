// The analyser, cue by cue: types and their ties, domains, times by the true calendar, causes, denial, certainty.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Domain, Semantic, SemanticType } from "../model.ts";
import { analyze } from "./analyze.ts";

const types: readonly (readonly [string, SemanticType])[] = [
  ["Berlin", "entity"],
  ["", "entity"],
  ["Backups MUST be encrypted", "rule"],
  ["It ought to work", "rule"],
  ["if rain then umbrella", "rule"],
  ["Ensure backups", "rule"],
  ["first line\nVerify the seal", "rule"],
  ["We ensure backups", "entity"],
  ["Prior to launch", "temporal"],
  ["Throughout the night", "temporal"],
  ["None came", "negation"],
  ["Everything except one", "negation"],
  ["Heat triggers alarms", "causal"],
  ["It leads to more", "causal"],
  ["Rain facilitates growth", "causal"],
  ["Walls stop wind", "causal"],
  ["Assuming good weather", "condition"],
  ["As soon as possible", "condition"],
  ["10 kg flour", "quantitative"],
  ["five percent", "quantitative"],
  ["42", "quantitative"],
  ["Gold is a metal", "definitional"],
  ["Categorized as harmless", "definitional"],
  ["The outage happened", "event"],
  ["Repairs will occur", "event"],
  ["Work ongoing", "event"],
  // Words inside of words are no cues.
  ["Notable ifrit mustard", "entity"],
  // Ties: rule 3.0 beats all; negation 2.0, condition 2.0 and temporal 2.0 in the order of the table.
  ["if not", "negation"],
  ["if after", "condition"],
  ["before noon it stops", "causal"],
  ["it was defined as such", "definitional"],
  ["cats are gone, it happened", "definitional"],
  // More points win over the order.
  ["not bad unless it causes harm", "negation"],
  ["no heat causes harm", "causal"],
];
for (const [text, type] of types)
  test(`${JSON.stringify(text)} is ${type}`, () => assert.equal(analyze(text).type, type));

const domains: readonly (readonly [string, Domain])[] = [
  ["the weather", "general"],
  ["patient and doctor", "medical"],
  ["the court", "legal"],
  ["interest rate", "financial"],
  ["the API server", "technical"],
  ["a hypothesis", "scientific"],
  ["sales", "business"],
  // Of equal counts the first in the table; more count more.
  ["liability", "legal"],
  ["the patient server", "medical"],
  ["the patient server network", "technical"],
  ["servers", "general"],
];
for (const [text, domain] of domains)
  test(`${JSON.stringify(text)} is of domain ${domain}`, () => assert.equal(analyze(text).domain, domain));

const day = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 1000;
const endOf = (date: string): number => Date.parse(`${date}T23:59:59Z`) / 1000;
const times: readonly (readonly [string, Semantic["bounds"]])[] = [
  ["no year here, 1899 and 2100 and 20201", null],
  ["Built 1972", { startS: day("1972-01-01"), endS: null, relation: "at" }],
  ["It runs since 2021", { startS: day("2021-01-01"), endS: null, relation: "after" }],
  ["after 2000 all was well", { startS: day("2000-01-01"), endS: null, relation: "after" }],
  ["before the year 2001", { startS: null, endS: endOf("2000-12-31"), relation: "before" }],
  ["valid until 2024", { startS: null, endS: endOf("2024-12-31"), relation: "before" }],
  ["between 1999 and 2004", { startS: day("1999-01-01"), endS: endOf("2004-12-31"), relation: "between" }],
  ["from 2019 to 2020-02", { startS: day("2019-01-01"), endS: endOf("2020-02-29"), relation: "between" }],
  ["between 2004 and 1999", { startS: day("2004-01-01"), endS: null, relation: "between" }],
  ["in 2020", { startS: day("2020-01-01"), endS: endOf("2020-12-31"), relation: "during" }],
  ["during 2020-02", { startS: day("2020-02-01"), endS: endOf("2020-02-29"), relation: "during" }],
  ["in 2024-02-29", { startS: day("2024-02-29"), endS: endOf("2024-02-29"), relation: "during" }],
  ["in 2023-02-29", { startS: day("2023-01-01"), endS: endOf("2023-12-31"), relation: "during" }],
  ["in 2023-13", { startS: day("2023-01-01"), endS: endOf("2023-12-31"), relation: "during" }],
  ["1969 while it lasted", { startS: day("1969-01-01"), endS: null, relation: "during" }],
];
for (const [text, bounds] of times)
  test(`the time of ${JSON.stringify(text)}`, () => assert.deepEqual(analyze(text).bounds, bounds));

test("every kind of cause that is named", () => {
  assert.deepEqual(analyze("It enables, prevents and results in things").causal, [
    { type: "direct", confidence: 0.8, strength: 0.7 },
    { type: "enabling", confidence: 0.7, strength: 0.5 },
    { type: "preventing", confidence: 0.75, strength: 0.6 },
  ]);
  assert.deepEqual(analyze("nothing").causal, []);
});

const denials: readonly (readonly [string, string | null])[] = [
  ["all is well", null],
  ["Backups must not be kept", "explicit"],
  ["all excluding one", "exception"],
  ["no one unless asked", "explicit"],
  ["this contradicts that", "contradiction"],
];
for (const [text, type] of denials)
  test(`${JSON.stringify(text)} denies: ${type}`, () =>
    assert.equal(analyze(text).negation?.type ?? null, type));

const certainties: readonly (readonly [string, number])[] = [
  ["Berlin", 0.5 + 0.25 / 50 + 0.25 / 3],
  ["must", 0.5 + 0.25 / 50 + 0.25 / 3],
  ["must shall should must", 0.5 + (0.25 * 4) / 50 + 0.25],
  [`${"word ".repeat(80)}must`, 0.75 + 0.25 / 3],
];
for (const [text, certainty] of certainties)
  test(`how sure: ${text.slice(0, 30)}`, () =>
    assert.ok(Math.abs(analyze(text).confidence - certainty) < 1e-9));

test("the same text always gives the same answer, and only its beginning counts", () => {
  const text = "If not after, it was 10 kg between 1999 and 2004, unless a doctor must.";
  assert.deepEqual(analyze(text), analyze(text));
  assert.deepEqual(analyze(`${"a ".repeat(40_000)} must`), analyze("a ".repeat(40_000)));
});
