// The suite passes a mapped plugin on a real bus connection, and finds each kind of misbehaviour.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CLOCK, CLOCK_PATH, clockService, type ClockService } from "../support/clock-service.ts";
import { testBus, type TestBus } from "../support/embedded-bus.ts";
import { contextFor } from "../support/plugin-context.ts";
import { connect, type Connection } from "../../src/host/dbus/dbus.ts";
import { conformance, type Check, type Harness } from "../support/conformance.ts";
import { loadMapping, mappedPlugin } from "../../src/plugin/mapping/mapping.ts";
import type { Change, Observed, Plugin } from "../../src/plugin/plugin.ts";

const MAPPING = `format = 1
[service]
name = "${CLOCK}"
path = "${CLOCK_PATH}"
interface = "${CLOCK}"
[self]
secret = ["AdminPassword"]
[self.fields]
Zone = { write = { call = "SetZone", args = ["$value", "$interactive"] } }
Volume = { write = true }
`;

let bus: TestBus;
let service: ClockService;
let client: Connection;

before(async () => {
  bus = await testBus();
  service = await clockService(bus.address);
  client = await connect({ address: bus.address });
});
after(async () => {
  await client.close();
  await service.connection.close();
  await bus.close();
});

function mapped(): Plugin {
  const { mapping, faults } = loadMapping("clock1.toml", MAPPING);
  assert.deepEqual(faults, []);
  assert.ok(mapping !== null);
  return mappedPlugin(mapping, { source: "test" });
}

function update(observed: Observed, field: string, value: string | number): Change {
  const before = observed.self?.fields.get(field) ?? null;
  return {
    resource: null,
    key: null,
    verb: "update",
    field,
    before,
    after: value,
    want: new Map([[field, value]]),
    reset: false,
  };
}

function harness(): Harness {
  const changes = (observed: Observed) => [update(observed, "Zone", "UTC"), update(observed, "Volume", 9)];
  return { context: contextFor(client), scope: { self: "all" }, changes };
}

const problemsOf = (checks: readonly Check[]) =>
  checks.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`));

test("a mapped plugin conforms, and everything is as before", async () => {
  const checks = await conformance(mapped(), harness());
  assert.deepEqual(problemsOf(checks), []);
  assert.equal(checks.length, 16);
  assert.deepEqual(service.state, { zone: "Europe/Berlin", volume: 3 });
});

test("each misbehaviour is found", async () => {
  const write = { destination: CLOCK, path: CLOCK_PATH, interface: CLOCK, member: "Tick" };
  const good = mapped();
  const table: readonly (readonly [string, Partial<Plugin>, RegExp])[] = [
    [
      "a write while observing",
      { observe: async (ctx, scope) => (await ctx.bus.call(write), good.observe(ctx, scope)) },
      /observe only reads: sent org.example.Clock1.Tick/,
    ],
    [
      "a write while planning",
      { plan: async (ctx, seen, changes) => (await ctx.bus.call(write), good.plan(ctx, seen, changes)) },
      /planning only reads: sent/,
    ],
    [
      "a field nobody declared",
      { schema: async (ctx) => ({ ...(await good.schema(ctx)), self: new Map() }) },
      /Zone is not in the schema/,
    ],
    [
      "a shown secret",
      { observe: async (ctx, scope) => reveal(await good.observe(ctx, scope)) },
      /AdminPassword is a secret and shown/,
    ],
    [
      "things unasked",
      { observe: async (ctx) => good.observe(ctx, { self: "all" }) },
      /gave fields of its own unasked/,
    ],
    [
      "an apply that does nothing",
      { apply: async (_ctx, group) => group.map(() => ({ outcome: "done" })) },
      /what is asked for is there|Zone is not what was asked for/,
    ],
    [
      "an undo that does nothing",
      { undo: async (_ctx, group) => group.map(() => ({ outcome: "done" })) },
      /all is as before: Zone moved/,
    ],
    [
      "a call the plan did not show",
      { apply: async (ctx, group) => (await ctx.bus.call(write), good.apply(ctx, group)) },
      /Tick, which the plan did not show/,
    ],
    [
      "a failure",
      {
        apply: async (_ctx, group) =>
          group.map(() => ({ outcome: "failed", reason: "no", meaning: "denied" })),
      },
      /every action is done: Zone: failed, no/,
    ],
  ];
  for (const [what, wrong, problem] of table) {
    service.state.zone = "Europe/Berlin";
    service.state.volume = 3;
    const checks = await conformance({ ...good, ...wrong }, harness());
    assert.match(problemsOf(checks).join("\n"), problem, what);
  }
});

function reveal(observed: Observed): Observed {
  if (observed.self === null) return observed;
  const fields = new Map([...observed.self.fields, ["AdminPassword", { known: "hunter2" }] as const]);
  return { ...observed, self: { ...observed.self, fields } };
}
