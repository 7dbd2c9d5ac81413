// Our connection against a real dbus-daemon: what it answers, hostile peers behind it, its death and its return.

import assert from "node:assert/strict";
import { connect as dial } from "node:net";
import { test, type TestContext } from "node:test";
import {
  connect,
  encodeMessage,
  Variant,
  type Connection,
  type OwnerChange,
  type SignalMessage,
} from "../../src/host/dbus/dbus.ts";
import { missing, privateDaemon, type PrivateDaemon } from "../support/private-daemon.ts";
import { openShop, SHOP_NAME, SHOP_PATH } from "../support/shop.ts";

const absent = missing("dbus-daemon");
const DRIVER = {
  destination: "org.freedesktop.DBus",
  path: "/org/freedesktop/DBus",
  interface: "org.freedesktop.DBus",
};

function daemonTest(name: string, run: (t: TestContext, daemon: PrivateDaemon) => Promise<void>): void {
  test(name, async (t) => {
    if (absent !== null) return t.skip(absent);
    const daemon = await privateDaemon();
    t.after(() => daemon.close());
    await run(t, daemon);
  });
}

async function joined(t: TestContext, daemon: PrivateDaemon, reconnect = false): Promise<Connection> {
  const connection = await connect({ address: daemon.address, reconnect, onListenerError: () => {} });
  t.after(() => connection.close());
  return connection;
}

daemonTest("calls, names, owners and errors", async (t, daemon) => {
  const service = await joined(t, daemon);
  const client = await joined(t, daemon);
  await openShop(service);
  const { body } = await client.call({ ...DRIVER, member: "GetId" });
  assert.equal(body[0], client.guid);
  const call = { destination: SHOP_NAME, path: SHOP_PATH, interface: SHOP_NAME };
  const values = [new Variant("a{sv}", { k: new Variant("(xd)", [-(2n ** 63n), -0]) })];
  const reply = await client.call({ ...call, member: "Any", signature: "v", body: values });
  assert.equal(reply.sender, service.uniqueName);
  assert.deepEqual(structuredClone(reply.body), structuredClone(values));
  assert.equal(await client.owner(SHOP_NAME), service.uniqueName);
  assert.equal(await client.owner("org.example.Nobody"), null);
  await assert.rejects(client.call({ ...call, destination: "org.example.Nobody", member: "Echo" }), {
    code: "OPD3022",
  });
  await assert.rejects(client.call({ ...call, member: "Fail" }), {
    code: "OPD3001",
    text: "the method failed",
  });
});

daemonTest("1,000 signals in order, and a megabyte there and back", async (t, daemon) => {
  const service = await joined(t, daemon);
  const client = await joined(t, daemon);
  const object = await openShop(service);
  const heard: unknown[] = [];
  await client.subscribe({ sender: SHOP_NAME, member: "Sold" }, ({ body }) => void heard.push(body[1]));
  for (let i = 0; i < 1000; i++) object.emit(SHOP_NAME, "Sold", "tea", i);
  const bytes = new Uint8Array(1024 * 1024).map((_, i) => i);
  const call = {
    destination: SHOP_NAME,
    path: SHOP_PATH,
    interface: SHOP_NAME,
    member: "Bytes",
    signature: "ay",
  };
  const reply = await client.call({ ...call, body: [bytes] });
  assert.ok(Buffer.from(bytes).equals(reply.body[0] as Uint8Array));
  assert.deepEqual(
    heard,
    Array.from({ length: 1000 }, (_, i) => i),
  );
});

daemonTest(
  "a stranger's signals do not hurt: descriptors that are not there, a megabyte nobody wants",
  async (t, daemon) => {
    const victim = await joined(t, daemon);
    const heard: SignalMessage[] = [];
    await victim.subscribe({ interface: "a.b" }, (signal) => void heard.push(signal));
    const stranger = dial(daemon.address.slice("unix:path=".length));
    t.after(() => stranger.destroy());
    const signal = {
      type: 4,
      path: "/",
      interface: "a.b",
      member: "C",
      destination: victim.uniqueName,
    } as const;
    const hostile = encodeMessage({ ...signal, signature: "v", body: [new Variant("u", 0)] }, 2);
    hostile[hostile.lastIndexOf("\x01u\0") + 1] = 0x68;
    stranger.write("\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n");
    stranger.write(encodeMessage({ type: 1, ...DRIVER, member: "Hello" }, 1));
    stranger.write(hostile);
    stranger.write(
      encodeMessage({ ...signal, interface: "a.c", signature: "ay", body: [new Uint8Array(2 << 20)] }, 3),
    );
    const told = new Promise<void>((resolve) => {
      void victim.subscribe({ interface: "a.b", member: "End" }, () => resolve());
    });
    await victim.call({ ...DRIVER, member: "GetId" });
    stranger.write(encodeMessage({ ...signal, member: "End" }, 4));
    await told;
    assert.deepEqual(
      heard.map(({ member }) => member),
      ["End"],
    );
    assert.deepEqual(victim.counters, { undecodableSignals: 1, skippedMessages: 1 });
  },
);

daemonTest(
  "the daemon dies: what waits is rejected; it returns: names and rules are back",
  async (t, daemon) => {
    const service = await joined(t, daemon, true);
    const client = await joined(t, daemon, true);
    const object = await openShop(service);
    const heard: unknown[] = [];
    const changes: OwnerChange[] = [];
    await client.subscribe({ sender: SHOP_NAME, member: "Sold" }, ({ body }) => void heard.push(body[0]));
    const owned = new Promise<void>((resolve) => {
      void client.watchName(SHOP_NAME, (change) => {
        changes.push(change);
        if (change.after !== null) resolve();
      });
    });
    await client.call({ ...DRIVER, member: "GetId" });
    const guid = client.guid;
    const lost = new Promise<unknown>((resolve) => client.onDisconnect(resolve));
    const back = new Promise<void>((resolve) => client.onReconnect(resolve));
    const waiting = assert.rejects(client.call({ ...DRIVER, member: "ListNames" }), { code: "OPD3003" });
    await daemon.kill();
    await Promise.all([waiting, lost]);
    await assert.rejects(client.call({ ...DRIVER, member: "GetId" }), { code: "OPD3003" });
    await daemon.start();
    await Promise.all([back, owned]);
    assert.notEqual(client.guid, guid);
    object.emit(SHOP_NAME, "Sold", "tea", 1);
    const { body } = await client.call({
      destination: SHOP_NAME,
      path: SHOP_PATH,
      interface: SHOP_NAME,
      member: "Echo",
      signature: "s",
      body: ["hi"],
    });
    assert.deepEqual(body, ["hi"]);
    assert.deepEqual(heard, ["tea"]);
    assert.deepEqual(
      changes.map(({ after }) => after === null),
      [true, false],
    );
  },
);

daemonTest("abstract sockets and address lists", async (t, daemon) => {
  const connection = await connect({ address: `unix:abstract=op-dbus-none;${daemon.address}` });
  t.after(() => connection.close());
  assert.equal(connection.address, daemon.address);
});
