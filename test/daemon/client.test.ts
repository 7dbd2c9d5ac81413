// Which daemon a command asks: only one that would do exactly the same, found where nobody else can have put it. In every
// other case the command does the work itself, and with -v says why.

import assert from "node:assert/strict";
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { Invoke } from "../../src/api/api.ts";
import { daemonOrLocal, sharedFacts, socketFolder, socketPath } from "../../src/api/client/client.ts";
import { loadConfig } from "../../src/base/config.ts";
import { LIMITS } from "../../src/base/limits.ts";
import type { Who } from "../../src/base/settings.ts";
import { ACTOR, HELLO, testDoor, testTalk, TRAFFIC, type Work } from "./door.ts";

interface Place {
  readonly who: Who;
  readonly runtimeDir: string;
  readonly path: string;
}

function place(t: TestContext): Place {
  const home = mkdtempSync(join(tmpdir(), "op-dbus-client-"));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const runtimeDir = join(home, "run");
  mkdirSync(join(home, "state"), { mode: 0o700 });
  mkdirSync(socketFolder(runtimeDir), { recursive: true, mode: 0o700 });
  const env = {
    OP_DBUS_STATE_DIR: join(home, "state"),
    OP_DBUS_RUNTIME_DIR: runtimeDir,
    CONFIGURATION_DIRECTORY: join(home, "config"),
  };
  const who = { uid: process.getuid!(), home, env };
  return { who, runtimeDir, path: socketPath(runtimeDir, env.OP_DBUS_STATE_DIR) };
}

/** Who answered a query, the reasons given, and what closing told. */
async function ask({ who }: Place, changed: Readonly<Record<string, string>> = {}, version = "1.2.3") {
  const said: string[] = [];
  const configured = loadConfig({ flags: {}, files: [], who: { ...who, env: { ...who.env, ...changed } } });
  const local = {
    invoke: (() => Promise.resolve("here")) as unknown as Invoke,
    close: () => Promise.resolve(null),
  };
  const operations = daemonOrLocal({
    configured,
    who: { ...who, env: { ...who.env, ...changed } },
    local,
    version: () => version,
    actor: () => Promise.resolve(ACTOR),
    say: (why) => said.push(why),
  });
  const answer: unknown = await operations.invoke("query", { addresses: [] } as never, testTalk());
  return { answer, said, traffic: await operations.close() };
}

const there: Work = () => Promise.resolve("there");

function hello({ who }: Place) {
  const configured = loadConfig({ flags: {}, files: [], who });
  return { ...HELLO, shared: sharedFacts(configured, who) };
}

test("the daemon of the same settings does the work, and tells the traffic", async (t) => {
  const here = place(t);
  await using _door = await testDoor(there, { path: here.path, hello: hello(here) });
  assert.deepEqual(await ask(here), { answer: "there", said: [], traffic: TRAFFIC });
});

test("settings that travel, and those of the caller's terminal, need not be the same", async (t) => {
  const here = place(t);
  await using _door = await testDoor(there, { path: here.path, hello: hello(here) });
  const changed = { OP_DBUS_LOCK_TIMEOUT_MS: "5", OP_DBUS_COLOR: "always", OP_DBUS_LOG_LEVEL: "debug" };
  assert.equal((await ask(here, changed)).answer, "there");
});

for (const [name, changed, why] of [
  ["bus", { OP_DBUS_BUS: "session" }, /its bus is another one/],
  ["bus of the environment", { DBUS_SYSTEM_BUS_ADDRESS: "unix:path=/x" }, /its DBUS_SYSTEM_BUS_ADDRESS is/],
  ["plugin folders", { OP_DBUS_PLUGIN_DIRS: "/x" }, /its plugin_dirs is another one/],
  ["configuration folder", { CONFIGURATION_DIRECTORY: "/x" }, /its configuration is another one/],
] as const) {
  test(`a daemon with another ${name} is not asked`, async (t) => {
    const here = place(t);
    await using door = await testDoor(there, { path: here.path, hello: hello(here) });
    const { answer, said } = await ask(here, changed);
    assert.equal(answer, "here");
    assert.match(said.join(), why);
    assert.equal(door.open(), 0);
  });
}

test("a daemon of another version is not asked", async (t) => {
  const here = place(t);
  await using _door = await testDoor(there, { path: here.path, hello: hello(here) });
  const { answer, said } = await ask(here, {}, "2.0.0");
  assert.equal(answer, "here");
  assert.match(said.join(), /it is version 1\.2\.3, this is 2\.0\.0/);
});

test("no folder, no socket, a socket of a dead daemon: silently here", async (t) => {
  const here = place(t);
  assert.deepEqual(await ask(here), { answer: "here", said: [], traffic: null });
  const dead = createServer().listen(here.path);
  await new Promise<void>((resolve) => dead.once("listening", resolve));
  // The name stays, nobody listens: what a SIGKILL leaves.
  linkSync(here.path, `${here.path}.kept`);
  await new Promise<void>((resolve) => void dead.close(() => resolve()));
  linkSync(`${here.path}.kept`, here.path);
  assert.deepEqual(await ask(here), { answer: "here", said: [], traffic: null });
  rmSync(socketFolder(here.runtimeDir), { recursive: true });
  assert.deepEqual(await ask(here), { answer: "here", said: [], traffic: null });
});

for (const mode of [0o710, 0o701, 0o720, 0o702]) {
  test(`a folder of mode ${mode.toString(8)} could hold a stranger's socket: not asked`, async (t) => {
    const here = place(t);
    await using door = await testDoor(there, { path: here.path, hello: hello(here) });
    chmodSync(socketFolder(here.runtimeDir), mode);
    const { answer, said } = await ask(here);
    assert.equal(answer, "here");
    assert.match(said.join(), /is not a folder that only you can enter/);
    assert.equal(door.open(), 0);
  });
}

test("another user's folder is not looked into", async (t) => {
  const here = place(t);
  await using _door = await testDoor(there, { path: here.path, hello: hello(here) });
  const stranger = { ...here, who: { ...here.who, uid: here.who.uid + 1 } };
  assert.equal((await ask(stranger)).answer, "here");
});

test("one that listens and says nothing is waited for briefly", async (t) => {
  const here = place(t);
  const mute = createServer().listen(here.path);
  await new Promise<void>((resolve) => mute.once("listening", resolve));
  const { answer, said } = await ask(here);
  assert.equal(answer, "here");
  assert.match(said.join(), /does not answer/);
  mute.close();
});

test("one that has enough to do is not asked again by this run", async (t) => {
  const here = place(t);
  const ends: (() => void)[] = [];
  const busy: Work = () => new Promise((resolve) => ends.push(() => resolve("there")));
  await using _door = await testDoor(busy, { path: here.path, hello: hello(here) });
  const running = Array.from({ length: LIMITS.socketRequestsMax }, () => ask(here));
  while (ends.length < running.length) await new Promise((resolve) => setTimeout(resolve, 2));
  const { answer, said } = await ask(here);
  assert.equal(answer, "here");
  assert.match(said.join(), /it has enough to do/);
  for (const end of ends) end();
  for (const each of await Promise.all(running)) assert.equal(each.answer, "there");
});
