// Every shipped mapping passes the conformance suite on the real services of a booted machine: reading sends only reads,
// twice the same; and where a change can be made and taken back there, apply sends what the plan showed and undo restores.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { boot, labSkip, type Machine } from "./machine.ts";

const mappings = readdirSync(join(import.meta.dirname, "../../mappings"));

interface Line {
  readonly mapping: string;
  readonly error?: string;
  readonly checks?: readonly { readonly name: string; readonly problems: readonly string[] }[];
}

describe("every shipped mapping conforms on real services", { skip: labSkip }, () => {
  let machine: Machine;
  let lines: ReadonlyMap<string, Line>;
  before(() => {
    machine = boot("conform");
    const program = join(import.meta.dirname, "conform.ts");
    const command = ["join", machine.name, process.execPath, program, machine.address];
    const { stdout, stderr } = spawnSync(join(import.meta.dirname, "lab"), command, {
      encoding: "utf8",
      timeout: 300_000,
    });
    const said = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);
    assert.equal(said.length, mappings.length, stderr);
    lines = new Map(said.map((line) => [line.mapping, line]));
  });
  after(() => machine[Symbol.asyncDispose]());

  for (const mapping of mappings) {
    test(mapping, () => {
      const { error, checks = [] } = lines.get(mapping)!;
      assert.equal(error, undefined);
      assert.deepEqual(
        checks.filter(({ problems }) => problems.length > 0),
        [],
      );
      assert.ok(checks.length >= 9);
    });
  }

  const writable = ["hostname1", "timedate1", "locale1", "systemd1", "PackageKit", "login1", "Accounts"];
  for (const name of writable) {
    test(`${name} was changed and put back`, () => {
      const { checks = [] } = lines.get(`org.freedesktop.${name}`)!;
      assert.ok(checks.some((check) => check.name === "all is as before"));
    });
  }
});
