// What a terminal would obey or hide is written out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { visible, visibleJson, visibleToml } from "./visible.ts";

test("visible text", () => {
  const table: readonly (readonly [text: string, shown: string])[] = [
    ['plain äöü 日本 😀 \\ "', 'plain äöü 日本 😀 \\ "'],
    ["\u{1b}[31mred", "\\u{1b}[31mred"],
    ["a\nb\r\tc", "a\\nb\\r\\tc"],
    ["\u{0}\u{7f}\u{9b}", "\\u{0}\\u{7f}\\u{9b}"],
    ["\u{202e}gnp.exe\u{2066}", "\\u{202e}gnp.exe\\u{2066}"],
    ["zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"],
    ["tag\u{e0041}", "tag\\u{e0041}"],
    ["line\u{2028}para\u{2029}", "line\\u{2028}para\\u{2029}"],
    ["soft\u{ad}hyphen", "soft\\u{ad}hyphen"],
    ["filler\u{3164}", "filler\\u{3164}"],
    ["half \ud800", "half \\u{d800}"],
  ];
  for (const [text, shown] of table) assert.equal(visible(text), shown);
});

test("JSON and TOML keep every character as an escape that their readers undo", () => {
  const text = 'plain äö 😀 "\\ \u{1b}[2J\u{7f}\u{9b}\u{202e}\u{ad}\u{2028}\u{e0041}\u{feff}';
  const json = visibleJson(JSON.stringify({ [text]: [text] }, null, 2));
  assert.deepEqual(JSON.parse(json), { [text]: [text] });
  assert.equal(visible(json.replaceAll("\n", "")), json.replaceAll("\n", ""));
  const toml = visibleToml(JSON.stringify("\u{e0041}\u{9b}"));
  assert.equal(toml, String.raw`"\U000e0041\u009b"`);
});
