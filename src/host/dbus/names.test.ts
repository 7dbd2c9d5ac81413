// Names, from both sides of each rule of "Valid Object Paths" and "Valid Names".

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  isBusName,
  isErrorName,
  isInterfaceName,
  isMemberName,
  isObjectPath,
  isUniqueName,
  isWellKnownName,
} from "./names.ts";

const long = (length: number): string => `a.${"b".repeat(length - 2)}`;

const TABLE: readonly (readonly [
  is: (text: string) => boolean,
  valid: readonly string[],
  invalid: readonly string[],
])[] = [
  [
    isObjectPath,
    ["/", "/a", "/a/b", "/_1/2x/Z", `/${"a".repeat(5000)}`],
    ["", "a", "//", "/a/", "/a//b", "/a-b", "/a.b", "/é", "/a b", "/a\0"],
  ],
  [
    isInterfaceName,
    ["a.b", "org.freedesktop.DBus", "_a._1", long(255)],
    ["", "a", ".a.b", "a.b.", "a..b", "1a.b", "a.1b", "a-b.c", "a.b c", "a.é", ":1.2", long(256)],
  ],
  [isErrorName, ["org.freedesktop.DBus.Error.Failed"], ["Failed", "org.freedesktop."]],
  [isMemberName, ["Get", "_x", "x1", "b".repeat(255)], ["", "1x", "a.b", "a-b", "é", "a b", "b".repeat(256)]],
  [
    isWellKnownName,
    ["org.freedesktop.DBus", "com.a-b.c", "-a.b", long(255)],
    ["", "a", "a.1b", ":1.2", "a..b", ".a.b", "a.b.", long(256)],
  ],
  [isUniqueName, [":1.42", ":a.b", ":1.1-x"], ["", ":", ":1", ":1.", ":.1", ":1..2", "1.42", "::1.2"]],
  [isBusName, [":1.42", "org.freedesktop.DBus"], ["", "x", ":", "1.42"]],
];

for (const [is, valid, invalid] of TABLE) {
  test(is.name, () => {
    assert.deepEqual(
      valid.filter((text) => !is(text)),
      [],
      "valid ones",
    );
    assert.deepEqual(
      invalid.filter((text) => is(text)),
      [],
      "invalid ones",
    );
  });
}
