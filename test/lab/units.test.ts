// Units of a booted machine through its own systemd: what runs, what starts at boot, what may not start, and limits as
// drop-ins. What became of it is read from the links and files in /etc, and asked of systemctl inside.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { capture } from "./capture.ts";
import { boot, ends, labSkip, type Machine } from "./machine.ts";

const UNIT = "lab-sleeper.service";
const SECOND = "lab-second.service";
const FAILING = "lab-failing.service";

const service = (command: string): string =>
  `[Unit]\nDescription=lab\n[Service]\nExecStart=${command}\n[Install]\nWantedBy=multi-user.target\n`;

function wishes(units: Readonly<Record<string, object>>): string {
  return JSON.stringify({ version: 1, plugins: { systemd1: { units } } });
}

describe("units", { skip: labSkip }, () => {
  let machine: Machine;
  before(() => {
    machine = boot("units");
    const folder = join(machine.root, "usr/lib/systemd/system");
    writeFileSync(join(folder, UNIT), service("/bin/sleep infinity"));
    writeFileSync(join(folder, SECOND), service("/bin/sleep infinity"));
    writeFileSync(
      join(folder, FAILING),
      service("/bin/false").replace("[Service]\n", "[Service]\nType=oneshot\n"),
    );
    machine.exec("systemctl", "daemon-reload");
  });
  after(() => machine[Symbol.asyncDispose]());

  /** One word of systemctl inside. */
  const says = (verb: string, unit = UNIT): string => machine.exec("systemctl", verb, unit).stdout.trim();
  const wantedBy = (unit = UNIT): boolean =>
    existsSync(join(machine.root, "etc/systemd/system/multi-user.target.wants")) &&
    readdirSync(join(machine.root, "etc/systemd/system/multi-user.target.wants")).includes(unit);
  const maskedAt = (unit = UNIT): string | null => {
    try {
      return readlinkSync(join(machine.root, "etc/systemd/system", unit));
    } catch {
      return null;
    }
  };

  function reaches(name: string, wish: object, check: () => void): void {
    test(`${name}: plan 2, apply 0, plan 0, verify 0`, () => {
      const file = machine.document("wish.json", wishes({ [UNIT]: wish }));
      ends(machine.op(["plan", "--detailed-exitcode", file]), 2);
      ends(machine.op(["apply", "--auto-approve", file]), 0);
      check();
      ends(machine.op(["plan", "--detailed-exitcode", file]), 0);
      ends(machine.op(["verify", file]), 0);
    });
  }
  reaches("started", { active: "active" }, () => assert.equal(says("is-active"), "active"));
  reaches("enabled", { enabled: true }, () => assert.ok(wantedBy()));
  reaches("stopped and disabled at once", { active: "inactive", enabled: false }, () => {
    assert.equal(says("is-active"), "inactive");
    assert.ok(!wantedBy());
  });
  reaches("masked", { masked: true }, () => assert.equal(maskedAt(), "/dev/null"));
  reaches("unmasked, enabled and started", { masked: false, enabled: true, active: "active" }, () => {
    assert.equal(maskedAt(), null);
    assert.ok(wantedBy());
    assert.equal(says("is-active"), "active");
  });
  reaches("limits as drop-ins, by one call", { MemoryMax: "256 MiB", CPUWeight: 250 }, () => {
    const folder = join(machine.root, "etc/systemd/system.control", `${UNIT}.d`);
    const text = readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), "utf8"))
      .join("");
    assert.match(text, /^MemoryMax=268435456$/m);
    assert.match(text, /^CPUWeight=250$/m);
  });

  test("several units in one document: one call for all that are enabled", async () => {
    ends(
      machine.op([
        "apply",
        "--auto-approve",
        machine.document("off.json", wishes({ [UNIT]: { enabled: false } })),
      ]),
      0,
    );
    const on = wishes({ [UNIT]: { enabled: true }, [SECOND]: { enabled: true, active: "active" } });
    const file = machine.document("on.json", on);
    const calls = await capture(machine, () => void ends(machine.op(["apply", file]), 0));
    assert.equal(calls.filter(({ member }) => member === "EnableUnitFiles").length, 1);
    assert.ok(wantedBy(UNIT) && wantedBy(SECOND));
    assert.equal(says("is-active", SECOND), "active");
  });

  test("a unit that does not exist: 65 with the near name, and nothing is sent", async () => {
    const file = machine.document("near.json", wishes({ "lab-sleper.service": { active: "active" } }));
    const calls = await capture(machine, () => {
      const { stderr } = ends(machine.op(["apply", file]), 65);
      assert.match(stderr, /lab-sleeper\.service/);
    });
    assert.deepEqual(
      calls.filter(({ member }) => /^(Start|Stop|Enable|Set)/.test(member)),
      [],
    );
  });

  test("a static unit can be neither enabled nor disabled: refused while planning", () => {
    const file = machine.document("static.json", wishes({ "dbus.service": { enabled: false } }));
    const { stderr } = ends(machine.op(["plan", file]), 65);
    assert.match(stderr, /static/);
    assert.equal(says("is-enabled", "dbus.service"), "static");
  });

  test("a unit whose start fails: 3, and what was done before it is as before", () => {
    const before = machine.exec("systemctl", "show", "-p", "MemoryMax", SECOND).stdout;
    const file = machine.document(
      "fails.json",
      wishes({
        [SECOND]: { active: "inactive", MemoryMax: "64 MiB" },
        [FAILING]: { enabled: true, active: "active" },
      }),
    );
    ends(machine.op(["apply", "--verify-timeout", "5", file]), 3);
    assert.equal(says("is-active", SECOND), "active");
    assert.ok(!wantedBy(FAILING));
    assert.match(before, /infinity/);
    assert.equal(machine.exec("systemctl", "show", "-p", "MemoryMax", SECOND).stdout, before);
  });
});
