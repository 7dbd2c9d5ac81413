// Mappings of the first generation: what is taken over loads, what is left open is named and cannot be loaded.

import assert from "node:assert/strict";
import { test } from "node:test";

import { loadMapping } from "./load.ts";
import { importSeedMapping as importSeed, type SeedImport } from "./seed-import.ts";

const importSeedMapping = (file: string, text: string): SeedImport =>
  importSeed(file, text, { plugin: "old1", bus: "system" });

const HEAD = '[service]\nname = "org.freedesktop.hostname1"\nversion = "1.0"\n';

test("properties with setters, checks and risks become fields", () => {
  const { toml, warnings, faults } = importSeedMapping(
    "old.toml",
    `${HEAD}[safety]\noperation_timeout = 30\ncreate_backup = true\n` +
      '[methods.SetStaticHostname]\nargs_mapping = ["value", "interactive"]\nrequires_confirmation = true\n' +
      '[properties.static_hostname]\nsetter_method = "SetStaticHostname"\nvalidation = { pattern = "[a-z]+" }\n' +
      '[properties.Chassis]\nwritable = true\nvalidation = { allowed_values = ["vm", "server"] }\n' +
      '[properties.Zone]\ngetter_method = "GetZone"\n',
  );
  assert.deepEqual(faults, []);
  assert.equal(
    toml,
    `format = 1

[service]
name = "org.freedesktop.hostname1"
bus = "system"
path = "/org/freedesktop/hostname1"
interface = "org.freedesktop.hostname1"
plugin = "old1"
deadline = "30 s"

[self.source]
get_zone = { call = "GetZone" }

[self.fields]
StaticHostname = { write = { call = "SetStaticHostname", args = ["$value", "$interactive"], risk = "needs-confirm" }, check = { pattern = "[a-z]+" } }
Chassis = { write = true, check = { in = ["vm", "server"] } }
Zone = { read = "$get_zone" }
`,
  );
  assert.deepEqual(loadMapping("new.toml", toml ?? "").faults, []);
  assert.deepEqual(warnings, [
    "old.toml:1: the object path is a guess: the bus name with slashes",
    "old.toml:1: the interface is a guess: that of the bus name",
    'old.toml:6: "create_backup" was left out: the engine decides this itself',
    'old.toml:10: the property of "static_hostname" is a guess: StaticHostname',
  ]);
});

test("a set becomes a collection, and what nobody said stays a fault on both sides", () => {
  const { toml, faults } = importSeedMapping(
    "old.toml",
    '[service]\nname = "org.example.S"\n[methods.install]\nargs_mapping = ["flags", "package_ids"]\ndefaults = { flags = 2 }\n' +
      '[state_mapping.packages]\nquery_method = "list"\napply_method = "install"\ndiff_strategy = "set_difference"\n',
  );
  assert.deepEqual(
    faults.map(({ at, code, message }) => `${at?.line}:${at?.column} ${code} ${message}`),
    ['4:26 OPD6102 argument "package_ids" of install: the old form does not say its value'],
  );
  assert.match(toml ?? "", /^create = \{ call = "install", args = \[2, "\$package_ids"\] \}$/m);
  assert.match(
    loadMapping("new.toml", toml ?? "").faults[0]?.message ?? "",
    /\$package_ids refers to nothing/,
  );
});

test("what holds code, merges, or cannot be read is refused by name", () => {
  const { faults } = importSeedMapping(
    "old.toml",
    `${HEAD}[state_mapping]\nrepos = { query_method = "GetRepos", transform = "repo_list" }\n` +
      'net = { diff_strategy = "merge_strategy" }\nsvc = { apply_enabled_method = "Enable" }\nx = { apply_method = "SetX" }\n',
  );
  assert.deepEqual(
    faults.map(({ message }) => message),
    [
      '"repos" has a transform: a mapping holds no code',
      '"net" merges tables: write a resource with a "record"',
      '"svc" does not say how its items are known nor how their state is read',
      '"x" does not say how it is read',
    ],
  );
});

test("read-only stays read-only, and a text that is no TOML is only refused", () => {
  const { toml } = importSeedMapping(
    "old.toml",
    `${HEAD}[safety]\nallow_writes = false\n[properties.A]\nwritable = true\n`,
  );
  assert.match(toml ?? "", /^A = \{\}$/m);
  const broken = importSeedMapping("old.toml", "[a\n");
  assert.equal(broken.toml, null);
  assert.equal(broken.faults.length, 1);
  assert.equal(importSeedMapping("old.toml", "[methods]\n").toml, null);
});
