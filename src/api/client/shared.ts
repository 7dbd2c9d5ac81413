// What has to be the same on both sides, so that a command ends the same whoever does the work: every setting but those
// that travel with a request and those that are about the caller's own terminal, and what the environment says of the bus.

import { resolve } from "node:path";
import type { Configured } from "../../base/config.ts";
import { fileName, showSetting } from "../../base/config.ts";
import { configHome, type Config, type Name, type Who } from "../../base/settings.ts";
import { TELEMETRY_SETTINGS } from "../../base/telemetry-settings.ts";
import type { CallerSettings } from "../wire.ts";

/** Travelling, or the caller's own. The two folders find the socket: what finds it has the same ones. */
const APART: ReadonlySet<Name> = new Set<Name>([
  "callDeadlineMs",
  "verifyTimeoutMs",
  "lockTimeoutMs",
  "color",
  "noInput",
  "logLevel",
  "runtimeDir",
  "stateDir",
  // Each process exports its own: no command ends otherwise for it.
  ...(Object.keys(TELEMETRY_SETTINGS) as (keyof typeof TELEMETRY_SETTINGS)[]),
]);

/** Name -> value, for people and for comparing. */
export function sharedFacts({ config, origins }: Configured, who: Who): Readonly<Record<string, string>> {
  const facts: Record<string, string> = { configuration: configHome(who) };
  for (const name of origins.keys()) if (!APART.has(name)) facts[fileName(name)] = showSetting(config, name);
  facts["plugin_dirs"] = config.pluginDirs.map((directory) => resolve(directory)).join(":");
  for (const variable of BUS_VARIABLES[config.bus] ?? []) facts[variable] = who.env[variable] ?? "";
  return Object.freeze(facts);
}

const BUS_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  system: ["DBUS_SYSTEM_BUS_ADDRESS"],
  session: ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"],
};

/** The first that differs, as a name; null = all are the same. */
export function firstDifference(
  ours: Readonly<Record<string, string>>,
  theirs: Readonly<Record<string, string>>,
): string | null {
  const names = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  return [...names].find((name) => ours[name] !== theirs[name]) ?? null;
}

export function callerSettings({ callDeadlineMs, verifyTimeoutMs, lockTimeoutMs }: Config): CallerSettings {
  return {
    call_deadline_ms: callDeadlineMs,
    verify_timeout_ms: verifyTimeoutMs,
    lock_timeout_ms: lockTimeoutMs,
  };
}
