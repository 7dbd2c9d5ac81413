// A field that stands for several (`all`): written and shown as they are, and put back through them, whatever was asked.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Variant, type Call, type DBusValue } from "../../../host/dbus/dbus.ts";
import { change, groups, ok, pluginOf } from "../../../../test/support/mapped.ts";
import { ScriptedBus, scriptedContext } from "../../../../test/support/scripted-bus.ts";

const ZONE = `
format = 1
[service]
name = "org.example.Zone"
path = "/zone"
interface = "org.example.Zone"
[self.source]
live = { call = "GetNow" }
kept = { call = "GetKept" }
[self.fields]
ports = { all = ["now", "kept"] }
now   = { read = "$live", text = "{port}/{protocol}", add = { call = "Open", args = ["$element.port", "$element.protocol"] }, remove = { call = "Close", args = ["$element.port"] } }
kept  = { read = "$kept", text = "{port}/{protocol}", add = { call = "Keep", args = ["$element.port", "$element.protocol"] }, remove = { call = "Drop", args = ["$element.port"] } }
`;
const method = (name: string, inside: string): string => `<method name="${name}">${inside}</method>`;
const XML = `<interface name="org.example.Zone">${[
  ...["GetNow", "GetKept"].map((name) => method(name, '<arg type="aas" direction="out"/>')),
  ...["Open", "Keep"].map((name) => method(name, '<arg type="s" direction="in"/>'.repeat(2))),
  ...["Close", "Drop"].map((name) => method(name, '<arg type="s" direction="in"/>')),
].join("")}</interface>`;

function zoneBus(): { readonly bus: ScriptedBus; readonly ports: Record<"now" | "kept", string[][]> } {
  const bus = new ScriptedBus();
  const ports = { now: [["22", "tcp"]], kept: [["22", "tcp"]] };
  const add = (where: "now" | "kept") => (call: Call) =>
    void ports[where].push((call.body ?? []) as string[]);
  const drop = (where: "now" | "kept") => (call: Call) =>
    void (ports[where] = ports[where].filter(([port]) => port !== call.body?.[0]));
  bus.objects.set("/zone", {
    xml: XML,
    properties: {} as { [name: string]: Variant },
    methods: {
      GetNow: () => ok("aas", ports.now as DBusValue),
      GetKept: () => ok("aas", ports.kept as DBusValue),
      Open: add("now"),
      Keep: add("kept"),
      Close: drop("now"),
      Drop: drop("kept"),
    },
  });
  return { bus, ports };
}

describe("a field that stands for others", () => {
  it("takes and shows values as they do", async () => {
    const { bus } = zoneBus();
    const plugin = pluginOf(ZONE);
    const ctx = scriptedContext(bus);
    const field = (await plugin.schema(ctx)).self.get("ports")!;
    assert.deepEqual(field.normalise(["22/tcp"]), { value: ["22/tcp"] });
    const { self } = await plugin.observe(ctx, { self: ["ports"] });
    assert.deepEqual(self?.fields.get("ports"), { known: ["22/tcp"] });
  });

  it("is put back although only it was asked for", async () => {
    const { bus, ports } = zoneBus();
    const plugin = pluginOf(ZONE);
    const ctx = scriptedContext(bus);
    const observed = await plugin.observe(ctx, { self: ["ports"] });
    const wish = change(observed, "ports", ["22/tcp", "80/tcp"]);
    const { actions, faults } = await plugin.plan(ctx, observed, [wish]);
    assert.deepEqual(faults, []);
    assert.deepEqual(
      actions.map(({ field, before, undo, risk }) => [field, before, undo, risk]),
      [
        ["now", ["22/tcp"], "inverse", "reversible"],
        ["kept", ["22/tcp"], "inverse", "reversible"],
      ],
    );
    for (const group of groups(actions)) await plugin.apply(ctx, group);
    assert.deepEqual(ports, {
      now: [
        ["22", "tcp"],
        ["80", "tcp"],
      ],
      kept: [
        ["22", "tcp"],
        ["80", "tcp"],
      ],
    });
    for (const group of groups(actions).toReversed()) await plugin.undo(ctx, group);
    assert.deepEqual(ports, { now: [["22", "tcp"]], kept: [["22", "tcp"]] });
  });
});
