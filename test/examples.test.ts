// Every example is a right document, without a bus, and what it manages is shipped. What they do to a machine is shown by
// test/lab/examples.test.ts.

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { plainOf, readText } from "../src/base/text/text.ts";
import { parseDocument } from "../src/state/document/document.ts";
import { readPage, root } from "./support/page.ts";

const examples = globSync("examples/**/*.{toml,json}", { cwd: root }).sort();
const shipped = new Set(
  globSync("mappings/*/plugin.toml", { cwd: root }).map(
    (file) => /^name = "(.+)"$/m.exec(readFileSync(join(root, file), "utf8"))![1],
  ),
);

const source = (file: string) => ({
  file,
  format: file.endsWith(".json") ? ("json" as const) : ("toml" as const),
  text: readPage(file),
});

for (const file of examples) {
  test(`${file} is right, and its plugins are shipped`, () => {
    const { raw, faults } = parseDocument([source(file)]);
    assert.deepEqual(faults, []);
    assert.deepEqual(
      [...raw!.plugins.keys()].filter((name) => !shipped.has(name)),
      [],
    );
  });
}

test("the files of the role are one document", () => {
  const { raw, faults } = parseDocument(examples.filter((file) => file.includes("/role/")).map(source));
  assert.deepEqual(faults, []);
  const entries = (name: string) => [...raw!.plugins.get(name)!.entries.keys()].join(" ");
  assert.equal([...raw!.plugins.keys()].join(" "), "hostname1 locale1 systemd1 timedate1");
  assert.equal(entries("hostname1"), "Deployment StaticHostname Location Chassis");
});

test("the JSON twin says the same", () => {
  const [toml, json] = ["examples/hostname.toml", "examples/hostname.json"].map((file) => {
    const { root: value } = readText(file, readPage(file), source(file).format);
    return plainOf(value!);
  });
  assert.deepEqual(json, toml);
});

test("the table of examples names all of them", () => {
  const table = readPage("examples/README.md");
  assert.deepEqual(
    examples.filter((file) => !table.includes(`(${file.split("/")[1]})`)),
    [],
  );
});
