// The power of the state directory's disk is cut in the middle of an apply, and right after one that ended well. What was
// not synced is gone; what was acknowledged is not; and the next command needs no help.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { applier, nextCommand, type Sides } from "./afterwards.ts";
import { countsIn, sample } from "./points.ts";
import { noPower, powerDisk, type PowerDisk } from "./power.ts";
import { openTwoServices, type TwoServices } from "./two-services.ts";

/** Points of a run that is no LONG one: each takes a second. */
const SAMPLE = 14;

test("a power cut at every point of an apply, and after its end", { skip: noPower() }, async (t) => {
  using disk = powerDisk();
  const { sides, points } = await whole(disk);
  const chosen = sample(
    Array.from({ length: points }, (_, n) => n + 1),
    SAMPLE,
  );
  t.diagnostic(`${chosen.length} of ${points} fault points`);
  const ends = new Map<string, number>();
  // 0: it ends well, and then the power goes.
  for (const at of [0, ...chosen]) {
    await using stage = await stageOn(disk, String(at));
    const { killed } = await applier(stage, at);
    disk.cut();
    disk.restore();
    const end = await nextCommand(stage, sides, `point ${at}`);
    if (!killed) assert.equal(end, "as wanted", `point ${at}: it was acknowledged`);
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  t.diagnostic([...ends].map(([end, count]) => `${end}: ${count}`).join(", "));
  assert.ok((ends.get("as before") ?? 0) > 0 && (ends.get("as wanted") ?? 0) > 0);
});

/** A run to its end, on a disk that stays: what the sides are, and how many points there are. */
async function whole(disk: PowerDisk): Promise<{ readonly sides: Sides; readonly points: number }> {
  await using stage = await stageOn(disk, "whole");
  const asBefore = stage.machine();
  const { points } = countsIn(await applier(stage, 0));
  return { sides: { asBefore, wanted: stage.machine() }, points };
}

/** Each with a state directory of its own, made on the disk long before: a first apply makes all that is in it. */
async function stageOn({ path }: PowerDisk, name: string): Promise<TwoServices> {
  const parent = join(path, name);
  mkdirSync(parent, { mode: 0o700 });
  return await openTwoServices(null, join(parent, "state"));
}
