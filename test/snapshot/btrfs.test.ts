// Snapshots on BTRFS, in loop files: they hold their data and cannot be written, nested subvolumes are in them, only ours
// are removed, and a full disk has room again.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { makeStateFolder } from "../../src/app/records/state-folder.ts";
import { errnoOf } from "../../src/base/file.ts";
import { btrfsSubvolumes, identityOf } from "../../src/host/btrfs/btrfs.ts";
import { prune, readSnapshots, takeSnapshot, type Rules } from "../../src/store/snapshot/snapshot.ts";
import { loopBtrfs, noLoopBtrfs } from "../support/loop-btrfs.ts";

const NOW = Date.parse("2026-01-02T03:04:05Z");
const HOUR = 3_600_000;
const subvolumes = btrfsSubvolumes(0);
const rules = (amounts: Rules["amounts"], freeBytesMin = 0): Rules => ({
  amounts,
  floor: { freeBytesMin, freePercentMin: 0 },
  needed: new Map(),
});

async function stage(t: TestContext, sizeMiB = 256): Promise<{ state: string; folder: string }> {
  const state = join(loopBtrfs(t, sizeMiB)[0]!, "state");
  for (const name of ["@timing", "@state", "@snapshots"]) await makeStateFolder(state, name, 0);
  return { state, folder: join(state, "@snapshots") };
}

test(
  "state folders are private subvolumes, and what is there stays what it is",
  { skip: noLoopBtrfs },
  async (t) => {
    const { state } = await stage(t);
    assert.equal(subvolumes.look(join(state, "@timing")), "writable");
    const { uuid } = await identityOf(join(state, "@timing"));
    await makeStateFolder(state, "@timing", 0);
    assert.equal((await identityOf(join(state, "@timing"))).uuid, uuid);
    mkdirSync(join(state, "@plain"), { mode: 0o700 });
    await makeStateFolder(state, "@plain", 0);
    assert.equal(subvolumes.look(join(state, "@plain")), null);
    assert.equal(await subvolumes.lacks(state), null);
    assert.match((await btrfsSubvolumes(1000).lacks(state)) ?? "", /only root/);
  },
);

test(
  "a snapshot holds what was written, is read-only, and has what is in nested subvolumes",
  { skip: noLoopBtrfs },
  async (t) => {
    const { state, folder } = await stage(t);
    writeFileSync(join(state, "@timing/log"), "one\n");
    await subvolumes.create(join(state, "@state/inner"));
    await subvolumes.create(join(state, "@state/inner/most"));
    writeFileSync(join(state, "@state/inner/most/file"), "deep\n");
    assert.deepEqual(subvolumes.nested(join(state, "@state")), ["inner", "inner/most"]);
    const taken = await takeSnapshot(subvolumes, state, "apply", NOW);
    writeFileSync(join(state, "@timing/log"), "two\n");
    const at = join(folder, taken!.name);
    assert.deepEqual(readdirSync(at).sort(), ["@state", "@state:inner", "@state:inner:most", "@timing"]);
    assert.equal(readFileSync(join(at, "@timing/log"), "utf8"), "one\n");
    assert.equal(readFileSync(join(at, "@state:inner:most/file"), "utf8"), "deep\n");
    for (const part of readdirSync(at)) {
      assert.equal(subvolumes.look(join(at, part)), "read-only", part);
      assert.throws(() => writeFileSync(join(at, part, "x"), "x"), { code: "EROFS" });
    }
    const { parts } = readSnapshots(subvolumes, folder).snapshots[0]!;
    assert.equal(parts.length, 4);
    const second = await takeSnapshot(subvolumes, state, "apply", NOW);
    assert.equal(second!.name, "20260102T030405Z-000002-apply");
    assert.deepEqual((await prune(subvolumes, folder, rules({}))).removed, [taken!.name]);
    assert.deepEqual(readdirSync(folder), [second!.name]);
    assert.equal(readFileSync(join(folder, second!.name, "@timing/log"), "utf8"), "two\n");
  },
);

test("what op-dbus did not make stays", { skip: noLoopBtrfs }, async (t) => {
  const { state, folder } = await stage(t);
  const made: string[] = [];
  for (let i = 0; i < 4; i++)
    made.push((await takeSnapshot(subvolumes, state, "apply", NOW + i * HOUR))!.name);
  const [writable, renamed, old, newest] = made as [string, string, string, string];
  execFileSync("btrfs", ["property", "set", "-f", join(folder, writable, "@state"), "ro", "false"]);
  renameSync(join(folder, renamed), join(folder, "before-the-move"));
  const byHand = "20260101T000000Z-000050-hand"; // a subvolume itself, not a folder of them
  await subvolumes.snapshot(join(state, "@timing"), join(folder, byHand));
  const { removed, faults } = await prune(subvolumes, folder, rules({}));
  assert.deepEqual([removed, faults], [[old], []]);
  assert.deepEqual(readdirSync(folder).sort(), [byHand, writable, newest, "before-the-move"].sort());
});

test("a full disk: snapshots make room for what has to be written", { skip: noLoopBtrfs }, async (t) => {
  const { state, folder } = await stage(t, 256);
  // A log that was rewritten again and again: each snapshot alone holds 8 MiB.
  const old: string[] = [];
  for (let i = 0; i < 6; i++) {
    writeFileSync(join(state, "@timing/segment"), randomMiB(8));
    old.push((await takeSnapshot(subvolumes, state, "apply", NOW + i * HOUR))!.name);
  }
  fill(join(state, "filler"));
  assert.equal(appended(join(state, "@timing/entries")), false, "the disk is full");
  const floor = 16 * 1024 * 1024;
  const { removed, forSpace, faults } = await prune(subvolumes, folder, rules({ hourly: 24 }, floor));
  assert.deepEqual(faults, []);
  assert.deepEqual(removed, forSpace);
  assert.ok(removed.length > 0 && removed.length < old.length, `${removed.length} removed`);
  assert.deepEqual(removed, old.slice(0, removed.length), "the oldest went");
  assert.ok(existsSync(join(folder, old.at(-1)!)), "the newest never does");
  assert.equal(appended(join(state, "@timing/entries")), true, "there is room for an apply");
});

function randomMiB(sizeMiB: number): Buffer {
  return execFileSync("head", ["-c", String(sizeMiB * 1024 * 1024), "/dev/urandom"], { maxBuffer: 1 << 30 });
}

/** Writes until the file system refuses. */
function fill(path: string): void {
  const chunk = randomMiB(1);
  const fd = openSync(path, "w");
  try {
    for (;;) {
      writeSync(fd, chunk);
      fsyncSync(fd);
    }
  } catch (error) {
    assert.equal(errnoOf(error), "ENOSPC");
  } finally {
    closeSync(fd);
  }
}

/** What an apply does at its end: 256 KiB of entries, made durable. */
function appended(path: string): boolean {
  const fd = openSync(path, "a");
  try {
    writeSync(fd, randomMiB(1).subarray(0, 262_144));
    fsyncSync(fd);
    return true;
  } catch (error) {
    assert.equal(errnoOf(error), "ENOSPC");
    return false;
  } finally {
    closeSync(fd);
  }
}
