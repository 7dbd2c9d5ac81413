// Items with objects of their own: listings, jobs, sets, secrets, creation and what follows it.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Variant, type Call } from "../../../host/dbus/dbus.ts";
import { change, groups, items, methodXml, ok, pluginOf, whole } from "../../../../test/support/mapped.ts";
import { ScriptedBus, scriptedContext } from "../../../../test/support/scripted-bus.ts";
import type {} from "../../plugin.ts";

const THINGS = `
format = 1
[service]
name = "org.example.Things"
path = "/things"
interface = "org.example.Things"
[at.thing]
path = "$item"
interface = "org.example.Thing"
[flow.job]
once = { call = "Subscribe" }
end = { signal = "JobRemoved", match = { 0 = "$reply" }, ok = { 1 = ["done"] } }
deadline = "10 s"
[resource.things]
list = "$all"
key = "Name"
object = "thing"
absent = { State = ["gone"] }
secret = ["Password"]
create = { call = "Add", args = ["$key", "$want.Colour"] }
delete = { call = "Drop", args = ["$key"] }
[resource.things.source]
all = { call = "List" }
[resource.things.fields]
Colour = { default = "red", write = { call = "Paint", args = ["$item", "$value"] } }
Tags = { add = { call = "Tag", args = ["$key", "$element"] }, remove = { call = "Untag", args = ["$key", "$element"] } }
State = { values = { up = "up", down = "down" }, write = { when = { up = { flow = "job", call = "Start", args = ["$key"] }, down = { flow = "job", call = "Stop", args = ["$key"] } } }, after = ["Colour"] }
Password = { read = false, write = { call = "SetPassword", args = ["$key", "$value"] } }
`;

const THINGS_XML = `<interface name="org.example.Things">
  <method name="List"><arg type="ao" direction="out"/></method><method name="Subscribe"/>
  ${methodXml("Add", "s", "s")}${methodXml("Drop", "s")}${methodXml("Paint", "o", "s")}${methodXml("Tag", "s", "s")}${methodXml("Untag", "s", "s")}${methodXml("SetPassword", "s", "s")}
  <method name="Start"><arg type="s" direction="in"/><arg type="o" direction="out"/></method>
  <method name="Stop"><arg type="s" direction="in"/><arg type="o" direction="out"/></method>
  <signal name="JobRemoved"><arg type="o"/><arg type="s"/></signal>
</interface>`;
const THING_XML = `<interface name="org.example.Thing"><property name="Name" type="s" access="read"/><property name="Colour" type="s" access="read"/>
  <property name="Tags" type="as" access="read"/><property name="State" type="s" access="read"/></interface>`;

function thingsBus(): ScriptedBus {
  const bus = new ScriptedBus();
  const things = new Map<string, { [name: string]: Variant }>();
  const add = (name: string, colour: string, state = "down"): void => {
    const properties = {
      Name: new Variant("s", name),
      Colour: new Variant("s", colour),
      Tags: new Variant("as", ["a", "b"]),
      State: new Variant("s", state),
    };
    things.set(`/thing/${name}`, properties);
    bus.objects.set(`/thing/${name}`, { xml: THING_XML, properties });
  };
  add("one", "blue");
  add("ghost", "white", "gone");
  const job = (state: string) => (call: Call) => {
    const thing = things.get(`/thing/${String(call.body?.[0])}`);
    if (thing !== undefined) thing["State"] = new Variant("s", state);
    // Someone else's job, then ours ahead of its reply.
    bus.emit("/things", "org.example.Things", "JobRemoved", "os", ["/job/9", "failed"]);
    bus.emit("/things", "org.example.Things", "JobRemoved", "os", ["/job/1", "done"]);
    return ok("o", "/job/1");
  };
  bus.objects.set("/things", {
    xml: THINGS_XML,
    methods: {
      List: () => ok("ao", [...things.keys()]),
      Add: (call) => {
        add(String(call.body?.[0]), String(call.body?.[1]));
        return undefined;
      },
      Drop: (call) => {
        things.delete(`/thing/${String(call.body?.[0])}`);
        bus.objects.delete(`/thing/${String(call.body?.[0])}`);
        return undefined;
      },
      Start: job("up"),
      Stop: job("down"),
    },
  });
  return bus;
}

describe("items with objects", () => {
  const changing = (bus: ScriptedBus): readonly string[] =>
    bus.sent.filter((line) => !/^(Get|List)/.test(line));

  it("lists by key, leaves out what is absent, reads only what is asked", async () => {
    const bus = thingsBus();
    const observed = await pluginOf(THINGS).observe(scriptedContext(bus), items("things", "all", ["Colour"]));
    const found = observed.resources.get("things");
    assert.deepEqual([...(found?.items.keys() ?? [])], ["one"]);
    assert.deepEqual(found?.items.get("one")?.fields, new Map([["Colour", { known: "blue" }]]));
    assert.equal(found?.items.get("one")?.path, "/thing/one");
    assert.equal(
      bus.sent.filter((line) => line.startsWith("GetAll")).length,
      2,
      "one reading of each object",
    );
  });

  it("changes fields in their order; a job's end ahead of its reply counts; matches are subscribed once", async () => {
    const plugin = pluginOf(THINGS);
    const bus = thingsBus();
    const ctx = scriptedContext(bus);
    const observed = await plugin.observe(ctx, items("things", ["one"]));
    const at = { resource: "things", key: "one" };
    const changes = [
      change(observed, "State", "up", at),
      change(observed, "Colour", "green", at),
      change(observed, "Tags", ["b", "c"], at),
    ];
    const { actions, faults } = await plugin.plan(ctx, observed, changes);
    assert.deepEqual(faults, []);
    assert.deepEqual(actions.find((action) => action.field === "State")?.depends_on, ["things/one.Colour"]);
    bus.sent.length = 0;
    for (const group of groups(actions))
      for (const outcome of await plugin.apply(ctx, group)) assert.deepEqual(outcome, { outcome: "done" });
    assert.deepEqual(changing(bus), [
      'Paint "/thing/one" "green"',
      'Tag "one" "c"',
      'Untag "one" "a"',
      "Subscribe",
      'Start "one"',
    ]);
    assert.equal(bus.matches, 0);
    const state = actions.filter((action) => action.field === "State");
    bus.sent.length = 0;
    assert.deepEqual(await plugin.undo(ctx, state), [{ outcome: "done" }]);
    assert.deepEqual(changing(bus), ['Stop "one"'], "Subscribe is sent once per connection");
  });

  it("creates with what the recipe takes, writes the other fields after it, and deletes it all again", async () => {
    const plugin = pluginOf(THINGS);
    const bus = thingsBus();
    const ctx = scriptedContext(bus);
    const observed = await plugin.observe(ctx, items("things", ["new"]));
    const { actions, faults } = await plugin.plan(ctx, observed, [
      whole("create", "things", "new", { State: "up", Password: { secret: "env:hunter2" } }),
    ]);
    assert.deepEqual(faults, []);
    assert.ok(!JSON.stringify(actions.map((action) => action.via)).includes('"hunter2"'));
    bus.sent.length = 0;
    for (const group of groups(actions))
      for (const outcome of await plugin.apply(ctx, group)) assert.deepEqual(outcome, { outcome: "done" });
    assert.deepEqual(changing(bus), [
      'Add "new" "red"',
      'SetPassword "new" "hunter2"',
      "Subscribe",
      'Start "new"',
    ]);
    bus.sent.length = 0;
    for (const group of groups(actions).toReversed()) await plugin.undo(ctx, group);
    assert.ok(changing(bus).includes('Drop "new"'));
    assert.ok(!bus.objects.has("/thing/new"));
  });

  it("there is no such item, and what is near", async () => {
    const plugin = pluginOf(THINGS.replace(/^create = .*$/m, ""));
    const bus = thingsBus();
    const ctx = scriptedContext(bus);
    const { faults } = await plugin.plan(ctx, await plugin.observe(ctx, items("things", ["onee"])), [
      whole("create", "things", "onee"),
    ]);
    assert.deepEqual(
      faults.map(({ code, hint }) => [code, hint]),
      [["OPD6056", "did you mean one?"]],
    );
  });
});
