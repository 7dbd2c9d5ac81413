// Mappings from text: every fault with its place and hint (test/fixtures/faulty-mappings.txt), the shipped mappings, what
// the defaults become, and that no text of any shape makes the loader throw.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { LIMITS } from "../../../base/limits.ts";
import { loadMapping } from "./load.ts";
import type { Mapping } from "../model.ts";

const ROOT = new URL("../../../../", import.meta.url);
const SHIPPED = readdirSync(new URL("mappings/", ROOT)).toSorted();

function textOf(name: string): string {
  return readFileSync(new URL(`mappings/${name}/mapping.toml`, ROOT), "utf8");
}

function load(text: string): Mapping {
  const { mapping, faults } = loadMapping("test.toml", text);
  assert.deepEqual(faults, []);
  assert.ok(mapping);
  return mapping;
}

test("every fault of a mapping has its place, message and hint", () => {
  const [head = "", ...blocks] = readFileSync(
    new URL("test/fixtures/faulty-mappings.txt", ROOT),
    "utf8",
  ).split("\n=== ");
  const [, service = "", things = ""] = /\n@service\n([^@]*)@things\n([^]*)$/.exec(head) ?? [];
  assert.ok(blocks.length >= 60, `only ${blocks.length} cases`);
  for (const block of blocks) {
    const [, title, body = "", expected = ""] = /^([^\n]*)\n([^]*)---\n([^]*)$/.exec(block) ?? [];
    const text = body.replace(/^@service\n/, service).replace(/^@things\n/, `${service}${things}`);
    const { mapping, faults } = loadMapping("test.toml", text);
    const said = faults.map(
      ({ at, message, hint }) =>
        `${at?.line}:${at?.column} ${message}${hint === undefined ? "" : ` | ${hint}`}`,
    );
    assert.deepEqual(said, expected.trim().split("\n"), title);
    assert.equal(mapping, null, title);
  }
});

test("a fault shows its line", () => {
  const { faults } = loadMapping(
    "test.toml",
    'format = 1\n[service]\nname = "a.b"\npath = "/"\ninterface = "a.b"\nbuss = 1\n',
  );
  assert.deepEqual(
    faults.map(({ snippet, code }) => [code, snippet]),
    [["OPD6100", "buss = 1"]],
  );
});

test("the shipped mappings load, and their manifests name them", () => {
  assert.equal(SHIPPED.length, 12);
  for (const name of SHIPPED) {
    const mapping = load(textOf(name));
    assert.equal(mapping.service, name);
    const manifest = readFileSync(new URL(`mappings/${name}/plugin.toml`, ROOT), "utf8");
    for (const line of [`name = "${mapping.plugin}"`, `service = "${name}"`, `bus = "${mapping.bus}"`]) {
      assert.ok(manifest.split("\n").includes(line), `${name}/plugin.toml needs ${line}`);
    }
  }
});

test("the first mapping of the reference loads", () => {
  const page = readFileSync(new URL("docs/design/mapping.md", ROOT), "utf8");
  const [, example = ""] = /```toml\n(format = 1\n[^]*?)```/.exec(page) ?? [];
  assert.deepEqual([...load(example).self.fields.keys()], ["PrettyHostname"]);
});

test("defaults are filled in and names resolved", () => {
  const systemd = load(textOf("org.freedesktop.systemd1"));
  const units = systemd.resources.get("units");
  const fields = units?.fields;
  assert.deepEqual([units?.place, units?.object, units?.get?.name], ["service", "unit", "unit"]);
  const start = units?.recipes.get("start")?.steps[0];
  // the flow's deadline, and the action of the resource with the prefix of the service
  assert.deepEqual([start?.deadlineMs, start?.action], [100_000, "org.freedesktop.systemd1.manage-units"]);
  assert.equal(units?.recipes.get("enable")?.steps[0]?.action, "org.freedesktop.systemd1.manage-unit-files");
  // one recipe object for all fields that name it
  const set = units?.recipes.get("set");
  for (const name of ["MemoryMax", "CPUQuota"]) {
    const write = fields?.get(name)?.write;
    assert.equal(write?.kind === "recipe" && write.recipe, set);
  }
  assert.deepEqual(
    fields?.get("CPUQuota")?.read.kind === "property" && fields.get("CPUQuota")?.scale,
    10_000,
  );
  assert.deepEqual(
    fields
      ?.get("masked")
      ?.values.map(({ document, rest, wire }) => [document, rest, wire.map(({ value }) => value)]),
    [
      [true, false, ["masked", "masked-runtime"]],
      [false, true, []],
    ],
  );

  const firewall = load(textOf("org.fedoraproject.FirewallD1"));
  assert.deepEqual(
    firewall.errors.map(({ name, text }) => `${name.split(".").at(-1)} ${text}`),
    [
      "Exception ALREADY_ENABLED",
      "Exception INVALID_ZONE",
      "NotAuthorizedException null",
      "Exception NOT_ENABLED",
      "Exception INVALID_",
    ],
  );

  const packages = load(textOf("org.freedesktop.PackageKit")).resources.get("packages");
  const step = packages?.create?.steps[0];
  assert.deepEqual([packages?.create?.name, step?.batch, step?.deadlineMs], ["install", true, 30 * 60_000]);
  const [, ids] = step?.args ?? [];
  assert.equal(
    ids?.kind === "list" && ids.items[0]?.kind === "reference" && ids.items[0].reference.text,
    "$offered.id",
  );

  const snapper = load(textOf("org.opensuse.Snapper")).resources.get("configs");
  const [, wanted] = snapper?.create?.steps[0]?.args ?? [];
  assert.deepEqual(
    wanted?.kind === "reference" && [wanted.reference.root, wanted.reference.name, wanted.reference.path],
    ["want", "subvolume", []],
  );
});

test("a record's paths are fields of $want and $now", () => {
  const text = textOf("org.freedesktop.NetworkManager").replace(
    'delete = { call = "Delete" }',
    'delete = { call = "Delete", args = ["$now.ipv4.method"] }',
  );
  const [argument] = load(text).resources.get("connections")?.delete?.steps[0]?.args ?? [];
  assert.deepEqual(argument?.kind === "reference" && [argument.reference.name, argument.reference.path], [
    "ipv4.method",
    [],
  ]);
});

test("$$ is a dollar, and a typed constant keeps its type", () => {
  const mapping = load(
    'format = 1\n[service]\nname = "a.b"\npath = "/"\ninterface = "a.b"\n[self.fields]\n' +
      'A = { write = { call = "X", args = ["$$HOME", { size = { "$t" = 4096 } }] }, default = "$$x" }\n',
  );
  const field = mapping.self.fields.get("A");
  const [text, table] = (field?.write.kind === "recipe" && field.write.recipe.steps[0]?.args) || [];
  assert.equal(field?.default?.value, "$x");
  assert.equal(text?.kind === "constant" && text.value, "$HOME");
  const size = table?.kind === "table" ? table.entries.get("size") : undefined;
  assert.deepEqual(
    size?.kind === "typed" && [size.signature, size.value.kind === "constant" && size.value.value],
    ["t", 4096],
  );
});

test("a mapping of unreasonable size is refused before it is read", () => {
  const { mapping, faults } = loadMapping("test.toml", "#".repeat(LIMITS.mappingCharsMax + 1));
  assert.equal(mapping, null);
  assert.match(faults[0]?.message ?? "", /262145 characters/);
});

test("what is chained as deep as a mapping can be is still answered", () => {
  const count = 8000;
  const fields = Array.from({ length: count }, (_, at) => `f${at} = { after = ["f${(at + 1) % count}"] }`);
  const text = `format = 1\n[service]\nname = "a.b"\npath = "/"\ninterface = "a.b"\n[self.fields]\n${fields.join("\n")}\n`;
  assert.ok(text.length < LIMITS.mappingCharsMax && text.length > LIMITS.mappingCharsMax * 0.9);
  const { faults } = loadMapping("test.toml", text);
  assert.equal(faults.length, 1);
  assert.match(faults[0]?.message ?? "", /come after each other: f0 -> f1 -> f2 -> f3 -> \.\.\. -> f0$/);
});

test("a mapping is frozen", () => {
  const mapping = load(textOf("org.freedesktop.hostname1"));
  assert.ok(
    Object.isFrozen(mapping) &&
      Object.isFrozen(mapping.self) &&
      Object.isFrozen(mapping.self.fields.get("Chassis")?.check),
  );
});

test("whatever stands in a key, the loader reports and never throws", () => {
  const values = ["5", '"$x"', '"$item"', "[]", "[[]]", "{}", "true", '{ a = "$want.b" }', '"*"'];
  let loads = 0;
  for (const name of SHIPPED) {
    const lines = textOf(name).split("\n");
    lines.forEach((line, at) => {
      const assignment = /^([^#=]+=)/.exec(line)?.[1];
      if (assignment === undefined) return;
      const value = values[loads % values.length] ?? "5";
      const { mapping, faults } = loadMapping(
        "test.toml",
        lines.with(at, `${assignment} ${value}`).join("\n"),
      );
      assert.equal(mapping === null, faults.length > 0, `${name}:${at + 1} ${value}`);
      loads++;
    });
  }
  assert.ok(loads > 250);
});

test("a mapping without a deadline takes the one that is given, then that of a call", () => {
  const text = `format = 1
[service]
name = "org.example.Plain1"
path = "/"
interface = "org.example.Plain1"
`;
  assert.equal(loadMapping("m.toml", text, 1234).mapping?.deadlineMs, 1234);
  assert.equal(loadMapping("m.toml", text).mapping?.deadlineMs, LIMITS.callDeadlineMs);
  assert.equal(loadMapping("m.toml", `${text}deadline = "2 s"\n`, 1234).mapping?.deadlineMs, 2000);
});
