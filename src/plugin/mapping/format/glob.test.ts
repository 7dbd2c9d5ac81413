// Globs of field names.

import assert from "node:assert/strict";
import { test } from "node:test";

import { matchesAny, matchesGlob, typeRuleOf } from "./glob.ts";

test("a glob matches the whole name", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["Password", "Password", true],
    ["Password", "Passwords", false],
    ["*.psk", "802-11-wireless-security.psk", true],
    ["*.psk", "a.b.psk", true],
    ["*.psk", "psk", false],
    ["*.wep-key?", "w.wep-key0", true],
    ["*.wep-key?", "w.wep-key", false],
    ["*", "", true],
    ["", "", true],
    ["", "a", false],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-b-b", false],
    ["[a]", "a", false],
    ["*.address-data", "ipv4.address-data.prefix", false],
    [`${"*a".repeat(30)}b`, "a".repeat(2000), false],
  ];
  for (const [glob, name, expected] of cases)
    assert.equal(matchesGlob(glob, name), expected, `${glob} on ${name}`);
  assert.equal(matchesAny(["x", "a*"], "ab"), true);
  assert.equal(matchesAny([], "ab"), false);
});

test("the first type that matches counts", () => {
  const at = { file: "m.toml", line: 1, column: 1 };
  const rules = [
    { glob: "*.mtu", signature: "u", form: null, at },
    { glob: "*", signature: "s", form: null, at },
  ];
  assert.equal(typeRuleOf(rules, "wifi.mtu")?.signature, "u");
  assert.equal(typeRuleOf(rules, "mtu")?.signature, "s");
  assert.equal(typeRuleOf([], "mtu"), null);
});
