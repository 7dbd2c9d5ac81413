// plugin.toml: what is taken, what is refused, and what the first generation wrote.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readManifest } from "./manifest.ts";

const good = 'name = "clock1"\nversion = "1.0.0"\nservice = "org.example.Clock1"\n';

test("a manifest and its defaults", () => {
  const { manifest, faults, warnings } = readManifest("p", `${good}dependencies = ["packagekit"]\n`);
  assert.deepEqual([faults, warnings], [[], []]);
  const expected = {
    name: "clock1",
    version: "1.0.0",
    service: "org.example.Clock1",
    bus: "system",
    description: "",
    license: "",
    source: "",
    dependencies: ["packagekit"],
  };
  assert.deepEqual(manifest, expected);
});

test("every fault at once, with its place and the nearest name", () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ["", ["name is missing", "version is missing", "service is missing"]],
    [`${good}servce = "x"`, ['unknown key "servce"']],
    [
      'name = "Upper"\nversion = "1"\nservice = ":1.5"\n',
      [
        "name is lower-case letters, digits, - and _, at most 64",
        "version is a version such as 1.0.0",
        "service is a bus name such as org.example.Service1",
      ],
    ],
    [`${good}bus = "both"`, ['bus is "system" or "session"']],
    [`${good}dependencies = "a"`, ["dependencies is a list of plugin names"]],
  ];
  for (const [text, messages] of table) {
    const { manifest, faults } = readManifest("p", text);
    assert.equal(manifest, null, text);
    assert.deepEqual(
      faults.map(({ message }) => message),
      messages,
    );
  }
  assert.equal(readManifest("p", `${good}servce = "x"`).faults[0]?.hint, "did you mean service?");
  assert.deepEqual(readManifest("p", `${good}servce = "x"`).faults[0]?.at, { file: "p", line: 4, column: 1 });
});

test("a manifest of the first generation", () => {
  const old = `[plugin]
name = "packagekit"
version = "1.0.0"
source = "auto-generated"
dbus_service = "org.freedesktop.PackageKit"
dbus_interface = "org.freedesktop.PackageKit"
[capabilities]
query = true
[dependencies]
plugins = ["net"]
packages = ["packagekit"]
`;
  const { manifest, faults, warnings } = readManifest("p", old);
  assert.deepEqual(faults, []);
  assert.deepEqual([manifest?.service, manifest?.dependencies], ["org.freedesktop.PackageKit", ["net"]]);
  assert.equal(warnings.length, 4);
});
