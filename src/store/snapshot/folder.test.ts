// Snapshots on plain folders that play subvolumes: taken whole or not at all, told from what is not ours, pruned past
// failures, and given up for space.

import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { folderSubvolumes, type FolderSubvolumes } from "../../../test/support/folder-subvolumes.ts";
import { makeAside, place, sweepAside } from "./aside.ts";
import { readSnapshots } from "./folder.ts";
import { formatName } from "./name.ts";
import { prune, type Rules } from "./prune.ts";
import { takeSnapshot } from "./take.ts";

const NOW = Date.parse("2026-01-02T03:04:05.678Z");
const HOUR = 3_600_000;
const keepNone: Rules = { amounts: {}, floor: { freeBytesMin: 0, freePercentMin: 0 }, needed: new Map() };

async function stage(t: TestContext): Promise<{ state: string; folder: string; fake: FolderSubvolumes }> {
  const state = mkdtempSync(join(tmpdir(), "op-dbus-snapshot-"));
  t.after(() => rmSync(state, { recursive: true }));
  const fake = folderSubvolumes();
  for (const name of ["@timing", "@state", "@cache"]) {
    await fake.create(join(state, name));
    writeFileSync(join(state, name, "file"), name);
  }
  mkdirSync(join(state, "@snapshots"));
  return { state, folder: join(state, "@snapshots"), fake };
}
const names = (fake: FolderSubvolumes, folder: string): readonly string[] =>
  readSnapshots(fake, folder).snapshots.map(formatName);

test("a snapshot holds every subvolume but the cache, and says what it cannot hold", async (t) => {
  const { state, folder, fake } = await stage(t);
  mkdirSync(join(state, "@plain"));
  await fake.create(join(state, "@state/inner"));
  writeFileSync(join(state, "@state/inner/file"), "inner");
  const taken = await takeSnapshot(fake, state, "apply", NOW);
  assert.deepEqual(taken, { name: "20260102T030405Z-000001-apply", without: ["@plain"] });
  const at = join(folder, taken!.name);
  assert.deepEqual(readdirSync(at).sort(), ["@state", "@state:inner", "@timing"]);
  assert.equal(readFileSync(join(at, "@timing/file"), "utf8"), "@timing");
  assert.equal(readFileSync(join(at, "@state:inner/file"), "utf8"), "inner");
  assert.deepEqual(readSnapshots(fake, folder).snapshots[0]?.parts, ["@state", "@state:inner", "@timing"]);
  const cache = await takeSnapshot(fake, state, "cache", NOW);
  assert.deepEqual(readdirSync(join(folder, cache!.name)), ["@cache"]);
});

test("names of one second, and of a clock that went back, never collide", async (t) => {
  const { state, folder, fake } = await stage(t);
  for (const ms of [NOW, NOW, NOW - HOUR, NOW]) await takeSnapshot(fake, state, "apply", ms);
  assert.deepEqual(names(fake, folder), [
    "20260102T020405Z-000003-apply",
    "20260102T030405Z-000001-apply",
    "20260102T030405Z-000002-apply",
    "20260102T030405Z-000004-apply",
  ]);
  await takeSnapshot(fake, state, "apply", NOW - 2 * HOUR);
  // The last one made says when the next is due, not the one with the latest time.
  assert.equal(readSnapshots(fake, folder).lastMs, Math.floor((NOW - 2 * HOUR) / 1000) * 1000);
  const both = await Promise.all([1, 2].map(() => takeSnapshot(fake, state, "apply", NOW)));
  assert.equal(new Set(both.map((taken) => taken!.name)).size, 2);
});

test("one that cannot be made whole is not made", async (t) => {
  const { state, folder, fake } = await stage(t);
  fake.fails = (verb, path) => verb === "snapshot" && path.endsWith("@timing");
  await assert.rejects(takeSnapshot(fake, state, "apply", NOW), { code: "OPD5301" });
  assert.deepEqual(readdirSync(folder), []);
  // Nor does it stay when it cannot be cleared away at once: the next run of another process does that.
  fake.fails = (verb, path) => verb === "remove" || path.endsWith("@timing");
  await assert.rejects(takeSnapshot(fake, state, "apply", NOW), { code: "OPD5301" });
  assert.deepEqual(names(fake, folder), []);
});

test("what a process that is gone left aside is removed, and what one that lives makes is not", async (t) => {
  const { folder, fake } = await stage(t);
  const mine = makeAside(folder);
  const gone = join(folder, `.aside-${process.pid}-1-1`); // our id, and a start that is not ours
  mkdirSync(gone);
  await fake.create(join(gone, "@part"));
  await fake.create(join(gone, "@part/nested"));
  assert.deepEqual(await sweepAside(fake, folder), []);
  assert.deepEqual(readdirSync(folder), [mine.slice(folder.length + 1)]);
});

test("a name that is taken is not taken over", async (t) => {
  const { folder, fake } = await stage(t);
  const [a, b] = [makeAside(folder), makeAside(folder)];
  for (const aside of [a, b]) await fake.create(join(aside, "@part"));
  assert.equal(place(a, join(folder, "20260102T030405Z-000001-apply")), true);
  assert.equal(place(b, join(folder, "20260102T030405Z-000001-apply")), false);
});

test("only what op-dbus made is pruned", async (t) => {
  const { state, folder, fake } = await stage(t);
  const made: string[] = [];
  for (let i = 0; i < 6; i++) made.push((await takeSnapshot(fake, state, "apply", NOW + i * HOUR))!.name);
  const [renamed, withFile, loosened, , old, newest] = made as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  renameSync(join(folder, renamed), join(folder, "mine"));
  writeFileSync(join(folder, withFile, "note"), "do not lose this");
  writeFileSync(join(folder, loosened, "@state", ".subvolume"), "rw"); // somebody works in it
  const empty = "20260102T030405Z-000090-apply";
  mkdirSync(join(folder, empty));
  const itself = "20260102T030405Z-000091-apply";
  await fake.create(join(folder, itself));
  const link = "20260102T030405Z-000092-apply";
  symlinkSync(old, join(folder, link));
  writeFileSync(join(folder, "20260102T030405Z-000093-apply"), "");
  const { foreign } = readSnapshots(fake, folder);
  assert.deepEqual(foreign.length, 7);

  const pruned = await prune(fake, folder, keepNone);
  assert.deepEqual(pruned.removed, [made[3], old]);
  assert.deepEqual([pruned.faults, pruned.tight], [[], false]);
  assert.deepEqual(names(fake, folder), [newest]);
  assert.deepEqual(readSnapshots(fake, folder).foreign, foreign);
  assert.equal(readFileSync(join(folder, withFile, "note"), "utf8"), "do not lose this");
});

test("one that cannot be removed stops no other", async (t) => {
  const { state, folder, fake } = await stage(t);
  const made: string[] = [];
  for (let i = 0; i < 5; i++) made.push((await takeSnapshot(fake, state, "apply", NOW + i * HOUR))!.name);
  let failed = 0;
  fake.fails = (verb) => verb === "remove" && failed++ === 0;
  const pruned = await prune(fake, folder, keepNone);
  assert.deepEqual(pruned.removed, [made[1], made[2], made[3]]);
  assert.equal(pruned.faults.length, 1);
  assert.match(pruned.faults[0]!, new RegExp(`^${made[0]}: .*refused by the test`));
  assert.deepEqual(names(fake, folder), [made[4]]); // taken apart under no name: never half a snapshot
});

test("below the floor the oldest go, but never the newest and never what says keep", async (t) => {
  const { state, folder, fake } = await stage(t);
  const made: string[] = [];
  for (const what of ["apply", "keep-this", "apply", "apply", "apply"])
    made.push((await takeSnapshot(fake, state, what, NOW + made.length * HOUR))!.name);
  const floor = { freeBytesMin: 0, freePercentMin: 10 }; // 100 of 1000; each snapshot holds two parts
  const rules: Rules = { ...keepNone, amounts: { hourly: 100 }, floor };
  fake.freeBytes = 97;
  const pruned = await prune(fake, folder, rules);
  assert.deepEqual(pruned, {
    removed: [made[0], made[2]],
    forSpace: [made[0], made[2]],
    tight: false,
    faults: [],
  });
  fake.freeBytes = 10;
  const tight = await prune(fake, folder, rules);
  assert.deepEqual(tight, { removed: [made[3]], forSpace: [made[3]], tight: true, faults: [] });
  assert.deepEqual(names(fake, folder), [made[1], made[4]]);
});

test("a folder that is not there has no snapshots", async (t) => {
  const { state, fake } = await stage(t);
  assert.deepEqual(readSnapshots(fake, join(state, "nowhere")), {
    snapshots: [],
    foreign: [],
    next: 1,
    lastMs: null,
  });
});
