// Every command has a manual page, made from the same table as its help, and groff takes each without a warning.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { COMMANDS, flagsOf } from "../src/cli/commands.ts";
import { manPages } from "../scripts/man.ts";

const pages = manPages();
const shown = COMMANDS.filter(({ hidden }) => hidden !== true);

test("there is one page a command, and the first one", () => {
  const names = shown.map(({ name }) => `op-dbus-${name.replaceAll(" ", "-")}.1`);
  assert.deepEqual([...pages.keys()].toSorted(), ["op-dbus.1", ...names].toSorted());
});

test("a page holds the command's flags, statuses and examples; the first one every command", () => {
  const plain = (text: string): string => text.replaceAll("\\-", "-").replaceAll("\\(dq", '"');
  for (const command of shown) {
    const page = plain(pages.get(`op-dbus-${command.name.replaceAll(" ", "-")}.1`)!);
    for (const name of flagsOf(command).keys())
      assert.ok(page.includes(`--${name}`), `${command.name} --${name}`);
    for (const [status, meaning] of command.exits)
      assert.ok(page.includes(`.B ${status}\n${meaning.slice(0, 10)}`), `${command.name} ${status}`);
    assert.ok(plain(pages.get("op-dbus.1")!).includes(`op-dbus-${command.name.replaceAll(" ", "-")} (1)`));
  }
});

test("nothing of a text becomes a request, and bytes are ASCII", () => {
  const requests = new Set<string>();
  for (const [name, page] of pages) {
    assert.ok(/^[\n -~]*$/.test(page), name);
    for (const [, request] of page.matchAll(/^[.'](\S*)/gm)) requests.add(request!);
  }
  assert.deepEqual([...requests].toSorted(), [
    "B",
    "BR",
    "I",
    "PP",
    "RE",
    "RS",
    "SH",
    "SS",
    "TH",
    "TP",
    "fi",
    "nf",
  ]);
});

const groff = spawnSync("groff", ["--version"]).status === 0;

test("groff formats every page without a warning", { skip: !groff && "groff is not installed" }, () => {
  for (const [name, page] of pages) {
    const done = spawnSync("groff", ["-man", "-Tutf8", "-ww", "-z"], { input: page, encoding: "utf8" });
    assert.deepEqual([name, done.status, done.stderr], [name, 0, ""]);
  }
});
