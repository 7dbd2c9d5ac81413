// An apply that is killed, or whose disk fails, at every point: the next command, asked for nothing, leaves the machine
// as before or as wanted, or says exactly what is neither; and the audit log tells the same.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { OpError } from "../../src/base/error.ts";
import { systemDisk } from "../../src/store/file/file.ts";
import { faultyDisk, type Fault } from "../support/fault-disk.ts";
import { applier, nextCommand, type Sides } from "./afterwards.ts";
import { countsIn, sample, type Counts } from "./points.ts";
import { applyRequest, copyWhole, listener, openTwoServices, type TwoServices } from "./two-services.ts";

/** Points of a run that is no LONG one: each takes a third of a second. */
const SAMPLE = 40;
const LANES = 2;

const scratch = mkdtempSync(join(tmpdir(), "op-dbus-crash-state-"));
let sides: Sides = { asBefore: "", wanted: "" };
/** A state directory, with its keys, that holds an earlier apply. */
let used = "";
const counts = new Map<string | null, Counts>();

before(async () => {
  {
    await using stage = await openTwoServices();
    const asBefore = stage.machine();
    const app = stage.app();
    await app.invoke("apply", applyRequest(), listener());
    await app.close();
    sides = { asBefore, wanted: stage.machine() };
    used = join(scratch, "used");
    for (const name of ["state", "config"]) {
      mkdirSync(join(used, name), { recursive: true });
      copyWhole(join(stage.directory, name), join(used, name));
    }
  }
  for (const state of [null, used]) {
    await using stage = await openTwoServices(state);
    const whole = await applier(stage, 0);
    assert.equal(stage.machine(), sides.wanted);
    counts.set(state, countsIn(whole));
  }
  process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
});

test("killed at every point", async (t) => {
  const points = [...counts].flatMap(([state, { points: count, writes }]) => [
    ...Array.from({ length: count }, (_, n) => ({ state, at: n + 1, half: false })),
    ...writes.map((at) => ({ state, at, half: true })),
  ]);
  const chosen = sample(points, SAMPLE);
  t.diagnostic(`${chosen.length} of ${points.length} fault points`);
  const ends = new Map<string, number>();
  await eachOf(chosen, async ({ state, at, half }) => {
    await using stage = await openTwoServices(state);
    const { killed } = await applier(stage, at, half);
    const name = `${state === null ? "fresh" : "used"} state, ${half ? "write" : "point"} ${at}`;
    // A point that the run did not reach this time: timers may come in another order.
    if (!killed) return assert.equal(stage.machine(), sides.wanted, name);
    const end = await nextCommand(stage, sides, name);
    ends.set(end, (ends.get(end) ?? 0) + 1);
  });
  t.diagnostic([...ends].map(([end, count]) => `${end}: ${count}`).join(", "));
  assert.ok((ends.get("as before") ?? 0) > 0 && (ends.get("as wanted") ?? 0) > 0);
});

for (const errno of ["ENOSPC", "EIO"] as const) {
  for (const lasting of [false, true]) {
    test(`${errno} at every changing operation of the disk, ${lasting ? "from there on" : "once"}`, async (t) => {
      const points = [...counts].flatMap(([state, { operations }]) =>
        Array.from({ length: operations }, (_, n) => ({ state, at: n + 1 })),
      );
      const chosen = sample(points, SAMPLE);
      t.diagnostic(`${chosen.length} of ${points.length} fault points`);
      await eachOf(chosen, async ({ state, at }) => {
        await using stage = await openTwoServices(state);
        const name = `${errno} at ${at}${lasting ? "+" : ""}, ${state === null ? "fresh" : "used"} state`;
        const status = await applied(stage, { at, errno, lasting });
        const machine = stage.machine();
        assert.ok([0, 1, 3].includes(status), `${name}: exit ${status}`);
        assert.equal(machine, status === 0 ? sides.wanted : sides.asBefore, `${name}: exit ${status}`);
        await nextCommand(stage, sides, name);
        assert.equal(stage.machine(), machine, `${name}: the next command changed the machine`);
      });
    });
  }
}

/** The exit status of an apply in this process, over a disk that fails. */
async function applied(stage: TwoServices, fault: Fault): Promise<number> {
  const app = stage.app(faultyDisk(systemDisk, fault));
  try {
    await app.invoke("apply", applyRequest(), listener());
    return 0;
  } catch (error) {
    if (error instanceof OpError) return error.exit;
    throw error;
  } finally {
    await app.close();
  }
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const lane = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
