// The folder that `plugin create` writes is valid as it is, and each of its guesses is valid when it is taken.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OpError } from "../../base/error.ts";
import { readIntrospection } from "../../host/dbus/dbus.ts";
import { createPlugin } from "./create.ts";
import { readManifest } from "../registry/manifest.ts";
import { loadMapping } from "../mapping/mapping.ts";
import { settersOf } from "./setters.ts";
import type { DiscoveredObject } from "../discover/walk.ts";

function object(path: string, xml: string): DiscoveredObject {
  return {
    path,
    from: "tree",
    interfaces: readIntrospection(`<node>${xml}</node>`).node.interfaces,
    error: null,
  };
}

const clock = object(
  "/org/example/Clock1",
  `<interface name="org.example.Clock1">
    <method name="SetTimezone"><arg name="timezone" type="s" direction="in"/><arg name="interactive" type="b" direction="in"/></method>
    <method name="SetLocalRTC"><arg name="local_rtc" type="b" direction="in"/><arg name="fix_system" type="b" direction="in"/></method>
    <method name="SetKeyboard"><arg name="layout" type="s" direction="in"/><arg name="variant" type="s" direction="in"/></method>
    <method name="SetNTP"><arg name="use" type="i" direction="in"/></method>
    <property name="Timezone" type="s" access="read"/>
    <property name="LocalRTC" type="b" access="read"/>
    <property name="Layout" type="s" access="read"/>
    <property name="Variant" type="s" access="read"/>
    <property name="NTP" type="b" access="read"/>
    <property name="Volume" type="u" access="readwrite"/>
    <property name="AdminPassword" type="s" access="read"/>
  </interface>`,
);
const item = object(
  "/org/example/Clock1/alarm/1",
  '<interface name="org.example.Clock1.Alarm"><property name="Name" type="s" access="read"/></interface>',
);
const manager = object(
  "/",
  '<interface name="org.freedesktop.DBus.ObjectManager"><method name="GetManagedObjects"/></interface>',
);

test("setters by name, by argument, with what other arguments are", () => {
  const found = settersOf(clock.interfaces.values()).map(({ property, method, args }) => [
    property.name,
    method.name,
    args,
  ]);
  assert.deepEqual(found, [
    ["Timezone", "SetTimezone", ["$value", "$interactive"]],
    ["LocalRTC", "SetLocalRTC", ["$value", null]],
    ["Layout", "SetKeyboard", ["$value", "$want.Variant"]],
    ["Variant", "SetKeyboard", ["$want.Layout", "$value"]],
  ]);
});

test("the folder is valid, and so is the mapping with its guesses taken", () => {
  const files = createPlugin({
    name: "clock1",
    service: "org.example.Clock1",
    bus: "system",
    objects: [manager, clock, item],
  });
  assert.deepEqual([...files.keys()], ["plugin.toml", "introspection.xml", "mapping.toml", "README.md"]);
  assert.deepEqual(readManifest("plugin.toml", files.get("plugin.toml") ?? "").faults, []);
  const { node } = readIntrospection(files.get("introspection.xml") ?? "");
  assert.deepEqual([...node.interfaces.keys()], ["org.example.Clock1", "org.example.Clock1.Alarm"]);
  const draft = files.get("mapping.toml") ?? "";
  const asItIs = loadMapping("mapping.toml", draft);
  assert.deepEqual(asItIs.faults, []);
  const fields = [...(asItIs.mapping?.self.fields.values() ?? [])];
  const names = ["Timezone", "LocalRTC", "Layout", "Variant", "NTP", "Volume", "AdminPassword"];
  assert.deepEqual(
    fields.map(({ name }) => name),
    names,
  );
  assert.ok(fields.every(({ write }) => write.kind === "read-only"));
  assert.deepEqual(asItIs.mapping?.self.secret, ["AdminPassword"]);
  const filled = draft
    .replace(/^\w+ = \{\}\n(?=(# .*\n)?#\? )/gm, "")
    .replaceAll("#? ", "")
    .replace('key = "FILL_IN"', 'key = "Name"')
    .replaceAll('"FILL_IN"', '"$interactive"');
  const taken = loadMapping("mapping.toml", filled);
  assert.deepEqual(taken.faults, []);
  const written = [...(taken.mapping?.self.fields.values() ?? [])].filter(
    ({ write }) => write.kind !== "read-only",
  );
  assert.deepEqual(
    written.map(({ name }) => name),
    ["Timezone", "LocalRTC", "Layout", "Variant", "Volume"],
  );
  assert.deepEqual([...(taken.mapping?.resources.keys() ?? [])], ["alarms"]);
});

test("a service without an interface of its own", () => {
  const create = () =>
    createPlugin({ name: "x", service: "org.example.X", bus: "system", objects: [manager] });
  assert.throws(create, (error) => error instanceof OpError && error.code === "OPD6303");
});
