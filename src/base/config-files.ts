// Reads the configuration files that loadConfig takes: the one given by --config alone, else op-dbus.toml of /etc/op-dbus
// (root) or the user's configuration folder, with its drop-ins op-dbus.d/*.toml. A drop-in wins over op-dbus.toml, and one
// with a later name over an earlier one, as with systemd. A usual file that is missing is none.

import { readdirSync } from "node:fs";
import type { ConfigText } from "./config.ts";
import { OpError } from "./error.ts";
import { errnoOf, readTrusted } from "./file.ts";
import { LIMITS } from "./limits.ts";
import { configHome, type Who } from "./settings.ts";
import { decodeText } from "./text/text.ts";

/** Most important first. Throws OPD1201 to OPD1203 for a file that is there and cannot be used, OPD1104 for bytes. */
export function readConfigFiles(who: Who, chosen: string | null): readonly ConfigText[] {
  if (chosen !== null) return [read(chosen, who)];
  const folder = configHome(who);
  const dropIns = namesIn(`${folder}/op-dbus.d`).map((name) => `${folder}/op-dbus.d/${name}`);
  return [...dropIns.toReversed(), `${folder}/op-dbus.toml`].flatMap((file) => {
    try {
      return [read(file, who)];
    } catch (error) {
      if (error instanceof OpError && errnoOf(error.cause) === "ENOENT") return [];
      throw error;
    }
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".toml") && !name.startsWith("."))
      .sort();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw new OpError("OPD1201", `${folder} cannot be listed: ${errnoOf(error)}`, {
      where: folder,
      cause: error,
    });
  }
}

function read(file: string, who: Who): ConfigText {
  const bytes = readTrusted(file, { sizeBytesMax: LIMITS.textSizeBytesMax, uid: who.uid });
  const decoded = decodeText(file, bytes);
  if ("fault" in decoded)
    throw new OpError("OPD1104", `${file} is not UTF-8`, { where: file, faults: [decoded.fault] });
  return { file, text: decoded.text };
}
