// The second stage: the real dbus-daemon and the real systemd-hostnamed in mount, UTS, network and PID namespaces of their
// own, on a copy of /etc. The machine's own host name and files are out of their reach.

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Offer, Stage } from "./stage.ts";

const hostnamed = ["/lib/systemd/systemd-hostnamed", "/usr/lib/systemd/systemd-hostnamed"].find((path) =>
  existsSync(path),
);
const BUS_DEADLINE_MS = 5_000;

export const daemonOffer: Offer = {
  name: "daemon",
  get missing() {
    if (process.getuid?.() !== 0) return "namespaces of its own need root";
    for (const tool of ["dbus-daemon", "unshare", "busctl"])
      if (!inPath(tool)) return `${tool} is not installed`;
    return hostnamed === undefined ? "systemd-hostnamed is not installed" : null;
  },
  open: openDaemon,
};

function inPath(tool: string): boolean {
  return (process.env["PATH"] ?? "").split(":").some((dir) => existsSync(join(dir, tool)));
}

const document = `version = 1

[plugins.hostname1]
StaticHostname = "web-1"
PrettyHostname = "First web server"
Deployment = "production"
Location = "Rack 4"
`;

const risky = `version = 1

[plugins.hostname1]
StaticHostname = "web-2"
`;

/** Runs in the new namespaces: a copy of /etc over /etc, then the bus, which starts hostnamed on demand. */
const SCRIPT = `set -e
mkdir -p "$1/etc"; cp -a /etc/. "$1/etc/"; mount --bind "$1/etc" /etc
exec dbus-daemon --config-file="$1/bus.conf" --nofork --nopidfile`;

async function openDaemon(scratch: string): Promise<Stage> {
  const socket = join(scratch, "bus");
  const address = `unix:path=${socket}`;
  mkdirSync(join(scratch, "services"));
  writeFileSync(
    join(scratch, "services/org.freedesktop.hostname1.service"),
    `[D-BUS Service]\nName=org.freedesktop.hostname1\nExec=${hostnamed}\n`,
  );
  writeFileSync(join(scratch, "bus.conf"), busConfig(address, join(scratch, "services")));
  const namespaces = [
    "--mount",
    "--uts",
    "--net",
    "--pid",
    "--fork",
    "--kill-child=KILL",
    "--propagation",
    "private",
  ];
  const child = spawn("unshare", [...namespaces, "sh", "-c", SCRIPT, "sh", scratch], {
    env: { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: address },
    stdio: "ignore",
  });
  await listening(socket, child);
  const own = (path: string): string => {
    try {
      return readFileSync(join(scratch, "etc", path), "utf8");
    } catch {
      return "";
    }
  };
  const set = [
    "call",
    "org.freedesktop.hostname1",
    "/org/freedesktop/hostname1",
    "org.freedesktop.hostname1",
    "SetPrettyHostname",
    "sb",
    "Somebody else",
    "false",
  ];
  return {
    name: "daemon",
    what: "the real dbus-daemon and systemd-hostnamed, in namespaces of their own",
    env: { DBUS_SYSTEM_BUS_ADDRESS: address },
    document,
    risky,
    field: "hostname1:StaticHostname",
    intruder: {
      shown: "busctl call org.freedesktop.hostname1 … SetPrettyHostname sb 'Somebody else' false",
      run: () =>
        Promise.resolve(execFileSync("busctl", [`--address=${address}`, ...set], { encoding: "utf8" })),
    },
    fingerprint: () => Promise.resolve(`${own("hostname")}\n${own("machine-info")}`),
    close: () => ended(child),
  };
}

function busConfig(address: string, services: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>${address}</listen><auth>EXTERNAL</auth><servicedir>${services}</servicedir>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
`;
}

async function listening(socket: string, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + BUS_DEADLINE_MS; !existsSync(socket);) {
    if (child.exitCode !== null) throw new Error("dbus-daemon ended before it listened");
    if (Date.now() > deadline) throw new Error(`dbus-daemon did not listen within ${BUS_DEADLINE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    // unshare holds SIGTERM back while it waits; killed, it takes its PID namespace with it.
    child.kill("SIGKILL");
  });
}
