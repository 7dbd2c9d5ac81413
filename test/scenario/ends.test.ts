// Ends that are not the usual ones, with the real program: time that runs out while an apply is at work, a guard that sleeps,
// an apply that ends while another one waits, one that is given up, one whose plugin is gone, one of a newer version.

import assert from "node:assert/strict";

import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import { systemDisk } from "../../src/store/file/file.ts";
import { openJournal } from "../../src/store/journal/journal.ts";
import { ends, openStage, wishes, type Stage } from "./stage.ts";

/** After that it will never be. */
const WAIT_MS = 60_000;

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const lastMs = Date.now() + WAIT_MS;
  while (!(await holds())) {
    assert.ok(Date.now() < lastMs, `waited ${WAIT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function texts({ service: { state } }: Stage): readonly string[] {
  return [state.title, state.note, state.quiet];
}

function hasSent(stage: Stage, member: string): boolean {
  return stage.sent().some((call) => call.includes(member));
}

/** Killed while the second of three setters is at work, which is done all the same. */
async function killed(stage: Stage): Promise<string> {
  stage.service.faults.arm("SetNote", "slow", { times: 1 });
  const document = stage.file("doc.json", wishes({ Title: "second", Note: "second", Quiet: "second" }));
  const { signal } = await stage.op(["apply", document], {
    async onStart(send) {
      await until(() => hasSent(stage, "SetNote"));
      send("SIGKILL");
    },
  });
  assert.equal(signal, "SIGKILL");
  const { stdout } = ends(await stage.op(["recover", "--list", "--json"]), 0);
  const { pending } = JSON.parse(stdout.trim().split("\n").at(-1)!) as { pending: { id: string }[] };
  assert.equal(pending.length, 1);
  return pending[0]!.id;
}

test("the time for a commit runs out while the apply is at work: it goes back itself", async () => {
  await using stage = await openStage();
  stage.service.faults.arm("SetTitle", "late-done", { times: 1 });
  const document = stage.file("doc.json", wishes({ Title: "second", Note: "second" }));
  const { stderr } = ends(await stage.op(["apply", "--no-commit", "--timeout", "1", document]), 3);
  assert.match(stderr, /error OPD2126: the time for its commit ran out/);
  assert.match(stderr, /now: +(as before|nothing)/);
  assert.deepEqual(texts(stage), ["first", "first", "first"]);
  const { stdout } = ends(await stage.op(["checkpoint", "list", "--json"]), 0);
  assert.deepEqual(JSON.parse(stdout), { checkpoints: [] });
  assert.match(ends(await stage.op(["history"]), 0).stdout, /@1\b/);
  assert.doesNotMatch(ends(await stage.op(["history"]), 0).stdout, /@2\b/);
});

test("a guard that is stopped while others end its apply does nothing when it goes on", async () => {
  await using stage = await openStage();
  const document = stage.file("doc.json", wishes({ Title: "second" }));
  ends(await stage.op(["apply", "--no-commit", "--timeout", "600", document]), 0);
  const pid = await guardOf(stage);
  process.kill(pid, "SIGSTOP");
  ends(await stage.op(["commit"]), 0);
  // So much is journaled meanwhile that what the guard knows of is on disk no more.
  const journal = await openJournal({
    directory: join(stage.directory, "state/@state/journal"),
    disk: systemDisk,
    clock: systemClock,
  });
  for (let n = 0; n < 600; n++) {
    const id = n.toString(16).padStart(16, "0");
    await journal.begin(id, { value: "y".repeat(500) });
    await journal.end(id);
  }
  await journal.close();
  process.kill(pid, "SIGCONT");
  await until(() => !isAlive(pid));
  assert.equal(texts(stage)[0], "second");
});

test("the state directory is removed while an apply waits: its guard goes back all the same", async () => {
  await using stage = await openStage();
  const document = stage.file("doc.json", wishes({ Title: "second" }));
  ends(await stage.op(["apply", "--no-commit", "--timeout", "4", document]), 0);
  rmSync(join(stage.directory, "state"), { recursive: true });
  await until(() => texts(stage)[0] === "first");
  ends(await stage.op(["apply", document]), 0);
});

test("the state directory is moved while an apply waits: a commit there is one", async () => {
  await using stage = await openStage();
  const document = stage.file("doc.json", wishes({ Title: "second" }));
  ends(await stage.op(["apply", "--no-commit", "--timeout", "5", document]), 0);
  const pid = await guardOf(stage);
  renameSync(join(stage.directory, "state"), join(stage.directory, "moved"));
  const env = { OP_DBUS_STATE_DIR: join(stage.directory, "moved") };
  ends(await stage.op(["commit"], { env }), 0);
  await until(() => !isAlive(pid));
  assert.equal(texts(stage)[0], "second");
});

async function guardOf(stage: Stage): Promise<number> {
  const { stdout } = ends(await stage.op(["checkpoint", "list", "--json"]), 0);
  const [waits] = (JSON.parse(stdout) as { checkpoints: { guard: { pid: number } }[] }).checkpoints;
  return waits!.guard.pid;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("rollback --to counts an apply that ends while it waits for the lock", async () => {
  await using stage = await openStage();
  ends(await stage.op(["apply", stage.file("one.json", wishes({ Title: "second" }))]), 0);
  stage.service.faults.arm("SetNote", "slow", { times: 1 });
  const two = stage.op(["apply", stage.file("two.json", wishes({ Note: "second" }))]);
  await until(() => hasSent(stage, "SetNote"));
  const back = await stage.op(["rollback", "--to", "0", "--lock-timeout", "60"]);
  ends(await two, 0);
  ends(back, 0);
  assert.deepEqual(texts(stage), ["first", "first", "first"]);
});

test("recover --abandon leaves the machine as it is, lists it, and frees the way", async () => {
  await using stage = await openStage();
  const id = await killed(stage);
  const other = ends(
    await stage.op(["recover", "--abandon", id === "f".repeat(16) ? "0" : "f".repeat(16)]),
    6,
  );
  assert.match(other.stderr, /OPD2135/);
  const { stdout } = ends(await stage.op(["recover", "--abandon", id.slice(0, 8)]), 0);
  assert.match(stdout, /^not as before, 2 values read again: /);
  assert.match(stdout, /test1:Note is "second", was "first"\n.*test1:Title is "second", was "first"/);
  assert.deepEqual(texts(stage), ["second", "second", "first"]);
  assert.equal(ends(await stage.op(["query", "test1:Title"]), 0).stderr, "");
  assert.deepEqual(texts(stage), ["second", "second", "first"]);
  assert.match(ends(await stage.op(["history", "show", "1"]), 0).stdout, /given up/);
  ends(await stage.op(["rollback", "--to", "0"]), 0);
  assert.deepEqual(texts(stage), ["first", "first", "first"]);
});

test("its mapping is gone: 4 with the list once, the way is free, and rollback --to leads back when it is here again", async () => {
  await using stage = await openStage();
  await killed(stage);
  // A plugin that is generated takes its place, which can read and not write.
  const without = { env: { OP_DBUS_PLUGIN_DIRS: "" } };
  const { stderr } = ends(await stage.op(["query"], without), 4);
  assert.match(stderr, /error OPD2121: apply [0-9a-f]{16} of .* was interrupted and could not be put back/);
  assert.match(stderr, /now: +not as before: .*test1:Title is "second", was "first"/);
  assert.match(stderr, /hint: +op-dbus rollback --to N/);
  assert.equal(ends(await stage.op(["query"], without), 0).stderr, "");
  assert.match(ends(await stage.op(["history", "show", "1"]), 0).stdout, /test1:Title/);
  ends(await stage.op(["rollback", "--to", "0"]), 0);
  assert.deepEqual(texts(stage), ["first", "first", "first"]);
});

test("its service is gone too: what nobody can see is listed as unknown, once", async () => {
  await using stage = await openStage();
  await killed(stage);
  await stage.service.close();
  const without = { env: { OP_DBUS_PLUGIN_DIRS: "" } };
  const { stderr } = ends(await stage.op(["query"], without), 4);
  assert.match(stderr, /test1:Title is unknown \(test1 cannot be read\), was "first"/);
  assert.equal(ends(await stage.op(["query"], without), 0).stderr, "");
});

test("what a newer version journaled is refused, not guessed at", async () => {
  await using stage = await openStage();
  const id = await killed(stage);
  const journal = await openJournal({
    directory: join(stage.directory, "state/@state/journal"),
    disk: systemDisk,
    clock: systemClock,
  });
  await journal.note(id, { type: "mended" }, true);
  await journal.close();
  const before = texts(stage);
  for (const args of [
    ["query", "test1:Title"],
    ["recover"],
    ["recover", "--abandon", id],
    ["recover", "--list"],
  ]) {
    const { stderr } = ends(await stage.op(args), 8);
    assert.match(stderr, /error OPD5201: .*it has a note "mended"/);
    assert.match(stderr, /hint: +use the version of op-dbus that wrote it/);
  }
  assert.deepEqual(texts(stage), before);
});
