// The list of approvals: what is remembered, and what is refused rather than believed.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { OpError } from "../base/error.ts";
import { readApprovals } from "./approvals.ts";

const uid = process.getuid?.() ?? 0;
let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "op-dbus-approvals-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const approval = (digest: string) => ({ digest, plugin: "clock1", calls: ["a.B"], approvedAt: "2026-01-01" });

test("what was approved is found again, whole, private, and once", async () => {
  assert.equal(readApprovals(root, uid).digests.size, 0);
  await readApprovals(root, uid).add(approval("aa"));
  await readApprovals(root, uid).add(approval("bb"));
  await readApprovals(root, uid).add(approval("aa"));
  assert.deepEqual([...readApprovals(root, uid).digests].toSorted(), ["aa", "bb"]);
  const file = join(root, "@state/approvals.json");
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const { format, version, mappings } = JSON.parse(readFileSync(file, "utf8"));
  assert.deepEqual([format, version, mappings.length], ["op-dbus-approvals", 1, 2]);
});

test("a list that cannot be used is an error and not an empty one", () => {
  const file = join(root, "@state/approvals.json");
  mkdirSync(join(root, "@state"), { mode: 0o700 });
  const table: readonly (readonly [string, number, string])[] = [
    ['{"format":"op-dbus-approvals","version":1,"mappings":[{"digest":"aa"}]}', 0o666, "OPD1202"],
    ['{"format":"op-dbus-approvals","version":2,"mappings":[]}', 0o600, "OPD9022"],
    ['{"format":"something","version":1,"mappings":[]}', 0o600, "OPD9022"],
    ['{"format":"op-dbus-approvals","version":1}', 0o600, "OPD9022"],
    ["not JSON", 0o600, "OPD9022"],
    [" ".repeat(2 << 20), 0o600, "OPD1203"],
  ];
  for (const [text, mode, code] of table) {
    writeFileSync(file, text);
    chmodSync(file, mode);
    assert.throws(
      () => readApprovals(root, uid),
      (error) => error instanceof OpError && error.code === code,
      `${code}: ${text.slice(0, 60)}`,
    );
  }
});

test("a list in a folder that others can write is not believed", async () => {
  await readApprovals(root, uid).add(approval("aa"));
  chmodSync(join(root, "@state"), 0o777);
  assert.throws(
    () => readApprovals(root, uid),
    (error) => error instanceof OpError && error.code === "OPD5001",
  );
});
