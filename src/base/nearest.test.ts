// "Did you mean": what is near, what is not, and that the work is bounded.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "./limits.ts";
import { nearest } from "./nearest.ts";

test("the nearest name", () => {
  const table: readonly (readonly [name: string, candidates: readonly string[], expected: string | null])[] =
    [
      ["StatcHostname", ["PrettyHostname", "StaticHostname"], "StaticHostname"],
      ["statichostname", ["StaticHostname"], "StaticHostname"],
      ["state-dir", ["state_dir"], "state_dir"],
      ["chasiss", ["Chassis"], "Chassis"],
      ["teh", ["the"], "the"],
      ["a", ["b"], "b"],
      ["ab", ["xy"], null],
      ["foo", ["enabled", "active"], null],
      ["enable", ["enabled", "disabled"], "enabled"],
      ["aa", ["ab", "ac"], "ab"],
      ["same", ["same"], null],
      ["", ["abc"], null],
      ["x", [], null],
      ["x".repeat(LIMITS.nearestCharsMax + 1), [`${"x".repeat(LIMITS.nearestCharsMax)}y`], null],
    ];
  for (const [name, candidates, expected] of table) assert.equal(nearest(name, candidates), expected, name);
});

test("only so many candidates are looked at", () => {
  let seen = 0;
  const endless = (function* () {
    for (;;) yield `candidate-${seen++}`;
  })();
  assert.equal(nearest("zzzzzz", endless), null);
  assert.ok(seen <= LIMITS.nearestCandidatesMax + 1);
});
