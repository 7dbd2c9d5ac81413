// The table of settings: for each its form, one sentence and its default for a caller. What systemd and XDG say about
// folders is the default, never more important than what a person wrote. In files and variables a name has underscores:
// callDeadlineMs is `call_deadline_ms` and OP_DBUS_CALL_DEADLINE_MS.

import { INTERVALS, PERIOD_LETTERS } from "./calendar.ts";
import { LIMITS } from "./limits.ts";
import { LEVEL_NAMES } from "./log.ts";
import { MEMORY_SETTINGS } from "./memory-settings.ts";
import { amounts, count, flag, path, paths, spelled, text, word, type Form } from "./setting.ts";
import { TELEMETRY_SETTINGS } from "./telemetry-settings.ts";

export type Env = Readonly<Record<string, string | undefined>>;
/** For whom defaults are made. */
export interface Who {
  readonly uid: number;
  readonly home: string;
  readonly env: Env;
}

export interface Setting<T> {
  readonly form: Form<T>;
  /** One sentence. */
  readonly about: string;
  readonly fallback: (who: Who) => { readonly value: T; readonly origin?: string };
}

function setting<T>(form: Form<T>, about: string, fallback: Setting<T>["fallback"]): Setting<T> {
  return Object.freeze({ form, about, fallback });
}

const DAY_MS = 86_400_000;

/** By property of Config. */
export const SETTINGS = Object.freeze({
  bus: setting(text(), "The bus to manage: system, session, or a D-Bus address.", () => ({
    value: "system",
  })),
  allowUnixexec: setting(
    flag(),
    "DBUS_SYSTEM_BUS_ADDRESS and DBUS_SESSION_BUS_ADDRESS may start a program (unixexec:).",
    () => ({ value: false }),
  ),
  stateDir: setting(path(), "The folder of all durable records.", stateDir),
  runtimeDir: setting(path(), "The private folder of locks and sockets.", runtimeDir),
  pluginDirs: setting(paths(), "Folders with plugins, beside the shipped and the standard ones.", () => ({
    value: [],
  })),
  color: setting(word(["auto", "always", "never"] as const), "Colour on the terminal.", color),
  noInput: setting(flag(), "Never ask; what needs a yes ends with exit 10.", () => ({ value: false })),
  logLevel: setting(word(LEVEL_NAMES), "The least serious log line that is written.", () => ({
    value: "info" as const,
  })),
  callDeadlineMs: setting(
    count("milliseconds", 100, DAY_MS),
    "How long one call may take where the mapping says nothing.",
    () => ({ value: LIMITS.callDeadlineMs }),
  ),
  verifyTimeoutMs: setting(
    count("milliseconds", 0, DAY_MS),
    "How long verification waits for values to arrive.",
    () => ({ value: LIMITS.verifyTimeoutMs }),
  ),
  lockTimeoutMs: setting(
    count("milliseconds", 0, DAY_MS),
    "How long an apply waits for another one to end.",
    () => ({ value: 0 }),
  ),
  snapshotInterval: setting(
    spelled(INTERVALS),
    "How often the records are snapshotted, where they lie on BTRFS.",
    () => ({ value: "15-minutes" as const }),
  ),
  snapshotRetention: setting(
    amounts(PERIOD_LETTERS, 10_000),
    "How many snapshots are kept: the newest (n), and the newest one of so many hours (h), days, weeks, months, quarters, years.",
    () => ({ value: Object.freeze({ newest: 5, hourly: 5, daily: 5, weekly: 5, quarterly: 5 }) }),
  ),
  snapshotFreeBytesMin: setting(
    count("bytes", 0, 2 ** 50),
    "Free space below which snapshots are removed and none is made.",
    () => ({ value: LIMITS.snapshotFreeBytesMin }),
  ),
  snapshotFreePercentMin: setting(
    count("percent", 0, 90),
    "The same, in hundredths of the file system.",
    () => ({ value: LIMITS.snapshotFreePercentMin }),
  ),
  replicateTargets: setting(
    paths(),
    "Folders on mounted BTRFS file systems that get copies of the snapshots.",
    () => ({ value: [] }),
  ),
  ...TELEMETRY_SETTINGS,
  ...MEMORY_SETTINGS,
});

export type Settings = typeof SETTINGS;
export type Name = keyof Settings;
export type Config = {
  readonly [N in Name]: Settings[N] extends Setting<infer T> ? T : never;
};

/** The folder of a user's own configuration; /etc/op-dbus for root. systemd and tests name another one by
 * CONFIGURATION_DIRECTORY: configuration, plugins and keys are then all there. */
export function configHome({ uid, home, env }: Who): string {
  const given = env["CONFIGURATION_DIRECTORY"]?.split(":")[0] ?? "";
  if (given.startsWith("/")) return given;
  return uid === 0 ? "/etc/op-dbus" : `${xdg(env, "XDG_CONFIG_HOME") ?? `${home}/.config`}/op-dbus`;
}

function stateDir({ uid, home, env }: Who): { value: string; origin?: string } {
  // systemd gives a list when a unit has several.
  const given = env["STATE_DIRECTORY"]?.split(":")[0] ?? "";
  if (given !== "") return { value: given, origin: "STATE_DIRECTORY" };
  return {
    value: uid === 0 ? "/var/lib/op-dbus" : `${xdg(env, "XDG_STATE_HOME") ?? `${home}/.local/state`}/op-dbus`,
  };
}

function runtimeDir({ uid, env }: Who): { value: string; origin?: string } {
  const given = env["RUNTIME_DIRECTORY"]?.split(":")[0] ?? "";
  if (given !== "") return { value: given, origin: "RUNTIME_DIRECTORY" };
  return {
    value: uid === 0 ? "/run/op-dbus" : `${xdg(env, "XDG_RUNTIME_DIR") ?? `/run/user/${uid}`}/op-dbus`,
  };
}

function color({ env }: Who): { value: "auto" | "always" | "never"; origin?: string } {
  if ((env["NO_COLOR"] ?? "") !== "") return { value: "never", origin: "NO_COLOR" };
  if ((env["FORCE_COLOR"] ?? "") !== "") return { value: "always", origin: "FORCE_COLOR" };
  return { value: "auto" };
}

/** The XDG base directory specification: a relative path counts as not set. */
function xdg(env: Env, name: string): string | undefined {
  const path = env[name] ?? "";
  return path.startsWith("/") ? path : undefined;
}
