// A graph outlives the process that writes it: it is killed at random moments under full load, checkpoints included, and the
// next process finds everything that was acknowledged, no half transaction, and exactly what a plain model holds.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { systemClock } from "../../src/base/clock.ts";
import { openGraph } from "../../src/memory/graph/graph.ts";
import { systemDisk } from "../../src/store/file/file.ts";
import { seeded } from "../support/log-case.ts";
import { startGraphWriter } from "./graph-process.ts";
import { newShadow } from "./graph-work.ts";

const KILLS = process.env["OP_DBUS_LONG"] === "1" ? 1000 : 6;
const SEED = 20_261_121;
/** Kills of one graph, before another one begins. */
const EACH = 10;

test(`${KILLS} kills at random moments lose nothing that was acknowledged, and halve nothing`, async (t) => {
  const choose = seeded(SEED);
  let acknowledged = 0;
  let checkpoints = 0;
  for (let killed = 0; killed < KILLS;) {
    const directory = mkdtempSync(join(tmpdir(), "op-dbus-graph-"));
    const shadow = newShadow();
    try {
      for (const end = Math.min(killed + EACH, KILLS); killed < end; killed++) {
        const writer = startGraphWriter({ directory, next: shadow.next, together: 1 + choose(16) });
        await writer.began;
        await setTimeout(choose(80));
        writer.child.kill("SIGKILL");
        const { durable, count, complaint } = await writer.ended;
        assert.equal(complaint, "");
        acknowledged += count;
        const graph = await openGraph({ directory, disk: systemDisk, clock: systemClock });
        if (graph.opened.checkpointSeq !== null) checkpoints++;
        shadow.check(graph, durable);
        await graph.close();
      }
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
  t.diagnostic(`seed ${SEED}, ${acknowledged} acknowledged, ${checkpoints} starts from a checkpoint`);
  // Each writer has said something before it is killed.
  assert.ok(acknowledged >= KILLS);
});
