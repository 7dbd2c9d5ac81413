// Fields of a mapped plugin against a scripted service: what is sent, exactly, and what is made of every answer.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DBusError, Variant, type Call } from "../../../host/dbus/dbus.ts";
import { change, groups, ok, pluginOf } from "../../../../test/support/mapped.ts";
import {
  busError,
  ScriptedBus,
  scriptedContext,
  type Answer,
} from "../../../../test/support/scripted-bus.ts";
import type { Action, DocValue, Observed, Plugin, PluginContext } from "../../plugin.ts";

const HOST = `
format = 1
[service]
name = "org.example.Host"
path = "/host"
interface = "org.example.Host"
[errors]
"org.example.Busy" = "busy"
"org.example.Error Already" = "done"
[self.source]
zones = { call = "ListZones" }
[self.recipe]
both = { call = "SetBoth", args = ["$want.Left", "$want.Right"], action = "set-both" }
[self.fields]
Name  = { write = { call = "SetName", args = ["$value", "$interactive"], deadline = "40 ms" }, default = "" }
Zone  = { write = { call = "SetZone", args = ["$value"] }, check = { in = "$zones" } }
Left  = { write = "both", default = "l" }
Right = { write = "both", default = "r" }
Size  = { write = true, unit = "bytes", values = { none = "18446744073709551615" } }
Mode  = { values = { off = 0, on = 1 }, write = { when = { on = { call = "On" }, off = { call = "Off" } } } }
`;

const HOST_XML = `<interface name="org.example.Host">
  <method name="ListZones"><arg type="as" direction="out"/></method>
  <method name="SetName"><arg type="s" direction="in"/><arg type="b" direction="in"/></method>
  <method name="SetZone"><arg type="s" direction="in"/></method>
  <method name="SetBoth"><arg type="s" direction="in"/><arg type="s" direction="in"/></method>
  <method name="On"/><method name="Off"/>
  <property name="Name" type="s" access="read"/><property name="Zone" type="s" access="read"/>
  <property name="Left" type="s" access="read"/><property name="Right" type="s" access="read"/>
  <property name="Size" type="t" access="readwrite"/><property name="Mode" type="u" access="read"/>
  <property name="Uptime" type="t" access="read"/>
</interface>`;

function hostBus(
  methods: { [member: string]: (call: Call) => Answer | Promise<Answer> | undefined } = {},
): ScriptedBus {
  const bus = new ScriptedBus();
  const properties: { [name: string]: Variant } = {
    Name: new Variant("s", "a"),
    Zone: new Variant("s", "UTC"),
    Left: new Variant("s", "1"),
    Right: new Variant("s", "2"),
    Size: new Variant("t", 18446744073709551615n),
    Mode: new Variant("u", 0),
    Uptime: new Variant("t", 9007199254740993n),
  };
  const set = (name: string) => (call: Call) =>
    void (properties[name] = new Variant("s", String(call.body?.[0])));
  bus.objects.set("/host", {
    xml: HOST_XML,
    properties,
    methods: {
      ListZones: () => ok("as", ["UTC", "Europe/Berlin"]),
      SetName: set("Name"),
      SetZone: set("Zone"),
      SetBoth: (call) => {
        properties["Left"] = new Variant("s", String(call.body?.[0]));
        properties["Right"] = new Variant("s", String(call.body?.[1]));
        return undefined;
      },
      On: () => void (properties["Mode"] = new Variant("u", 1)),
      Off: () => void (properties["Mode"] = new Variant("u", 0)),
      ...methods,
    },
  });
  return bus;
}

async function prepared(
  plugin: Plugin,
  bus: ScriptedBus,
  wishes: { readonly [field: string]: DocValue },
): Promise<{ ctx: PluginContext; actions: readonly Action[]; observed: Observed }> {
  const ctx = scriptedContext(bus);
  const observed = await plugin.observe(ctx, { self: "all" });
  const want = new Map(Object.entries(wishes));
  const changes = Object.entries(wishes).map(([field, after]) => change(observed, field, after, { want }));
  const { actions, faults } = await plugin.plan(ctx, observed, changes);
  assert.deepEqual(faults, []);
  bus.sent.length = 0;
  return { ctx, actions, observed };
}

describe("fields of the plugin itself", () => {
  it("reads with one call, shows names, units and exact integers", async () => {
    const bus = hostBus();
    const { self } = await pluginOf(HOST).observe(scriptedContext(bus), { self: "all" });
    assert.deepEqual(Object.fromEntries(self?.fields ?? []), {
      Name: { known: "a" },
      Zone: { known: "UTC" },
      Left: { known: "1" },
      Right: { known: "2" },
      Size: { known: "none" },
      Mode: { known: "off" },
      Uptime: { known: 9007199254740993n },
    });
    assert.deepEqual(bus.sent, ['GetAll "org.example.Host"']);
  });

  it("reads property by property where GetAll fails, and says what is unknown", async () => {
    const bus = hostBus();
    const host = bus.objects.get("/host");
    bus.objects.set("/host", { xml: host?.xml ?? "", properties: { Name: new Variant("s", "a") } });
    const call = bus.call.bind(bus);
    bus.call = async (message) =>
      message.member === "GetAll" ? Promise.reject(busError("org.example.Io", "disk")) : call(message);
    const { self } = await pluginOf(HOST).observe(scriptedContext(bus), { self: ["Name", "Zone"] });
    assert.deepEqual(self?.fields.get("Name"), { known: "a" });
    assert.deepEqual(self?.fields.get("Zone"), {
      unknown: "Zone (org.freedesktop.DBus.Error.UnknownProperty)",
    });
  });

  it("says that the service is away when a read has no answer", async () => {
    const bus = hostBus();
    bus.call = async () =>
      Promise.reject(new DBusError("OPD3004", "org.freedesktop.DBus.Error.NoReply", "late"));
    await assert.rejects(pluginOf(HOST).observe(scriptedContext(bus), { self: "all" }), {
      code: "OPD6064",
      kind: "unavailable",
    });
  });

  const writes: readonly {
    name: string;
    wishes: { [field: string]: DocValue };
    sent: readonly string[];
    back: readonly string[];
  }[] = [
    { name: "setter", wishes: { Name: "b" }, sent: ['SetName "b" false'], back: ['SetName "a" false'] },
    {
      name: "one recipe for two fields",
      wishes: { Left: "x", Right: "y" },
      sent: ['SetBoth "x" "y"'],
      back: ['SetBoth "1" "2"'],
    },
    {
      name: "the other field stays",
      wishes: { Right: "y" },
      sent: ['SetBoth "1" "y"'],
      back: ['SetBoth "1" "2"'],
    },
    { name: "recipe by value", wishes: { Mode: "on" }, sent: ["On"], back: ["Off"] },
    {
      name: "property, unit and name",
      wishes: { Size: 1048576 },
      sent: ['Set "org.example.Host" "Size" {"$t":1048576}'],
      back: ['Set "org.example.Host" "Size" {"$t":18446744073709552000}'],
    },
  ];
  for (const { name, wishes, sent, back } of writes) {
    it(`writes and puts back: ${name}`, async () => {
      const plugin = pluginOf(HOST);
      const bus = hostBus();
      const { ctx, actions } = await prepared(plugin, bus, wishes);
      const changing = (): readonly string[] => bus.sent.filter((line) => !/^(Get|List)/.test(line));
      for (const group of groups(actions))
        for (const outcome of await plugin.apply(ctx, group)) assert.deepEqual(outcome, { outcome: "done" });
      assert.deepEqual(changing(), sent);
      assert.ok(
        actions.every(
          (action) =>
            action.undo === "inverse" && action.risk === "reversible" && action.fidelity === "computed",
        ),
      );
      bus.sent.length = 0;
      for (const group of groups(actions).toReversed())
        for (const outcome of await plugin.undo(ctx, group)) assert.deepEqual(outcome, { outcome: "done" });
      assert.deepEqual(changing(), back);
      bus.sent.length = 0;
      for (const group of groups(actions)) await plugin.undo(ctx, group);
      assert.deepEqual(changing(), [], "a second undo finds everything as before");
    });
  }

  const refused: readonly {
    field: string;
    after: DocValue;
    before?: DocValue;
    reset?: boolean;
    code: string;
    hint?: string;
  }[] = [
    { field: "Zone", after: "Europe/Berlni", code: "OPD6054", hint: "did you mean Europe/Berlin?" },
    { field: "Uptime", after: 1, code: "OPD6059" },
    { field: "Zone", after: null, reset: true, code: "OPD6061" },
    { field: "Mode", after: "on", before: { $foreign: 7 }, code: "OPD6055" },
    { field: "Size", after: "much", code: "OPD6052" },
  ];
  for (const { field, after, before, reset, code, hint } of refused) {
    it(`refuses ${field} = ${JSON.stringify(after)} before anything is sent`, async () => {
      const plugin = pluginOf(HOST);
      const bus = hostBus();
      const ctx = scriptedContext(bus);
      const observed = await plugin.observe(ctx, { self: "all" });
      const wish = change(observed, field, after, {
        reset: reset ?? false,
        ...(before === undefined ? {} : { before: { known: before } }),
      });
      const { faults } = await plugin.plan(ctx, observed, [wish]);
      assert.deepEqual(
        faults.map((fault) => [fault.code, fault.hint]),
        [[code, hint]],
      );
      assert.deepEqual(
        bus.sent.filter((line) => !/^(Get|List)/.test(line)),
        [],
      );
    });
  }

  const outcomes: readonly { name: string; error: DBusError; outcome: object }[] = [
    {
      name: "denied",
      error: busError("org.freedesktop.DBus.Error.AccessDenied", "no"),
      outcome: {
        outcome: "failed",
        meaning: "denied",
        reason: "no",
        busName: "org.freedesktop.DBus.Error.AccessDenied",
      },
    },
    {
      name: "busy, as the mapping says",
      error: busError("org.example.Busy", "later"),
      outcome: { outcome: "failed", meaning: "busy", reason: "later", busName: "org.example.Busy" },
    },
    {
      name: "done by its text",
      error: busError("org.example.Error", "Already so"),
      outcome: { outcome: "done" },
    },
    {
      name: "failed by the same name",
      error: busError("org.example.Error", "other"),
      outcome: { outcome: "failed", meaning: "failed", reason: "other", busName: "org.example.Error" },
    },
    {
      name: "no answer, not as wanted",
      error: new DBusError("OPD3004", "org.freedesktop.DBus.Error.NoReply", "late"),
      outcome: { outcome: "unknown", reason: "late (org.freedesktop.DBus.Error.NoReply)" },
    },
  ];
  for (const { name, error, outcome } of outcomes) {
    it(`tells the outcome: ${name}; nothing is sent twice`, async () => {
      const plugin = pluginOf(HOST);
      const bus = hostBus({ SetName: () => Promise.reject(error) });
      const { ctx, actions } = await prepared(plugin, bus, { Name: "b" });
      assert.deepEqual(await plugin.apply(ctx, actions), [outcome]);
      assert.equal(bus.sent.filter((line) => line.startsWith("SetName")).length, 1);
    });
  }

  it("settles an unanswered call by reading: what is there is done", async () => {
    const plugin = pluginOf(HOST);
    const bus = hostBus();
    const { ctx, actions } = await prepared(plugin, bus, { Name: "b" });
    const call = bus.call.bind(bus);
    bus.call = async (message) => {
      const reply = await call(message);
      if (message.member === "SetName")
        throw new DBusError("OPD3004", "org.freedesktop.DBus.Error.NoReply", "late");
      return reply;
    };
    assert.deepEqual(await plugin.apply(ctx, actions), [{ outcome: "done" }]);
  });
});
