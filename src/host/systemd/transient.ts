// A transient service: a process that systemd starts, watches and restarts, in a cgroup of its own. It dies neither with
// its parent nor with a terminal. (org.freedesktop.systemd1(5), StartTransientUnit; systemd.service(5))

import { Variant, type Bus, type DBusValue } from "../dbus/dbus.ts";
import { SYSTEMD } from "./unit.ts";

export interface Transient {
  /** `NAME.service`; one that exists already is refused by systemd. */
  readonly unit: string;
  readonly description: string;
  /** Absolute program and its arguments. */
  readonly argv: readonly string[];
  /** NAME=VALUE: anybody on the machine can read it, so no secrets. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Started again when it dies of a signal or ends with a failure; forgotten when it has ended. Resolves when systemd has
 * taken the job, not when the process runs. Throws DBusError: after OPD3004 the outcome is unknown. */
export async function startTransient(bus: Bus, transient: Transient): Promise<void> {
  const { unit, description, argv, environment } = transient;
  const properties: readonly (readonly [string, Variant])[] = [
    ["Description", new Variant("s", description)],
    ["Type", new Variant("s", "exec")],
    ["ExecStart", new Variant("a(sasb)", [[argv[0]!, [...argv], false]])],
    [
      "Environment",
      new Variant(
        "as",
        Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      ),
    ],
    ["WorkingDirectory", new Variant("s", "/")],
    ["Restart", new Variant("s", "on-failure")],
    ["CollectMode", new Variant("s", "inactive-or-failed")],
    // It must outlive what it guards against: somebody who is short of memory, a unit that is stopped with its slice.
    ["OOMScoreAdjust", new Variant("i", -900)],
    ["UMask", new Variant("u", 0o077)],
  ];
  await bus.call({
    destination: SYSTEMD,
    path: "/org/freedesktop/systemd1",
    interface: `${SYSTEMD}.Manager`,
    member: "StartTransientUnit",
    signature: "ssa(sv)a(sa(sv))",
    body: [unit, "fail", properties as unknown as DBusValue, []],
    replySignature: "o",
  });
}

/** Stops a unit; one that is not there is stopped already. Never throws: nothing depends on it. */
export async function stopUnit(bus: Bus, unit: string): Promise<void> {
  const call = {
    destination: SYSTEMD,
    path: "/org/freedesktop/systemd1",
    interface: `${SYSTEMD}.Manager`,
    member: "StopUnit",
    signature: "ss",
    body: [unit, "replace"],
  };
  await bus.call(call).catch(() => undefined);
}
