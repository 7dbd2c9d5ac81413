// With a daemon every command prints what it prints without: the scripts of test/cli, played with one, byte for byte. And
// they are really sent to it: each operation of the table that belongs there was asked for.

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { OPERATIONS, type OperationName } from "../../src/api/api.ts";
import { play } from "../cli/play.ts";
import { parseScript, writeScript } from "../cli/script.ts";

const asked = new Set<string>();

for (const file of globSync(["../cli/*.txt", "*.txt"], { cwd: import.meta.dirname }).sort()) {
  test(`script ${basename(file)} with a daemon`, async () => {
    const text = readFileSync(join(import.meta.dirname, file), "utf8");
    const played = await play(parseScript(text), true);
    for (const operation of played.asked) asked.add(operation);
    assert.equal(writeScript(played.entries), text);
  });
}

test("every operation that belongs to the daemon was asked of it", () => {
  const names = Object.keys(OPERATIONS) as OperationName[];
  const missing = names.filter((name) => OPERATIONS[name].place === "daemon" && !asked.has(name));
  assert.deepEqual(missing, []);
});
