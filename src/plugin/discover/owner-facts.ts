// Who is behind a bus name: process, user, and systemd unit. The bus vouches for process and user; the unit is what
// systemd says, or where systemd is not on this bus, what the kernel's cgroup path says. Each fact may be null.

import { readFile, stat } from "node:fs/promises";
import { LIMITS } from "../../base/limits.ts";
import { DBusError, Variant, type Bus } from "../../host/dbus/dbus.ts";

export interface OwnerFacts {
  readonly pid: number | null;
  readonly uid: number | null;
  readonly unit: string | null;
}

const SYSTEMD = "org.freedesktop.systemd1";

/** Facts about the owner of a unique or well-known name. Never throws for what bus or systemd say. */
export async function ownerFacts(bus: Bus, owner: string, hasSystemd: boolean): Promise<OwnerFacts> {
  const credentials = await tell(
    bus,
    "org.freedesktop.DBus",
    "/org/freedesktop/DBus",
    "GetConnectionCredentials",
    "s",
    owner,
  );
  const number = (key: string): number | null => {
    const isDict = typeof credentials === "object" && credentials !== null && Object.hasOwn(credentials, key);
    const value = isDict ? (credentials as { readonly [key: string]: unknown })[key] : undefined;
    return value instanceof Variant && typeof value.value === "number" ? value.value : null;
  };
  const pid = number("ProcessID");
  const uid = number("UnixUserID");
  // 0: a process of another PID namespace, which nobody here can name.
  if (pid === null || pid === 0) return { pid: null, uid, unit: null };
  return { pid, uid, unit: hasSystemd ? await unitBySystemd(bus, pid) : await unitByCgroup(pid, uid) };
}

async function unitBySystemd(bus: Bus, pid: number): Promise<string | null> {
  const path = await tell(
    bus,
    SYSTEMD,
    "/org/freedesktop/systemd1",
    "GetUnitByPID",
    "u",
    pid,
    `${SYSTEMD}.Manager`,
  );
  return typeof path === "string" ? unitOfPath(path) : null;
}

/** systemd writes every other byte than [A-Za-z0-9] of a unit's name as _XX in its object path. */
export function unitOfPath(path: string): string {
  const label = path.slice(path.lastIndexOf("/") + 1);
  return Buffer.from(
    label.replace(/_([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  ).toString("utf8");
}

/** Trusted only where /proc has a process of this number and this user: the bus may be one of another machine. */
async function unitByCgroup(pid: number, uid: number | null): Promise<string | null> {
  try {
    const { uid: owner } = await stat(`/proc/${pid}`);
    return owner === uid ? unitOfCgroup(await readFile(`/proc/${pid}/cgroup`, "utf8")) : null;
  } catch {
    return null;
  }
}

/** The last unit in the path of systemd's own (named or unified) hierarchy. cgroups(7). */
export function unitOfCgroup(text: string): string | null {
  for (const line of text.split("\n")) {
    const found = /^(?:0:|[0-9]+:name=systemd):(.*)$/.exec(line);
    const units = found?.[1]?.split("/").filter((part) => /\.(service|scope|socket|mount)$/.test(part));
    const unit = units?.at(-1);
    if (unit !== undefined) return unit;
  }
  return null;
}

async function tell(
  bus: Bus,
  destination: string,
  path: string,
  member: string,
  signature: string,
  argument: string | number,
  interfaceName: string = destination,
): Promise<unknown> {
  try {
    const deadlineMs = LIMITS.discoverCallDeadlineMs;
    const call = {
      destination,
      path,
      interface: interfaceName,
      member,
      signature,
      body: [argument],
      deadlineMs,
      noAutoStart: true,
    };
    return (await bus.call(call)).body[0] ?? null;
  } catch (error) {
    if (error instanceof DBusError) return null;
    throw error;
  }
}
