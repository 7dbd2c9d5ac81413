// Logs outlive the processes that write them: processes write one log at the same time and are killed at any moment and at
// every operation, and everything they were told is durable is there afterwards, once, in order, whole.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { seeded } from "../support/log-case.ts";
import { checkBatches, namesAfterwards, startWriter } from "./log-processes.ts";

const KILLS = process.env["OP_DBUS_LONG"] === "1" ? 1000 : 40;
const SEED = 20_260_203;

async function withFolder(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "op-dbus-log-"));
  try {
    await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test("three processes write one log at the same time, and follow the same records", async () =>
  withFolder(async (directory) => {
    const running = ["a", "b", "c"].map((who) =>
      startWriter({ directory, who, batches: 200, together: who === "a" ? 1 : 8, fault: null }),
    );
    const said = await Promise.all(running.map((one) => one.said));
    const names = await namesAfterwards(directory);
    assert.equal(names.length, 3 * 200 * 2);
    checkBatches(
      names,
      said.flatMap((lines) => lines.slice(0, -1)),
    );
    for (const lines of said) {
      const [, count, digest] = /^followed (\d+) (\w+)$/.exec(lines.at(-1)!)!;
      const seen = names.slice(0, Number(count)).map((name) => `${name}\n`);
      assert.equal(createHash("sha256").update(seen.join("")).digest("hex"), digest);
    }
  }));

test(`${KILLS} kills at random moments lose nothing that was acknowledged`, async (t) => {
  const choose = seeded(SEED);
  let acknowledged = 0;
  const perFolder = 20;
  for (let killed = 0; killed < KILLS;)
    await withFolder(async (directory) => {
      const said: string[] = [];
      for (const end = Math.min(killed + perFolder, KILLS); killed < end; killed += 2) {
        const running = ["a", "b"].map((who) =>
          startWriter({
            directory,
            who: `${who}${killed}`,
            batches: 1e9,
            together: 1 + choose(8),
            fault: null,
          }),
        );
        // One begins to write; from then on each is killed when its time comes.
        await Promise.race(running.map(({ began }) => began));
        for (const { child } of running) {
          await setTimeout(choose(60));
          child.kill("SIGKILL");
        }
        said.push(...(await Promise.all(running.map((one) => one.said))).flat());
        checkBatches(await namesAfterwards(directory), said);
      }
      acknowledged += said.length;
    });
  t.diagnostic(`seed ${SEED}, ${acknowledged} acknowledged batches`);
  assert.ok(acknowledged > KILLS);
});

test("a kill at every operation loses nothing that was acknowledged, and the next process needs no help", async (t) => {
  let at = 1;
  for (let killed = true; killed; at++)
    await withFolder(async (directory) => {
      const task = { directory, together: 2, batches: 14 };
      const dying = startWriter({ ...task, who: "a", fault: { at, errno: "KILL", half: at % 2 === 0 } });
      const first = await dying.said;
      killed = dying.child.signalCode === "SIGKILL";
      const second = await startWriter({ ...task, who: "b", fault: null }).said;
      assert.match(second.at(-1)!, /^followed /);
      checkBatches(
        await namesAfterwards(directory),
        [...first, ...second].filter((line) => !line.startsWith("followed")),
      );
    });
  t.diagnostic(`${at - 2} operations`);
  assert.ok(at > 20);
});
