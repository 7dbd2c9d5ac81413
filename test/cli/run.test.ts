// Runs the scripts of this folder: each command in a process of its own, and again with a daemon that does the work; what
// they print and how they end is the same. SNAP_UPDATE=1 writes what was printed into them; look at the difference before
// it is kept.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { play } from "./play.ts";
import { parseScript, writeScript } from "./script.ts";

const here = import.meta.dirname;

for (const name of readdirSync(here).filter((file) => file.endsWith(".txt"))) {
  const file = join(here, name);
  test(`script ${name}`, async () => {
    const text = readFileSync(file, "utf8");
    const played = writeScript((await play(parseScript(text))).entries);
    if (process.env["SNAP_UPDATE"] === "1") writeFileSync(file, played);
    else assert.equal(played, text);
  });
}

test("a memory of four shards says what one of one graph says", async () => {
  const text = readFileSync(join(here, "memory.txt"), "utf8");
  const shards = "$ op-dbus memory stats --json | grep -c '4 shards'\n2\n[0]\n";
  const entries = parseScript(text + shards);
  const played = await play(entries, false, () => ({ OP_DBUS_MEMORY_SHARDS: "4" }));
  assert.equal(writeScript(played.entries), text + shards);
});
