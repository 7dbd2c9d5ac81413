// Names on a bus, as the bus itself lists them.

import { OpError } from "../base/error.ts";
import type { Bus } from "../host/dbus/dbus.ts";

/** Well-known names: running, or those the bus can start. */
export async function namesOf(
  bus: Bus,
  member: "ListNames" | "ListActivatableNames",
): Promise<ReadonlySet<string>> {
  const { body } = await bus.call({
    destination: "org.freedesktop.DBus",
    path: "/org/freedesktop/DBus",
    interface: "org.freedesktop.DBus",
    member,
  });
  if (!Array.isArray(body[0])) throw new OpError("OPD3012", `${member}: the bus answered something else`);
  return new Set((body[0] as readonly string[]).filter((name) => !name.startsWith(":")));
}
