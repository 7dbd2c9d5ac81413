// An ordinary user of the machine: may read and plan, is told beforehand what polkit would say, and changes nothing.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { boot, ends, labSkip, type Machine } from "./machine.ts";

const USER = { uid: 1000 } as const;

const documents: readonly (readonly [string, string, (machine: Machine) => string])[] = [
  ["hostname1", '{"hostname1":{"StaticHostname":"mine"}}', (machine) => machine.read("etc/hostname")],
  [
    "timedate1",
    '{"timedate1":{"Timezone":"Asia/Tokyo"}}',
    (machine) => machine.exec("readlink", "/etc/localtime").stdout,
  ],
  [
    "systemd1",
    '{"systemd1":{"units":{"avahi-daemon.service":{"active":"inactive"}}}}',
    (machine) => machine.exec("systemctl", "is-active", "avahi-daemon.service").stdout,
  ],
];

describe("an ordinary user", { skip: labSkip }, () => {
  let machine: Machine;
  before(() => void (machine = boot("auth")));
  after(() => machine[Symbol.asyncDispose]());

  for (const [name, plugins, fact] of documents) {
    const input = `{"version":1,"plugins":${plugins}}`;

    test(`${name}: plan works and asks nobody`, () => {
      const { stdout } = ends(
        machine.op(["plan", "--json", "--detailed-exitcode", "-"], { ...USER, input }),
        2,
      );
      const { actions } = JSON.parse(stdout) as { actions: { authorization: string }[] };
      assert.deepEqual(new Set(actions.map(({ authorization }) => authorization)), new Set(["unchecked"]));
    });

    test(`${name}: --check-auth says that a person would be asked, or that it is denied`, () => {
      const { status, stdout, stderr } = machine.op(["plan", "--json", "--check-auth", "-"], {
        ...USER,
        input,
      });
      if (status === 9) return assert.match(stderr, /not authorised/);
      assert.equal(status, 0, stderr);
      const { actions } = JSON.parse(stdout) as { actions: { authorization: string; polkit: string[] }[] };
      for (const { authorization, polkit } of actions) {
        assert.ok(["ask", "denied"].includes(authorization), authorization);
        assert.ok(polkit.every((id) => id.startsWith("org.freedesktop.")));
      }
    });

    test(`${name}: apply ends with 9, and nothing has changed`, () => {
      const before = fact(machine);
      ends(machine.op(["apply", "--auto-approve", "-"], { ...USER, input }), 9);
      assert.equal(fact(machine), before);
    });
  }

  test("root is allowed, and is told so", () => {
    const input = `{"version":1,"plugins":${documents[0]![1]}}`;
    const { stdout } = ends(machine.op(["plan", "--json", "--check-auth", "-"], { input }), 0);
    const { actions } = JSON.parse(stdout) as { actions: { authorization: string }[] };
    assert.deepEqual(
      actions.map(({ authorization }) => authorization),
      ["allowed"],
    );
  });
});
