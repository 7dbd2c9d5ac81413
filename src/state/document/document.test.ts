// Texts that are no documents: syntax, limits, shape, version and two files that disagree. What the names in a document
// mean is tested in bind.test.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sourcesOf, testBadDocuments } from "../../../test/support/bad-document.ts";
import { parseDocument } from "./document.ts";

const T = "version = 1\n";

testBadDocuments([
  ["an empty JSON file", [["a.json", ""]], ["a.json:1:1 OPD1101 the file is empty"]],
  [
    "an empty TOML file",
    [["a.toml", ""]],
    [
      'a.toml:1:1 OPD2001 `version` is missing ? write version = 1 (in JSON "version": 1)',
      "a.toml:1:1 OPD2002 `plugins` is missing ? what shall be stands in plugins.NAME",
    ],
  ],
  [
    "a list instead of a document",
    [["a.json", "[1]"]],
    ["a.json:1:1 OPD2002 a document is a table, this is a list"],
  ],
  [
    "no version",
    [["a.json", '{"plugins": {}}']],
    ['a.json:1:1 OPD2001 `version` is missing ? write version = 1 (in JSON "version": 1)'],
  ],
  [
    "version text",
    [["a.json", '{"version": "1", "plugins": {}}']],
    [
      'a.json:1:13 OPD2001 the version of a document is the number 1 ? write version = 1 (in JSON "version": 1)',
    ],
  ],
  [
    "version 2",
    [["a.toml", "version = 2\n[plugins]\n"]],
    [
      'a.toml:1:11 OPD2001 the version of a document is the number 1 ? write version = 1 (in JSON "version": 1)',
    ],
  ],
  [
    "no plugins",
    [["a.toml", T]],
    ["a.toml:1:1 OPD2002 `plugins` is missing ? what shall be stands in plugins.NAME"],
  ],
  [
    "plugins list",
    [["a.json", '{"version": 1, "plugins": []}']],
    ["a.json:1:27 OPD2002 plugins is a table, this is a list"],
  ],
  [
    "a slip in a top-level name",
    [["a.toml", T + "[plugin.hostname1]\n[plugins]\n"]],
    ['a.toml:2:2 OPD2002 a document has no "plugin" ? did you mean "plugins"?'],
  ],
  [
    "a plugin at the top level",
    [["a.toml", T + "[hostname1]\n[plugins]\n"]],
    [
      'a.toml:2:2 OPD2002 a document has no "hostname1" ? what a plugin manages stands below plugins: plugins.hostname1',
    ],
  ],
  [
    "trailing comma, comment",
    [["a.json", '{\n  "version": 1, // one\n  "plugins": {"hostname1": {"StaticHostname": "a",}}\n}\n']],
    [
      "a.json:2:17 OPD1101 JSON has no comments ? take it out, or write the file as TOML",
      "a.json:3:50 OPD1101 a comma before the closing bracket",
    ],
  ],
  [
    "missing comma",
    [["a.json", '{\n  "version": 1\n  "plugins": {}\n}']],
    ["a.json:2:15 OPD1101 a comma is missing here"],
  ],
  [
    "single quotes",
    [["a.json", "{'version': 1, plugins: {}}"]],
    [
      "a.json:1:2 OPD1101 a text in single quotes ? JSON has double quotes only",
      'a.json:1:16 OPD1101 a key without double quotes ? write "plugins"',
    ],
  ],
  [
    "True instead of true",
    [["a.json", '{"version": 1, "plugins": {"systemd1": {"units": {"a": {"enabled": True}}}}}']],
    ["a.json:1:68 OPD1101 a word where a value is expected ? write true"],
  ],
  [
    "unclosed",
    [["a.json", '{\n  "version": 1,\n  "plugins": {\n    "hostname1": {\n']],
    ["a.json:4:18 OPD1101 `{` is never closed"],
  ],
  [
    "a bracket of the wrong kind",
    [["a.json", '{"version": 1, "plugins": {"packagekit": {"packages": ["a"}}}']],
    ["a.json:1:59 OPD1101 `}` closes the `[` of line 1, column 55"],
  ],
  [
    "unclosed text",
    [["a.json", '{"version": 1,\n"plugins": {"hostname1": {"StaticHostname": "web\n}}}']],
    ["a.json:2:45 OPD1101 the text is not closed on its line ? a line end inside a text is written \\n"],
  ],
  [
    "bad numbers",
    [
      [
        "a.json",
        '{"version": 01, "plugins": {"hostname1": {"StaticHostname": +1, "PrettyHostname": 0x10, "Chassis": .5}}}',
      ],
    ],
    [
      "a.json:1:13 OPD1101 this is not a number of JSON ? digits without leading zeros, then .5 or e9; no +, _ or 0x",
      "a.json:1:61 OPD1101 this is not a number of JSON ? digits without leading zeros, then .5 or e9; no +, _ or 0x",
      "a.json:1:83 OPD1101 this is not a number of JSON ? digits without leading zeros, then .5 or e9; no +, _ or 0x",
      "a.json:1:100 OPD1101 this is not a number of JSON ? digits without leading zeros, then .5 or e9; no +, _ or 0x",
    ],
  ],
  [
    "big int",
    [["a.json", '{"version": 1, "plugins": {"hostname1": {"Chassis": 18446744073709551616}}}']],
    [
      "a.json:1:53 OPD1101 an integer beyond 64 bits ? write 1.8446744073709552e+19 if a floating-point number is meant",
    ],
  ],
  [
    "escapes",
    [
      [
        "a.json",
        '{"version": 1, "plugins": {"hostname1": {"StaticHostname": "\\x41\\ud800", "PrettyHostname": "a\tb"}}}',
      ],
    ],
    [
      "a.json:1:60 OPD1101 half of a surrogate pair in a text",
      "a.json:1:61 OPD1101 an escape that JSON does not have ? a backslash is written \\\\",
      "a.json:1:94 OPD1101 `\\t` inside a text ? write \\t",
    ],
  ],
  [
    "deep json",
    [["a.json", "[".repeat(200_000)]],
    ["a.json:1:1 OPD2002 a document is a table, this is a list", "a.json:1:65 OPD1103 more than 64 levels"],
  ],
  [
    "deep json keys",
    [["a.json", '{"a":'.repeat(200_000)]],
    [
      'a.json:1:2 OPD2002 a document has no "a" ? what a plugin manages stands below plugins: plugins.a',
      "a.json:1:321 OPD1103 more than 64 levels",
    ],
  ],
  [
    "deep toml keys",
    [["a.toml", Array.from({ length: 200_000 }, () => "a").join(".") + " = 1\n"]],
    ["a.toml:1:129 OPD1103 more than 64 levels"],
  ],
  [
    "deep toml header",
    [["a.toml", `[${Array.from({ length: 200_000 }, () => "a").join(".")}]\n`]],
    ["a.toml:1:130 OPD1103 more than 64 levels"],
  ],
  ["deep toml list", [["a.toml", "a = " + "[".repeat(200_000)]], ["a.toml:1:68 OPD1103 more than 64 levels"]],
  [
    "100 MB",
    [["a.json", " ".repeat(100_000_000)]],
    ["a.json:1:1 OPD1103 100000000 bytes; 16777216 is the most [no snippet]"],
  ],
  [
    "many values",
    [["a.json", `[${"1,".repeat(1_000_001)}1]`]],
    [
      "a.json:1:1 OPD2002 a document is a table, this is a list",
      "a.json:1:2000000 OPD1103 more than 1000000 values",
    ],
  ],
  [
    "BOM inside",
    [["a.json", '{"version": 1,\u{feff} "plugins": {}}']],
    ["a.json:1:15 OPD1101 `\\u{feff}` (U+FEFF) where a key in double quotes is expected"],
  ],
  [
    "a key twice in JSON",
    [["a.json", '{\n "version": 1,\n "plugins": {"hostname1": {"Chassis": "vm", "Chassis": "laptop"}}}']],
    ['a.json:3:45 OPD1102 the key "Chassis" is written twice ? it is first at a.json:3:28'],
  ],
  [
    "a key and a table twice in TOML",
    [["a.toml", T + '[plugins.hostname1]\nChassis = "vm"\nChassis = "laptop"\n[plugins.hostname1]\n']],
    [
      'a.toml:4:1 OPD1102 the key "Chassis" is written twice ? it is first at a.toml:3:1',
      'a.toml:5:10 OPD1102 "hostname1" is already a table ? it is first at a.toml:2:10',
    ],
  ],
  [
    "five mistakes of TOML",
    [
      [
        "a.toml",
        'version = one\n[plugins.hostname1\nChassis = vm\nStaticHostname: "a"\nPrettyHostname = "open\n',
      ],
    ],
    [
      "a.toml:1:11 OPD1101 a word where a value is expected ? texts stand in double quotes",
      "a.toml:2:19 OPD1101 the end of the line where `]` closes the header",
      "a.toml:3:11 OPD1101 a word where a value is expected ? texts stand in double quotes",
      "a.toml:4:15 OPD1101 `:` where `=` follows the key ? TOML writes key = value",
      'a.toml:5:18 OPD1101 the text is not closed on its line ? over several lines it stands in """',
    ],
  ],
  [
    "toml date",
    [["a.toml", T + "[plugins.hostname1]\nStaticHostname = 2026-01-01\n"]],
    ['a.toml:3:18 OPD1105 a date without quotes ? write "2026-01-01"'],
  ],
  [
    "toml unclosed list",
    [
      [
        "a.toml",
        T + '[plugins.packagekit]\npackages = [\n  "a",\n  "b"\n[plugins.hostname1]\nChassis = "vm"\n',
      ],
    ],
    ["a.toml:3:12 OPD1101 `[` is never closed"],
  ],
  [
    "CR LF and tabs",
    [["a.toml", 'version = 1\r\n[plugins.hostname1]\r\n\tChassis = "lap"\r\n']],
    [
      "a.toml:3:12 OPD2005 Chassis: expected one of desktop, laptop, server, vm @ hostname1:Chassis ? did you mean desktop?",
    ],
  ],
]);

test("tables of several files are united, equal values are one", () => {
  const { raw, faults } = parseDocument(
    sourcesOf([
      ["a.toml", `${T}[plugins.systemd1.units.a]\nenabled = true\n[plugins.packagekit]\npackages = ["x"]\n`],
      [
        "b.json",
        '{"version": 1, "_note": 1, "plugins": {"systemd1": {"units": {"a": {"enabled": true}, "b": {}}}}}',
      ],
      ["c.toml", `${T}[plugins.packagekit.packages]\ny = {}\n`],
    ]),
  );
  assert.deepEqual(faults, []);
  const units = raw?.plugins.get("systemd1")?.entries.get("units");
  assert.deepEqual(
    units?.map(({ value }) => (value instanceof Map ? [...value.keys()] : value)),
    [["a", "b"]],
  );
  assert.equal(raw?.plugins.get("packagekit")?.entries.get("packages")?.length, 2);
});
