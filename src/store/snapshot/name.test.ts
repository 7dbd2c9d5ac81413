// Names: what they say, what sorts, and what is not one of ours.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../test/support/property.ts";
import { byAge, formatName, isLabel, parseName } from "./name.ts";

test("a name says when, which and what for, and reads back", () => {
  const name = { atMs: Date.parse("2026-01-02T03:04:05Z"), sequence: 7, what: "apply" };
  assert.equal(formatName(name), "20260102T030405Z-000007-apply");
  assert.deepEqual(parseName("20260102T030405Z-000007-apply"), name);
});

test("what formatName does not make is not ours", () => {
  for (const text of [
    "",
    "20260102T030405Z-000007",
    "20260102T030405Z-000007-",
    "20260102T030405Z-7-apply",
    "20260102T030405Z-0000007-apply",
    "20260102T030405Z-000007-Apply",
    "20260102T030405Z-000007-apply/x",
    "20260102T030405Z-000007-apply\n",
    "20260230T030405Z-000007-apply",
    "20261302T030405Z-000007-apply",
    "20260102T250405Z-000007-apply",
    " 20260102T030405Z-000007-apply",
    ".aside-1-2-3",
    "@timing",
  ])
    assert.equal(parseName(text), null, JSON.stringify(text));
});

const names = fc
  .tuple(
    fc.integer({ min: 0, max: 253_402_300_799 }),
    fc.integer({ min: 1, max: 999_999 }),
    fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/),
  )
  .map(([seconds, sequence, what]) => ({ atMs: seconds * 1000, sequence, what }));

test("any name reads back, and names sort by age as texts", () => {
  fc.assert(
    fc.property(names, names, (a, b) => {
      assert.deepEqual(parseName(formatName(a)), a);
      const age = byAge(a, b);
      if (age !== 0) assert.equal(formatName(a) < formatName(b), age < 0);
    }),
  );
});

test("labels", () => {
  for (const label of ["manual", "before-upgrade", "a".repeat(35)]) assert.ok(isLabel(label), label);
  for (const label of ["", "Upper", "two words", "../x", "-x", "a".repeat(36)])
    assert.ok(!isLabel(label), label);
});
