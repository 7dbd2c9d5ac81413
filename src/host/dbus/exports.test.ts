// Exported objects against callers of every kind: declared members only, types checked before handlers, one answer to
// each call, nothing of ours in an error.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { testBus, type TestBus } from "../../../test/support/embedded-bus.ts";
import { LIMITS } from "../../base/limits.ts";
import { DBusError, type Reply, type SignalMessage } from "./call.ts";
import { connect, type Connection } from "./connection.ts";
import type { ExportedObject } from "./exports.ts";
import type { Implementation } from "./implementation.ts";
import { describeInterface } from "./interface-literal.ts";
import { readIntrospection } from "./introspect.ts";
import { Variant, type DBusValue } from "./value.ts";

const THING = describeInterface({
  name: "org.example.Thing",
  methods: {
    Echo: { in: [["text", "s"]], out: [["text", "s"]] },
    Sum: {
      in: [["numbers", "au"]],
      out: [
        ["sum", "t"],
        ["count", "u"],
      ],
    },
    Fail: {},
    Named: {},
    Unsendable: { out: [["number", "u"]] },
    Unnameable: {},
    Slow: {},
  },
  signals: { Said: [["text", "s"]] },
  properties: {
    Count: { type: "u", access: "readwrite" },
    Name: { type: "s", access: "read" },
    Key: { type: "s", access: "write" },
    Broken: { type: "u", access: "read" },
    Quiet: { type: "s", access: "readwrite", emits: "false" },
    Vague: { type: "s", access: "readwrite", emits: "invalidates" },
  },
});

interface Stage {
  readonly bus: TestBus;
  readonly client: Connection;
  readonly server: Connection;
  readonly object: ExportedObject;
  readonly reported: unknown[];
  call(
    member: string,
    signature?: string,
    body?: readonly DBusValue[],
    interfaceName?: string,
    path?: string,
  ): Promise<Reply>;
}

async function stage(t: TestContext): Promise<Stage> {
  const bus = await testBus();
  const reported: unknown[] = [];
  const server = await connect({
    address: bus.address,
    onListenerError: (error) => void reported.push(error),
  });
  const client = await connect({ address: bus.address });
  t.after(async () => {
    await client.close();
    await server.close();
    await bus.close();
  });
  const state = { Count: 7, Quiet: "q", Vague: "v" };
  const thing: Implementation = {
    info: THING,
    methods: {
      Echo: ([text]) => [text!],
      Sum: async ([numbers]) => [
        (numbers as number[]).reduce((sum, one) => sum + BigInt(one), 0n),
        (numbers as number[]).length,
      ],
      Fail: () => {
        throw new Error("at /secret/path.ts");
      },
      Named: () => {
        throw new DBusError("OPD3001", "org.example.Error.Full", "it is full");
      },
      Unsendable: () => ["not a number"],
      Unnameable: () => {
        throw new DBusError("OPD3001", "not a name", "text");
      },
      Slow: () => new Promise(() => {}),
    },
    properties: {
      Count: { get: () => state.Count, set: (value) => void (state.Count = value as number) },
      Name: { get: async () => "thing" },
      Key: { set: () => {} },
      Broken: { get: () => "not a number" },
      Quiet: { get: () => state.Quiet, set: (value) => void (state.Quiet = String(value)) },
      Vague: { get: () => state.Vague, set: (value) => void (state.Vague = String(value)) },
    },
  };
  const object = server.export("/org/example/thing", [thing], { objectManager: true });
  return {
    bus,
    client,
    server,
    object,
    reported,
    call: (
      member,
      signature = "",
      body = [],
      interfaceName = "org.example.Thing",
      path = "/org/example/thing",
    ) =>
      client.call({
        destination: server.uniqueName,
        path,
        interface: interfaceName,
        member,
        signature,
        body,
      }),
  };
}

const PROPERTIES = "org.freedesktop.DBus.Properties";
const ERRORS = "org.freedesktop.DBus.Error";

test("methods, asynchronous ones and several results", async (t) => {
  const { call } = await stage(t);
  assert.deepEqual((await call("Echo", "s", ["hi"])).body, ["hi"]);
  assert.deepEqual((await call("Sum", "au", [[1, 2, 0xffff_ffff]])).body, [4294967298n, 3]);
});

const PROBES: readonly (readonly [
  what: string,
  member: string,
  signature: string,
  body: readonly DBusValue[],
  interfaceName: string,
  dbusName: string,
])[] = [
  ["a missing argument", "Echo", "", [], "org.example.Thing", `${ERRORS}.InvalidArgs`],
  ["a wrong type", "Echo", "u", [1], "org.example.Thing", `${ERRORS}.InvalidArgs`],
  ["an argument too many", "Echo", "ss", ["a", "b"], "org.example.Thing", `${ERRORS}.InvalidArgs`],
  ["constructor", "constructor", "", [], "org.example.Thing", `${ERRORS}.UnknownMethod`],
  ["toString", "toString", "", [], "org.example.Thing", `${ERRORS}.UnknownMethod`],
  ["__proto__", "__proto__", "", [], "org.example.Thing", `${ERRORS}.UnknownMethod`],
  ["a signal as method", "Said", "s", ["x"], "org.example.Thing", `${ERRORS}.UnknownMethod`],
  ["an unknown interface", "Echo", "s", ["x"], "org.example.Other", `${ERRORS}.UnknownInterface`],
  [
    "an unknown standard interface",
    "Echo",
    "",
    [],
    "org.freedesktop.DBus.Nothing",
    `${ERRORS}.UnknownInterface`,
  ],
  ["an unknown standard member", "Pong", "", [], "org.freedesktop.DBus.Peer", `${ERRORS}.UnknownMethod`],
  ["a throwing handler", "Fail", "", [], "org.example.Thing", `${ERRORS}.Failed`],
  ["a handler's own error", "Named", "", [], "org.example.Thing", "org.example.Error.Full"],
  ["a result of the wrong type", "Unsendable", "", [], "org.example.Thing", `${ERRORS}.Failed`],
  ["an error that cannot be sent", "Unnameable", "", [], "org.example.Thing", `${ERRORS}.Failed`],
  [
    "Get of an unknown property",
    "Get",
    "ss",
    ["org.example.Thing", "toString"],
    PROPERTIES,
    `${ERRORS}.UnknownProperty`,
  ],
  [
    "Get of an unknown interface",
    "Get",
    "ss",
    ["constructor", "Count"],
    PROPERTIES,
    `${ERRORS}.UnknownInterface`,
  ],
  [
    "Get of a write-only property",
    "Get",
    "ss",
    ["org.example.Thing", "Key"],
    PROPERTIES,
    `${ERRORS}.AccessDenied`,
  ],
  ["Get of a broken property", "Get", "ss", ["org.example.Thing", "Broken"], PROPERTIES, `${ERRORS}.Failed`],
  ["Get with one argument", "Get", "s", ["org.example.Thing"], PROPERTIES, `${ERRORS}.InvalidArgs`],
  [
    "Set of the wrong type",
    "Set",
    "ssv",
    ["org.example.Thing", "Count", new Variant("s", "x")],
    PROPERTIES,
    `${ERRORS}.InvalidArgs`,
  ],
  [
    "Set of a variant in a variant",
    "Set",
    "ssv",
    ["org.example.Thing", "Count", new Variant("v", new Variant("u", 1))],
    PROPERTIES,
    `${ERRORS}.InvalidArgs`,
  ],
  [
    "Set of a read-only property",
    "Set",
    "ssv",
    ["org.example.Thing", "Name", new Variant("s", "x")],
    PROPERTIES,
    `${ERRORS}.PropertyReadOnly`,
  ],
  [
    "Set of an unknown property",
    "Set",
    "ssv",
    ["org.example.Thing", "__proto__", new Variant("s", "x")],
    PROPERTIES,
    `${ERRORS}.UnknownProperty`,
  ],
  [
    "GetAll of an unknown interface",
    "GetAll",
    "s",
    ["hasOwnProperty"],
    PROPERTIES,
    `${ERRORS}.UnknownInterface`,
  ],
];
test("every probe gets one error, and the object lives on", async (t) => {
  const { call, bus, server, reported } = await stage(t);
  for (const [what, member, signature, body, interfaceName, dbusName] of PROBES) {
    await assert.rejects(call(member, signature, body, interfaceName), (error: unknown) => {
      assert.ok(error instanceof DBusError, what);
      assert.equal(error.dbusName, dbusName, what);
      assert.doesNotMatch(error.text, /secret|\.ts|\n/, what);
      return true;
    });
  }
  const answers = bus.captured.filter(
    ({ sender, type }) => sender === server.uniqueName && (type === 2 || type === 3),
  );
  assert.equal(answers.length, PROBES.length);
  assert.equal(reported.length, 4);
  assert.deepEqual((await call("Echo", "s", ["alive"])).body, ["alive"]);
});

test("properties: reading, writing, and who is told how", async (t) => {
  const { call, client } = await stage(t);
  const told: SignalMessage[] = [];
  await client.subscribe({ member: "PropertiesChanged" }, (signal) => void told.push(signal));
  const name = "org.example.Thing";
  for (const [property, value] of [
    ["Count", new Variant("u", 9)],
    ["Quiet", new Variant("s", "1")],
    ["Vague", new Variant("s", "2")],
    ["Key", new Variant("s", "3")],
  ] as const) {
    await call("Set", "ssv", [name, property, value], PROPERTIES);
  }
  assert.deepEqual((await call("Get", "ss", ["", "Count"], PROPERTIES)).body, [new Variant("u", 9)]);
  const all = (await call("GetAll", "s", [name], PROPERTIES)).body[0] as Record<string, Variant>;
  assert.deepEqual(Object.keys(all), ["Count", "Name", "Quiet", "Vague"]);
  assert.deepEqual(
    told.map(({ body }) => [Object.keys(body[1] as object), body[2]]),
    [
      [["Count"], []],
      [[], ["Vague"]],
      [[], ["Key"]],
    ],
  );
});

test("Peer is everywhere, Introspect where something is", async (t) => {
  const { call } = await stage(t);
  await call("Ping", "", [], "org.freedesktop.DBus.Peer", "/nowhere");
  const id = (await call("GetMachineId", "", [], "org.freedesktop.DBus.Peer").catch(
    (error: unknown) => error,
  )) as Reply | DBusError;
  assert.match(
    id instanceof DBusError ? id.dbusName : String(id.body[0]),
    /^([0-9a-f]{32}|org\.freedesktop\.DBus\.Error\.FileNotFound)$/,
  );
  const introspect = async (path: string) =>
    readIntrospection(
      String((await call("Introspect", "", [], "org.freedesktop.DBus.Introspectable", path)).body[0]),
    ).node;
  assert.deepEqual((await introspect("/")).children, ["org"]);
  assert.deepEqual((await introspect("/org")).children, ["example"]);
  const node = await introspect("/org/example/thing");
  assert.deepEqual(
    [...(node.interfaces.get("org.example.Thing")?.methods.keys() ?? [])].sort(),
    [...THING.methods.keys()].sort(),
  );
  assert.ok(node.interfaces.has("org.freedesktop.DBus.ObjectManager"));
  await assert.rejects(introspect("/nowhere"), { dbusName: `${ERRORS}.UnknownObject` });
  await assert.rejects(call("Echo", "s", ["x"], "org.example.Thing", "/nowhere"), {
    dbusName: `${ERRORS}.UnknownObject`,
  });
});

test("ObjectManager: what is below, what comes and what goes", async (t) => {
  const { call, client, server } = await stage(t);
  const told: unknown[] = [];
  await client.subscribe(
    { interface: "org.freedesktop.DBus.ObjectManager" },
    ({ member, body }) => void told.push([member, body[0]]),
  );
  const info = describeInterface({
    name: "org.example.Part",
    properties: { Size: { type: "u", access: "read" } },
  });
  const part = server.export("/org/example/thing/part", [{ info, properties: { Size: { get: () => 3 } } }]);
  server.export("/org/example/other", [{ info, properties: { Size: { get: () => 4 } } }]);
  const managed = await call("GetManagedObjects", "", [], "org.freedesktop.DBus.ObjectManager");
  assert.deepEqual(
    structuredClone(managed.body[0]),
    structuredClone({ "/org/example/thing/part": { "org.example.Part": { Size: new Variant("u", 3) } } }),
  );
  part.close();
  part.close();
  await call("Ping", "", [], "org.freedesktop.DBus.Peer");
  assert.deepEqual(told, [
    ["InterfacesAdded", "/org/example/thing/part"],
    ["InterfacesRemoved", "/org/example/thing/part"],
  ]);
  assert.deepEqual((await call("GetManagedObjects", "", [], "org.freedesktop.DBus.ObjectManager")).body, [
    { __proto__: null },
  ]);
});

test("a call without reply is done and not answered; one without interface finds its member", async (t) => {
  const { bus, server, client, call } = await stage(t);
  await client.call({
    destination: server.uniqueName,
    path: "/org/example/thing",
    interface: PROPERTIES,
    member: "Set",
    signature: "ssv",
    body: ["org.example.Thing", "Count", new Variant("u", 77)],
    noReply: true,
  });
  await client.call({
    destination: server.uniqueName,
    path: "/x",
    interface: "a.b",
    member: "C",
    noReply: true,
  });
  assert.deepEqual((await call("Get", "ss", ["org.example.Thing", "Count"], PROPERTIES)).body, [
    new Variant("u", 77),
  ]);
  assert.equal(
    bus.captured.filter(({ sender, type }) => sender === server.uniqueName && type > 1 && type < 4).length,
    1,
  );
});

test("one peer cannot keep more than its share of calls under way", async (t) => {
  const { call, client, server } = await stage(t);
  for (let i = 0; i < LIMITS.incomingCallsAtOnceMax; i++) call("Slow").catch(() => {});
  await assert.rejects(call("Echo", "s", ["x"]), { dbusName: `${ERRORS}.LimitsExceeded` });
  assert.equal((await server.owner(client.uniqueName)) === null, false);
});

const WRONG: readonly (readonly [what: string, implementation: Implementation])[] = [
  ["a method without handler", { info: describeInterface({ name: "a.b", methods: { C: {} } }) }],
  ["a handler without declaration", { info: describeInterface({ name: "a.b" }), methods: { C: () => {} } }],
  [
    "a property without get",
    { info: describeInterface({ name: "a.b", properties: { C: { type: "s", access: "read" } } }) },
  ],
  [
    "a property without set",
    {
      info: describeInterface({ name: "a.b", properties: { C: { type: "s", access: "readwrite" } } }),
      properties: { C: { get: () => "" } },
    },
  ],
  ["a standard interface", { info: describeInterface({ name: "org.freedesktop.DBus.Peer" }) }],
];
test("what is described wrongly is not exported", async (t) => {
  const { server, object } = await stage(t);
  for (const [what, implementation] of WRONG) {
    assert.throws(() => server.export("/wrong", [implementation]), { code: "OPD3015" }, what);
  }
  const fine = { info: describeInterface({ name: "a.b" }) };
  assert.throws(() => server.export("no path", [fine]), { code: "OPD3015" });
  assert.throws(() => server.export(object.path, [fine]), { code: "OPD3015" });
  assert.throws(() => server.export("/twice", [fine, fine]), { code: "OPD3015" });
  assert.throws(() => object.emit("org.example.Thing", "Nothing"), { code: "OPD3015" });
  assert.throws(() => object.emit("org.example.Thing", "Said", 7), { code: "OPD3010" });
  assert.throws(() => describeInterface({ name: "a.b", methods: { "no name": {} } }), { code: "OPD3015" });
  assert.throws(() => describeInterface({ name: "a.b", properties: { C: { type: "ss", access: "read" } } }), {
    code: "OPD3015",
  });
});
