// The read-only guard: what leaves and what does not.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Call } from "./call.ts";
import { readGuard, type Probe } from "./read-guard.ts";

const PROBES: readonly Probe[] = [
  { destination: "a.Kit", interface: "a.Kit.T", member: "Install", args: new Map<number, unknown>([[0, 4]]) },
  { destination: "a.Kit", interface: "a.Kit", member: "CreateTransaction" },
  {
    destination: "a.Kit",
    interface: "a.Kit.T",
    member: "Tag",
    args: new Map<number, unknown>([[1, ["x", 1]]]),
  },
];
const guard = readGuard(PROBES);

function check(name: string, passes: boolean, call: Partial<Call> = {}, ask = guard): void {
  const at = name.lastIndexOf(".");
  const full: Call = {
    destination: "a.Kit",
    path: "/",
    interface: name.slice(0, at),
    member: name.slice(at + 1),
    ...call,
  };
  test(`${name} ${JSON.stringify(call, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value))} ${passes ? "passes" : "is refused"}`, () => {
    assert.equal(ask(full), passes);
  });
}

const bus = { destination: "org.freedesktop.DBus" };
check("org.freedesktop.DBus.Properties.Get", true);
check("org.freedesktop.DBus.Properties.GetAll", true);
check("org.freedesktop.DBus.Properties.Set", false);
check("org.freedesktop.DBus.Introspectable.Introspect", true);
check("org.freedesktop.DBus.Peer.Ping", true);
check("org.freedesktop.DBus.ObjectManager.GetManagedObjects", true);
check("org.freedesktop.DBus.ObjectManager.GetEverything", false);
for (const member of [
  "Hello",
  "AddMatch",
  "RemoveMatch",
  "GetNameOwner",
  "ListNames",
  "GetConnectionUnixUser",
  "NameHasOwner",
  "GetId",
]) {
  check(`org.freedesktop.DBus.${member}`, true, bus);
}
for (const member of [
  "RequestName",
  "ReleaseName",
  "UpdateActivationEnvironment",
  "ReloadConfig",
  "StartServiceByName",
]) {
  check(`org.freedesktop.DBus.${member}`, false, bus);
}
check("org.freedesktop.DBus.StartServiceByName", true, bus, readGuard([], { allowStart: true }));
check("org.freedesktop.DBus.Monitoring.BecomeMonitor", false, bus);
check("org.freedesktop.systemd1.Manager.GetUnitByPID", true);
check("a.Kit.GetUpdates", false);
check("a.Kit.Cancel", false);
check("a.Kit.SetHostname", false);
check("a.Kit.Reboot", false);
check("a.Kit.ResetFailed", false);
check("a.Kit.T.Install", true, { body: [4, "x"] });
check("a.Kit.T.Install", true, { body: [4n, "x"] });
check("a.Kit.T.Install", false, { body: [0, "x"] });
check("a.Kit.T.Install", false, {});
check("a.Kit.T.Install", false, { body: [4], destination: "b.Kit" });
check("a.Kit.Install", false, { body: [4] });
check("a.Kit.CreateTransaction", true);
check("a.Kit.T.Tag", true, { body: ["", ["x", 1]] });
check("a.Kit.T.Tag", false, { body: ["", ["x", 2]] });
check("org.freedesktop.PolicyKit1.Authority.CheckAuthorization", true, { body: [[], "a", {}, 0, ""] });
check("org.freedesktop.PolicyKit1.Authority.CheckAuthorization", false, { body: [[], "a", {}, 1, ""] });
check("org.freedesktop.PolicyKit1.Authority.CheckAuthorization", false, {});
