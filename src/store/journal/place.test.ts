// Is it the place where it was begun? Copies, restored backups, moved folders, other machines, another boot.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { placeFault, placeOf, type JournalPlace } from "./place.ts";

const THEN: JournalPlace = {
  machine: "m",
  boot: "b",
  path: "/var/lib/op-dbus/@state/journal",
  inode: "7",
  born: "100",
  device: "1",
};

const CASES: readonly (readonly [what: string, now: Partial<JournalPlace>, fault: RegExp | null])[] = [
  ["the same", {}, null],
  ["after a boot devices have other numbers", { boot: "c", device: "2" }, null],
  ["a file system that is mounted anew", { device: "2" }, null],
  ["moved", { path: "/srv/journal" }, null],
  ["moved and booted: it could be a snapshot", { path: "/srv/journal", boot: "c" }, /this is a copy/],
  ["a snapshot has its inodes", { path: "/snap/journal", device: "2" }, /this is a copy/],
  ["a copy", { path: "/copy/journal", inode: "8", born: "200" }, /begun in \/var.*this is a copy/],
  ["a copy that got the same inode", { path: "/copy/journal", born: "200" }, /this is a copy/],
  ["a restored backup", { inode: "8", born: "200" }, /in the place of/],
  ["restored, and the inode was used again", { born: "200" }, /in the place of/],
  ["a kernel that does not tell the birth", { born: "" }, null],
  ["another machine", { machine: "n" }, /on another machine/],
];

for (const [what, now, fault] of CASES) {
  test(what, () => {
    const found = placeFault(THEN, { ...THEN, ...now });
    if (fault === null) assert.equal(found, null);
    else assert.match(found ?? "", fault);
  });
}

test("of real folders", () => {
  const root = mkdtempSync(join(tmpdir(), "op-dbus-place-"));
  try {
    const [first, copy, moved, link] = ["first", "copy", "moved", "link"].map((name) => join(root, name)) as [
      string,
      string,
      string,
      string,
    ];
    mkdirSync(first);
    writeFileSync(join(first, "segment"), "x");
    const then = placeOf(first);
    cpSync(first, copy, { recursive: true, preserveTimestamps: true });
    assert.match(placeFault(then, placeOf(copy)) ?? "", /this is a copy/);
    symlinkSync(first, link);
    assert.equal(placeFault(then, placeOf(link)), null);
    renameSync(first, moved);
    assert.equal(placeFault(then, placeOf(moved)), null);
    assert.throws(() => placeOf(first), { code: "OPD5002" });
  } finally {
    rmSync(root, { recursive: true });
  }
});
