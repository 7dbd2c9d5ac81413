// A graph outlives the machine that it is on: a file system goes down, without writing anything back, while a process writes the
// graph and its checkpoints on it; mounted again it has everything that was acknowledged, and no half transaction.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { systemClock } from "../../src/base/clock.ts";
import { openGraph } from "../../src/memory/graph/graph.ts";
import { systemDisk } from "../../src/store/file/file.ts";
import { seeded } from "../support/log-case.ts";
import { startGraphWriter } from "./graph-process.ts";
import { newShadow } from "./graph-work.ts";
import { noPower, powerDisk } from "./power.ts";

const CUTS = process.env["OP_DBUS_LONG"] === "1" ? 50 : 2;
const SEED = 20_261_122;

test(
  `${CUTS} power cuts lose nothing that was acknowledged, and halve nothing`,
  { skip: noPower() },
  async (t) => {
    const choose = seeded(SEED);
    using disk = powerDisk();
    const shadow = newShadow();
    const directory = join(disk.path, "graph");
    let acknowledged = 0;
    for (let cut = 0; cut < CUTS; cut++) {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const writer = startGraphWriter({ directory, next: shadow.next, together: 1 + choose(16) });
      await writer.began;
      await setTimeout(choose(150));
      disk.cut();
      writer.child.kill("SIGKILL");
      const { durable, count } = await writer.ended;
      acknowledged += count;
      disk.restore();
      const graph = await openGraph({ directory, disk: systemDisk, clock: systemClock });
      shadow.check(graph, durable);
      await graph.close();
    }
    t.diagnostic(`seed ${SEED}, ${acknowledged} acknowledged`);
    assert.ok(acknowledged >= CUTS);
  },
);
