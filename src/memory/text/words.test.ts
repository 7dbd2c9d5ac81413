// Which words a text has, and which of a query are looked for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../../base/limits.ts";
import { STOP_WORDS } from "./stop-words.ts";
import { queryWords, readWords, textOf } from "./words.ts";

/** Whole names in angle brackets. */
const texts: readonly (readonly [text: string, words: string])[] = [
  ["The unit FAILED, again.", "the unit failed again"],
  ["10.0.0.1:22", "<10.0.0.1:22> 10 0 0 1 22"],
  ["fe80::1", "<fe80::1> fe80 1"],
  ["org.freedesktop.hostname1", "<org.freedesktop.hostname1> org freedesktop hostname1"],
  ["user@1000.service", "<user@1000.service> user 1000 service"],
  ["v1.2.3-rc1.", "<v1.2.3-rc1> v1 2 3 rc1"],
  ["/etc/ssh/sshd_config", "<etc/ssh/sshd_config> etc ssh sshd config"],
  ["SetStaticHostname", "<setstatichostname> set static hostname"],
  ["MemoryMax=1G", "<memorymax> memory max 1g"],
  ["IPv4 HTTP", "ipv4 http"],
  ["don't", "don t"],
  ["Grüße aus KÖLN", "grüße aus köln"],
  // Composed and not, wide and not, are the same.
  ["cafe\u0301 ｃａｆｅ", "café cafe"],
  ["数据库 is 数", "数 据 库 is 数"],
  ["hello世界", "hello 世 界"],
  ["-- ... !", ""],
  ["x".repeat(300), "x".repeat(LIMITS.memoryTextWordCharsMax)],
  // Half a character at the end would be no text.
  [`${"x".repeat(127)}𐐷𐐷`, "x".repeat(127)],
];
for (const [text, words] of texts)
  test(`words of ${JSON.stringify(text.slice(0, 40))}`, () => {
    const found: string[] = [];
    readWords(text, (word, name) => found.push(name ? `<${word}>` : word));
    assert.equal(found.join(" "), words);
  });

test("a name that is too long counts by its parts", () => {
  const found: string[] = [];
  readWords(
    Array.from({ length: 100 }, () => "ab").join("."),
    (word, name) => void (name ? assert.fail() : found.push(word)),
  );
  assert.equal(found.length, 100);
});

const queries: readonly (readonly [query: string, prefix: boolean, terms: string, begun: string | null])[] = [
  ["the failing services", false, "fail servic", null],
  ["failing failed fails", false, "fail", null],
  ["to be or not to be", false, "to be or not", null],
  ["the conn", true, "", "conn"],
  ["unit of the", true, "unit", "the"],
  ["listing org.freedesk", true, "list", "org.freedesk"],
  ["failed ", true, "fail", null],
  ["failed.", true, "fail", null],
  ["数据", true, "数 据", null],
  ["", true, "", null],
];
for (const [query, prefix, terms, begun] of queries)
  test(`query "${query}"${prefix ? ", its end only begun" : ""}`, () =>
    assert.deepEqual(queryWords(query, prefix), {
      terms: terms === "" ? [] : terms.split(" "),
      prefix: begun,
    }));

test("there are some 65 stop words, as they are read", () => {
  assert.ok(STOP_WORDS.size >= 60 && STOP_WORDS.size <= 90);
  for (const word of STOP_WORDS) assert.match(word, /^[a-z]+$/);
});

test("what is not UTF-8 is no text, and what is too long is read to the end of a character", () => {
  assert.equal(textOf(Uint8Array.of(0x61, 0xff)), null);
  assert.equal(read(new Uint8Array()), "");
  assert.equal(read(new Uint8Array(new SharedArrayBuffer(4)).fill(0x61)), "aaaa");
  const long = Buffer.from("ä".repeat(LIMITS.memoryTextBytesMax));
  for (const from of [0, 2]) {
    const text = read(Buffer.concat([Buffer.from("x".repeat(from + 1)), long]))!;
    assert.match(text, /^x+ä+$/);
    assert.equal(Buffer.byteLength(text), LIMITS.memoryTextBytesMax - 1);
  }
});

function read(content: Uint8Array): string {
  return Buffer.from(textOf(content)!).toString();
}
