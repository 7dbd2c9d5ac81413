// A connection over a bus that keeps the rules (embedded) and one that says what a test wants (fake): connecting, calls,
// order, guard, owners, and what happens when the bus goes away. Hostile buses are in connection-hostile.test.ts.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import {
  answering,
  CALL,
  fakeBus,
  FAKE_GUID,
  settled,
  SIGNAL,
  withFake,
  type FakeBusOptions,
} from "../../../test/support/fake-bus.ts";
import { testBus } from "../../../test/support/embedded-bus.ts";
import type { OwnerChange } from "./call.ts";
import { connect, type Connection } from "./connection.ts";
import { describeInterface } from "./interface-literal.ts";
import { readGuard } from "./read-guard.ts";

test("connects and knows where", async (t) => {
  const { bus, client } = await withFake(t);
  assert.deepEqual(
    [client.uniqueName, client.guid, client.address, client.connected],
    [":1.7", FAKE_GUID, bus.address, true],
  );
});

test("a bus that speaks byte by byte", async (t) => {
  const { client } = await withFake(t, { ...answering, byteByByte: true });
  const reply = await client.call(CALL);
  assert.deepEqual(reply.body, []);
});

test("the first address that works is taken, and the GUID must be the demanded one", async (t) => {
  const bus = await fakeBus();
  t.after(() => bus.close());
  const bad = `unix:path=${bus.directory}/none;autolaunch:;${bus.address},guid=${"f".repeat(32)}`;
  const client = await connect({ address: `${bad};${bus.address},guid=${FAKE_GUID.toUpperCase()}` });
  assert.equal(client.address, `${bus.address},guid=${FAKE_GUID.toUpperCase()}`);
  await client.close();
  await assert.rejects(connect({ address: bad }), (error: Error & { code?: string }) => {
    assert.equal(error.code, "OPD3002");
    assert.match(error.message, /ENOENT.*autolaunch.*GUID/s);
    return true;
  });
});

for (const [what, say, code] of [
  ["refuses us", "REJECTED EXTERNAL\r\n", "OPD3009"],
  ["speaks HTTP", "HTTP/1.1 400\r\n", "OPD3014"],
  ["hangs up", "", "OPD3002"],
] as const) {
  test(`a server that ${what}`, async (t) => {
    const bus = await fakeBus({
      onSocket(socket) {
        socket.once("data", () => socket.end(say));
      },
    });
    t.after(() => bus.close());
    await assert.rejects(connect({ address: bus.address }), { code });
  });
}

test("a server that says nothing is given up", async (t) => {
  const bus = await fakeBus({ onSocket: (socket) => socket.resume() });
  t.after(() => bus.close());
  await assert.rejects(connect({ address: bus.address, connectDeadlineMs: 20 }), { code: "OPD3002" });
});

test("a program as transport, only when allowed", async (t) => {
  const bus = await fakeBus(answering);
  t.after(() => bus.close());
  const script = `require("net").connect(${JSON.stringify(`${bus.directory}/bus`)}, function () { process.stdin.pipe(this); this.pipe(process.stdout); })`;
  const escaped = Buffer.from(script).reduce(
    (text, byte) => `${text}%${byte.toString(16).padStart(2, "0")}`,
    "",
  );
  const address = `unixexec:path=${process.execPath},argv1=-e,argv2=${escaped}`;
  await assert.rejects(connect({ address }), { code: "OPD3008" });
  const client = await connect({ address, allowUnixexec: true });
  assert.deepEqual((await client.call(CALL)).body, []);
  await client.close();
  await assert.rejects(connect({ address: "unixexec:path=/nonexistent/x", allowUnixexec: true }), {
    code: "OPD3002",
  });
  await assert.rejects(connect({ address: "unixexec:path=false", allowUnixexec: true }), { code: "OPD3002" });
});

test("the three flags, and a call without reply", async (t) => {
  const { client, peer } = await withFake(t, answering);
  await client.call({ ...CALL, noAutoStart: true, interactive: true });
  const reply = await client.call({ ...CALL, noReply: true });
  await settled(client);
  assert.deepEqual(
    peer.received.map(({ flags }) => flags),
    [6, 1, 0],
  );
  assert.deepEqual(reply, { sender: "", signature: "", body: [] });
});

test("2,000 calls answered in the opposite order", async (t) => {
  const held: Parameters<NonNullable<FakeBusOptions["onMessage"]>>[0][] = [];
  const { client } = await withFake(t, {
    onMessage(message, peer) {
      held.push(message);
      if (held.length < 2000) return;
      for (const call of held.reverse()) peer.reply(call, "u", [Number(call.body()[0]) * 2]);
    },
  });
  const numbers = Array.from({ length: 2000 }, (_, i) => i);
  const replies = await Promise.all(numbers.map((i) => client.call({ ...CALL, signature: "u", body: [i] })));
  assert.deepEqual(
    replies.map(({ body }) => body[0]),
    numbers.map((i) => i * 2),
  );
});

test("signals and replies keep the order of the wire", async (t) => {
  const log: string[] = [];
  const { client } = await withFake(t, {
    onMessage(message, peer) {
      if (message.member !== "Get") return peer.reply(message);
      peer.send({ ...SIGNAL, signature: "s", body: ["before"] });
      peer.reply(message);
      peer.send({ ...SIGNAL, signature: "s", body: ["after"] });
      peer.reply(message);
    },
  });
  await client.subscribe({ member: "Said" }, ({ body }) => void log.push(String(body[0])));
  await client.call(CALL).then(() => log.push("reply"));
  await settled(client);
  assert.deepEqual(log.slice(0, 2), ["before", "reply"]);
  assert.deepEqual(
    log.filter((line) => line !== "reply"),
    ["before", "after", "before", "after"].slice(0, log.length - 1),
  );
});

const FAILURES: readonly (readonly [errorName: string, code: string])[] = [
  ["org.freedesktop.DBus.Error.AccessDenied", "OPD3021"],
  ["org.freedesktop.PolicyKit1.Error.NotAuthorized", "OPD3021"],
  ["org.freedesktop.DBus.Error.ServiceUnknown", "OPD3022"],
  ["org.freedesktop.DBus.Error.Spawn.ChildExited", "OPD3022"],
  ["org.example.Odd", "OPD3001"],
];
for (const [errorName, code] of FAILURES) {
  test(`the error reply ${errorName}`, async (t) => {
    const { client } = await withFake(t, {
      onMessage: (message, peer) =>
        peer.send({
          type: 3,
          replySerial: message.serial,
          errorName,
          signature: "su",
          body: ["told\x1b[2J", 1],
        }),
    });
    await assert.rejects(client.call(CALL), {
      code,
      dbusName: errorName,
      text: "told\x1b[2J",
      where: "a.b / a.b.Get",
    });
  });
}

test("no answer: the deadline, an abort before, an abort after", async (t) => {
  const { client, peer } = await withFake(t, { onMessage: () => {} });
  await assert.rejects(client.call({ ...CALL, deadlineMs: 5 }), { code: "OPD3004", kind: "unknown" });
  await assert.rejects(client.call({ ...CALL, signal: AbortSignal.abort() }), { code: "OPD3007" });
  const abort = new AbortController();
  const call = client.call({ ...CALL, signal: abort.signal });
  setImmediate(() => abort.abort());
  await assert.rejects(call, { code: "OPD3007" });
  assert.equal(peer.received.length, 2);
});

test("arguments that do not fit are refused here and nothing is sent", async (t) => {
  const { client, peer } = await withFake(t, answering);
  await assert.rejects(client.call({ ...CALL, signature: "u", body: ["x"] }), { code: "OPD3010" });
  await assert.rejects(client.call({ ...CALL, signature: "o", body: ["no path"] }), { code: "OPD3010" });
  await assert.rejects(client.call({ ...CALL, path: "no path" }), { code: "OPD3010" });
  await settled(client);
  assert.equal(peer.received.length, 1);
});

test("closing rejects what waits, and is told once", async (t) => {
  const { client } = await withFake(t, { onMessage: () => {} }, { reconnect: true });
  const told: unknown[] = [];
  client.onDisconnect((error) => void told.push(error));
  const call = assert.rejects(client.call(CALL), { code: "OPD3003" });
  await client.close();
  await client.close();
  await call;
  assert.deepEqual(told, [null]);
});

test("a listener that throws, now or later, is reported and hurts nobody", async (t) => {
  const reported: unknown[] = [];
  const { client, peer } = await withFake(t, answering, {
    onListenerError: (error) => void reported.push(error),
  });
  const heard: string[] = [];
  await client.subscribe({ member: "Said" }, () => {
    throw new Error("now");
  });
  await client.subscribe({ member: "Said" }, (async () => Promise.reject(new Error("later"))) as () => void);
  await client.subscribe({ member: "Said" }, () => void heard.push("third"));
  peer.send(SIGNAL);
  await settled(client);
  await settled(client);
  assert.deepEqual(heard, ["third"]);
  assert.deepEqual(reported.map(String), ["Error: now", "Error: later"]);
});

test("one rule on the bus for equal subscriptions; none left after the last", async (t) => {
  const { client, peer } = await withFake(t, answering);
  const match = { path: "/x", member: "Said" };
  const [first, second] = await Promise.all([
    client.subscribe(match, () => {}),
    client.subscribe(match, () => {}),
  ]);
  first.close();
  first.close();
  second.close();
  await settled(client);
  assert.deepEqual(
    peer.received.map(({ member }) => member),
    ["AddMatch", "RemoveMatch", "Get"],
  );
});

test("a rule that the bus refuses rejects the subscription and leaves nothing", async (t) => {
  const { client, peer } = await withFake(t, {
    onMessage(message, own) {
      if (message.member !== "AddMatch") return own.reply(message);
      own.send({
        type: 3,
        replySerial: message.serial,
        errorName: "org.freedesktop.DBus.Error.LimitsExceeded",
      });
    },
  });
  const heard: unknown[] = [];
  await assert.rejects(
    client.subscribe({ member: "Said" }, (signal) => void heard.push(signal)),
    {
      dbusName: "org.freedesktop.DBus.Error.LimitsExceeded",
    },
  );
  peer.send(SIGNAL);
  await settled(client);
  assert.deepEqual(heard, []);
});

test("the guard lets nothing else out", async (t) => {
  const probes = ["ListThings", "Get"].map((member) => ({ ...CALL, member }));
  const { client, peer } = await withFake(t, answering, { guard: readGuard(probes) });
  await client.call({ ...CALL, member: "ListThings" });
  await assert.rejects(client.call({ ...CALL, member: "Set" }), { code: "OPD3005" });
  await assert.rejects(client.call({ ...CALL, member: "Set", noReply: true }), { code: "OPD3005" });
  await assert.rejects(client.requestName("a.b"), { code: "OPD3005" });
  assert.throws(() => client.emit({ path: "/", interface: "a.b", member: "Said", signature: "", body: [] }), {
    code: "OPD3005",
  });
  await client.subscribe({ member: "Said" }, () => {});
  await settled(client);
  assert.deepEqual(
    peer.received.map(({ member }) => member),
    ["ListThings", "AddMatch", "Get"],
  );
});

test("a well-known sender means its owner, as it changes", async (t) => {
  const bus = await testBus();
  const [one, two, client] = await Promise.all([0, 1, 2].map(() => connect({ address: bus.address })));
  t.after(async () => {
    for (const each of [one, two, client]) await each!.close();
    await bus.close();
  });
  assert.ok(one !== undefined && two !== undefined && client !== undefined);
  const heard: unknown[] = [];
  const changes: OwnerChange[] = [];
  await client.subscribe({ sender: "a.b", member: "Said" }, ({ body }) => void heard.push(body[0]));
  await client.subscribe({ interface: "a.b" }, () => {});
  const watch = await client.watchName("a.b", (change) => void changes.push(change));
  const say = (from: Connection, text: string): void =>
    from.emit({ path: "/", interface: "a.b", member: "Said", signature: "s", body: [text] });
  say(one, "nobody owns it");
  assert.equal(await one.requestName("a.b"), "owner");
  assert.equal(await one.requestName("a.b"), "already");
  say(one, "owner");
  say(two, "stranger");
  assert.equal(await two.requestName("a.b", { doNotQueue: true }), "exists");
  assert.equal(await two.requestName("a.b"), "queued");
  await one.releaseName("a.b");
  say(two, "new owner");
  say(one, "owner of before");
  await two.call({
    ...CALL,
    destination: "org.freedesktop.DBus",
    interface: "org.freedesktop.DBus.Peer",
    member: "Ping",
  });
  assert.equal(await client.owner("a.b"), two.uniqueName);
  assert.equal(await client.owner("a.c"), null);
  assert.deepEqual(heard, ["owner", "new owner"]);
  assert.deepEqual(changes, [
    { name: "a.b", before: null, after: one.uniqueName },
    { name: "a.b", before: one.uniqueName, after: two.uniqueName },
  ]);
  watch.close();
});

test("after the bus was away: names, rules, owners and objects are back", async (t) => {
  const bus = await testBus();
  const address = bus.address.split(",")[0]!;
  const service = await connect({ address, reconnect: true });
  const client = await connect({ address, reconnect: true });
  let again = bus;
  t.after(async () => {
    await service.close();
    await client.close();
    await again.close();
  });
  const info = describeInterface({ name: "a.b", methods: { Get: {}, Never: {} }, signals: { Said: [] } });
  const methods = { Get: () => {}, Never: () => new Promise<void>(() => {}) };
  const object = service.export("/", [{ info, methods }]);
  await service.requestName("a.b");
  const heard: string[] = [];
  const changes: OwnerChange[] = [];
  const back = new Promise<void>((resolve) => client.onReconnect(resolve));
  await client.subscribe({ sender: "a.b" }, ({ member }) => void heard.push(member));
  const owned = new Promise<void>((resolve) => {
    void client.watchName("a.b", (change) => {
      changes.push(change);
      if (change.after !== null) resolve();
    });
  });
  await settledOn(client);
  const waiting = assert.rejects(client.call({ ...CALL, destination: "a.b", member: "Never" }), {
    code: "OPD3003",
  });
  await bus.close();
  await waiting;
  await assert.rejects(client.call(CALL), { code: "OPD3003" });
  mkdirSync(bus.directory, { mode: 0o700 });
  again = await testBus(bus.directory);
  await Promise.all([back, owned]);
  object.emit("a.b", "Said");
  await client.call({ ...CALL, destination: "a.b" });
  assert.deepEqual(heard, ["Said"]);
  assert.deepEqual(
    changes.map(({ before, after }) => [before === null, after === null]),
    [
      [false, true],
      [true, false],
    ],
  );
  assert.equal(await client.owner("a.b"), service.uniqueName);
});

/** A round trip to the bus itself. */
async function settledOn(client: Connection): Promise<void> {
  await client.call({
    ...CALL,
    destination: "org.freedesktop.DBus",
    interface: "org.freedesktop.DBus",
    member: "GetId",
  });
}
