// Comparison of document values by the kind of their field.

import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson } from "../base/text/text.ts";
import { equalDoc } from "./equal.ts";
import type { DocValue, FieldKind } from "./plugin.ts";

test("comparison by kind", () => {
  const table: readonly (readonly [FieldKind, DocValue, DocValue, boolean])[] = [
    ["value", 5, 5n, true],
    ["value", 5n, 5, true],
    ["value", 2n ** 53n + 1n, 2 ** 53, false],
    ["value", 5, "5", false],
    ["value", true, 1, false],
    ["value", { a: 1, b: [2n] }, { b: [2], a: 1n }, true],
    ["value", { a: 1 }, { a: 1, b: 2 }, false],
    ["value", null, {}, false],
    ["value", ["a", "b"], ["b", "a"], false],
    ["value", Number.NaN, Number.NaN, true],
    ["value", Number.NaN, { $d: "nan" }, true],
    ["value", [{ $d: "-inf" }], [-Infinity], true],
    ["value", Infinity, { $d: "-inf" }, false],
    ["value", 1, { $d: "nan" }, false],
    ["set", [Number.NaN], [{ $d: "nan" }], true],
    ["record", { a: { $d: "nan" } }, { a: Number.NaN, b: 1 }, true],
    ["ordered", ["a", "b"], ["b", "a"], false],
    ["set", ["a", "b", "a"], ["b", "a"], true],
    ["set", [5, { x: 1, y: 2 }], [{ y: 2n, x: 1 }, 5n], true],
    ["set", ["a"], ["a", "b"], false],
    ["record", { a: { x: 1 } }, { a: { x: 1, y: 2 }, b: 3 }, true],
    ["record", { a: { x: 2 } }, { a: { x: 1 } }, false],
    ["record", { a: null }, { b: 1 }, true],
    ["record", { a: null }, { a: 1 }, false],
    ["record", { toString: "x" }, {}, false],
  ];
  for (const [kind, wanted, found, expected] of table) {
    assert.equal(
      equalDoc(wanted, found, kind),
      expected,
      `${kind}, ${canonicalJson(wanted)}, ${canonicalJson(found)}`,
    );
  }
});
