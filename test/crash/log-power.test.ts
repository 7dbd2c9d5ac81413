// Logs outlive the machine they are on: a file system that goes down without writing anything back (as a power cut does
// to the page cache) while processes write a log on it has, when it is mounted again, everything they were told is durable.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { seeded } from "../support/log-case.ts";
import { checkBatches, namesAfterwards, startWriter } from "./log-processes.ts";
import { noPower, powerDisk } from "./power.ts";

const CUTS = process.env["OP_DBUS_LONG"] === "1" ? 50 : 4;
const SEED = 20_260_204;

test(`${CUTS} power cuts lose nothing that was acknowledged`, { skip: noPower() }, async (t) => {
  const choose = seeded(SEED);
  using disk = powerDisk();
  const directory = join(disk.path, "log");
  const said: string[] = [];
  for (let cut = 0; cut < CUTS; cut++) {
    mkdirSync(directory, { recursive: true });
    const running = ["a", "b"].map((who) =>
      startWriter({ directory, who: `${who}${cut}`, batches: 1e9, together: 1 + choose(8), fault: null }),
    );
    await Promise.race(running.map(({ began }) => began));
    await setTimeout(choose(150));
    disk.cut();
    for (const { child } of running) child.kill("SIGKILL");
    said.push(...(await Promise.all(running.map((one) => one.said))).flat());
    disk.restore();
    checkBatches(await namesAfterwards(directory), said);
  }
  t.diagnostic(`seed ${SEED}, ${said.length} acknowledged batches`);
  assert.ok(said.length > CUTS);
});
