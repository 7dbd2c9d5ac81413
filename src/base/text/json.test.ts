// The JSON reader: values with their places, and what it says about texts that are none.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../limits.ts";
import { plainOf, readText, type Located } from "./text.ts";

function read(text: string) {
  const { root, faults } = readText("x.json", text, "json");
  return {
    value: root === null ? undefined : plainOf(root),
    faults: faults.map(({ at, code, message }) => `${at?.line}:${at?.column} ${code} ${message}`),
  };
}

function sameText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part));
}

test("values", () => {
  const table: readonly (readonly [text: string, value: unknown])[] = [
    ["null", null],
    [" true ", true],
    ["\t\r\nfalse", false],
    ["0", 0],
    ["-0", 0],
    ["-0.0", 0],
    ["12", 12],
    ["999999999999999", 999999999999999],
    ["9007199254740991", 2 ** 53 - 1],
    ["9007199254740992", 9007199254740992n],
    ["-9007199254740993", -9007199254740993n],
    ["18446744073709551615", 2n ** 64n - 1n],
    ["-9223372036854775808", -(2n ** 63n)],
    ["1.5", 1.5],
    ["1e3", 1000],
    ["1E-2", 0.01],
    ["123456789012345678901234567890e0", 1.2345678901234568e29],
    ['""', ""],
    ['"a\\"b\\\\c\\/d\\b\\f\\n\\r\\t\\u0041\\ud83d\\ude00"', 'a"b\\c/d\b\f\n\r\tA😀'],
    ['"\u{7f}\u{2028}é"', "\u{7f}\u{2028}é"],
    ["[]", []],
    ["[1, [2], {}]", [1, [2], {}]],
    ['{"a": {"b": [true, null]}, "": 1}', { a: { b: [true, null] }, "": 1 }],
    ['{"__proto__": 1, "constructor": 2}', JSON.parse('{"__proto__": 1, "constructor": 2}')],
    ["\u{feff}[1]", [1]],
    [
      `${"[".repeat(LIMITS.textDepthMax)}${"]".repeat(LIMITS.textDepthMax)}`,
      JSON.parse(`${"[".repeat(64)}${"]".repeat(64)}`),
    ],
  ];
  for (const [text, value] of table) {
    const result = read(text);
    assert.deepEqual(result.faults, [], text);
    assert.equal(sameText(result.value), sameText(value), text);
  }
});

test("a number is exact: it is a bigint only where a number is not", () => {
  assert.equal(read("9007199254740991").value, 9007199254740991);
  assert.equal(read("9007199254740993").value, 9007199254740993n);
});

test("what is understood beside faults", () => {
  const table: readonly (readonly [text: string, faults: readonly string[], value: unknown])[] = [
    ["", ["1:1 OPD1101 the file is empty"], undefined],
    ["\n \n", ["1:1 OPD1101 the file is empty"], undefined],
    ["[1, 2,]", ["1:6 OPD1101 a comma before the closing bracket"], [1, 2]],
    ["[1 2]", ["1:3 OPD1101 a comma is missing here"], [1, 2]],
    ["[,1]", ["1:2 OPD1101 a comma with nothing before it"], [1]],
    ["[1,,2]", ["1:4 OPD1101 a comma with nothing before it"], [1, 2]],
    ["[1] 2", ["1:5 OPD1101 `2` after the end of the document"], [1]],
    [
      "[1, /* one */ 2] // two",
      ["1:5 OPD1101 JSON has no comments", "1:18 OPD1101 JSON has no comments"],
      [1, 2],
    ],
    ["[1, # one\n2]", ["1:5 OPD1101 JSON has no comments"], [1, 2]],
    [
      "['a', b]",
      ["1:2 OPD1101 a text in single quotes", "1:7 OPD1101 a word where a value is expected"],
      ["a"],
    ],
    [
      "{a: 1, 'b': 2}",
      ["1:2 OPD1101 a key without double quotes", "1:8 OPD1101 a text in single quotes"],
      { a: 1, b: 2 },
    ],
    ['{"a" = 1}', ["1:6 OPD1101 `=` where a colon is expected"], { a: 1 }],
    ['{"a" 1}', ["1:5 OPD1101 a colon is missing after the key"], { a: 1 }],
    ['{"a":}', ["1:6 OPD1101 `}` where a value is expected"], {}],
    ['{"a": @x, "b": 1}', ["1:7 OPD1101 `@` where a value is expected"], { b: 1 }],
    ['{"a": @x\n "b": 1}', ["1:7 OPD1101 `@` where a value is expected"], { b: 1 }],
    ['{"a": @[1, "}"], "b": 1}', ["1:7 OPD1101 `@` where a value is expected"], { b: 1 }],
    [
      "[01, +1, .5, 1., 0x1F, 1_000]",
      [2, 6, 10, 14, 18, 24].map((c) => `1:${c} OPD1101 this is not a number of JSON`),
      [],
    ],
    [
      "[1e999, 99999999999999999999]",
      [
        "1:2 OPD1101 a number beyond the range of a double (1.8e308)",
        "1:9 OPD1101 an integer beyond 64 bits",
      ],
      [],
    ],
    [
      '["a\\xb", "c\\u12"]',
      ["1:4 OPD1101 an escape that JSON does not have", "1:12 OPD1101 \\u takes four hexadecimal digits"],
      ["axb", "c12"],
    ],
    ['["a\u{1}"]', ["1:4 OPD1101 `\\u{1}` inside a text"], ["a\u{1}"]],
    ['["\\ud800"]', ["1:2 OPD1101 half of a surrogate pair in a text"], ["\ud800"]],
    ['["a\n, "b"]', ["1:2 OPD1101 the text is not closed on its line"], ["a", "b"]],
    ['{"a": 1, "a": 2}', ['1:10 OPD1102 the key "a" is written twice'], { a: 1 }],
    ["[[1, 2}", ["1:7 OPD1101 `}` closes the `[` of line 1, column 2"], [[1, 2]]],
    ['{"a": [1', ["1:7 OPD1101 `[` is never closed"], { a: [1] }],
    ["é", ["1:1 OPD1101 `é` (U+00E9) where a value is expected"], undefined],
  ];
  for (const [text, faults, value] of table) {
    const result = read(text);
    assert.deepEqual(result.faults, faults, text);
    assert.equal(sameText(result.value), sameText(value), text);
  }
});

test("places", () => {
  const { root } = readText("x.json", '{"a": 1,\r\n  "b": ["é", {"😀": 2}]}', "json");
  const seen: string[] = [];
  const walk = ({ value, at, keyAt }: Located): void => {
    const key = keyAt === undefined ? "" : ` ${keyAt.line}:${keyAt.column}`;
    seen.push(`${at.line}:${at.column}${key}`);
    if (value instanceof Map) for (const inner of value.values()) walk(inner);
    else if (Array.isArray(value)) for (const inner of value) walk(inner as Located);
  };
  assert.ok(root !== null);
  walk(root);
  assert.deepEqual(seen, ["1:1", "1:7 1:2", "2:8 2:3", "2:9", "2:14", "2:21 2:15"]);
});

test("limits", () => {
  const table: readonly (readonly [text: string, faults: readonly string[]])[] = [
    ["[".repeat(65), ["1:65 OPD1103 more than 64 levels"]],
    [
      "9".repeat(4_000_000),
      [`1:1 OPD1103 a number or word of 4000000 characters; ${LIMITS.textScalarMax} is the most`],
    ],
    [
      `"${"a".repeat(LIMITS.textStringMax + 1)}"`,
      [`1:1 OPD1103 a text of ${LIMITS.textStringMax + 1} characters; ${LIMITS.textStringMax} is the most`],
    ],
    [
      " ".repeat(LIMITS.textSizeBytesMax + 1),
      [`1:1 OPD1103 ${LIMITS.textSizeBytesMax + 1} bytes; ${LIMITS.textSizeBytesMax} is the most`],
    ],
  ];
  for (const [text, faults] of table) assert.deepEqual(read(text).faults, faults);
  const many = read(`[${"@,".repeat(100)}1]`).faults;
  assert.equal(many.length, LIMITS.textFaultsMax + 1);
  assert.match(many.at(-1) ?? "", /OPD1103 reading stopped after/);
});
