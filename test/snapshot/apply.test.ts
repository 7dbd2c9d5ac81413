// `op-dbus apply` with its records on BTRFS: each apply is in a snapshot, what a person asks for is made and explained, and
// an apply on a disk that is nearly full succeeds and says that no snapshot was made.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { embeddedOffer } from "../../start/embedded.ts";
import { loopBtrfs, noLoopBtrfs } from "../support/loop-btrfs.ts";

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

async function commands(
  t: TestContext,
  stateDir: string,
): Promise<(args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ran>> {
  const scratch = mkdtempSync(join(tmpdir(), "op-dbus-apply-"));
  const own = (name: string): string => {
    mkdirSync(join(scratch, name), { mode: 0o700 });
    return join(scratch, name);
  };
  const stage = await embeddedOffer.open(own("stage"));
  t.after(async () => {
    await stage.close();
    rmSync(scratch, { recursive: true });
  });
  const base = {
    PATH: process.env["PATH"]!,
    CONFIGURATION_DIRECTORY: own("config"),
    OP_DBUS_RUNTIME_DIR: own("run"),
    OP_DBUS_STATE_DIR: stateDir,
    ...stage.env,
  };
  const main = join(import.meta.dirname, "../../src/main.ts");
  return (args, env = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [main, ...args], { cwd: scratch, env: { ...base, ...env } });
      let [out, err] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
      child.once("error", reject).once("close", (status) => resolve({ status, out, err }));
      child.stdin.end();
    });
}
const greeting = (text: string): string =>
  JSON.stringify({ version: 1, plugins: { demo1: { Greeting: text } } });

test(
  "the end of an apply that waited for its commit is in a snapshot too",
  { skip: noLoopBtrfs },
  async (t) => {
    const state = join(loopBtrfs(t, 512)[0]!, "state");
    const run = await commands(t, state);
    const perOperation = { OP_DBUS_SNAPSHOT_INTERVAL: "per-op" };
    const document = join(state, "../wish.json");
    for (const end of ["commit", "rollback"]) {
      writeFileSync(document, greeting(end), { mode: 0o600 });
      const held = await run(["apply", "--no-commit", "--timeout", "300", document], perOperation);
      assert.equal(held.status, 0, held.err);
      const before = readdirSync(join(state, "@snapshots")).length;
      const { status, err } = await run([end], perOperation);
      assert.equal(status, 0, err);
      const names = readdirSync(join(state, "@snapshots"));
      assert.equal(names.length, before + 1, end);
      const newest = join(state, "@snapshots", names.sort().at(-1)!);
      const { out } = await run(["audit", "list", "--type", "end", "--json", "--state-dir", newest]);
      assert.match(out, new RegExp(`"by": ?"${end}"`), end);
    }
  },
);

test(
  "every apply is in a snapshot, and what a person asks for is made and explained",
  { skip: noLoopBtrfs },
  async (t) => {
    const state = join(loopBtrfs(t, 512)[0]!, "state");
    const run = await commands(t, state);
    const folder = join(state, "@snapshots");
    const perOperation = { OP_DBUS_SNAPSHOT_INTERVAL: "per-op" };
    const document = join(state, "../wish.json");
    for (const text of ["one", "two"]) {
      writeFileSync(document, greeting(text), { mode: 0o600 });
      const { status, err } = await run(["apply", document], perOperation);
      assert.equal(status, 0, err);
    }
    const after = readdirSync(folder);
    assert.equal(after.length, 2);
    assert.deepEqual(readdirSync(join(folder, after[1]!)).sort(), ["@state", "@timing"]);
    // It is a state directory of its own, as it was then: its log holds, against its own pin.
    const verified = await run(["audit", "verify", "--full", "--state-dir", join(folder, after[1]!)]);
    assert.equal(verified.status, 0, verified.out + verified.err);
    const history = await run(["history", "--state-dir", join(folder, after[0]!)]);
    assert.match(history.out, /^ *@1 /m);
    assert.doesNotMatch(history.out, /^ *@2 /m);
    // Nothing changed: nothing was recorded, so there is nothing to snapshot.
    assert.equal((await run(["apply", document], perOperation)).status, 0);
    assert.equal(readdirSync(folder).length, 2);

    const kept = await run(["snapshots", "create", "--keep", "before-upgrade"]);
    assert.match(kept.out, /^Made \d{8}T\d{6}Z-000003-keep-before-upgrade\.\n/);
    const explained = await run(["snapshots", "--explain"]);
    assert.match(
      explained.out,
      /^keep {2}\S+-keep-before-upgrade\n {6}\+ the newest is always kept\n {6}\+ its name says keep\n/,
    );
    assert.match(explained.out, /- hourly \S+, period 1: \S+-keep-before-upgrade stands for it\n/);
    assert.deepEqual((await run(["snapshots", "create", "Not a label"])).status, 64);
    const pruned = await run(["snapshots", "prune"], { OP_DBUS_SNAPSHOT_RETENTION: "1n" });
    assert.equal(pruned.out, `Removed ${after[0]}.\nRemoved ${after[1]}.\n`);
    assert.equal((await run(["snapshots", "prune"])).out, "Nothing to remove.\n");
  },
);

test(
  "an apply on a disk with too little space succeeds and says that it has no snapshot",
  { skip: noLoopBtrfs },
  async (t) => {
    const state = join(loopBtrfs(t, 512)[0]!, "state");
    const run = await commands(t, state);
    const document = join(state, "../wish.json");
    writeFileSync(document, greeting("one"), { mode: 0o600 });
    const tight = { OP_DBUS_SNAPSHOT_INTERVAL: "per-op", OP_DBUS_SNAPSHOT_FREE_PERCENT_MIN: "90" };
    const { status, err } = await run(["apply", document], tight);
    assert.equal(status, 0, err);
    assert.match(err, /no snapshot: there is less free space than snapshots must leave/);
    const made = await run(["snapshots", "create"], tight);
    assert.deepEqual([made.status, readdirSync(join(state, "@snapshots"))], [1, []]);
  },
);

test("where there is no BTRFS: said, and no error", async (t) => {
  const state = mkdtempSync(join(tmpdir(), "op-dbus-plain-"));
  t.after(() => rmSync(state, { recursive: true }));
  const run = await commands(t, state);
  const listed = await run(["snapshots"], { PATH: "/nowhere" });
  assert.equal(listed.status, 0, listed.err);
  // On a BTRFS machine only the program is missing: the sentence is another, the answer the same.
  assert.match(listed.out, /^0 snapshots in .*\n.*\nNo snapshots are made here: .*\.\n$/);
  const made = await run(["snapshots", "create"], { PATH: "/nowhere" });
  assert.equal(made.status, 75);
  assert.match(made.out, /^No snapshot: .*\.\n$/);
});
