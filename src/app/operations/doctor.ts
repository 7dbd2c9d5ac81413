// doctor: what this machine offers, checked one by one; nothing that fails keeps the rest from being looked at.

import { accessSync, constants, lstatSync } from "node:fs";
import { join } from "node:path";
import { OpError } from "../../base/error.ts";
import { errnoOf } from "../../base/file.ts";
import type { Finding } from "../../api/api.ts";
import type { Bus } from "../../host/dbus/dbus.ts";
import type { Bound } from "../bound.ts";
import type { Parts } from "../parts.ts";
import { namesOf } from "../bus-names.ts";

export const doctor: Bound<"doctor"> = async (parts) => {
  const bus = await reached(parts);
  const findings = [
    ok("node", `${process.versions.node} at ${process.execPath}`),
    configuration(parts),
    bus instanceof OpError
      ? missing("bus", bus.message, bus.hint ?? "start dbus-daemon, or name a bus with --bus")
      : ok("bus", bus.address),
    ...(bus instanceof OpError ? [] : await services(bus)),
    program("flock", "the lock of apply", "install util-linux"),
    lockDirectory(parts),
    await plugins(parts),
  ];
  return { findings };
};

function ok(name: string, found: string): Finding {
  return { name, state: "ok", found, hint: null };
}
function missing(name: string, found: string, hint: string): Finding {
  return { name, state: "missing", found, hint };
}

async function reached(parts: Parts): Promise<Bus | OpError> {
  try {
    return await parts.readingBus();
  } catch (error) {
    if (error instanceof OpError) return error;
    throw error;
  }
}

function configuration({ configured }: Parts): Finding {
  const [fault] = configured.faults;
  if (fault === undefined) return ok("configuration", "read");
  const at = fault.at === undefined ? "" : `${fault.at.file}:${fault.at.line}: `;
  return missing("configuration", `${at}${fault.message}`, "op-dbus config show --origin");
}

/** Not every machine has them; without them less can be said. */
async function services(bus: Bus): Promise<Finding[]> {
  const names = new Set([
    ...(await namesOf(bus, "ListNames")),
    ...(await namesOf(bus, "ListActivatableNames")),
  ]);
  const look = (name: string, service: string, without: string): Finding =>
    names.has(service)
      ? ok(name, service)
      : { name, state: "warning", found: `${service} is not on this bus`, hint: without };
  return [
    look("polkit", "org.freedesktop.PolicyKit1", "what needs authorisation is decided by the service alone"),
    look("systemd", "org.freedesktop.systemd1", "units cannot be managed or named"),
  ];
}

function program(name: string, use: string, hint: string): Finding {
  const found = (process.env["PATH"] ?? "")
    .split(":")
    .map((directory) => join(directory, name))
    .find(executable);
  return found === undefined ? missing(name, `not found; ${use} needs it`, hint) : ok(name, found);
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function lockDirectory({ configured, who }: Parts): Finding {
  const directory = configured.config.runtimeDir;
  try {
    const stats = lstatSync(directory);
    if (stats.isDirectory() && stats.uid === who.uid && (stats.mode & 0o022) === 0)
      return ok("lock", directory);
    return missing("lock", `${directory} is not a directory that only you can write`, `ls -ld ${directory}`);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT")
      return missing("lock", `${directory}: ${errnoOf(error)}`, `ls -ld ${directory}`);
  }
  return lockParent(directory);
}

/** It is made with the first apply, if that can be done. */
function lockParent(directory: string): Finding {
  const parent = join(directory, "..");
  try {
    accessSync(parent, constants.W_OK);
    return ok("lock", `${directory}, made with the first apply`);
  } catch {
    return missing("lock", `${directory} cannot be made`, `log in through logind, or make ${parent} yours`);
  }
}

async function plugins(parts: Parts): Promise<Finding> {
  try {
    const { size } = await (await parts.shelf()).folders();
    return ok("plugins", `${size} from folders; every other bus name can be read`);
  } catch (error) {
    if (!(error instanceof OpError)) throw error;
    const [fault] = error.faults;
    return missing("plugins", fault?.message ?? error.message, "op-dbus plugin list");
  }
}
