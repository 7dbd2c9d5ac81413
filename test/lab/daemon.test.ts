// The units of packaging/ on a real systemd: the daemon becomes ready, commands go through it, one that hangs is killed
// and comes back, SIGTERM lets what runs end; the boot unit settles and passes by where there is nothing to settle.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { boot, ends, labSkip, type Machine, type Ran } from "./machine.ts";

const root = join(import.meta.dirname, "../..");
const NODE = process.execPath;

/** A machine that sees this program at its own path, with the units as they are packaged but for where it lies. */
function bootWithUnits(name: string): Machine {
  const machine = boot(name, {
    bind: [root, ...(NODE.startsWith(`${root}/`) ? [] : [dirname(dirname(NODE))])],
  });
  for (const unit of ["op-dbus.service", "op-dbus-recover.service"]) {
    const text = readFileSync(join(root, "packaging", unit), "utf8");
    const here = text.replaceAll("/usr/bin/op-dbus", `${NODE} ${root}/src/main.ts`);
    writeFileSync(join(machine.root, "etc/systemd/system", unit), here);
  }
  mkdirSync(join(machine.root, "etc/systemd/system/op-dbus.service.d"));
  // Long enough to start on a loaded machine, short enough to wait for.
  const dropIn = "[Service]\nWatchdogSec=6s\nEnvironment=OP_DBUS_LOG_LEVEL=debug\n";
  writeFileSync(join(machine.root, "etc/systemd/system/op-dbus.service.d/test.conf"), dropIn);
  ends(machine.exec("systemctl", "daemon-reload"), 0);
  return machine;
}

/** The program inside the machine, as root types it there. */
function inside(machine: Machine, ...args: readonly string[]): Ran {
  return machine.exec(NODE, join(root, "src/main.ts"), ...args);
}

function property(machine: Machine, name: string, unit = "op-dbus.service"): string {
  return ends(machine.exec("systemctl", "show", "--value", "-p", name, unit), 0).stdout.trim();
}

function journal(machine: Machine): string {
  return machine.exec("journalctl", "--no-pager", "-o", "cat", "-u", "op-dbus.service").stdout;
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const late = performance.now() + 60_000;
  while (!holds()) {
    assert.ok(performance.now() < late, what);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

test("the units are right, and the daemon is exposed as little as it can be", { skip: labSkip }, async () => {
  await using machine = bootWithUnits("units");
  const names = ["op-dbus.service", "op-dbus-recover.service"];
  const verified = ends(machine.exec("systemd-analyze", "verify", "--man=no", ...names), 0);
  assert.equal(verified.stdout + verified.stderr, "");
  for (const name of names) {
    const { stdout } = machine.exec("systemd-analyze", "security", "--no-pager", name);
    const level = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
    assert.ok(level <= 3.5, `${name}: ${level}\n${stdout}`);
  }
});

test("ready, serving, hung and back, drained", { skip: labSkip }, async () => {
  await using machine = bootWithUnits("daemon");
  ends(machine.exec("systemctl", "start", "op-dbus.service"), 0);
  assert.equal(property(machine, "ActiveState"), "active");
  assert.match(property(machine, "StatusText"), /^serving \/run\/op-dbus\/daemon\/[0-9a-f]{12}\.sock$/);

  // The hardened process reaches the bus, the records and the lock: a change goes through it.
  const document = JSON.stringify({ version: 1, plugins: { hostname1: { StaticHostname: "by-daemon" } } });
  writeFileSync(join(machine.root, "root/wish.json"), document, { mode: 0o600 });
  ends(inside(machine, "apply", "/root/wish.json", "-v"), 0);
  assert.equal(machine.read("etc/hostname").trim(), "by-daemon");
  assert.match(journal(machine), /operation=apply/);
  ends(inside(machine, "verify", "/root/wish.json"), 0);
  assert.match(journal(machine), /operation=verify/);
  assert.match(ends(inside(machine, "daemon"), 5).stderr, /OPD9040/);

  // It lives on beyond its watchdog's time by answering itself; stopped, it is killed and started again.
  const first = property(machine, "MainPID");
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  assert.equal(property(machine, "MainPID"), first);
  assert.equal(property(machine, "NRestarts"), "0");
  ends(machine.exec("kill", "-STOP", first), 0);
  await until(() => property(machine, "NRestarts") === "1", "the watchdog did not kill a daemon that hangs");
  await until(() => property(machine, "ActiveState") === "active", "it did not come back");
  assert.notEqual(property(machine, "MainPID"), first);
  ends(inside(machine, "verify", "/root/wish.json"), 0);

  // A timed commit outlives the daemon that armed it: its guard is a unit of its own.
  writeFileSync(join(machine.root, "root/wish.json"), document.replace("by-daemon", "armed"), {
    mode: 0o600,
  });
  ends(inside(machine, "apply", "--no-commit", "--timeout", "600", "/root/wish.json"), 0);
  ends(machine.exec("systemctl", "stop", "op-dbus.service"), 0);
  assert.equal(machine.read("etc/hostname").trim(), "armed");
  ends(inside(machine, "rollback"), 0);
  assert.equal(machine.read("etc/hostname").trim(), "by-daemon");
  writeFileSync(join(machine.root, "root/wish.json"), document, { mode: 0o600 });
  assert.equal(property(machine, "Result"), "success");
  assert.match(journal(machine), /stopped$/m);
  assert.equal(machine.exec("sh", "-c", "ls /run/op-dbus/daemon").stdout, "");
  // Without it the same command does the work itself.
  ends(inside(machine, "verify", "/root/wish.json"), 0);
});

test(
  "the boot unit passes by where nothing was begun, and looks where something was",
  { skip: labSkip },
  async () => {
    await using machine = bootWithUnits("recover");
    const told = (): string =>
      machine.exec("journalctl", "--no-pager", "-o", "cat", "-u", "op-dbus-recover.service").stdout;
    ends(machine.exec("systemctl", "start", "op-dbus-recover.service"), 0);
    assert.match(told(), /skipped because of an unmet condition/);
    const document = JSON.stringify({ version: 1, plugins: { hostname1: { StaticHostname: "begun" } } });
    writeFileSync(join(machine.root, "root/wish.json"), document, { mode: 0o600 });
    ends(inside(machine, "apply", "/root/wish.json"), 0);
    ends(machine.exec("systemctl", "start", "op-dbus-recover.service"), 0);
    assert.match(told(), /Nothing to recover/);
    assert.equal(property(machine, "Result", "op-dbus-recover.service"), "success");
  },
);
