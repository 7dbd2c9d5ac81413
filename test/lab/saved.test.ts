// Saved plans on a booted machine: refused once anything moved, accepted when a service merely left and came back, and
// refused unread when somebody else could have written the file.

import assert from "node:assert/strict";
import { chmodSync, chownSync, copyFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { boot, ends, labSkip, type Machine } from "./machine.ts";
import { testServiceOn } from "./test-service.ts";

const wishes = (plugins: object): string => JSON.stringify({ version: 1, plugins });

describe("saved plans", { skip: labSkip }, () => {
  let machine: Machine;
  before(() => void (machine = boot("saved")));
  after(() => machine[Symbol.asyncDispose]());

  function planned(name: string, plugins: object, flags: readonly string[] = []): string {
    const saved = join(machine.scratch, `${name}.plan.json`);
    ends(
      machine.op(["plan", ...flags, "--out", saved, machine.document(`${name}.json`, wishes(plugins))]),
      0,
    );
    return saved;
  }

  test("a property changed since: 6, with its name, the old and the new value", () => {
    const saved = planned("moved", { hostname1: { PrettyHostname: "Wanted", Deployment: "test" } });
    assert.equal(machine.exec("hostnamectl", "--pretty", "hostname", "Somebody").status, 0);
    const { stderr } = ends(machine.op(["apply", saved]), 6);
    assert.match(stderr, /hostname1:PrettyHostname was "", and is now "Somebody"/);
    assert.doesNotMatch(machine.read("etc/machine-info"), /DEPLOYMENT/);
  });

  test("another property of the same service does not matter", () => {
    const saved = planned("other", { hostname1: { Chassis: "vm" } });
    assert.equal(machine.exec("hostnamectl", "location", "Elsewhere").status, 0);
    ends(machine.op(["apply", saved]), 0);
    assert.match(machine.read("etc/machine-info"), /^CHASSIS=vm$/m);
  });

  test("a service that left when idle is started again, and the plan fits", () => {
    const saved = planned("idle", { hostname1: { PrettyHostname: "Again" } });
    assert.equal(machine.exec("systemctl", "stop", "systemd-hostnamed.service").status, 0);
    assert.equal(machine.exec("systemctl", "is-active", "systemd-hostnamed.service").stdout, "inactive\n");
    ends(machine.op(["apply", saved]), 0);
    assert.match(machine.read("etc/machine-info"), /^PRETTY_HOSTNAME="?Again"?$/m);
  });

  test("a service that came back with another interface: 6, and nothing is sent", async () => {
    await using service = await testServiceOn(machine);
    const saved = planned("morphed", { test1: { Title: "second" } }, service.flags);
    await service.morph("extra");
    const { stderr } = ends(machine.op(["apply", ...service.flags, saved]), 6);
    assert.match(stderr, /interfaces of org\.opdbus\.Test1 changed/);
    assert.deepEqual(await service.calls(), []);
  });

  test("applied twice: the second time it no longer fits", () => {
    const saved = planned("twice", { hostname1: { Location: "Rack 7" } });
    ends(machine.op(["apply", saved]), 0);
    ends(machine.op(["apply", saved]), 6);
  });

  const untrusted: readonly (readonly [string, (path: string) => string])[] = [
    ["writable by everybody", (path) => (chmodSync(path, 0o666), path)],
    ["writable by its group", (path) => (chmodSync(path, 0o660), path)],
    ["of another user", (path) => (chownSync(path, 1000, 1000), path)],
    ["a link", (path) => (symlinkSync(path, `${path}.link`), `${path}.link`)],
  ];
  for (const [name, spoil] of untrusted) {
    test(`a file that is ${name} is refused`, () => {
      const saved = planned("spoilt", { hostname1: { Location: `Rack ${name}` } });
      const copy = join(machine.scratch, `${name.replaceAll(" ", "-")}.plan.json`);
      copyFileSync(saved, copy);
      ends(machine.op(["apply", spoil(copy)]), 7);
      assert.doesNotMatch(machine.read("etc/machine-info"), new RegExp(name));
    });
  }
});
