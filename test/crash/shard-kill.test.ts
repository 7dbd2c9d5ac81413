// A space of shards outlives the process that writes it: it is killed at random moments, checkpoints and commits over several
// shards under way, and the next process finds everything that was acknowledged, no half transaction, and what a plain model has.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { systemClock } from "../../src/base/clock.ts";
import { systemDisk } from "../../src/store/file/file.ts";
import { contentOf } from "../support/graph-case.ts";
import { seeded } from "../support/log-case.ts";
import { newPlainGraph } from "../support/plain-graph.ts";
import { openShardsOn } from "../support/shard-case.ts";
import { applyTo, timeOf } from "./graph-work.ts";
import type { ShardWriterTask } from "./shard-writer.ts";

const KILLS = process.env["OP_DBUS_LONG"] === "1" ? 200 : 4;
const SEED = 20_261_125;
const SHARDS = 4;

/** The numbers that a writer said before it was killed, `afterMs` after the first. */
async function written(task: ShardWriterTask, afterMs: number): Promise<readonly number[]> {
  const program = join(import.meta.dirname, "shard-writer.ts");
  const child = spawn(process.execPath, [program, JSON.stringify(task)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let complaint = "";
  child.stderr.on("data", (chunk) => (complaint += String(chunk)));
  const exited = once(child, "exit");
  let text = "";
  child.stdout.on("data", (chunk) => (text += String(chunk)));
  await Promise.race([once(child.stdout, "data"), exited]);
  await setTimeout(afterMs);
  child.kill("SIGKILL");
  await exited;
  assert.equal(complaint, "");
  // A line that was cut by the kill is no line.
  return text.split("\n").slice(0, -1).map(Number);
}

test(`${KILLS} kills at random moments lose nothing that was acknowledged, and halve nothing`, async (t) => {
  const choose = seeded(SEED);
  const directory = mkdtempSync(join(tmpdir(), "op-dbus-shards-"));
  const time = { ms: 0 };
  const plain = newPlainGraph(() => time.ms * 1000);
  let next = 0;
  const goOn = (): void => {
    time.ms = timeOf(next);
    applyTo(plain, next++);
    plain.take(1000);
  };
  let acknowledged = 0;
  try {
    for (let killed = 0; killed < KILLS; killed++) {
      const said = await written({ directory, shards: SHARDS, next }, choose(250));
      acknowledged += said.length;
      const last = said.at(-1) ?? next - 1;
      while (next <= last) goOn();
      const space = await openShardsOn(systemDisk, SHARDS, systemClock, directory);
      const found = contentOf(space.reader);
      await space.close();
      // The one after it may have been decided and not yet said.
      if (!isDeepStrictEqual(found, contentOf(plain))) goOn();
      assert.deepEqual(found, contentOf(plain));
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  t.diagnostic(`seed ${SEED}, ${acknowledged} acknowledged`);
  assert.ok(acknowledged > KILLS);
});
