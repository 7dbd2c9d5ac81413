// Services and strangers that misbehave while a command waits for them: floods of signals, a name that changes hands or
// vanishes, silence. The truth is read from the service's own memory, and a change is never sent twice.

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { Variant, type MessageFields } from "../../src/host/dbus/dbus.ts";
import { NAME, PATH } from "../service/interfaces.ts";
import { HOSTILE } from "../service/state.ts";
import { testServiceOn, type RemoteService } from "../lab/test-service.ts";
import { testBus, type TestBus } from "../support/embedded-bus.ts";
import { MIB } from "./broken-bus.ts";
import { clean, program, type Program } from "./program.ts";
import { rawService } from "./raw-service.ts";

/** A start takes 100 MiB. */
const MEMORY_BYTES_MAX = 400 * MIB;

interface Scene {
  readonly bus: TestBus;
  readonly op: Program;
  readonly service: RemoteService;
}

async function scene(t: TestContext): Promise<Scene> {
  const bus = await testBus();
  const op = program(bus.address);
  const service = await testServiceOn({ address: bus.address, scratch: op.directory });
  t.after(async () => {
    await service[Symbol.asyncDispose]();
    op.close();
    await bus.close();
  });
  return { bus, op, service };
}

function wish(op: Program, fields: Readonly<Record<string, string>>): string {
  return op.file("wish.json", JSON.stringify({ version: 1, plugins: { test1: fields } }));
}

async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The unique name under which the program called `member`. */
function callerOf(bus: TestBus, member: string): Promise<string> {
  return until(() => bus.captured.find((sent) => sent.type === 1 && sent.member === member)?.sender);
}

/** Members of the service that were called, with their arguments. */
async function sent(service: RemoteService): Promise<readonly unknown[]> {
  return (await service.calls()).map((call) => JSON.parse(call) as unknown);
}

/** What a stranger can send to anybody: deep, poisoned, forged in the service's name, or just much. */
function hostileSignals(destination: string): readonly MessageFields[] {
  const signal = { type: 4, destination, path: PATH } as const;
  const changed = { ...signal, interface: "org.freedesktop.DBus.Properties", member: "PropertiesChanged" };
  let deep = new Variant("s", "second");
  for (let depth = 0; depth < 40; depth++) deep = new Variant("v", deep);
  const forged = new Map([
    ["Title", new Variant("s", "forged")],
    ["__proto__", deep],
  ]);
  return [
    { ...changed, signature: "sa{sv}as", body: [NAME, forged, []] },
    { ...changed, signature: "v", body: [deep] },
    { ...signal, interface: NAME, member: "BoxesChanged", signature: "s", body: [HOSTILE] },
    { ...signal, interface: NAME, member: "Large", signature: "ay", body: [new Uint8Array(2 * MIB)] },
  ];
}

/** Floods `destination` from a connection of its own until `end`. */
async function flooding(
  t: TestContext,
  bus: TestBus,
  destination: string,
): Promise<{ end(): void; sent(): number }> {
  const stranger = await rawService(bus.address, "", () => undefined);
  t.after(() => stranger.close());
  const signals = hostileSignals(destination);
  const { socket } = stranger;
  let count = 0;
  void (async () => {
    while (!socket.destroyed) {
      for (const fields of signals.slice(0, ++count % 50 === 0 ? 4 : 3)) stranger.send(fields);
      if (count % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      while (socket.writableLength > MIB) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  return { end: () => stranger.close(), sent: () => 3 * count };
}

describe("while a command waits", { concurrency: 3 }, () => {
  test("apply, flooded by a stranger", async (t) => {
    const { bus, op, service } = await scene(t);
    await service.arm("SetTitle", "slow");
    await service.arm("SetNote", "slow");
    const file = wish(op, { Title: "second", Note: "second" });
    const applying = op.op(["apply", "--auto-approve", ...service.flags, file]);
    const attack = await flooding(t, bus, await callerOf(bus, "GetAll"));
    const ended = clean(await applying, "apply");
    attack.end();
    t.diagnostic(`${attack.sent()} signals, ${Math.round(ended.memoryBytes / MIB)} MiB`);
    assert.equal(ended.status, 0, ended.stderr);
    assert.ok(attack.sent() > 0 && ended.memoryBytes < MEMORY_BYTES_MAX);
    assert.deepEqual(await sent(service), [
      ["SetTitle", "second"],
      ["SetNote", "second"],
    ]);
    assert.equal((await service.state())["title"], "second");
  });

  test("verify waits for its value among thousands that are others", async (t) => {
    const { bus, op, service } = await scene(t);
    const file = wish(op, { Title: "second" });
    const verifying = op.op(["verify", "--verify-timeout", "60", ...service.flags, file]);
    await callerOf(bus, "AddMatch");
    for (let at = 0; at < 3000; at++) await service.say("title", `${HOSTILE}${at}`);
    await service.say("title", "second");
    const ended = clean(await verifying, "verify");
    t.diagnostic(`${Math.round(ended.memoryBytes / MIB)} MiB`);
    assert.equal(ended.status, 0, ended.stderr);
    assert.ok(ended.memoryBytes < MEMORY_BYTES_MAX);
  });

  test("verify, when the value never comes", async (t) => {
    const { bus, op, service } = await scene(t);
    const verifying = op.op([
      "verify",
      "--verify-timeout",
      "1",
      ...service.flags,
      wish(op, { Title: "second" }),
    ]);
    let over = false;
    const ended = verifying.finally(() => (over = true));
    await callerOf(bus, "AddMatch");
    for (let at = 0; !over; at++) await service.say("title", `${HOSTILE}${at}`);
    const { status, stdout, stderr } = clean(await ended, "verify");
    assert.equal(status, 2, stderr);
    assert.match(stdout + stderr, /test1:Title/);
  });

  const ENDS: readonly (readonly [about: string, heir: boolean, status: number, says: RegExp])[] = [
    ["the name vanishes", false, 4, /OPD2121[^]*not as before: test1:Title is unknown/],
    ["the name goes to another process", true, 3, /OPD2120[^]*as before/],
  ];
  for (const [about, heir, status, says] of ENDS) {
    test(`apply, and ${about} in the middle of a call`, async (t) => {
      const { bus, op, service } = await scene(t);
      const second = heir ? await testServiceOn({ address: bus.address, scratch: op.directory }) : null;
      t.after(() => second?.[Symbol.asyncDispose]());
      await service.arm("SetNote", "late-not");
      const file = wish(op, { Title: "second", Note: "second" });
      const applying = op.op(["apply", "--auto-approve", ...service.flags, file]);
      await until(async () => (await sent(service)).length === 2 || undefined);
      await service.kill();
      const ended = clean(await applying, "apply");
      assert.equal(ended.status, status, ended.stderr);
      assert.match(ended.stderr, says);
      // The call without an answer was not sent to the heir.
      if (second !== null) assert.deepEqual(await sent(second), []);
    });
  }

  for (const args of [
    ["introspect", NAME],
    ["query", "test1"],
    ["discover", NAME],
    ["plan"],
    ["apply", "--auto-approve"],
    ["verify"],
  ]) {
    test(`${args[0]}, and the service never answers`, async (t) => {
      const bus = await testBus();
      const op = program(bus.address);
      const silent = await rawService(bus.address, NAME, () => undefined);
      t.after(async () => {
        silent.close();
        op.close();
        await bus.close();
      });
      const file = ["plan", "apply", "verify"].includes(args[0] ?? "") ? [wish(op, { Title: "second" })] : [];
      const ended = clean(
        await op.op([...args, ...file], { OP_DBUS_CALL_DEADLINE_MS: "300" }),
        args.join(" "),
      );
      assert.equal(ended.status, args[0] === "discover" ? 0 : 75, ended.stderr);
      assert.match(ended.stdout + ended.stderr, /no answer from \S+ to Introspect within \d+ ms/);
    });
  }
});
