// One document over real services and the test service, which fails where it is told to. What was done to the real ones
// before it must be as before, in the machine's files; and where something cannot be put back, the list says exactly what.

import assert from "node:assert/strict";
import { readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { capture } from "./capture.ts";
import { boot, ends, labSkip, type Machine } from "./machine.ts";
import { running } from "./running.ts";
import { testServiceOn, type RemoteService } from "./test-service.ts";

const DOCUMENT = JSON.stringify({
  version: 1,
  plugins: {
    hostname1: { StaticHostname: "rolled", PrettyHostname: "Rolled" },
    timedate1: { Timezone: "Asia/Tokyo" },
    systemd1: { units: { "avahi-daemon.service": { active: "inactive", enabled: false } } },
    test1: { Title: "second", Note: "second" },
  },
});
const HINT = "--verify-timeout=3";

describe("rollback over several services", { skip: labSkip }, () => {
  let machine: Machine;
  let service: RemoteService;
  let file: string;
  before(async () => {
    machine = boot("rollback");
    service = await testServiceOn(machine);
    file = machine.document("all.json", DOCUMENT);
  });
  after(async () => {
    await service[Symbol.asyncDispose]();
    await machine[Symbol.asyncDispose]();
  });
  afterEach(() => service.disarm());

  /** Read from files and from systemctl inside, never from the services that were asked. */
  function facts(): Readonly<Record<string, string>> {
    const linkOf = (path: string): string =>
      readlinkSync(join(machine.root, path)).replace(/^.*zoneinfo\//, "");
    return {
      hostname: machine.read("etc/hostname"),
      zone: linkOf("etc/localtime"),
      avahi: machine.exec("systemctl", "is-active", "avahi-daemon.service").stdout,
      enabled: machine.exec("systemctl", "is-enabled", "avahi-daemon.service").stdout,
    };
  }
  const pretty = (): string => machine.exec("hostnamectl", "--pretty").stdout.trim();

  test("a verification that fails rolls back everything that was done before it: 3", async () => {
    machine.exec("hostnamectl", "--pretty", "hostname", "Before");
    const before = facts();
    await service.arm("SetNote", "ignore");
    const { stderr } = ends(machine.op(["apply", ...service.flags, HINT, file]), 3);
    assert.match(stderr, /test1:Note is not as wanted/);
    assert.match(stderr, /as before/);
    assert.deepEqual(facts(), before);
    assert.equal(pretty(), "Before");
    assert.deepEqual([(await service.state())["title"], (await service.state())["note"]], ["first", "first"]);
  });

  test("an undo that fails too: the rest is undone, 4, and the list is what the machine has", async () => {
    const before = facts();
    await service.arm("SetNote", "error");
    await service.arm("SetTitle", "error", { skip: 1 });
    const { stdout } = ends(machine.op(["apply", "--json", ...service.flags, HINT, file]), 4);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(lines.find(({ type }) => type === "rollback_complete")!["left"], [
      { address: "test1:Title", wanted: "first", found: "second" },
    ]);
    assert.equal((await service.state())["title"], "second");
    assert.deepEqual(facts(), before);
    await service.say("title", "first");
  });

  test("Ctrl-C in the middle: what runs is finished, all is put back, 3", async () => {
    const before = facts();
    await service.arm("SetTitle", "late-done", { times: 1 });
    const first = (await service.calls()).length;
    const apply = running(machine.start(["apply", ...service.flags, file]));
    while ((await service.calls()).length === first) await new Promise((resolve) => setTimeout(resolve, 5));
    apply.signal("SIGINT");
    ends(await apply.done, 3);
    assert.deepEqual(facts(), before);
    assert.deepEqual((await service.calls()).slice(first), ['["SetTitle","second"]', '["SetTitle","first"]']);
  });

  test("NetworkManager's own checkpoint takes back profiles, and is left open in no case", async () => {
    const connections = (): string =>
      machine.exec("nmcli", "-t", "-f", "NAME,AUTOCONNECT", "connection").stdout;
    const before = connections();
    const bridge = { id: "extra", type: "bridge", "interface-name": "br9" };
    const off = { method: "disabled" };
    const profiles = {
      lab0: { connection: { autoconnect: false } },
      extra: { connection: bridge, ipv4: off, ipv6: off },
    };
    const text = JSON.stringify({
      version: 1,
      plugins: { networkmanager: { connections: profiles }, test1: { Title: "second" } },
    });
    await service.arm("SetTitle", "error");
    const apply = ["apply", "--auto-approve", ...service.flags, machine.document("nm.json", text)];
    const calls = await capture(machine, () => void ends(machine.op(apply), 3));
    const members = calls
      .map(({ member }) => member)
      .filter((member) => /^(Checkpoint|AddC|Update2)/.test(member));
    assert.deepEqual(members, ["CheckpointCreate", "AddConnection2", "Update2", "CheckpointRollback"]);
    assert.equal(connections(), before);
    const folder = join(machine.root, "etc/NetworkManager/system-connections");
    assert.deepEqual(
      readdirSync(folder).filter((file) => file.includes("extra")),
      [],
    );
  });

  test("nothing fails: all of it is there, and a second apply changes nothing", () => {
    ends(machine.op(["apply", ...service.flags, file]), 0);
    assert.deepEqual(facts(), {
      hostname: "rolled\n",
      zone: "Asia/Tokyo",
      avahi: "inactive\n",
      enabled: "disabled\n",
    });
    assert.equal(pretty(), "Rolled");
    ends(machine.op(["apply", "--detailed-exitcode", ...service.flags, file]), 0);
  });
});
