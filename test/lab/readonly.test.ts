// Everything but apply only reads: a monitor sees every message of a booted machine's bus while all commands run over all
// services. What counts as a read is written down here once more, by hand, and shares nothing with the guard in src/.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { capture, type Captured } from "./capture.ts";
import { boot, ends, labSkip, type Machine } from "./machine.ts";

const MAPPINGS = join(import.meta.dirname, "../../mappings");

const STANDARD: Readonly<Record<string, readonly string[]>> = {
  "org.freedesktop.DBus": [
    "Hello",
    "AddMatch",
    "RemoveMatch",
    "GetId",
    "GetNameOwner",
    "NameHasOwner",
    "ListNames",
    "ListActivatableNames",
    "GetConnectionCredentials",
    "GetConnectionUnixProcessID",
    "GetConnectionUnixUser",
  ],
  "org.freedesktop.DBus.Properties": ["Get", "GetAll"],
  "org.freedesktop.DBus.Introspectable": ["Introspect"],
  "org.freedesktop.DBus.ObjectManager": ["GetManagedObjects"],
  "org.freedesktop.DBus.Peer": ["Ping", "GetMachineId"],
  "org.freedesktop.systemd1.Manager": ["ListUnits", "LoadUnit", "GetUnitByPID", "GetUnitFileState"],
  "org.freedesktop.timedate1": ["ListTimezones"],
  "org.freedesktop.Accounts": ["ListCachedUsers", "FindUserByName"],
  "org.freedesktop.NetworkManager.Settings": ["ListConnections"],
  "org.freedesktop.NetworkManager.Settings.Connection": ["GetSettings"],
  "org.freedesktop.UPower": ["EnumerateDevices", "GetDisplayDevice", "GetCriticalAction"],
  "org.freedesktop.login1.Manager": ["ListSessions", "ListUsers", "ListSeats", "ListInhibitors"],
  "org.opensuse.Snapper": ["ListConfigs", "ListSnapshots", "GetConfig"],
  // A transaction is an object that answers questions; what it would do is asked for with the simulation bit (below).
  "org.freedesktop.PackageKit": ["CreateTransaction"],
  "org.freedesktop.PackageKit.Transaction": [
    "SetHints",
    "GetPackages",
    "Resolve",
    "GetUpdates",
    "SearchNames",
  ],
};
/** Members of FirewallD, of which there are dozens. */
const FIREWALL = /^(get|list|query)[A-Z]/;
const SIMULATE = 4;

function isRead({ interface: name, member, payload }: Captured): boolean {
  if (STANDARD[name]?.includes(member) === true) return true;
  if (name.startsWith("org.fedoraproject.FirewallD1")) return FIREWALL.test(member);
  const data = (payload as { data?: readonly unknown[] } | null)?.data ?? [];
  if (name === "org.freedesktop.PackageKit.Transaction" && /^(Install|Remove|Update)Packages$/.test(member)) {
    return (Number(data[0]) & SIMULATE) !== 0;
  }
  // Without a person being asked: bit 0 of the flags is clear.
  if (name === "org.freedesktop.PolicyKit1.Authority" && member === "CheckAuthorization") {
    return (Number(data[3]) & 1) === 0;
  }
  return false;
}

const DOCUMENT = JSON.stringify({
  version: 1,
  plugins: {
    hostname1: { StaticHostname: "other", PrettyHostname: "Other" },
    timedate1: { Timezone: "Asia/Tokyo", LocalRTC: true },
    locale1: { Locale: { LANG: "C.UTF-8" }, X11Layout: "de" },
    packagekit: { packages: { "lab-app": {}, "lab-tiny": {} } },
    systemd1: {
      units: { "avahi-daemon.service": { active: "inactive", enabled: false, MemoryMax: "64 MiB" } },
    },
    accounts: { users: { lab: { RealName: "Lab" } } },
    networkmanager: { connections: { lab0: { connection: { autoconnect: false } } } },
  },
});

describe("everything but apply", { skip: labSkip }, () => {
  let machine: Machine;
  before(() => void (machine = boot("readonly")));
  after(() => machine[Symbol.asyncDispose]());

  test("sends nothing that is not a read", async () => {
    const file = machine.document("wish.json", DOCUMENT);
    const folders = readdirSync(MAPPINGS).map((name) => join(MAPPINGS, name));
    const commands: readonly (readonly [readonly string[], number])[] = [
      [["discover", "-v"], 0],
      [["introspect", "org.freedesktop.systemd1", "/org/freedesktop/systemd1"], 0],
      [["introspect", "org.freedesktop.PackageKit", "/org/freedesktop/PackageKit"], 0],
      [["query"], 0],
      ...folders.map((path) => [["query", pluginOf(path)], 0] as const),
      [["init"], 0],
      [["validate", "--live", file], 0],
      [["diff", file], 0],
      [["plan", "--check-auth", file], 0],
      [["plan", "--revert", file], 0],
      [["plan", "--out", join(machine.scratch, "plan.json"), file], 0],
      [["apply", "--dry-run", file], 0],
      [["verify", file], 2],
      ...folders.map((path) => [["plugin", "check", path], 0] as const),
      ...folders.map((path) => [["plugin", "show", pluginOf(path)], 0] as const),
      [
        [
          "plugin",
          "create",
          "made",
          "--from-dbus",
          "org.freedesktop.login1",
          "-o",
          join(machine.scratch, "made"),
        ],
        0,
      ],
      [["doctor"], 0],
      // Stops at the question nobody can answer: planned, and nothing more.
      [["apply", file], 10],
    ];
    const calls = await capture(machine, () => {
      for (const [args, status] of commands) ends(machine.op(args), status);
    });
    // Each connection of ours asks the bus who it is; nobody else on this bus does.
    const ours = new Set(calls.filter(({ member }) => member === "GetId").map(({ sender }) => sender));
    assert.ok(ours.size >= commands.length, `${ours.size} connections of ${commands.length} commands`);
    const sent = calls.filter(({ sender }) => ours.has(sender));
    assert.ok(
      sent.some(({ member }) => member === "InstallPackages"),
      "the rehearsal was seen",
    );
    assert.deepEqual(
      sent.filter((call) => !isRead(call)).map(({ interface: name, member }) => `${name}.${member}`),
      [],
    );
  });

  test("the list above would notice a change", async () => {
    const calls = await capture(machine, () => {
      ends(
        machine.op(["apply", "--auto-approve", "-"], {
          input: '{"version":1,"plugins":{"hostname1":{"Chassis":"vm"}}}',
        }),
        0,
      );
    });
    assert.deepEqual(
      calls
        .filter((call) => call.destination === "org.freedesktop.hostname1" && !isRead(call))
        .map(({ member }) => member),
      ["SetChassis"],
    );
  });
});

/** The plugin of a shipped folder. */
function pluginOf(path: string): string {
  return path.split(".").at(-1)!.toLowerCase().replace("firewalld1", "firewalld");
}
