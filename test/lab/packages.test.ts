// Packages of a booted machine through its own PackageKit: what a plan says, how many transactions it takes, and the way
// back. What became of it is read from dpkg's database and apt's log.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { capture } from "./capture.ts";
import { boot, ends, labSkip, type Machine } from "./machine.ts";
import { aptInstall, clear, dpkg, meant, REMOVED, transactions, wish } from "./packages.ts";

describe("packages", { skip: labSkip }, () => {
  let machine: Machine;
  before(() => void (machine = boot("packages")));
  after(() => machine[Symbol.asyncDispose]());
  beforeEach(() => clear(machine));

  const apply = (document: string, ...flags: string[]) =>
    machine.op(["apply", document, "--auto-approve", ...flags]);
  const lines = (text: string): readonly Readonly<Record<string, unknown>>[] =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);

  test("a plan shows the dependency, an apply installs both in one transaction, a second changes nothing", () => {
    const document = wish(machine, { "lab-app": {} });
    const shown = ends(machine.op(["plan", document, "--detailed-exitcode"]), 2).stdout;
    assert.match(shown, /\+ packagekit:packages\/lab-app .*version = "1.0"/);
    assert.match(shown, /\+ packages\/lab-tiny {2}comes along: 2\.0/);
    assert.match(shown, /simulated by the service/);
    assert.deepEqual(dpkg(machine), [], "a plan installs nothing");

    const before = transactions(machine).length;
    const events = lines(ends(apply(document, "--json"), 0).stdout);
    assert.deepEqual(dpkg(machine), ["lab-app 1.0 installed", "lab-tiny 2.0 installed"]);
    const log = transactions(machine).slice(before);
    assert.equal(log.length, 1);
    assert.match(log[0] ?? "", /Install: .*lab-tiny:\S+ \(2\.0, automatic\).*lab-app/);
    const percents = events.flatMap((event) =>
      event["type"] === "apply_progress" ? [event["percent"]] : [],
    );
    assert.ok(
      percents.some((percent) => typeof percent === "number" && percent > 0 && percent <= 100),
      `percentages: ${percents.join(" ")}`,
    );

    assert.match(ends(apply(document), 0).stdout, /Nothing to do/);
    ends(machine.op(["plan", document, "--detailed-exitcode"]), 0);
    ends(machine.op(["verify", document]), 0);
    assert.equal(transactions(machine).length, before + 1, "no second transaction");
  });

  test("many packages are one transaction, there and back", async () => {
    const before = transactions(machine).length;
    const there = wish(machine, { "lab-app": {}, "lab-tiny": {}, "lab-slow": {} });
    const calls = await capture(machine, () => void ends(apply(there), 0));
    assert.deepEqual(dpkg(machine), [
      "lab-app 1.0 installed",
      "lab-slow 1.0 installed",
      "lab-tiny 2.0 installed",
    ]);
    assert.equal(meant(calls, "InstallPackages", "UpdatePackages").length, 1);
    assert.equal(transactions(machine).length, before + 1);

    const back = wish(machine, { "lab-app": REMOVED, "lab-tiny": REMOVED, "lab-slow": REMOVED });
    ends(apply(back), 0);
    assert.deepEqual(dpkg(machine), []);
    assert.equal(transactions(machine).length, before + 2);
  });

  test("a removal whose dependant is not listed stops before the real call; with both listed it is done", async () => {
    aptInstall(machine, "lab-app");
    const before = transactions(machine).length;
    const one = wish(machine, { "lab-tiny": REMOVED });
    const calls = await capture(machine, () => {
      const { stderr } = ends(apply(one), 65);
      assert.match(stderr, /removing lab-tiny would also remove lab-app/);
      assert.match(stderr, /where: packagekit:packages\/lab-app\n/);
      assert.match(stderr, /nothing was changed/);
    });
    assert.ok(
      calls.some(({ member }) => member === "RemovePackages"),
      "the service was asked",
    );
    assert.deepEqual(meant(calls, "RemovePackages"), [], "and never told");
    assert.equal(dpkg(machine).length, 2);
    assert.equal(transactions(machine).length, before);

    ends(apply(wish(machine, { "lab-tiny": REMOVED, "lab-app": REMOVED })), 0);
    assert.deepEqual(dpkg(machine), []);
    assert.equal(transactions(machine).length, before + 1);
  });

  test("the seeds' list form asks for presence", () => {
    const text = 'version = 1\n[plugins.packagekit]\npackages = ["lab-tiny", "lab-app"]\n';
    ends(apply(machine.document("list.toml", text)), 0);
    assert.deepEqual(dpkg(machine), ["lab-app 1.0 installed", "lab-tiny 2.0 installed"]);
  });

  test("latest replaces an old version, which must be allowed by name: there is no way back", () => {
    aptInstall(machine, "lab-tiny=1.0");
    const document = wish(machine, { "lab-tiny": { ensure: "latest" } });
    const refused = ends(apply(document), 10);
    assert.match(
      refused.stdout,
      /~ packagekit:packages\/lab-tiny[^]*version = "1\.0"[^]*->[^]*version = "2\.0"/,
    );
    assert.match(refused.stdout, /risk irreversible, undo none/);
    assert.deepEqual(dpkg(machine), ["lab-tiny 1.0 installed"]);
    ends(machine.op(["apply", document, "--auto-approve=irreversible"]), 0);
    assert.deepEqual(dpkg(machine), ["lab-tiny 2.0 installed"]);
    const before = transactions(machine).length;
    assert.match(ends(apply(document), 0).stdout, /Nothing to do/);
    assert.equal(transactions(machine).length, before);
  });

  test("a version that is offered can be asked for, and is then what is there", () => {
    aptInstall(machine, "lab-tiny=1.0");
    const document = wish(machine, { "lab-tiny": { version: "2.0" } });
    assert.match(ends(machine.op(["plan", document]), 0).stdout, /lab-tiny\.version {2}"1\.0" -> "2\.0"/);
    ends(machine.op(["apply", document, "--auto-approve=irreversible"]), 0);
    assert.deepEqual(dpkg(machine), ["lab-tiny 2.0 installed"]);
    ends(machine.op(["verify", document]), 0);
  });

  test("plan --revert of a removal is a document that installs again", () => {
    aptInstall(machine, "lab-app");
    const removal = wish(machine, { "lab-tiny": REMOVED, "lab-app": REMOVED });
    const undo = `${machine.scratch}/undo.json`;
    ends(machine.op(["plan", removal, "--revert", "-o", undo]), 0);
    ends(apply(removal), 0);
    assert.deepEqual(dpkg(machine), []);
    ends(apply(undo), 0);
    assert.deepEqual(dpkg(machine), ["lab-app 1.0 installed", "lab-tiny 2.0 installed"]);
  });

  test("a removal is undone when something after it fails", () => {
    aptInstall(machine, "lab-app");
    const document = machine.document(
      "both.toml",
      [
        "version = 1",
        '[plugins.packagekit]\npackages = { lab-tiny = { ensure = "removed" }, lab-app = { ensure = "removed" } }',
        '[plugins.locale1]\nLocale = { LANG = "xx_XX.UTF-8" }',
      ].join("\n"),
    );
    const { stderr } = ends(apply(document), 3);
    assert.match(stderr, /as before/);
    assert.deepEqual(dpkg(machine), ["lab-app 1.0 installed", "lab-tiny 2.0 installed"]);
  });
});
