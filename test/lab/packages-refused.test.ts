// What must end before anything is installed or removed, on a booted machine: names and versions that nobody offers,
// sets that are too big, a user who may not, lists that cannot be read anew.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { capture, type Captured } from "./capture.ts";
import { testServiceOn } from "./test-service.ts";
import { boot, ends, labSkip, type Machine } from "./machine.ts";
import { aptInstall, clear, dpkg, hold, meant, REMOVED, transactions, wish } from "./packages.ts";

describe("packages that are refused", { skip: labSkip }, () => {
  let machine: Machine;
  before(() => void (machine = boot("refused")));
  after(() => machine[Symbol.asyncDispose]());
  beforeEach(() => clear(machine));

  const changing = (calls: readonly Captured[]): readonly Captured[] =>
    meant(calls, "InstallPackages", "UpdatePackages", "RemovePackages", "RepairSystem");

  interface Case {
    readonly name: string;
    readonly packages: Readonly<Record<string, object>>;
    readonly has?: readonly string[];
    readonly says: readonly RegExp[];
  }
  const cases: readonly Case[] = [
    {
      name: "an unknown name, with the nearest one offered",
      packages: { "lab-tny": {} },
      says: [/OPD6056/, /lab-tny is not offered/, /did you mean lab-tiny\?/, /apply --refresh/],
    },
    {
      name: "a version that nobody offers, with the one that is",
      packages: { "lab-tiny": { version: "9.9" } },
      says: [/OPD6056/, /lab-tiny is not offered with version 9\.9/, /offered: 2\.0/],
    },
    {
      name: "an older version than the newest: PackageKit does not offer it",
      packages: { "lab-tiny": { version: "1.0" } },
      says: [/OPD6056/, /lab-tiny is not offered with version 1\.0/, /offered: 2\.0/],
    },
    {
      name: "a downgrade",
      has: ["lab-tiny=2.0"],
      packages: { "lab-tiny": { version: "1.0" } },
      says: [
        /OPD6056/,
        /lab-tiny is not offered with version 1\.0/,
        /2\.0 all is here, and nothing else is offered/,
      ],
    },
    {
      name: "a dependency that nobody offers",
      packages: { "lab-tiny": {}, "lab-unmet": {} },
      says: [/OPD6067/, /where: packagekit:packages\/lab-unmet\n/, /lab-nowhere/],
    },
    {
      name: "an essential package",
      packages: { hostname: REMOVED },
      says: [/OPD6067/, /essential packages/],
    },
    {
      name: "several at once: all of them are told",
      packages: { "lab-tny": {}, "lab-ap": {}, "lab-tiny": { version: "3" } },
      says: [/did you mean lab-tiny\?/, /did you mean lab-app\?/, /with version 3/, /packages\.json:1:/],
    },
  ];
  for (const { name, packages, has = [], says } of cases) {
    test(name, async () => {
      if (has.length > 0) aptInstall(machine, ...has);
      const [was, before] = [dpkg(machine), transactions(machine).length];
      const document = wish(machine, packages);
      const calls = await capture(machine, () => {
        const done = ends(machine.op(["apply", document, "--auto-approve=irreversible"]), 65);
        for (const pattern of says) assert.match(done.stderr, pattern);
        assert.match(done.stderr, /nothing was changed/);
      });
      assert.deepEqual(changing(calls), []);
      assert.deepEqual(dpkg(machine), was);
      assert.equal(transactions(machine).length, before);
    });
  }

  test("two things of one name, with both", async () => {
    // PackageKit offers one of a name and architecture at most; the test service offers two gears.
    await using service = await testServiceOn(machine);
    const wanted = { version: 1, plugins: { test1: { parts: { gear: {}, bolts: {} } } } };
    const document = machine.document("parts.json", JSON.stringify(wanted));
    const { stderr } = ends(machine.op(["apply", document, ...service.flags, "--auto-approve"]), 65);
    assert.match(stderr, /OPD6057/);
    assert.match(stderr, /2 things fit "gear"[^]*gear;left[^]*gear;right/);
    assert.match(stderr, /bolts is not offered/);
    assert.ok(!(await service.calls()).some((call) => call.startsWith("Fit")));
  });

  test("an exclusive set that would remove more than its cap", async () => {
    const packages = '{"exclusive": true, "max_removals": 5, "lab-tiny": {}}';
    const text = `{"version": 1, "plugins": {"packagekit": {"packages": ${packages}}}}`;
    const document = machine.document("exclusive.json", text);
    const calls = await capture(machine, () => {
      const { stderr } = ends(machine.op(["apply", document, "--auto-approve=irreversible"]), 65);
      assert.match(stderr, /OPD2106: \d{3} packages would be removed, max_removals is 5/);
      assert.doesNotMatch(stderr, /essential/, "one reason is enough");
    });
    assert.ok(!calls.some(({ member }) => member === "RemovePackages"), "it is not even rehearsed");
    assert.ok(Number(machine.exec("dpkg-query", "-f", ".", "-W").stdout.length) > 200);
  });

  test("a user whom polkit would have to ask about", async () => {
    const user = { uid: 1000, input: '{"version":1,"plugins":{"packagekit":{"packages":["lab-tiny"]}}}' };
    assert.match(ends(machine.op(["plan", "-", "--check-auth"], user), 0).stdout, /polkit will ask/);
    const calls = await capture(machine, () => {
      const { stderr } = ends(machine.op(["apply", "-", "--auto-approve"], user), 9);
      assert.match(stderr, /OPD2108.*not authorised[^]*package-install[^]*nothing was changed/);
    });
    assert.deepEqual(changing(calls), []);
    assert.deepEqual(dpkg(machine), []);
  });

  test("lists are read anew only when asked for, and a new name is found then", async () => {
    machine.exec("sh", "-c", "rm -f /var/lib/apt/lists/*lab-repo*");
    const document = wish(machine, { "lab-tiny": {} });
    const without = await capture(machine, () => {
      const { stderr } = ends(machine.op(["apply", document, "--auto-approve"]), 65);
      assert.match(stderr, /lab-tiny is not offered[^]*apply --refresh/);
    });
    assert.ok(!without.some(({ member }) => member === "RefreshCache"));
    const asked = await capture(
      machine,
      () => void ends(machine.op(["apply", document, "--auto-approve", "--refresh"]), 0),
    );
    const members = asked.map(({ member }) => member);
    assert.equal(members.filter((member) => member === "RefreshCache").length, 1);
    assert.ok(members.indexOf("RefreshCache") < members.indexOf("InstallPackages"));
    assert.deepEqual(dpkg(machine), ["lab-tiny 2.0 installed"]);
  });

  test("lists that somebody else holds are a warning: what is known is used", async () => {
    const holder = await hold(machine, "var/lib/apt/lists/lock");
    try {
      const document = wish(machine, { "lab-tiny": {} });
      const { stderr } = ends(machine.op(["apply", document, "--auto-approve", "--refresh"]), 0);
      assert.match(stderr, /warning: packagekit could not refresh: .*lists\/lock/);
      assert.deepEqual(dpkg(machine), ["lab-tiny 2.0 installed"]);
    } finally {
      holder.kill();
    }
  });
});
