// Units as objects on the bus. Their paths are known from their names, so that reading a state is a property read and
// no call that a read-only connection refuses; systemd loads a unit when its path is read.

import type { Bus } from "../dbus/dbus.ts";

export const SYSTEMD = "org.freedesktop.systemd1";

/** Object path of a unit: every byte but letters, and digits that are not first, as _xx (sd_bus_path_encode(3)). */
export function unitPath(unit: string): string {
  const bytes = [...Buffer.from(unit, "utf8")].map((byte, at) => {
    const char = String.fromCharCode(byte);
    const plain = /[A-Za-z]/.test(char) || (at > 0 && /[0-9]/.test(char));
    return plain ? char : `_${byte.toString(16).padStart(2, "0")}`;
  });
  return `/org/freedesktop/systemd1/unit/${bytes.join("") || "_"}`;
}

/** `active`, `failed`, `inactive` ...; of a unit that does not exist `inactive` too. Throws DBusError. */
export async function activeState(bus: Bus, unit: string, signal?: AbortSignal): Promise<string> {
  const { body } = await bus.call({
    destination: SYSTEMD,
    path: unitPath(unit),
    interface: "org.freedesktop.DBus.Properties",
    member: "Get",
    signature: "ss",
    body: [`${SYSTEMD}.Unit`, "ActiveState"],
    replySignature: "v",
    noAutoStart: true,
    ...(signal === undefined ? {} : { signal }),
  });
  const [state] = body as readonly [{ readonly value: unknown }];
  return String(state.value);
}
