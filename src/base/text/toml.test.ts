// The TOML reader: values with their places, what may be defined where, and how reading goes on behind a fault.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../limits.ts";
import { plainOf, readText, type Located } from "./text.ts";

function read(text: string) {
  const { root, faults } = readText("x.toml", text, "toml");
  return {
    value: root === null ? undefined : plainOf(root),
    faults: faults.map(({ at, code, message }) => `${at?.line}:${at?.column} ${code} ${message}`),
  };
}

function sameText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "bigint" || (typeof part === "number" && !Number.isFinite(part)) ? String(part) : part,
  );
}

test("values", () => {
  const table: readonly (readonly [text: string, value: unknown])[] = [
    ["", {}],
    ["# nothing\r\n\r\n", {}],
    ["\u{feff}a = 1", { a: 1 }],
    ["a = true\nb = false # no\n", { a: true, b: false }],
    [
      "a = +1_000\nb = -0\nc = 0xDEAD_beef\nd = 0o17\ne = 0b101",
      { a: 1000, b: 0, c: 0xdeadbeef, d: 15, e: 5 },
    ],
    ["a = 9223372036854775807\nb = -9223372036854775808", { a: 2n ** 63n - 1n, b: -(2n ** 63n) }],
    [`a = 0x${"0".repeat(100)}1`, { a: 1 }],
    ["a = 1.5\nb = 1_0e-1\nc = +inf\nd = -inf\ne = nan", { a: 1.5, b: 1, c: Infinity, d: -Infinity, e: NaN }],
    ['a = "b\\t\\"\\\\\\u00e9\\U0001F600"', { a: 'b\t"\\é😀' }],
    ["a = 'C:\\new'", { a: "C:\\new" }],
    ['a = """\n  one\\\n   two "" three\\"\r\n"""', { a: '  onetwo "" three"\n' }],
    ["a = '''\n'one'''''", { a: "'one''" }],
    ['a = """"one""""', { a: '"one"' }],
    ["a = [1, [2, 'x'],\n # three\n {b = 3},\n]", { a: [1, [2, "x"], { b: 3 }] }],
    ["a = {}\nb = { c.d = 1, c.e = 2 }", { a: {}, b: { c: { d: 1, e: 2 } } }],
    ['a.b = 1\na."c.d" = 2\n"" = 3\n1.2 = 4', { a: { b: 1, "c.d": 2 }, "": 3, 1: { 2: 4 } }],
    ['[a.b]\nc = 1\n[a]\nd = 2\n[ a . "e" ]\n', { a: { b: { c: 1 }, d: 2, e: {} } }],
    ["[[a]]\nb = 1\n[a.c]\nd = 2\n[[a]]\n[[a.e]]\n", { a: [{ b: 1, c: { d: 2 } }, { e: [{}] }] }],
    ["[a]\nb.c = 1\n[a.b.d]\ne = 2", { a: { b: { c: 1, d: { e: 2 } } } }],
    [
      "__proto__ = 1\n[constructor]\nprototype = 2",
      JSON.parse('{"__proto__": 1, "constructor": {"prototype": 2}}'),
    ],
  ];
  for (const [text, value] of table) {
    const result = read(text);
    assert.deepEqual(result.faults, [], text);
    const plain =
      typeof value === "object" && value !== null && "1" in value ? sorted(result.value) : result.value;
    assert.equal(sameText(plain), sameText(value), text);
  }
});

/** Keys that look like numbers come first in plain objects, so both sides are. */
function sorted(value: unknown): unknown {
  return Object.fromEntries(Object.entries(value as object));
}

test("faults, and what is understood beside them", () => {
  const twice = (key: string): string => `OPD1102 the key "${key}" is written twice`;
  const table: readonly (readonly [text: string, faults: readonly string[], value: unknown])[] = [
    ["a = 1\na = 2\nb = 3", [`2:1 ${twice("a")}`], { a: 1, b: 3 }],
    ["a = 1\na.b = 2", ['2:1 OPD1102 "a" is already a value'], { a: 1 }],
    [
      "a.b = 1\n[a]\nb = 2\nc = x",
      ['2:2 OPD1102 "a" is already a table', "4:5 OPD1101 a word where a value is expected"],
      { a: { b: 1 } },
    ],
    ["[a.b]\n[a]\nb.c = 1", ['3:1 OPD1102 "b" is already a closed table'], { a: { b: {} } }],
    ["a = {b = 1}\n[a.c]\na = 1", ['2:2 OPD1102 "a" is already an inline table'], { a: { b: 1 } }],
    ["a = [1]\n[[a]]", ['2:3 OPD1102 "a" is already something else'], { a: [1] }],
    ["[[a]]\n[a]", ['2:2 OPD1102 "a" is already a value'], { a: [{}] }],
    [
      "a = [1 2,, x, 3]",
      [
        "1:8 OPD1101 a comma is missing before this",
        "1:10 OPD1101 a comma with nothing before it",
        "1:12 OPD1101 a word where a value is expected",
      ],
      { a: [1, 2, 3] },
    ],
    ["a = [\n 1,\n x\n 2\n]\nb = 1", ["3:2 OPD1101 a word where a value is expected"], { a: [1, 2], b: 1 }],
    ["a = [\n 1,\nb = 2", ["1:5 OPD1101 `[` is never closed"], { a: [1], b: 2 }],
    ["a = [\n 1\n[b]\nc = 2", ["1:5 OPD1101 `[` is never closed"], { a: [1], b: { c: 2 } }],
    [
      "a = {b = 1,}\nc = {d = 1\n, e = 2}",
      ["1:11 OPD1101 a comma before the closing brace", "2:5 OPD1101 an inline table ends on its line"],
      { a: { b: 1 }, c: { d: 1, e: 2 } },
    ],
    ["a = {b = 1 c = 2}\nd = 3", ["1:12 OPD1101 `c` where a comma or `}` is expected"], { d: 3 }],
    ["a = {b = 1, b = 2}", [`1:13 ${twice("b")}`], { a: { b: 1 } }],
    [
      "a = \nb: 1\n= 2\nc = 1 d\n",
      [
        "1:5 OPD1101 the end of the line where a value is expected",
        "2:2 OPD1101 `:` where `=` follows the key",
        "3:1 OPD1101 `=` where a key is expected",
        "4:7 OPD1101 `d` where the line should end",
      ],
      { c: 1 },
    ],
    [
      "[a\nb = x\n[]\n[[c]\nd = 1",
      [
        "1:3 OPD1101 the end of the line where `]` closes the header",
        "2:5 OPD1101 a word where a value is expected",
        "3:2 OPD1101 `]` where a key is expected",
        "4:4 OPD1101 `]` where `]]` closes the header",
      ],
      {},
    ],
    [
      "a = 01\nb = 1__0\nc = .5\nd = 1.\ne = 9223372036854775808\nf = 1e999",
      [
        "1:5 OPD1101 this is not a number of TOML",
        "2:5 OPD1101 this is not a number of TOML",
        "3:5 OPD1101 this is not a number of TOML",
        "4:5 OPD1101 this is not a number of TOML",
        "5:5 OPD1101 an integer beyond 64 bits with sign",
        "6:5 OPD1101 a number beyond the range of a double (1.8e308)",
      ],
      {},
    ],
    [
      "a = 2026-02-28\nb = 2026-02-28T10:00:00.5+01:00\nc = 2026-02-28 10:00:00\nd = 10:00:00",
      [1, 2, 3, 4].map((line) => `${line}:5 OPD1105 a date without quotes`),
      { a: "2026-02-28", b: "2026-02-28T10:00:00.5+01:00", c: "2026-02-28 10:00:00", d: "10:00:00" },
    ],
    [
      "a = 2026-02-29\nb = 24:00:00\nc = 2026-1-1",
      [1, 2, 3].map((line) => `${line}:5 OPD1101 this is no date or time`),
      {},
    ],
    [
      'a = "\\q"\nb = "\\ud800"\nc = "x\nd = 1',
      [
        "1:6 OPD1101 an escape that TOML does not have",
        "2:6 OPD1101 \\u takes the 4 hexadecimal digits of a character",
        "3:5 OPD1101 the text is not closed on its line",
      ],
      { a: "q", b: "d800", c: "x", d: 1 },
    ],
    ["a = '''x\nb = 1", ["1:5 OPD1101 the text is never closed with '''"], { a: "x\nb = 1" }],
    [
      "a = 1 # \u{1}\nb = '\u{7f}'",
      ["1:9 OPD1101 `\\u{1}` in a comment", "2:6 OPD1101 `\\u{7f}` inside a text"],
      { a: 1, b: "\u{7f}" },
    ],
    [
      "é = 1\nplugins/a = 1",
      ["1:1 OPD1101 `é` (U+00E9) where a key is expected", "2:8 OPD1101 `/` where `=` follows the key"],
      {},
    ],
    ["a = 1\rb = 2", ["1:6 OPD1101 the end of the line where the line should end"], { a: 1 }],
  ];
  for (const [text, faults, value] of table) {
    const result = read(text);
    assert.deepEqual(result.faults, faults, text);
    assert.equal(sameText(result.value), sameText(value), text);
  }
});

test("places", () => {
  const { root } = readText("x.toml", 'a.b = 1\r\n[c]\r\n\t"d" = ["é", 2]\r\n[[e.f]]\r\n', "toml");
  const seen: string[] = [];
  const walk = (name: string, { value, at, keyAt }: Located): void => {
    seen.push(
      `${name} ${at.line}:${at.column}${keyAt === undefined ? "" : ` ${keyAt.line}:${keyAt.column}`}`,
    );
    if (value instanceof Map) for (const [key, inner] of value) walk(`${name}.${key}`, inner);
    else if (Array.isArray(value)) for (const inner of value) walk(`${name}[]`, inner as Located);
  };
  assert.ok(root !== null);
  walk("", root);
  assert.deepEqual(seen, [
    " 1:1",
    ".a 1:1 1:1",
    ".a.b 1:7 1:3",
    ".c 2:2 2:2",
    ".c.d 3:8 3:2",
    ".c.d[] 3:9",
    ".c.d[] 3:14",
    ".e 4:3 4:3",
    ".e.f 4:5 4:5",
    ".e.f[] 4:5",
  ]);
});

test("depth is counted over headers, dotted keys, arrays and inline tables together", () => {
  const dots = (count: number): string => Array.from({ length: count }, () => "a").join(".");
  const table: readonly (readonly [text: string, deep: boolean])[] = [
    [`${dots(64)} = 1`, false],
    [`${dots(63)} = 1`, false],
    [`${dots(65)} = 1`, true],
    [`[${dots(63)}]`, false],
    [`[${dots(64)}]`, true],
    [`[${dots(40)}]\n${dots(24)} = 1`, false],
    [`[${dots(40)}]\n${dots(25)} = 1`, true],
    [`[[${dots(62)}]]`, false],
    [`[[${dots(63)}]]`, true],
    [`a = ${"[".repeat(63)}${"]".repeat(63)}`, false],
    [`a = ${"[".repeat(64)}${"]".repeat(64)}`, true],
    [`a = ${"{a=".repeat(63)}1${"}".repeat(63)}`, false],
    [`a = ${"{a=".repeat(64)}1${"}".repeat(64)}`, true],
  ];
  for (const [text, deep] of table) {
    const faults = read(text).faults.filter((fault) => fault.includes("OPD1103"));
    assert.equal(faults.length, deep ? 1 : 0, text.slice(0, 80));
  }
});

test("faults are bounded", () => {
  const { faults } = read("x\n".repeat(200));
  assert.equal(faults.length, LIMITS.textFaultsMax + 1);
});

test("what is long is refused before it costs anything", () => {
  const long = (units: number): string =>
    `1:5 OPD1103 a number or word of ${units} characters; ${LIMITS.textScalarMax} is the most`;
  const size = 4_000_000;
  const table: readonly (readonly [text: string, fault: string])[] = [
    [`a = ${"9".repeat(size)}`, long(size)],
    [`a = 0x${"f".repeat(size)}`, long(size + 2)],
    [`a = 1${"_1".repeat(size / 2)}`, long(size + 1)],
    [`a = 1111-${"0".repeat(size)}`, long(size + 5)],
    [
      `a = "${"\\t".repeat(LIMITS.textStringMax + 1)}"`,
      `1:5 OPD1103 a text of ${LIMITS.textStringMax + 1} characters; ${LIMITS.textStringMax} is the most`,
    ],
  ];
  for (const [text, fault] of table) assert.deepEqual(read(text).faults, [fault]);
});
