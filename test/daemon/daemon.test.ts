// The whole daemon around a running apply: who disappears when, what is put back, and that a secret of the caller reaches
// the service and nothing else.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ends, openStage, wishes, type Outcome, type Stage } from "../scenario/stage.ts";

interface Daemon {
  /** Resolves when it ended. */
  readonly ended: Promise<Outcome>;
  kill(signal: NodeJS.Signals): void;
  said(): string;
}

function started(stage: Stage): Promise<Daemon> {
  return new Promise((resolve, reject) => {
    const ended = stage.op(["daemon"], {
      env: { OP_DBUS_LOG_LEVEL: "debug" },
      async onStart(kill, said) {
        await until(() => said().includes('"msg":"serving"'));
        resolve({ ended, kill, said });
      },
    });
    ended.then(({ stderr }) => reject(new Error(`the daemon ended: ${stderr}`)), reject);
  });
}

async function stopped(daemon: Daemon): Promise<Outcome> {
  daemon.kill("SIGTERM");
  return ends(await daemon.ended, 0);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

type Running = (kill: (signal: NodeJS.Signals) => void, said: () => string) => Promise<void> | void;

/** An apply whose second call is slow: `running` is called while it is under way. */
async function slowApply(stage: Stage, running: Running): Promise<Outcome> {
  stage.service.faults.arm("SetNote", "late-done", { times: 1 });
  const file = stage.file("wish.json", wishes({ Title: "second", Note: "second" }));
  return await stage.op(["apply", file], {
    async onStart(kill, said) {
      await until(() => stage.sent().some((call) => call.includes("SetNote")));
      await running(kill, said);
    },
  });
}

function state({ service }: Stage): readonly string[] {
  return [service.state.title, service.state.note];
}

test("Ctrl-C at the client: the step under way is finished, all is put back, the same words", async () => {
  await using stage = await openStage();
  const daemon = await started(stage);
  const { stderr } = ends(await slowApply(stage, (kill) => kill("SIGINT")), 3);
  assert.match(stderr, /interrupted: test1:Note is finished, then all is put back/);
  assert.match(stderr, /OPD2122/);
  assert.deepEqual(state(stage), ["first", "first"]);
  assert.match((await stopped(daemon)).stderr, /"operation":"apply"/);
});

test("a client that is killed is Ctrl-C: all is put back, and the daemon serves on", async () => {
  await using stage = await openStage();
  const daemon = await started(stage);
  const { signal } = await slowApply(stage, (kill) => kill("SIGKILL"));
  assert.equal(signal, "SIGKILL");
  await until(() => stage.service.state.note === "second");
  await until(() => state(stage).join() === "first,first");
  ends(await stage.op(["query", "test1"]), 0);
  await stopped(daemon);
});

test("SIGTERM: an apply under way ends as it should, then the daemon does", async () => {
  await using stage = await openStage();
  const daemon = await started(stage);
  ends(await slowApply(stage, () => daemon.kill("SIGTERM")), 0);
  ends(await daemon.ended, 0);
  assert.deepEqual(state(stage), ["second", "second"]);
});

test("SIGTERM twice: what is under way is put back at once, then the daemon ends", async () => {
  await using stage = await openStage();
  const daemon = await started(stage);
  const applied = await slowApply(stage, async () => {
    daemon.kill("SIGTERM");
    await until(() => daemon.said().includes('"msg":"stopping"'));
    daemon.kill("SIGTERM");
  });
  assert.match(ends(applied, 3).stderr, /OPD2122/);
  ends(await daemon.ended, 0);
  assert.deepEqual(state(stage), ["first", "first"]);
});

test("a daemon that is killed: exit 4, and the next command settles what it left", async () => {
  await using stage = await openStage();
  const daemon = await started(stage);
  const { stderr } = ends(await slowApply(stage, () => daemon.kill("SIGKILL")), 4);
  assert.match(stderr, /OPD9043/);
  await daemon.ended;
  await until(() => stage.service.state.note === "second");
  const { stderr: told } = ends(await stage.op(["query", "test1"]), 0);
  assert.match(told, /interrupted/);
  const [title, note] = state(stage);
  assert.equal(title, note, `half is left: ${title}, ${note}`);
  // The socket of the dead is no obstacle.
  await stopped(await started(stage));
});

test("one daemon a state directory", async () => {
  await using stage = await openStage();
  const daemon = await started(stage);
  const { stderr } = ends(await stage.op(["daemon"]), 5);
  assert.match(stderr, /OPD9040.*process \d+ of \S+ since .*op-dbus daemon/);
  await stopped(daemon);
});

test("what is done is recorded in the name of who asked", async () => {
  await using stage = await openStage();
  const daemon = await started(stage);
  const file = stage.file("wish.json", wishes({ Title: "second" }));
  ends(await stage.op(["apply", file]), 0);
  const { stdout } = ends(await stage.op(["audit", "list", "--json"]), 0);
  const begin = /\{[^{}]*"subject": ?"(?<subject>[^"]*)"[^{}]*\}/.exec(stdout);
  assert.match(begin?.groups?.["subject"] ?? stdout, /^op-dbus apply .*wish\.json$/);
  await stopped(daemon);
});

test("a secret of the caller's environment reaches the service, and neither a log nor a file", async () => {
  const canary = "canary-of-the-caller-5d1e";
  await using stage = await openStage();
  const daemon = await started(stage);
  const secret = wishes({ Password: { secret: "env:TEST_PASSWORD" } });
  const file = stage.file("wish.json", secret);
  ends(await stage.op(["apply", "--auto-approve=irreversible", file], { env: { TEST_PASSWORD: canary } }), 0);
  assert.equal(stage.service.state.password, canary);
  // Digested by the machine's key, where a command without a daemon has it too.
  assert.ok(existsSync(join(stage.directory, "config/keys/host.key")));
  // It was that caller's: the next one has to bring its own.
  assert.match(ends(await stage.op(["plan", file]), 65).stderr, /OPD9013/);
  const { stdout, stderr } = await stopped(daemon);
  assert.ok(!(stdout + stderr).includes(canary));
  for (const entry of readdirSync(stage.directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    assert.ok(!readFileSync(path, "latin1").includes(canary), path);
  }
});
