// What `btrfs subvolume show` prints (btrfs-progs 6.2), and what it might.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readIdentity } from "./identity.ts";

const show = (received: string, flags: string): string =>
  [
    "@s/one",
    "\tName: \t\t\tone",
    "\tUUID: \t\t\t68e88006-3e2e-bc47-a121-a7d3f5dbafe6",
    "\tParent UUID: \t\t6b5917e9-7769-d94a-bfd1-9ad974316515",
    `\tReceived UUID: \t\t${received}`,
    "\tCreation time: \t\t2026-11-21 18:54:40 +0000",
    `\tFlags: \t\t\t${flags}`,
    "\tSnapshot(s):",
    "\t\t\t\tUUID: not this",
  ].join("\n");

test("UUID, Received UUID and whether it is read-only", () => {
  const uuid = "68e88006-3e2e-bc47-a121-a7d3f5dbafe6";
  const other = "11111111-2222-3333-4444-555555555555";
  assert.deepEqual(readIdentity("/x", show("-", "readonly")), { uuid, receivedUuid: null, readOnly: true });
  assert.deepEqual(readIdentity("/x", show(other, "-")), { uuid, receivedUuid: other, readOnly: false });
});

test("a text that is not understood is an error, not a guess", () => {
  for (const text of ["", "toplevel subvolume", show("-", "readonly").replace("Flags", "Flag")])
    assert.throws(() => readIdentity("/x", text), { code: "OPD5301" });
});
