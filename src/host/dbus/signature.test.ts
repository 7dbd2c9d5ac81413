// Signatures: what is one, what is not, and the limits from both sides.

import assert from "node:assert/strict";
import { test } from "node:test";

import { OpError } from "../../base/error.ts";
import { isSignature, isSingleType, parseSignature, parseSingleType } from "./signature.ts";

const nest = (open: string, inner: string, close: string, times: number): string =>
  open.repeat(times) + inner + close.repeat(times);

const VALID: readonly (readonly [signature: string, types: readonly string[]])[] = [
  ["", []],
  ["s", ["s"]],
  ["ybnqiuxtdsogvh", "ybnqiuxtdsogvh".split("")],
  ["a{sv}as", ["a{sv}", "as"]],
  ["(i(ss)av)y", ["(i(ss)av)", "y"]],
  ["a{oa{sa{sv}}}", ["a{oa{sa{sv}}}"]],
  ["aa{u(sv)}", ["aa{u(sv)}"]],
  [nest("a", "y", "", 32), [nest("a", "y", "", 32)]],
  [nest("(", "y", ")", 32), [nest("(", "y", ")", 32)]],
  [nest("a(", "y", ")", 32), [nest("a(", "y", ")", 32)]],
  ["y".repeat(255), "y".repeat(255).split("")],
];

for (const [signature, types] of VALID) {
  test(`signature ${signature.slice(0, 40)} is valid`, () => {
    assert.deepEqual(
      parseSignature(signature).map((type) => type.signature),
      types,
    );
    assert.equal(isSignature(signature), true);
    assert.equal(isSingleType(signature), types.length === 1);
  });
}

const INVALID: readonly (readonly [signature: string, reason: RegExp])[] = [
  ["z", /unknown type code/],
  ["m", /unknown type code/],
  ["r", /unknown type code/],
  ["\0", /unknown type code/],
  ["é", /unknown type code/],
  ["a", /no element type/],
  ["aa", /no element type/],
  ["()", /struct is empty/],
  ["a()", /struct is empty/],
  ["(", /not closed/],
  ["(s", /not closed/],
  ["s)", /unknown type code/],
  ["(a)", /unknown type code/],
  ["{sv}", /outside an array/],
  ["({sv})", /outside an array/],
  ["a{", /not a basic type/],
  ["a{}", /not a basic type/],
  ["a{s}", /no value type/],
  ["a{s", /no value type/],
  ["a{sv", /not closed/],
  ["a{svs}", /more than a key and a value/],
  ["a{vs}", /not a basic type/],
  ["a{ass}", /not a basic type/],
  ["a{(s)s}", /not a basic type/],
  [nest("a", "y", "", 33), /arrays nest too deep/],
  [nest("(", "y", ")", 33), /structs nest too deep/],
  ["y".repeat(256), /longer than 255/],
];

for (const [signature, reason] of INVALID) {
  test(`signature ${JSON.stringify(signature.slice(0, 40))} is not valid`, () => {
    assert.throws(
      () => parseSignature(signature),
      (error) => error instanceof OpError && error.code === "OPD3010" && reason.test(error.message),
    );
    assert.equal(isSignature(signature), false);
    assert.equal(isSingleType(signature), false);
  });
}

test("a type knows its alignment and height", () => {
  const rows = "y1 b4 n2 q2 i4 u4 x8 t8 d8 s4 o4 g1 h4".split(" ").map((row) => [row[0], Number(row[1]), 0]);
  const containers = [
    ["v", 1, 1],
    ["ay", 4, 1],
    ["(y)", 8, 1],
    ["a{sv}", 4, 3],
    ["a(av)", 4, 4],
  ];
  for (const [signature, alignment, height] of [...rows, ...containers]) {
    const type = parseSingleType(String(signature));
    assert.deepEqual([type.alignment, type.height], [alignment, height], String(signature));
  }
});

test("equal signatures share one frozen tree, and many signatures do not accumulate", () => {
  assert.equal(parseSignature("a{sv}"), parseSignature("a{sv}"));
  assert.ok(Object.isFrozen(parseSingleType("a{sv}").children));
  for (let i = 0; i < 5000; i++) parseSignature(i.toString(2).replaceAll("0", "s").replaceAll("1", "u"));
  assert.equal(parseSingleType("a{sv}").children[0]?.signature, "{sv}");
});

test("parseSingleType wants exactly one", () => {
  for (const signature of ["", "ss"]) assert.throws(() => parseSingleType(signature), /expected one type/);
});
