// Writers, canonical form, comparison and snippets.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../limits.ts";
import {
  canonicalJson,
  decodeText,
  plainOf,
  readText,
  samePlain,
  snippetOf,
  writeJson,
  writeToml,
  type Plain,
  type PlainTable,
} from "./text.ts";

test("canonical JSON (RFC 8785)", () => {
  const table: readonly (readonly [value: Plain, text: string])[] = [
    [null, "null"],
    [{ b: 1, a: [true, { d: 1, c: 2 }] }, '{"a":[true,{"c":2,"d":1}],"b":1}'],
    // RFC 8785, 3.2.2 and 3.2.3
    [
      [Number("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      "[333333333.3333333,1e+30,4.5,0.002,1e-27]",
    ],
    ['€$\u{f}\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'],
    [
      { "€": 1, "\r": 2, דּ: 3, "1": 4, "😀": 5, "\u{80}": 6, ö: 7 },
      '{"\\r":2,"1":4,"\u{80}":6,"ö":7,"€":1,"😀":5,"\u{fb33}":3}',
    ],
    [-0, "0"],
    [[9007199254740993n, -5n, 5], "[9007199254740993,-5,5]"],
    [[NaN, -Infinity], '[{"$d":"nan"},{"$d":"-inf"}]'],
    [JSON.parse('{"__proto__": 1}') as Plain, '{"__proto__":1}'],
  ];
  for (const [value, text] of table) assert.equal(canonicalJson(value), text);
});

test("what canonical JSON wrote is read back, doubles beyond 64 bits too", () => {
  for (const value of [
    1e20,
    -(2 ** 63) - 2048,
    2 ** 64,
    -1.7976931348623157e308,
    2n ** 64n - 1n,
    -(2n ** 63n),
  ]) {
    const { root, faults } = readText("x", canonicalJson([value]), "canonical");
    assert.deepEqual([faults, plainOf(root!)], [[], [value]]);
  }
  assert.equal(readText("x", "[100000000000000000000]", "json").faults.length, 1);
});

test("JSON for people", () => {
  assert.equal(
    writeJson({ a: [], b: {}, c: [1, { d: Infinity }] }),
    '{\n  "a": [],\n  "b": {},\n  "c": [\n    1,\n    {\n      "d": {"$d": "inf"}\n    }\n  ]\n}',
  );
  assert.equal(writeJson({ b: 1, a: 2n ** 64n }, 0), '{"b":1,"a":18446744073709551616}');
  assert.equal(
    writeJson([2 ** 60, 2 ** 53 - 1, -0]),
    "[\n  1.152921504606847e+18,\n  9007199254740991,\n  0\n]",
  );
});

test("TOML for people", () => {
  const table: readonly (readonly [value: PlainTable, text: string])[] = [
    [{}, ""],
    [{ version: 1, plugins: {} }, "version = 1\n\n[plugins]\n"],
    [
      {
        version: 1,
        plugins: { systemd1: { units: { "nginx.service": { enabled: true, wants: ["a", "b"] } } } },
      },
      'version = 1\n\n[plugins.systemd1.units."nginx.service"]\nenabled = true\nwants = ["a", "b"]\n',
    ],
    [{ a: { b: { c: 1 }, d: 2 }, e: {} }, "[a]\nd = 2\n\n[a.b]\nc = 1\n\n[e]\n"],
    [
      { a: null, b: { $u: 5 }, c: { secret: "env:X" }, d: { ensure: "removed" } },
      'a = { reset = true }\nb = { "$u" = 5 }\nc = { secret = "env:X" }\nd = { ensure = "removed" }\n',
    ],
    [{ a: [{ b: 1, c: {} }, []], "": "\u{7f}\n" }, 'a = [{ b = 1, c = {} }, []]\n"" = "\\u007f\\n"\n'],
    [
      { a: 2n ** 63n - 1n, b: 2n ** 64n - 1n, c: 1e21, d: 2 ** 60, e: -0, f: NaN, g: -Infinity, h: 0.1 },
      'a = 9223372036854775807\nb = "18446744073709551615"\nc = 1e+21\nd = 1.152921504606847e+18\ne = -0.0\nf = nan\ng = -inf\nh = 0.1\n',
    ],
    [
      { a: Array.from({ length: 2 }, () => "x".repeat(60)) },
      `a = [\n  "${"x".repeat(60)}",\n  "${"x".repeat(60)}",\n]\n`,
    ],
  ];
  for (const [value, text] of table) {
    assert.equal(writeToml(value), text);
    assert.deepEqual(readText("x.toml", text, "toml").faults, []);
  }
});

test("comparison", () => {
  const table: readonly (readonly [Plain, Plain, boolean])[] = [
    [1, 1n, true],
    [1n, 1.5, false],
    [2n ** 53n + 1n, 2 ** 53, false],
    [1, "1", false],
    [0, false, false],
    [NaN, NaN, true],
    [null, {}, false],
    [[], {}, false],
    [{ a: 1, b: [2] }, { b: [2n], a: 1n }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ toString: null }, { x: null }, false],
    [[1, 2], [2, 1], false],
    [[null], [], false],
  ];
  for (const [a, b, same] of table) {
    assert.equal(samePlain(a, b), same);
    assert.equal(samePlain(b, a), same);
  }
});

test("snippets", () => {
  const long = `{"a": ${"1".repeat(1000)}, "b": ?}`;
  const table: readonly (readonly [text: string, line: number, column: number, snippet: string])[] = [
    ["one\ntwo\r\nthree", 1, 1, "one"],
    ["one\ntwo\r\nthree", 2, 3, "two"],
    ["one\ntwo\r\nthree", 3, 6, "three"],
    ["one\n", 2, 1, ""],
    ["one", 7, 1, ""],
    ["\u{feff}one", 1, 1, "one"],
  ];
  for (const [text, line, column, snippet] of table)
    assert.equal(snippetOf(text, { file: "x", line, column }), snippet);
  const around = snippetOf(long, { file: "x", line: 1, column: long.indexOf("?") + 1 });
  assert.ok(around.startsWith("…1") && around.endsWith("?}") && around.length <= LIMITS.snippetCharsMax + 2);
  assert.match(snippetOf(long, { file: "x", line: 1, column: 1 }), /^\{"a": 1+…$/);
});

test("tables have no prototype", () => {
  const { root } = readText("x.json", '{"__proto__": {"polluted": true}}', "json");
  assert.ok(root !== null);
  const value = plainOf(root) as PlainTable;
  assert.equal(Object.getPrototypeOf(value), null);
  assert.deepEqual(Object.keys(value), ["__proto__"]);
  assert.ok(!("polluted" in {}));
});

test("bytes become a text; the first that are not UTF-8 have a place", () => {
  assert.deepEqual(decodeText("x", Buffer.from("\u{feff}é")), { text: "\u{feff}é" });
  const table: readonly (readonly [bytes: Buffer, fault: string])[] = [
    [
      Buffer.from("ab\n c\u{fc}d", "latin1"),
      "2:3 OPD1104 a byte that is not UTF-8 ? iconv -f ISO-8859-1 -t UTF-8",
    ],
    [Buffer.from("\u{feff}{}", "utf16le"), "1:1 OPD1104 the file is UTF-16 ? iconv -f UTF-16 -t UTF-8"],
    [
      Buffer.concat([Buffer.from("\u{fffd}x"), Buffer.of(0xc3)]),
      "1:3 OPD1104 a byte that is not UTF-8 ? iconv -f ISO-8859-1 -t UTF-8",
    ],
    [
      Buffer.alloc(LIMITS.textSizeBytesMax + 1),
      `1:1 OPD1103 ${LIMITS.textSizeBytesMax + 1} bytes; ${LIMITS.textSizeBytesMax} is the most`,
    ],
  ];
  for (const [bytes, expected] of table) {
    const result = decodeText("x", bytes);
    assert.ok("fault" in result);
    const { at, code, message, hint } = result.fault;
    assert.equal(
      `${at?.line}:${at?.column} ${code} ${message}${hint === undefined ? "" : ` ? ${hint}`}`,
      expected,
    );
  }
});
