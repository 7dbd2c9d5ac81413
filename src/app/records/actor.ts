// Who asks: this process, as the audit log names it. A client of the daemon tells the same of itself over the socket.

import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import type { Actor } from "../../state/state.ts";

/** Of the process that runs this. */
export function processActor(): Actor {
  return Object.freeze({
    uid: process.getuid!(),
    pid: process.pid,
    user: userInfo().username,
    unit: unitOf(readCgroup()),
    subject: ["op-dbus", ...process.argv.slice(2)].join(" "),
  });
}

function readCgroup(): string {
  try {
    return readFileSync("/proc/self/cgroup", "utf8");
  } catch {
    return "";
  }
}

/** The unit in the text of /proc/PID/cgroup (man 7 cgroups): the last part of systemd's path that is a service or a scope;
 * "" where there is none. */
export function unitOf(cgroup: string): string {
  const lines = cgroup
    .split("\n")
    .filter((line) => line.startsWith("0::") || line.includes(":name=systemd:"));
  // A machine with both hierarchies has the unit in one of them.
  const parts = lines.flatMap((line) => line.split(":").slice(2).join(":").split("/"));
  return parts.findLast((part) => /\.(?:service|scope)$/.test(part)) ?? "";
}
