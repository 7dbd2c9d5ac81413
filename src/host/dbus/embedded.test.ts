// The embedded bus: routing, names, match rules, monitors, and what becomes of clients that break the rules.

import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { connect as dial, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { testBus, type TestBus } from "../../../test/support/embedded-bus.ts";
import type { Call, Reply, SignalMessage } from "./call.ts";
import { connect, type Connection } from "./connection.ts";
import { startEmbeddedBus } from "./embedded.ts";
import { Framer } from "./framer.ts";
import { readIntrospection } from "./introspect.ts";
import { encodeMessage, type Message, type MessageFields } from "./message.ts";
import { Variant, type DBusValue } from "./value.ts";

const DRIVER = "org.freedesktop.DBus";
const ERRORS = `${DRIVER}.Error`;
const HELLO: MessageFields = { type: 1, path: "/", interface: DRIVER, member: "Hello", destination: DRIVER };

async function stage(t: TestContext): Promise<{ bus: TestBus; a: Connection; b: Connection }> {
  const bus = await testBus();
  const a = await connect({ address: bus.address });
  const b = await connect({ address: bus.address });
  t.after(async () => {
    await a.close();
    await b.close();
    await bus.close();
  });
  return { bus, a, b };
}

function ask(
  client: Connection,
  member: string,
  signature = "",
  body: readonly DBusValue[] = [],
  name = DRIVER,
): Promise<Reply> {
  return client.call({
    destination: DRIVER,
    path: "/org/freedesktop/DBus",
    interface: name,
    member,
    signature,
    body,
  });
}

/** A socket that has authenticated; `heard` is what it was sent. */
async function raw(bus: TestBus): Promise<{ socket: Socket; heard: Message[]; closed: Promise<unknown> }> {
  const socket = dial(join(bus.directory, "bus"));
  const heard: Message[] = [];
  const framer = new Framer();
  const closed = once(socket, "close");
  socket.on("error", () => {});
  socket.write("\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n");
  let talk = "";
  await new Promise<void>((resolve) => {
    socket.on("data", (chunk: Buffer) => {
      if (!/OK [0-9a-f]{32}\r\n/.test(talk)) {
        talk += chunk.toString("latin1");
        if (/OK [0-9a-f]{32}\r\n$/.test(talk)) resolve();
        return;
      }
      framer.push(chunk);
      for (let message = framer.next(); message !== null; message = framer.next()) heard.push(message);
    });
  });
  return { socket, heard, closed };
}

test("what the driver answers", async (t) => {
  const { bus, a, b } = await stage(t);
  await a.requestName("a.b");
  assert.equal(await b.requestName("a.b"), "queued");
  const uid = process.getuid?.() ?? 0;
  const rows: readonly (readonly [
    member: string,
    signature: string,
    body: readonly DBusValue[],
    result: unknown,
  ])[] = [
    ["ListNames", "", [], [DRIVER, a.uniqueName, b.uniqueName, "a.b"]],
    ["ListActivatableNames", "", [], [DRIVER]],
    ["ListQueuedOwners", "s", ["a.b"], [a.uniqueName, b.uniqueName]],
    ["NameHasOwner", "s", ["a.b"], true],
    ["NameHasOwner", "s", ["a.c"], false],
    ["GetNameOwner", "s", ["a.b"], a.uniqueName],
    ["GetNameOwner", "s", [DRIVER], DRIVER],
    ["GetNameOwner", "s", [a.uniqueName], a.uniqueName],
    ["GetConnectionUnixUser", "s", ["a.b"], uid],
    ["GetConnectionUnixProcessID", "s", [DRIVER], process.pid],
    ["GetId", "", [], bus.guid],
    ["StartServiceByName", "su", ["a.b", 0], 2],
    ["ReleaseName", "s", ["a.c"], 2],
  ];
  for (const [member, signature, body, result] of rows) {
    assert.deepEqual((await ask(a, member, signature, body)).body[0], result, `${member} ${String(body[0])}`);
  }
  const credentials = (await ask(a, "GetConnectionCredentials", "s", ["a.b"])).body[0] as Record<
    string,
    Variant
  >;
  assert.deepEqual({ ...credentials }, { UnixUserID: new Variant("u", uid) });
  const xml = String((await ask(a, "Introspect", "", [], `${DRIVER}.Introspectable`)).body[0]);
  assert.ok(readIntrospection(xml).node.interfaces.has(`${DRIVER}.Monitoring`));
  assert.equal((await ask(a, "GetAll", "s", [DRIVER], `${DRIVER}.Properties`)).signature, "a{sv}");
});

test("what the driver refuses", async (t) => {
  const { a } = await stage(t);
  const rows: readonly (readonly [
    member: string,
    signature: string,
    body: readonly DBusValue[],
    error: string,
  ])[] = [
    ["Hello", "", [], "Failed"],
    ["Nothing", "", [], "UnknownMethod"],
    ["constructor", "", [], "UnknownMethod"],
    ["GetNameOwner", "u", [1], "InvalidArgs"],
    ["GetNameOwner", "s", ["a.c"], "NameHasNoOwner"],
    ["GetNameOwner", "s", ["no name"], "NameHasNoOwner"],
    ["GetConnectionUnixProcessID", "s", [a.uniqueName], "UnixProcessIdUnknown"],
    ["RequestName", "su", [DRIVER, 0], "InvalidArgs"],
    ["RequestName", "su", [":1.99", 0], "InvalidArgs"],
    ["RequestName", "su", ["nodots", 0], "InvalidArgs"],
    ["AddMatch", "s", ["colour='red'"], "MatchRuleInvalid"],
    ["RemoveMatch", "s", ["member='X'"], "MatchRuleNotFound"],
    ["StartServiceByName", "su", ["a.c", 0], "ServiceUnknown"],
  ];
  for (const [member, signature, body, error] of rows) {
    await assert.rejects(
      ask(a, member, signature, body),
      { dbusName: `${ERRORS}.${error}` },
      `${member} ${String(body[0])}`,
    );
  }
  await assert.rejects(ask(a, "Get", "ss", [DRIVER, "toString"], `${DRIVER}.Properties`), {
    dbusName: `${ERRORS}.UnknownProperty`,
  });
});

test("signals reach those whose rules fit, once, with the true sender", async (t) => {
  const { bus, a, b } = await stage(t);
  const heard: SignalMessage[] = [];
  await b.subscribe({ member: "Said", pathNamespace: "/x" }, (signal) => void heard.push(signal));
  await b.subscribe({ sender: a.uniqueName, arg0: "yes" }, () => {});
  const said = {
    type: 4,
    path: "/x/y",
    interface: "a.b",
    member: "Said",
    signature: "s",
    sender: ":1.99",
  } as const;
  const { socket, heard: got } = await raw(bus);
  socket.write(encodeMessage(HELLO, 1));
  socket.write(encodeMessage({ ...said, body: ["yes"] }, 2));
  a.emit({ path: "/x/y", interface: "a.b", member: "Said", signature: "s", body: ["yes"] });
  a.emit({ path: "/y", interface: "a.b", member: "Said", signature: "s", body: ["no"] });
  await ask(a, "GetId");
  await ask(b, "GetId");
  assert.deepEqual(
    heard.map(({ sender }) => sender).sort(),
    [a.uniqueName, String(got[0]?.body()[0])].sort(),
  );
  assert.deepEqual(
    got.map(({ member, type }) => member ?? type),
    [2, "NameAcquired"],
  );
  socket.destroy();
});

test("a call nobody can take, and one whose taker leaves", async (t) => {
  const { bus, a, b } = await stage(t);
  const call: Call = { destination: "a.c", path: "/", interface: "a.c", member: "Get" };
  await assert.rejects(a.call(call), { dbusName: `${ERRORS}.ServiceUnknown` });
  const { socket } = await raw(bus);
  socket.write(encodeMessage(HELLO, 1));
  await ask(a, "GetId");
  const lost = assert.rejects(a.call({ ...call, destination: ":1.2" }), { dbusName: `${ERRORS}.NoReply` });
  await ask(a, "GetId");
  socket.destroy();
  await lost;
  assert.equal(await b.owner(":1.2"), null);
});

test("a reply that nobody asked for does not pass", async (t) => {
  const { bus, a } = await stage(t);
  const { socket } = await raw(bus);
  socket.write(encodeMessage(HELLO, 1));
  for (let replySerial = 1; replySerial < 50; replySerial++) {
    socket.write(
      encodeMessage({ type: 2, destination: a.uniqueName, replySerial, signature: "s", body: ["forged"] }, 2),
    );
  }
  assert.deepEqual((await ask(a, "GetId")).body, [bus.guid]);
  socket.destroy();
});

test("a monitor sees all and may not speak", async (t) => {
  const { bus, a, b } = await stage(t);
  const { socket, heard, closed } = await raw(bus);
  socket.write(encodeMessage(HELLO, 1));
  const monitor = {
    path: "/",
    interface: `${DRIVER}.Monitoring`,
    member: "BecomeMonitor",
    destination: DRIVER,
  };
  socket.write(
    encodeMessage({ type: 1, ...monitor, signature: "asu", body: [["type='method_call'"], 0] }, 2),
  );
  await ask(a, "GetId");
  await ask(b, "ListNames");
  await ask(a, "GetId");
  const calls = heard.filter(({ type }) => type === 1).map(({ member, sender }) => `${sender} ${member}`);
  assert.deepEqual(calls.slice(-2), [`${b.uniqueName} ListNames`, `${a.uniqueName} GetId`]);
  socket.write(encodeMessage({ ...HELLO, member: "GetId" }, 3));
  await closed;
});

const BREACHES: readonly (readonly [what: string, bytes: () => Buffer])[] = [
  ["garbage", () => Buffer.from("garbage garbage garbage")],
  ["a message before Hello", () => encodeMessage({ ...HELLO, member: "GetId" }, 1)],
  [
    "a body that does not decode",
    () => {
      const bytes = encodeMessage(
        { type: 4, path: "/", interface: "a.b", member: "C", signature: "b", body: [true] },
        2,
      );
      bytes[bytes.length - 4] = 9;
      return Buffer.concat([encodeMessage(HELLO, 1), bytes]);
    },
  ],
  ["a claim of 100 MiB", () => Buffer.from("6c0100010000400601000000000000000000000000000000", "hex")],
];
for (const [what, bytes] of BREACHES) {
  test(`${what} cuts the client off, and only that one`, async (t) => {
    const { bus, a } = await stage(t);
    const { socket, closed } = await raw(bus);
    socket.write(bytes());
    await closed;
    assert.deepEqual((await ask(a, "GetId")).body, [bus.guid]);
  });
}

test("rules and names are bounded", async (t) => {
  const { a } = await stage(t);
  const names = Array.from({ length: 513 }, (_, i) => a.requestName(`a.n${i}`));
  const results = await Promise.allSettled(names);
  assert.equal(results.filter(({ status }) => status === "rejected").length, 1);
  const rules = Array.from({ length: 4097 }, (_, i) => ask(a, "AddMatch", "s", [`arg0='${i}'`]));
  assert.equal((await Promise.allSettled(rules)).filter(({ status }) => status === "rejected").length, 1);
});

test("it listens in a private directory only", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "op-dbus-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  chmodSync(directory, 0o750);
  await assert.rejects(startEmbeddedBus({ directory }), { code: "OPD3016" });
  chmodSync(directory, 0o700);
  symlinkSync(directory, `${directory}/link`);
  await assert.rejects(startEmbeddedBus({ directory: `${directory}/link` }), { code: "OPD3016" });
  await assert.rejects(startEmbeddedBus({ directory: `${directory}/none` }), { code: "OPD3016" });
  const bus = await startEmbeddedBus({ directory });
  await assert.rejects(startEmbeddedBus({ directory }), { code: "OPD3002" });
  await bus.close();
});
