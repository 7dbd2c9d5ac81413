// Which generation stood at a time, the list of them, and words in them, case by case.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OpError } from "../../base/error.ts";
import { parsePattern } from "../address.ts";
import { findGeneration, listGenerations, searchPast, standingAt, timeOf } from "./history.ts";
import { CREATE, minute, pastOf, SET_TWICE, table, type Applied } from "../../../test/support/past-of.ts";

const GAP = { type: "gap", from: minute(1, 10), to: minute(1, 40), why: "the daemon was off" };
const TIMES = pastOf({ actions: [["p:F", 0, 1]] }, GAP, { actions: [["p:F", 1, 2]] });

function checkStanding(time: string, generation: number, notes: readonly RegExp[] = []): void {
  test(`at ${time} stood @${generation}`, () => {
    const standing = standingAt(TIMES, timeOf(time));
    assert.equal(standing.generation, generation);
    assert.equal(standing.notes.length, notes.length, standing.notes.join("\n"));
    for (const [i, note] of notes.entries()) assert.match(standing.notes[i]!, note);
  });
}
checkStanding(minute(0), 0, [/^that is before the first apply, which ended at 2026-01-01T00:01:00.000Z/]);
checkStanding(minute(0, 45), 0, [/^@1 was under way/]);
checkStanding(minute(1), 1);
checkStanding(minute(1, 20), 1, [/^nobody looked from .* \(the daemon was off\)$/]);
checkStanding(minute(1, 50), 1, [/^nobody looked/, /^@2 was under way/]);
checkStanding(minute(2), 2);

test("where nothing was applied that is said", () => {
  assert.deepEqual(standingAt(pastOf(), timeOf(minute(1))), {
    generation: 0,
    notes: ["nothing was applied here yet"],
  });
});

test("where the clock went back, the log's order counts", () => {
  const wrong = pastOf({ actions: [["p:F", 0, 1]] }, { actions: [["p:F", 1, 2]] });
  const entries = [...wrong.entries()].map((entry) =>
    entry.index < 3 ? { ...entry, value: { ...entry.value, time: "2099-01-01T00:00:00.000Z" } } : entry,
  );
  assert.equal(standingAt({ entries: () => entries }, timeOf(minute(2))).generation, 2);
});

function refused(code: string, work: () => unknown, message: RegExp): void {
  test(`${code}: ${message.source}`, () =>
    assert.throws(
      work,
      (error: unknown) => error instanceof OpError && error.code === code && message.test(error.message),
    ));
}
refused("OPD2150", () => findGeneration(SET_TWICE, 3), /there are @1 to @2/);
refused("OPD2150", () => findGeneration(pastOf(), 1), /nothing was applied/);
for (const text of ["", "2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", "1 hour"])
  refused("OPD2151", () => timeOf(text), /no time/);

const LOG = pastOf(
  { type: "key", about: "a new key" },
  { actions: [["p:F", 0, "Nginx"]], user: "ada", file: "a.toml" },
  GAP,
  {
    actions: [["p:things/x", null, table({}), CREATE]],
    end: { end: "restored", faults: ["OPD2120: refused"] },
  },
  { type: "dropped", bytes: 12 },
  {
    actions: [["p:F", "Nginx", 2]],
    user: "eve",
    end: { end: "left", left: [{ address: "p:Default", found: 1 }] },
  },
);
const ALL = { limit: 10, patterns: [], sinceMs: null, others: false };

function checkList(
  what: string,
  options: Partial<Parameters<typeof listGenerations>[1]>,
  expected: readonly unknown[],
): void {
  test(`history: ${what}`, () => {
    const { listed, total } = listGenerations(LOG, { ...ALL, ...options });
    assert.equal(total, 3);
    const told = listed.map((entry) =>
      entry.kind === "generation" ? entry.generation.number : entry.other.about,
    );
    assert.deepEqual(told, expected);
  });
}
checkList("newest first", {}, [3, 2, 1]);
checkList("no more than asked for", { limit: 2 }, [3, 2]);
checkList("of an address", { patterns: [parsePattern("p:F")] }, [3, 1]);
checkList("of an address that was left", { patterns: [parsePattern("p:Default")] }, [3]);
checkList("since", { sinceMs: timeOf(minute(2)) }, [3, 2]);
checkList("with everything else", { others: true }, [
  3,
  "12 bytes that were not acknowledged were cut off",
  2,
  `not observed from ${GAP.from} to ${GAP.to}: the daemon was off`,
  1,
  "a new key",
]);
test("history: what an end makes of the changes", () => {
  const { listed } = listGenerations(LOG, ALL);
  assert.deepEqual(
    listed.map((entry) => entry.kind === "generation" && entry.generation.changed),
    [1, 0, 1],
  );
});
test("history: a list of a long log keeps no more than it shows", () => {
  const long = pastOf(...Array.from({ length: 500 }, (): Applied => ({ actions: [["p:F", 0, 1]] })));
  const { listed, total } = listGenerations(long, { ...ALL, limit: 3 });
  assert.deepEqual([listed.length, total], [3, 500]);
});

function checkSearch(words: string, numbers: readonly number[], line?: RegExp): void {
  test(`search ${words}: ${numbers.join(" ")}`, () => {
    const { found, total } = searchPast(LOG, words.split(" "), { limit: 10, linesMax: 5 });
    assert.deepEqual(
      found.map(({ generation }) => generation.number),
      numbers,
    );
    assert.equal(total, numbers.length);
    if (line !== undefined) assert.match(found[0]!.lines.join("\n"), line);
  });
}
checkSearch("nginx", [3, 1], /^p:F update "Nginx" -> 2 done$/m);
checkSearch("NGINX ada", [1], /^by ada$/m);
checkSearch("a.toml", [1], /^document a.toml$/m);
checkSearch("opd2120", [2], /^fault OPD2120: refused$/m);
checkSearch("p:default left", [3], /^left p:Default 1$/m);
checkSearch("update p:f nginx", [3, 1]);
checkSearch("nginx elsewhere", []);
