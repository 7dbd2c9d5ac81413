// Every example on a booted machine: planned, applied, verified, planned again without changes, and put back by the way
// back from its saved plan. What became of the machine is asked of its files and tools, not of op-dbus.

import assert from "node:assert/strict";
import { globSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { boot, ends, labSkip, type Machine } from "./machine.ts";
import { aptInstall, offer } from "./packages.ts";

const root = join(import.meta.dirname, "../..");
const role = ["base", "web", "paris"].map((name) => `examples/role/${name}.toml`);
const single = globSync("examples/*.{toml,json}", { cwd: root }).sort();

describe("examples", { skip: labSkip }, () => {
  let machine: Machine;
  before(() => {
    machine = boot("examples");
    for (const name of ["hello", "cowsay", "telnet"]) offer(machine, name, {});
    const unit = "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n";
    writeFileSync(join(machine.root, "usr/lib/systemd/system/nginx.service"), unit);
    done("systemctl", "daemon-reload");
    aptInstall(machine, "telnet");
    // What was never set is computed by hostnamed and cannot be unset through localed: undoing it would pin it.
    done("localectl", "set-locale", "LANG=C");
    done("hostnamectl", "chassis", "vm");
  });
  after(() => machine[Symbol.asyncDispose]());

  function done(...command: readonly string[]): string {
    return ends(machine.exec(...command), 0).stdout;
  }

  /** All that the examples touch, by other means. */
  function state(): string {
    const show = "Id,ActiveState,UnitFileState,MemoryMax,CPUWeight";
    return [
      done("cat", "/etc/hostname"),
      done("sh", "-c", "sort /etc/machine-info 2>/dev/null || true"),
      done("readlink", "-f", "/etc/localtime"),
      done("sort", "/etc/default/locale"),
      done("sh", "-c", "grep -E '^XKB(LAYOUT|VARIANT)=.' /etc/default/keyboard || true"),
      done("systemctl", "show", "-p", show, "nginx.service", "avahi-daemon.service"),
      done(
        "sh",
        "-c",
        "dpkg-query -W -f '${Package} ${db:Status-Status}\\n' hello cowsay telnet 2>/dev/null | grep -w installed || true",
      ),
      done("firewall-cmd", "--zone=public", "--list-all"),
      done("firewall-cmd", "--permanent", "--zone=public", "--list-all"),
    ].join("\n");
  }

  for (const files of [...single.map((file) => [file]), role]) {
    test(`${files.join(" ")}: there and back`, () => {
      const documents = files.map((file) => join(root, file));
      const [plan, undo] = ["plan.json", "undo.json"].map((name) => join(machine.scratch, name)) as [
        string,
        string,
      ];
      const earlier = state();
      ends(machine.op(["plan", "--detailed-exitcode", "--out", plan, ...documents]), 2);
      ends(machine.op(["apply", plan]), 0);
      const then = state();
      assert.notEqual(then, earlier);
      ends(machine.op(["verify", ...documents]), 0);
      ends(machine.op(["plan", "--detailed-exitcode", ...documents]), 0);
      ends(machine.op(["plan", "--revert", plan, "--out", undo]), 0);
      assert.equal(state(), then, "nothing but apply changes anything");
      ends(machine.op(["apply", "--auto-approve", undo]), 0);
      assert.equal(state(), earlier);
    });
  }
});
