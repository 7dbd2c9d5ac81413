// Ids: each of the three ways to make one, and what none of them takes.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { OpError } from "../../base/error.ts";
import { hexOf, idOfContent, legacyId, parseId } from "./id.ts";

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

test("hex digits make an id, shorter ones are filled with zeros at the end", () => {
  for (const [text, hex] of [
    ["0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef"],
    ["0123456789ABCDEF", "0123456789abcdef0000000000000000"],
    ["ff", "ff000000000000000000000000000000"],
  ] as const)
    assert.equal(hexOf(parseId(text)), hex);
});

test("what is no even number of hex digits is no id", () => {
  for (const text of ["", "a", "abc", "zz", "0x12", "12 ", "1".repeat(34), "Ａb", "12\n"])
    assert.throws(
      () => parseId(text),
      (error) => error instanceof OpError && error.code === "OPD4001",
      JSON.stringify(text),
    );
});

test("the same content is the same id", () => {
  const content = Buffer.from("a fact");
  assert.equal(hexOf(idOfContent(content)), createHash("sha256").update(content).digest("hex").slice(0, 32));
});

test("the original engine's reading of text", () => {
  for (const [text, hex] of [
    ["a", "0a000000000000000000000000000000"],
    ["0a", "0a000000000000000000000000000000"],
    ["beef", "beef0000000000000000000000000000"],
    ["0123456789abcdef", "0123456789abcdef0000000000000000"],
    ["00112233445566778899aabbccddeeff0011", "00112233445566778899aabbccddeeff"],
    ["", "00000000000000000000000000000000"],
    ["aspirin", md5("aspirin")],
    ["xyz", md5("xyz")],
  ] as const)
    assert.equal(hexOf(legacyId(text)), hex, text);
});
