// Generated plugins against a service on an embedded bus, through the suite that every plugin runs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CLOCK, CLOCK_PATH, clockService, type ClockService } from "../../../test/support/clock-service.ts";
import { testBus, type TestBus } from "../../../test/support/embedded-bus.ts";
import { conformance } from "../../../test/support/conformance.ts";
import { contextFor } from "../../../test/support/plugin-context.ts";
import { OpError } from "../../base/error.ts";
import {
  connect,
  readGuard,
  readIntrospection,
  type Bus,
  type Call,
  type Connection,
} from "../../host/dbus/dbus.ts";
import { generatedPlugin } from "./generated.ts";
import { pluginNames } from "./plugin-name.ts";
import type { Scope } from "../plugin.ts";

let bus: TestBus;
let service: ClockService;
let client: Connection;
const everything: Scope = { self: "all", resources: new Map([["objects", { keys: "all", fields: "all" }]]) };
const plugin = generatedPlugin({ name: "clock1", service: CLOCK, bus: "system" });

before(async () => {
  bus = await testBus();
  service = await clockService(bus.address);
  client = await connect({ address: bus.address, guard: readGuard([]) });
});
after(async () => {
  await client.close();
  await service.connection.close();
  await bus.close();
});

test("conforms", async () => {
  const checks = await conformance(plugin, { context: contextFor(client), scope: everything });
  assert.ok(checks.length >= 9);
  for (const { name, problems } of checks) assert.deepEqual(problems, [], name);
});

test("fields, keys, and what cannot be read", async () => {
  const { self, resources, owner } = await plugin.observe(contextFor(client), everything);
  assert.equal(owner, service.connection.uniqueName);
  const shown = JSON.parse(
    JSON.stringify([...(self?.fields ?? [])], (_, value) =>
      typeof value === "bigint" ? `${value}n` : value,
    ),
  );
  assert.deepEqual(shown, [
    [`${CLOCK}.Zone`, { known: "Europe/Berlin" }],
    ["Big", { known: "9223372036854775808n" }],
    ["Ratio", { known: { $d: "nan" } }],
    ["Extra", { known: { list: { $au: [1, 2] }, text: "x" } }],
    ["Raw", { known: { $ay: "AP8=" } }],
    ["Any", { known: { $q: 7 } }],
    ["AdminPassword", { digest: 'digest of ["clock1",null,null,"AdminPassword"] (9)' }],
    ["Volume", { known: 3 }],
    [`${CLOCK}.Broken.Zone`, { known: "another" }],
    ["Never", { unknown: "not today (org.example.Error.Never)" }],
  ]);
  const items = resources.get("objects")?.items;
  assert.deepEqual([...(items?.keys() ?? [])], [`${CLOCK_PATH}/alarm/1`, `${CLOCK_PATH}/alarm/2`]);
  assert.deepEqual(items?.get(`${CLOCK_PATH}/alarm/2`)?.fields.get(`${CLOCK}.Alarm.Name`), { known: "tea" });
});

test("only what the scope names", async () => {
  const key = `${CLOCK_PATH}/alarm/1`;
  const scope: Scope = {
    self: ["Big"],
    resources: new Map([["objects", { keys: [key, "/none"], fields: [`${CLOCK}.Alarm.Name`] }]]),
  };
  const { self, resources } = await plugin.observe(contextFor(client), scope);
  assert.deepEqual([...(self?.fields.keys() ?? [])], ["Big"]);
  assert.equal(resources.get("objects")?.complete, false);
  assert.deepEqual(
    [...(resources.get("objects")?.items ?? [])].map(([path, item]) => [path, [...item.fields.keys()]]),
    [[key, [`${CLOCK}.Alarm.Name`]]],
  );
});

test("changes are refused before anything is sent", async () => {
  const ctx = contextFor(client);
  const observed = await plugin.observe(ctx, everything);
  const change = {
    resource: null,
    key: null,
    verb: "update",
    field: "Volume",
    before: { known: 3 },
    after: 4,
    want: new Map(),
    reset: false,
  } as const;
  const count = bus.captured.length;
  const { actions, faults } = await plugin.plan(ctx, observed, [change]);
  assert.deepEqual([actions.length, faults.length, faults[0]?.code], [0, 1, "OPD6059"]);
  assert.equal(bus.captured.length, count);
});

test("a folder's introspection decides what is shown", async () => {
  const xml = `<node><interface name="${CLOCK}.Alarm"><property name="Name" type="s" access="read"/></interface><interface name="${CLOCK}.Gone"/></node>`;
  const { interfaces } = readIntrospection(xml).node;
  const narrow = generatedPlugin({ name: "clock1", service: CLOCK, bus: "system", interfaces, source: "/x" });
  const schema = await narrow.schema(contextFor(client));
  assert.equal(schema.self.size, 0);
  assert.deepEqual([...(schema.resources.get("objects")?.fields.keys() ?? [])], [`${CLOCK}.Alarm.Name`]);
  assert.match(schema.notes.join("\n"), new RegExp(`names ${CLOCK}.Gone, which no object has now`));
});

test("a service that is away, and an interrupted reading", async () => {
  const away = generatedPlugin({ name: "none", service: "org.example.None1", bus: "system" });
  await assert.rejects(
    away.observe(contextFor(client), everything),
    (error) => error instanceof OpError && error.code === "OPD6064",
  );
  const aborted = AbortSignal.abort();
  await assert.rejects(
    plugin.observe(contextFor(client, aborted), everything),
    (error) => error instanceof OpError && error.kind === "cancelled",
  );
});

test("names of plugins", () => {
  const names = (services: readonly string[], taken: readonly string[] = []) =>
    Object.fromEntries(pluginNames(services, new Set(taken)));
  assert.deepEqual(names(["org.freedesktop.hostname1"]), { "org.freedesktop.hostname1": "hostname1" });
  assert.deepEqual(names(["org.a.Portal", "org.b.Portal"]), {
    "org.a.Portal": "a-portal",
    "org.b.Portal": "b-portal",
  });
  assert.deepEqual(names(["org.a.Portal"], ["portal"]), { "org.a.Portal": "a-portal" });
  assert.deepEqual(names(["a.b", "c.a.b"]), { "a.b": "a-b", "c.a.b": "c-a-b" });
  assert.deepEqual(names(["x.a", "x.A"]), { "x.a": "x.a", "x.A": "x.A" });
});

test("what is asked for by name is read without a walk through all objects", async () => {
  const asked: string[] = [];
  const counting = {
    uniqueName: client.uniqueName,
    guid: client.guid,
    owner: (name: string) => client.owner(name),
    call: (call: Call) => {
      if (call.member === "Introspect") asked.push(call.path);
      return client.call(call);
    },
  } as unknown as Bus;
  const context = contextFor(counting);
  const all = await plugin.schema(context);
  const walked = asked.splice(0).length;
  const own: Scope = { self: ["Volume"] };
  const alarm = `${CLOCK_PATH}/alarm/1`;
  const one: Scope = { resources: new Map([["objects", { keys: [alarm], fields: "all" }]]) };

  const narrow = await plugin.schema(context, own);
  assert.deepEqual([...narrow.self.keys()], [...all.self.keys()]);
  assert.deepEqual(narrow.interfaces, all.interfaces);
  assert.deepEqual(asked.splice(0), ["/", "/org", "/org/example", CLOCK_PATH]);

  assert.deepEqual((await plugin.observe(context, own)).self?.fields, new Map([["Volume", { known: 3 }]]));
  assert.ok(asked.splice(0).length < walked);
  const { resources } = await plugin.observe(context, one);
  assert.deepEqual([...(resources.get("objects")?.items.keys() ?? [])], [alarm]);
  assert.ok(asked.splice(0).length < walked);

  // Not in the tree: an ObjectManager may still know it.
  await plugin.observe(context, { resources: new Map([["objects", { keys: ["/nobody"], fields: [] }]]) });
  assert.ok(asked.length >= walked);
});
