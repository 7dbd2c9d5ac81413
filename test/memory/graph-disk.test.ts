// A graph on a real disk, where the disk in memory would be too slow: writes that come faster than they get there are refused at
// a bound, and taken again.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import { OpError } from "../../src/base/error.ts";
import { LIMITS } from "../../src/base/limits.ts";
import { systemDisk } from "../../src/store/file/file.ts";
import { conceptNamed, openOn } from "../support/graph-case.ts";

test("when too many bytes wait for the disk, the next change is refused until they are there", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "op-dbus-graph-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const graph = await openOn(systemDisk, systemClock, directory);
  const content = new Uint8Array(4 * 1024 * 1024);
  const learn = (): number => graph.learn(conceptNamed("a", { content }));
  let seq = 0;
  assert.throws(
    () => {
      for (let n = 0; n < 100; n++) seq = learn();
    },
    (error) => error instanceof OpError && error.code === "OPD4003",
  );
  assert.equal(seq, LIMITS.memoryBacklogBytesMax / content.length);
  await graph.durable();
  await graph.room();
  assert.equal(learn(), seq + 1);
  await graph.close();
  const again = await openOn(systemDisk, systemClock, directory);
  assert.equal(again.seq, seq + 1);
  await again.close();
});
