// The best stage: a throw-away Debian machine with the real systemd and its services, booted from the lab's image.

import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Offer, Stage } from "./stage.ts";

const lab = join(import.meta.dirname, "../test/lab/lab");

export const labOffer: Offer = {
  name: "lab",
  get missing() {
    if (process.getuid?.() !== 0) return "booting a machine needs root";
    if (spawnSync(lab, ["ready"]).status !== 0)
      return "its image is not built (test/lab/lab build makes it, once)";
    return null;
  },
  open: () => Promise.resolve(openLab()),
};

const document = `version = 1

[plugins.hostname1]
StaticHostname = "web-1"
PrettyHostname = "First web server"

[plugins.timedate1]
Timezone = "Europe/Paris"

[plugins.systemd1.units."avahi-daemon.service"]
active = "inactive"
`;

const risky = `version = 1

[plugins.hostname1]
StaticHostname = "web-2"
`;

function openLab(): Stage {
  const name = `tour-${process.pid}`;
  const up = execFileSync(lab, ["up", name], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const fact = (key: string): string =>
    up
      .split("\n")
      .find((line) => line.startsWith(`${key}=`))
      ?.slice(key.length + 1) ?? "";
  const address = fact("DBUS_SYSTEM_BUS_ADDRESS");
  const root = fact("ROOT");
  function read(path: string): string {
    try {
      return readFileSync(join(root, path), "utf8");
    } catch {
      return "";
    }
  }
  const inside = (...command: string[]): string =>
    String(spawnSync(lab, ["exec", name, ...command], { encoding: "utf8" }).stdout);
  return {
    name: "lab",
    what: `a throw-away Debian machine with the real systemd, booted in ${fact("BOOT_MS")} ms`,
    env: { DBUS_SYSTEM_BUS_ADDRESS: address },
    document,
    risky,
    field: "hostname1:StaticHostname",
    intruder: {
      shown: "hostnamectl set-hostname --pretty 'Somebody else'   (in the machine)",
      run: () => Promise.resolve(inside("hostnamectl", "set-hostname", "--pretty", "Somebody else")),
    },
    fingerprint: () =>
      Promise.resolve(
        [
          read("etc/hostname"),
          read("etc/machine-info"),
          inside("readlink", "-f", "/etc/localtime"),
          inside("systemctl", "is-active", "avahi-daemon.service"),
        ].join("\n"),
      ),
    close: () => {
      spawnSync(lab, ["down", name], { stdio: "ignore" });
      return Promise.resolve();
    },
  };
}
