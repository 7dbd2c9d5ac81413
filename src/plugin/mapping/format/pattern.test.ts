// The pattern engine: against JavaScript's own RegExp (anchored) where both understand a pattern, its refusals, and that
// what makes backtracking engines explode is answered at once.

import assert from "node:assert/strict";
import { test } from "node:test";

import { compilePattern } from "./pattern.ts";

function matches(pattern: string, text: string): boolean {
  const compiled = compilePattern(pattern);
  assert.ok(!("fault" in compiled), `${pattern}: ${"fault" in compiled ? compiled.fault : ""}`);
  return compiled.matches(text);
}

const PATTERNS = [
  "",
  "a",
  "abc",
  "a|b",
  "a|",
  "|a",
  "(a|b)c",
  "a*",
  "a+b",
  "a?b?",
  "a{2}",
  "a{2,}",
  "a{1,3}b",
  "a{0,2}",
  "(ab)*c",
  "(a*)*b",
  "(?:a|ab)(c|bcd)",
  "[abc]",
  "[^abc]+",
  "[a-c]x",
  "[a-c-]+",
  "[]a]+",
  "[\\d-]+",
  "[\\w.]+",
  "\\d+",
  "\\D+",
  "\\w*",
  "\\W",
  "\\s",
  "\\S+",
  ".",
  ".*",
  "a.c",
  "^abc$",
  "^a|b$",
  "a^b",
  "a$b",
  "\\.",
  "\\*",
  "\\\\",
  "\\x41",
  "\\u0041",
  "\\t",
  "[A-Za-z0-9.-]{0,64}",
  "/.+",
  "\\$.+",
  "(a|b){2,3}",
  "x*y*z*",
];
const TEXTS = [
  "",
  "a",
  "b",
  "c",
  "aa",
  "ab",
  "abc",
  "aab",
  "aaab",
  "ac",
  "bc",
  "abcd",
  "abab",
  "ababc",
  "acbcd",
  "x",
  "ax",
  "bx",
  "-",
  "a-c",
  "]",
  "]a",
  "1",
  "1-2",
  "a.b",
  "_9",
  " ",
  "\t",
  ".",
  "*",
  "\\",
  "A",
  "host-1.example",
  "/bin/sh",
  "/",
  "$6$x",
  "$",
  "xyz",
  "xxz",
  "é",
  "😀",
  "a\nc",
  "\n",
  "ba",
  "a1c",
];

test("a pattern matches exactly what an anchored RegExp matches", () => {
  let yes = 0;
  for (const pattern of PATTERNS) {
    // a class that begins with "]" is a literal here and empty in JavaScript
    const peer = new RegExp(
      `^(?:${pattern.replace("[]a]", "[\\]a]")})$`,
      "u".repeat(pattern.includes("-]") ? 0 : 1),
    );
    for (const text of TEXTS) {
      const expected = peer.test(text);
      assert.equal(matches(pattern, text), expected, `${JSON.stringify(pattern)} on ${JSON.stringify(text)}`);
      if (expected) yes++;
    }
  }
  assert.ok(yes > 200 && yes < PATTERNS.length * TEXTS.length);
});

test("what is no plain regular expression is refused with the reason", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["(?=a)", /look-around/],
    ["(?!a)", /look-around/],
    ["(?<=a)", /look-around/],
    ["(?<!a)", /look-around/],
    ["(?<name>a)", /only \(\.\.\.\)/],
    ["(a)\\1", /back-reference/],
    ["\\k<a>", /back-reference/],
    ["a**", /two quantifiers/],
    ["a+?", /lazy/],
    ["a{2}{3}", /two quantifiers/],
    ["*a", /nothing to repeat/],
    ["{2}", /nothing to repeat/],
    ["a{", /must be written/],
    ["a{3,1}", /wrong way round/],
    ["[z-a]", /wrong way round/],
    ["[a", /not closed/],
    ["(a", /not closed/],
    ["a)", /without "\("/],
    ["a\\", /ends in a backslash/],
    ["\\q", /not known/],
    ["\\b", /not known/],
    ["\\xg", /hexadecimal/],
    ["(a{1000}){1000}", /too large/],
    [`${"(".repeat(100)}${")".repeat(100)}`, /too deep/],
  ];
  for (const [pattern, reason] of cases) {
    const compiled = compilePattern(pattern);
    assert.ok("fault" in compiled, `${pattern} was taken`);
    assert.match(compiled.fault, reason, pattern);
  }
});

test("nested repetitions over a long text need no backtracking", () => {
  const long = "a".repeat(5000);
  for (const pattern of ["(a*)*b", "(a|a)*b", "(a|aa)+b", "(a+)+b"])
    assert.equal(matches(pattern, `${long}!`), false);
  assert.equal(matches("(a|aa)+", long), true);
});
