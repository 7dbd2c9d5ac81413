// What of a journal is taken for known: everything that this version writes, and nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { PlainTable } from "../../base/text/text.ts";
import { journaled } from "./journaled.ts";

const BEGIN: PlainTable = { type: "apply", purpose: "apply", actions: [{ verb: "update" }] };
const NOTES = ["intent", "native", "outcome", "rolling-back", "guard", "held"].map((type) => ({ type }));

type Case = readonly [begin: PlainTable, notes: readonly PlainTable[], why: string | null];

const CASES: readonly Case[] = [
  [BEGIN, [], null],
  [{ ...BEGIN, purpose: "rollback", later: 1 }, NOTES, null],
  [{ ...BEGIN, type: "merge" }, [], 'it begins "merge"'],
  [{ purpose: "apply", actions: [] }, [], "it begins of no name"],
  [{ ...BEGIN, purpose: "rehearse" }, [], 'its purpose is "rehearse"'],
  [{ ...BEGIN, actions: [{ verb: "update" }, { verb: "rename" }] }, [], 'it has an action "rename"'],
  [BEGIN, [{ type: "intent" }, { type: "mended" }], 'it has a note "mended"'],
  [BEGIN, [{}], "it has a note of no name"],
];

test("a transaction is known, or what of it is not", () => {
  for (const [begin, notes, why] of CASES)
    assert.deepEqual(journaled(begin, notes), why ?? { begin, notes }, JSON.stringify([begin, notes]));
});
