// Packages when things go wrong half-way, on a booted machine: scripts that fail, processes that are killed, Ctrl-C,
// locks held by others. What a command says is left is compared with what dpkg knows.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { capture } from "./capture.ts";
import { boot, ends, labSkip, type Machine, type Ran } from "./machine.ts";
import {
  aptInstall,
  clear,
  configuring,
  dpkg,
  ended,
  hold,
  meant,
  offer,
  settled,
  transactions,
  wish,
} from "./packages.ts";

describe("packages in trouble", { skip: labSkip }, () => {
  let machine: Machine;
  before(() => {
    machine = boot("trouble");
    offer(machine, "lab-stuck", { postinst: "exit 1", prerm: "exit 1" });
  });
  after(() => machine[Symbol.asyncDispose]());
  beforeEach(() => clear(machine));

  const apply = (document: string): Ran => machine.op(["apply", document, "--auto-approve"]);
  const background = (document: string): Promise<Ran> =>
    ended(machine.start(["apply", document, "--auto-approve"]));
  const kill = (signal: string, pattern: string): void =>
    void machine.exec("pkill", `-${signal}`, "-f", pattern);

  test("a script that fails: everything is put back, and the next installation works", () => {
    const { stdout, stderr } = ends(apply(wish(machine, { "lab-broken": {}, "lab-app": {} })), 3);
    assert.match(stdout, /packages\/lab-broken \.+ failed/);
    assert.match(stdout, /packages\/lab-app \.+ done/, "it was installed, whatever the transaction said");
    assert.match(stderr, /lab-broken package post-installation script[^]*now: +as before/);
    assert.deepEqual(dpkg(machine), []);
    ends(apply(wish(machine, { "lab-app": {} })), 0);
    assert.deepEqual(dpkg(machine), ["lab-app 1.0 installed", "lab-tiny 2.0 installed"]);
  });

  test("a package that can be neither configured nor removed is said to be left, and is all that is left", () => {
    const { stderr } = ends(apply(wish(machine, { "lab-stuck": {}, "lab-app": {} })), 4);
    const now = /now: (.*)hint:/s.exec(stderr)?.[1] ?? "";
    const said = [...new Set(now.match(/packagekit:packages\/[\w-]+/g))];
    assert.deepEqual(said, ["packagekit:packages/lab-stuck"], stderr);
    assert.deepEqual(dpkg(machine), ["lab-stuck 1.0 half-configured"]);

    ends(apply(wish(machine, { "lab-tiny": {} })), 0);
    assert.deepEqual(dpkg(machine), ["lab-stuck 1.0 half-configured", "lab-tiny 2.0 installed"]);
  });

  test("packagekitd is killed in the middle: it is repaired, and what is there is told", async () => {
    const document = wish(machine, { "lab-slow": {} });
    const running = background(document);
    await configuring(machine, "lab-slow");
    kill("KILL", "packagekitd");
    const { status, stderr } = await running;
    // Repairing completes what the kill interrupted.
    assert.deepEqual([status, dpkg(machine)], [0, ["lab-slow 1.0 installed"]], stderr);
    ends(machine.op(["verify", document]), 0);
  });

  test("the caller is killed in the middle: the next command finds what became of it", async () => {
    const document = wish(machine, { "lab-slow": {} });
    const running = background(document);
    await configuring(machine, "lab-slow");
    kill("KILL", "src/main.ts");
    await running;
    assert.deepEqual(dpkg(machine), ["lab-slow 1.0 half-configured"]);
    ends(machine.op(["apply", document, "--auto-approve", "--lock-timeout", "0"]), 0);
    await settled(machine);
    assert.deepEqual(dpkg(machine), ["lab-slow 1.0 installed"]);
    const before = transactions(machine).length;
    assert.match(ends(apply(document), 0).stdout, /Nothing to do/);
    assert.equal(transactions(machine).length, before);
  });

  test("both are killed: the next apply repairs and converges", async () => {
    const document = wish(machine, { "lab-slow": {} });
    const running = background(document);
    await configuring(machine, "lab-slow");
    kill("KILL", "src/main.ts");
    kill("KILL", "packagekitd");
    await running;
    await settled(machine);
    assert.deepEqual(dpkg(machine), ["lab-slow 1.0 half-configured"]);
    ends(machine.op(["verify", document]), 2);
    ends(apply(document), 0);
    assert.deepEqual(dpkg(machine), ["lab-slow 1.0 installed"]);
    ends(machine.op(["verify", document]), 0);
  });

  test("Ctrl-C while nothing can be cancelled: the package is finished, then removed", async () => {
    const document = wish(machine, { "lab-slow": {} });
    const calls = await capture(machine, async () => {
      const running = background(document);
      await configuring(machine, "lab-slow");
      kill("INT", "src/main.ts");
      const done = ends(await running, 3);
      assert.match(
        done.stderr,
        /interrupted: packagekit:packages\/lab-slow is finished, then all is put back/,
      );
      assert.match(done.stdout, /packages\/lab-slow \.+ done/);
      assert.match(done.stderr, /now: +as before/);
    });
    assert.deepEqual(dpkg(machine), []);
    assert.ok(!calls.some(({ member }) => member === "Cancel"), "Cancel would have killed dpkg");
    assert.equal(meant(calls, "InstallPackages").length, 1);
    assert.equal(meant(calls, "RemovePackages").length, 1);
    assert.deepEqual(transactions(machine).at(-1)?.includes("Remove: lab-slow"), true);
  });

  test("a second Ctrl-C leaves at once, and says so", async () => {
    const document = wish(machine, { "lab-slow": {} });
    const running = background(document);
    await configuring(machine, "lab-slow");
    kill("INT", "src/main.ts");
    await new Promise((resolve) => setTimeout(resolve, 300));
    kill("INT", "src/main.ts");
    const { stderr } = ends(await running, 4);
    assert.match(stderr, /packages\/lab-slow was under way; nothing was put back/);
    await settled(machine);
    assert.deepEqual(dpkg(machine), ["lab-slow 1.0 installed"]);
  });

  test("dpkg's lock held by somebody else is waited for", async () => {
    const holder = await hold(machine, "var/lib/dpkg/lock-frontend");
    const running = background(wish(machine, { "lab-tiny": {} }));
    try {
      // PackageKit tries once a second; that long nothing is installed.
      await new Promise((resolve) => setTimeout(resolve, 2500));
      assert.deepEqual(dpkg(machine), []);
    } finally {
      holder.kill();
    }
    ends(await running, 0);
    assert.deepEqual(dpkg(machine), ["lab-tiny 2.0 installed"]);
  });

  test("the removal of an old version has no way back: planned so, and told so when something fails after it", () => {
    aptInstall(machine, "lab-tiny=1.0");
    const document = machine.document(
      "removal.toml",
      [
        "version = 1",
        '[plugins.packagekit.packages]\nlab-tiny = { ensure = "removed" }',
        '[plugins.locale1]\nLocale = { LANG = "xx_XX.UTF-8" }',
      ].join("\n"),
    );
    assert.match(
      ends(apply(document), 10).stdout,
      /- packagekit:packages\/lab-tiny[^]*risk irreversible, undo none/,
    );
    assert.deepEqual(dpkg(machine), ["lab-tiny 1.0 installed"]);
    const { stderr } = ends(machine.op(["apply", document, "--auto-approve=irreversible"]), 4);
    assert.match(stderr, /not as before: packagekit:packages\/lab-tiny is absent, was\s+.*"1\.0"/);
    assert.deepEqual(dpkg(machine), []);
  });
});
