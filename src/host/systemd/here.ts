// Is the systemd on a bus the one that runs this machine? On a bus of a container or another machine it is not: a unit that
// it starts runs there. (sd_booted(3), machine-id(5), D-Bus specification "org.freedesktop.DBus.Peer")

import { existsSync } from "node:fs";
import { machineId } from "../../base/process.ts";
import type { Bus } from "../dbus/dbus.ts";
import { SYSTEMD } from "./unit.ts";

export interface Machine {
  /** Was it booted with systemd? */
  readonly booted: boolean;
  /** null = it has none. */
  readonly id: string | null;
}

/** False where it is another's, away, or does not say. Starts nothing. */
export async function isSystemdHere(bus: Bus, machine: Machine = thisMachine()): Promise<boolean> {
  if (!machine.booted || machine.id === null) return false;
  try {
    const { body } = await bus.call({
      destination: SYSTEMD,
      path: "/org/freedesktop/systemd1",
      interface: "org.freedesktop.DBus.Peer",
      member: "GetMachineId",
      replySignature: "s",
      noAutoStart: true,
    });
    return body[0] === machine.id;
  } catch {
    return false;
  }
}

function thisMachine(): Machine {
  return { booted: existsSync("/run/systemd/system"), id: machineId() };
}
