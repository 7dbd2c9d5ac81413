// Which folders become plugins, and which are left out with what words.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { OpError } from "../../base/error.ts";
import { ScriptedBus, scriptedContext } from "../../../test/support/scripted-bus.ts";
import { loadPlugins, type PluginPlaces } from "./registry.ts";

const uid = process.getuid?.() ?? 0;
const shipped = join(import.meta.dirname, "../../../mappings");
const xml =
  '<node><interface name="org.example.Clock1"><property name="Zone" type="s" access="read"/></interface></node>';
const mapping = `format = 1
[service]
name = "org.example.Clock1"
path = "/org/example/Clock1"
interface = "org.example.Clock1"
[self.source]
zone = { call = "Zone" }
[self.fields]
zone = { read = "$zone" }
`;
let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "op-dbus-registry-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true, mode: 0o755 });
    writeFileSync(join(root, path), text, { mode: 0o644 });
    chmodSync(dirname(join(root, path)), 0o755);
  }
}

function load(places: Partial<PluginPlaces>) {
  const none = {
    shippedDir: null,
    systemDir: null,
    userDir: null,
    pluginDirs: [],
    uid,
    approvals: new Set<string>(),
  };
  return loadPlugins({ ...none, ...places });
}

const manifest = (name: string) => `name = "${name}"\nversion = "1.0.0"\nservice = "org.example.${name}"\n`;

test("the shipped mappings are all there, and each opens", async () => {
  const { plugins, faults, warnings } = await load({ shippedDir: shipped });
  assert.deepEqual(faults, []);
  assert.deepEqual(warnings, []);
  const names = plugins.map(({ name }) => name);
  for (const name of ["hostname1", "timedate1", "locale1", "packagekit", "systemd1"])
    assert.ok(names.includes(name), name);
  for (const plugin of plugins) {
    assert.match(plugin.digest, /^[0-9a-f]{64}$/, plugin.name);
    assert.equal(plugin.origin, "mapping");
  }
});

test("a folder with an introspection alone is a generated plugin", async () => {
  write({
    "dir/org.example.Clock1/plugin.toml": manifest("Clock1").replace('"Clock1"', '"clock1"'),
    "dir/org.example.Clock1/introspection.xml": xml,
  });
  for (const pluginDirs of [[join(root, "dir")], [join(root, "dir/org.example.Clock1")]]) {
    const { plugins, faults } = await load({ pluginDirs });
    assert.deepEqual(faults, []);
    const [plugin] = plugins;
    assert.deepEqual([plugin?.name, plugin?.origin, plugin?.writable], ["clock1", "generated", false]);
  }
});

test("a mapping from elsewhere whose reads do not look like reads is read-only until approved", async () => {
  const files = {
    "d/clock1/plugin.toml": 'name = "clock1"\nversion = "1.0.0"\nservice = "org.example.Clock1"\n',
    "d/clock1/mapping.toml": mapping,
  };
  write(files);
  const before = (await load({ pluginDirs: [join(root, "d")] })).plugins[0];
  assert.equal(before?.writable, false);
  assert.deepEqual(before?.probes, []);
  const approvals = new Set([before?.digest ?? ""]);
  const after = (await load({ pluginDirs: [join(root, "d")], approvals })).plugins[0];
  assert.deepEqual(
    after?.probes.map(({ member }) => member),
    ["Zone"],
  );
});

test("only plugin.toml is read until a plugin is used", async () => {
  write({
    "d/clock1/plugin.toml": 'name = "clock1"\nversion = "1.0.0"\nservice = "org.example.Clock1"\n',
    "d/clock1/mapping.toml": "format = [",
  });
  const { plugins, faults } = await load({ pluginDirs: [join(root, "d")] });
  assert.deepEqual(faults, []);
  assert.throws(
    () => plugins[0]?.digest,
    (error) => error instanceof OpError && error.code === "OPD6100" && error.faults.length > 0,
  );
});

test("what is left out, and why", async () => {
  const good = {
    "plugin.toml": 'name = "a"\nversion = "1.0.0"\nservice = "org.example.A"\n',
    "introspection.xml": xml,
  };
  const table: readonly (readonly [string, Record<string, string>, (dir: string) => void, RegExp])[] = [
    [
      "twice",
      { ...prefixed("x/", good), ...prefixed("y/", good) },
      () => {},
      /the plugin a is in .* neither is used/,
    ],
    [
      "empty",
      { "x/plugin.toml": good["plugin.toml"] },
      () => {},
      /neither mapping.toml nor introspection.xml/,
    ],
    [
      "writable folder",
      prefixed("x/", good),
      (dir) => chmodSync(join(dir, "x"), 0o777),
      /left out: others may write it/,
    ],
    [
      "writable file",
      prefixed("x/", good),
      (dir) => chmodSync(join(dir, "x/plugin.toml"), 0o666),
      /not trusted: others may write it/,
    ],
    [
      "linked file",
      { "x/other": good["plugin.toml"], "x/introspection.xml": xml },
      (dir) => symlinkSync("other", join(dir, "x/plugin.toml")),
      /symbolic link/,
    ],
    [
      "not UTF-8",
      { ...prefixed("x/", good), "x/plugin.toml": 'name = "\ufffd"' },
      (dir) => writeFileSync(join(dir, "x/plugin.toml"), Buffer.from([0x61, 0xff])),
      /not UTF-8/,
    ],
    [
      "bad manifest",
      { "x/plugin.toml": 'nme = "a"\nversion = "one"\n', "x/introspection.xml": xml },
      () => {},
      /unknown key "nme"/,
    ],
  ];
  for (const [what, files, spoil, message] of table) {
    const dir = join(root, what.replaceAll(" ", "-"));
    write(
      Object.fromEntries(
        Object.entries(files).map(([path, text]) => [`${what.replaceAll(" ", "-")}/${path}`, text]),
      ),
    );
    chmodSync(dir, 0o755);
    spoil(dir);
    const { plugins, faults } = await load({ pluginDirs: [dir] });
    assert.deepEqual(plugins, [], what);
    assert.match(faults.map((fault) => fault.message).join("\n"), message, what);
  }
});

test("a directory that was named must exist, a usual one need not", async () => {
  assert.deepEqual((await load({ systemDir: join(root, "none") })).faults, []);
  assert.equal((await load({ pluginDirs: [join(root, "none")] })).faults.length, 1);
});

test("the user's directory is not looked into for root", async () => {
  write({
    "u/a/plugin.toml": 'name = "a"\nversion = "1.0.0"\nservice = "org.example.A"\n',
    "u/a/introspection.xml": xml,
  });
  const { plugins } = await load({ userDir: join(root, "u") });
  assert.equal(plugins.length, uid === 0 ? 0 : 1);
});

function prefixed(prefix: string, files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [prefix + path, text]));
}

test("only the resources that need an unapproved call are read-only, and the note names the command", async () => {
  write({
    "d/clock1/plugin.toml": 'name = "clock1"\nversion = "1.0.0"\nservice = "org.example.Clock1"\n',
    "d/clock1/mapping.toml": `format = 1
[service]
name = "org.example.Clock1"
path = "/clock"
interface = "org.example.Clock1"
[self.fields]
Zone = { write = { call = "SetZone", args = ["$value"] } }
[resource.alarms]
list = "$all"
key = "$item"
delete = { call = "RemoveAlarm", args = ["$key"] }
[resource.alarms.source]
all = { call = "Alarms" }
`,
  });
  const clock = `<interface name="org.example.Clock1">
    <method name="SetZone"><arg type="s" direction="in"/></method>
    <method name="RemoveAlarm"><arg type="s" direction="in"/></method>
    <method name="Alarms"><arg type="as" direction="out"/></method>
    <property name="Zone" type="s" access="read"/></interface>`;
  const bus = new ScriptedBus();
  bus.objects.set("/clock", { xml: clock });
  const places = { pluginDirs: [join(root, "d")] };
  const plugin = (await load(places)).plugins[0]!;
  assert.equal(plugin.writable, true);
  assert.deepEqual(
    plugin.unapproved?.map(({ member }) => member),
    ["Alarms"],
  );
  const schema = await plugin.schema(scriptedContext(bus));
  assert.equal(schema.self.get("Zone")?.writable, true);
  assert.equal(schema.resources.get("alarms")?.canDelete, false);
  assert.match(
    schema.notes.join("\n"),
    /^clock1:alarms: read-only.*Alarms.*op-dbus plugin check clock1 --approve/m,
  );

  const approved = (await load({ ...places, approvals: new Set([plugin.digest]) })).plugins[0]!;
  const open = await approved.schema(scriptedContext(bus));
  assert.equal(open.resources.get("alarms")?.canDelete, true);
  assert.deepEqual([approved.unapproved, open.notes], [[], []]);
});
