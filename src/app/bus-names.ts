// Names on a bus, as the bus itself lists them.

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
    replySignature: "as",
  });
  return new Set((body[0] as readonly string[]).filter((name) => !name.startsWith(":")));
}
