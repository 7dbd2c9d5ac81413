// A write into a folder that must not be touched is found, whatever it was.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { touched, traces } from "./untouched.ts";

const CASES: readonly (readonly [what: string, work: (folder: string) => void, found: readonly string[]])[] =
  [
    ["nothing", () => undefined, []],
    ["a new file", (folder) => writeFileSync(join(folder, "a/new"), ""), ["a", "a/new"]],
    ["a lock taken again", (folder) => utimesSync(join(folder, "a/lock"), 1, 2), ["a/lock"]],
    ["more in a file", (folder) => writeFileSync(join(folder, "a/lock"), "more", { flag: "a" }), ["a/lock"]],
    ["a file gone", (folder) => rmSync(join(folder, "a/lock")), ["a", "a/lock"]],
    ["a folder that was not there", (folder) => mkdirSync(join(folder, "b")), ["b"]],
  ];

for (const [what, work, found] of CASES) {
  test(`a look at untouched folders finds: ${what}`, () => {
    const folder = mkdtempSync(join(tmpdir(), "op-dbus-untouched-"));
    try {
      mkdirSync(join(folder, "a"));
      writeFileSync(join(folder, "a/lock"), "1");
      for (const path of ["a/lock", "a"]) utimesSync(join(folder, path), 1, 1);
      const look = () => traces(["a", "b"].map((name) => join(folder, name)));
      const before = look();
      work(folder);
      assert.deepEqual(
        touched(before, look()),
        found.map((name) => join(folder, name)),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
