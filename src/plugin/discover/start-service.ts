// Starting a service by reading from it: the bus starts an activatable name for any call. Introspect is the read that
// bus policies most often let through; what the service answers does not matter, only that it owns its name then.

import { LIMITS } from "../../base/limits.ts";
import { DBusError, type Bus } from "../../host/dbus/dbus.ts";

/** Unique name of the running, or now started, service. Throws DBusError: it could not be started, or not in time. */
export async function ownerOrStart(
  bus: Bus,
  name: string,
  deadlineMs: number = LIMITS.discoverNameDeadlineMs,
): Promise<string> {
  const owner = await bus.owner(name);
  if (owner !== null) return owner;
  const call = {
    destination: name,
    path: "/",
    interface: "org.freedesktop.DBus.Introspectable",
    member: "Introspect",
    deadlineMs,
  };
  try {
    return (await bus.call(call)).sender;
  } catch (error) {
    const now = error instanceof DBusError ? await bus.owner(name) : null;
    if (now === null) throw error;
    return now;
  }
}
