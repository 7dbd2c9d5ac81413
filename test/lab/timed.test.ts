// The timed commit on a machine with systemd: its guard is a transient unit there. Whatever is killed (the caller, the
// terminal, the guard, the machine), the old host name is back in /etc/hostname, and hostnamed says so too.

import assert from "node:assert/strict";
import { existsSync, lstatSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { boot, ends, labSkip, type Machine, type Ran } from "./machine.ts";

const root = join(import.meta.dirname, "../..");
const RECOVER = join(root, "packaging/op-dbus-recover.service");

/** The line of the stream that tells of the guard. */
interface Armed {
  readonly type: string;
  readonly id: string;
  readonly pid: number;
  readonly unit: string;
}
interface Checkpoint {
  readonly id: string;
  readonly guard: { readonly pid: number; readonly unit: string; readonly alive: boolean } | null;
}

describe("timed commit", { skip: labSkip, timeout: 300_000 }, () => {
  let machine: Machine;
  before(() => {
    machine = boot("timed", { bind: [root] });
    assert.equal(machine.exec("hostnamectl", "hostname", "--static", "old").status, 0);
  });
  after(() => machine[Symbol.asyncDispose]());
  afterEach(() => {
    op("rollback");
    op("apply", "--auto-approve", wish("old"));
  });

  const program = [process.execPath, join(root, "src/main.ts")];
  const op = (...args: string[]): Ran => machine.exec(...program, ...args);
  const hostname = (): string => machine.read("etc/hostname").trim();
  const said = (): string => machine.exec("hostnamectl", "--static").stdout.trim();

  /** A document in the machine. */
  function wish(name: string, probes: readonly object[] = []): string {
    const document = { version: 1, probes, plugins: { hostname1: { StaticHostname: name } } };
    writeFileSync(join(machine.root, "root/wish.json"), JSON.stringify(document), { mode: 0o600 });
    return "/root/wish.json";
  }
  function armed(name: string, timeoutS: number, probes: readonly object[] = []): Armed {
    const flags = ["--json", "--no-commit", "--timeout", String(timeoutS), "--auto-approve"];
    const { stdout } = ends(op("apply", ...flags, wish(name, probes)), 0);
    const lines = stdout.split("\n").filter((line) => line.includes('"checkpoint_armed"'));
    const [guard] = lines.map((line) => JSON.parse(line) as Armed);
    assert.equal(guard?.unit, `op-dbus-guard-${guard?.id}.service`);
    return guard!;
  }
  function checkpoints(): readonly Checkpoint[] {
    const { stdout } = ends(op("checkpoint", "list", "--json"), 0);
    return (JSON.parse(stdout) as { checkpoints: Checkpoint[] }).checkpoints;
  }
  async function until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  /** Both means say so, and nothing waits. */
  async function isBack(name = "old"): Promise<void> {
    await until(() => hostname() === name && said() === name);
    await until(() => checkpoints().length === 0);
  }
  const unitIs = (unit: string): string => machine.exec("systemctl", "is-active", unit).stdout.trim();

  test("the caller is killed with SIGKILL right after arming: it goes back at once", async () => {
    const command = `${program.join(" ")} apply --json --no-commit --timeout 600 ${wish("killed")}`;
    const script = `exec 3< <(exec ${command}); pid=$!
      while read -r line <&3; do case $line in *checkpoint_armed*) kill -KILL $pid; echo armed;; esac; done`;
    assert.match(machine.exec("bash", "-c", script).stdout, /armed/);
    await isBack();
  });

  test("the terminal is closed: it goes back at its time", async () => {
    const command = `${program.join(" ")} apply --color never --no-commit --timeout 4 --auto-approve ${wish("closed")}`;
    const { stdout } = machine.exec("script", "-qec", command, "/dev/null");
    assert.match(stdout, /Armed: checkpoint [0-9a-f]{16}/);
    await isBack();
  });

  test("the guard is killed: systemd starts it again, and it goes back at its time", async () => {
    const { id, unit, pid } = armed("guarded", 20);
    assert.equal(hostname(), "guarded");
    assert.equal(machine.exec("systemctl", "kill", "-s", "KILL", unit).status, 0);
    const again = ({ id: open, guard }: Checkpoint): boolean =>
      open === id && guard!.pid !== pid && guard!.alive;
    await until(() => checkpoints().some(again));
    // No other command runs from here on: only the second guard can have done it.
    await until(() => hostname() === "old" && said() === "old");
    await until(() => unitIs(unit) === "inactive");
  });

  test("a commit in time keeps it, and nobody is left who would take it back", async () => {
    const { id, unit } = armed("kept", 600);
    ends(op("commit", id), 0);
    await until(() => unitIs(unit) === "inactive");
    assert.deepEqual([hostname(), said()], ["kept", "kept"]);
  });

  test("probes: a unit that runs and a port that is open keep it, a port that is closed takes it back", async () => {
    const good = [{ unit: "dbus.service" }, { command: ["/usr/bin/test", "-e", "/etc/hostname"] }];
    armed("probed", 600, good);
    await until(() => checkpoints().length === 0);
    assert.equal(hostname(), "probed");
    armed("closed", 600, [{ tcp: "127.0.0.1:9", within_s: 0.5 }]);
    await isBack("probed");
  });

  test("the machine is killed and boots again: the old name is back before anybody runs a command", async (t) => {
    if (!existsSync(RECOVER)) return t.skip("packaging/op-dbus-recover.service is not there");
    install();
    const { stdout: boot1 } = machine.exec("cat", "/proc/sys/kernel/random/boot_id");
    const { id } = armed("rebooted", 600);
    assert.equal(hostname(), "rebooted");
    machine.exec("sync");
    machine.exec("systemctl", "reboot", "--force", "--force");
    await until(() => {
      const { status, stdout } = machine.exec("cat", "/proc/sys/kernel/random/boot_id");
      return status === 0 && stdout !== boot1;
    });
    await until(() => hostname() === "old");
    await until(() => unitIs("op-dbus-recover.service") !== "activating");
    assert.equal(said(), "old");
    assert.deepEqual(checkpoints(), []);
    assert.match(op("commit", id).stderr, /was put back \(recovery\)/);
  });

  /** As a package would: the program in the path, the unit enabled. */
  function install(): void {
    const link = join(machine.root, "usr/bin/op-dbus");
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) rmSync(link);
    symlinkSync(join(root, "bin/op-dbus"), link);
    copyFileSync(RECOVER, join(machine.root, "etc/systemd/system/op-dbus-recover.service"));
    const enabled = machine.exec("systemctl", "enable", "op-dbus-recover.service");
    assert.equal(enabled.status, 0, enabled.stderr);
  }
});
