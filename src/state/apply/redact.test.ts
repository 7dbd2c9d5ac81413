// What services repeat of secrets in their errors.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { DocValue, Outcome } from "../../plugin/plugin.ts";
import { redacted } from "./redact.ts";

const VALUES: Readonly<Record<string, string>> = {
  "env:A": "hunter2",
  "env:LONG": "hunter2-and-more",
  "env:EMPTY": "",
};
const ctx = {
  secretValue(reference: string): string {
    const value = VALUES[reference];
    if (value === undefined) throw new Error("not there");
    return value;
  },
};
const secret = (reference: string): DocValue => ({ secret: reference });

const cases: readonly (readonly [string, DocValue, string, string])[] = [
  ["a secret field", secret("env:A"), "bad: hunter2", "bad: (secret)"],
  ["every occurrence", secret("env:A"), "hunter2 is not hunter2", "(secret) is not (secret)"],
  ["a member of an item", { name: "x", wifi: { psk: secret("env:A") } }, "psk hunter2", "psk (secret)"],
  ["a member of a list", [secret("env:A")], "hunter2", "(secret)"],
  ["the longer one first", [secret("env:A"), secret("env:LONG")], "hunter2-and-more", "(secret)"],
  ["an empty one", secret("env:EMPTY"), "as it was", "as it was"],
  ["one that cannot be read any more", secret("env:GONE"), "as it was", "as it was"],
  ["no secret", "hunter2", "hunter2", "hunter2"],
];

for (const [name, after, reason, expected] of cases) {
  test(`taken out of a reason: ${name}`, () => {
    const given: readonly Outcome[] = [
      { outcome: "failed", reason, meaning: "invalid" },
      { outcome: "unknown", reason },
      { outcome: "done" },
    ];
    assert.deepEqual(redacted(given, [{ after }], ctx), [
      { outcome: "failed", reason: expected, meaning: "invalid" },
      { outcome: "unknown", reason: expected },
      { outcome: "done" },
    ]);
  });
}
