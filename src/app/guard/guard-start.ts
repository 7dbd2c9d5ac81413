// Starts the guard of a timed commit and waits until it is ready: a transient unit where the systemd of this machine is on
// the bus and we may ask it to, else a process in a session of its own. Either outlives this process, its terminal and its
// signals. It is told the settings that hold here and nothing that is secret: what goes back are values that were read.

import { join, resolve } from "node:path";
import type { Config } from "../../base/settings.ts";
import { asOpError, OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Bus } from "../../host/dbus/dbus.ts";
import { activeState, isSystemdHere, startTransient, stopUnit } from "../../host/systemd/systemd.ts";
import type { JournalNote } from "../../state/state.ts";
import type { Parts } from "../parts.ts";

export type GuardNote = Extract<JournalNote, { readonly type: "guard" }>;

export interface GuardStart {
  readonly parts: Pick<Parts, "clock" | "configured" | "packageDir" | "who">;
  /** A connection that may change things, to the bus that is managed. */
  readonly bus: Bus;
  /** Id of the apply, which the journal has already. */
  readonly id: string;
  /** What the guard has said of itself in the journal; null = nothing yet. */
  said(): Promise<GuardNote | null>;
}

/** Resolves when the guard's note stands in the journal. Throws OPD2134; then no guard runs. */
export async function startGuard(input: GuardStart): Promise<GuardNote> {
  const { parts, bus, id } = input;
  const { argv, env } = guardCommand(parts, id);
  const asUnit = parts.who.uid === 0 && (await isSystemdHere(bus));
  const started = asUnit ? await unit(bus, `op-dbus-guard-${id}.service`, argv, env) : child(argv, env);
  try {
    return await ready(input, started);
  } catch (error) {
    await started.stop();
    throw error;
  }
}

interface Started {
  readonly unit: string;
  /** Why it will never be ready; null = it may be yet. */
  failed(): Promise<string | null>;
  stop(): Promise<void>;
  /** It is ready: it does not need us any more. */
  letGo(): void;
}

async function ready({ parts, said }: GuardStart, started: Started): Promise<GuardNote> {
  const { clock } = parts;
  const endMs = clock.monotonicMs() + LIMITS.guardReadyMs;
  for (;;) {
    const note = await said();
    if (note !== null) {
      started.letGo();
      return note;
    }
    const why = await started.failed();
    if (why !== null) throw notReady(why, started.unit);
    if (clock.monotonicMs() >= endMs)
      throw notReady(`it was not ready in ${LIMITS.guardReadyMs} ms`, started.unit);
    await clock.sleep(READY_POLL_MS);
  }
}

/** Milliseconds between two looks for its note: a person waits. */
const READY_POLL_MS = 20;
/** Characters kept of what a guard says before it is ready: its error. */
const SAID_CHARS_MAX = 4096;

function notReady(why: string, name: string): OpError {
  return new OpError("OPD2134", `the guard could not be started: ${why}`, {
    now: "nothing was changed",
    ...(name === "" ? {} : { hint: `journalctl -u ${name}` }),
  });
}

async function unit(
  bus: Bus,
  name: string,
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Started> {
  const description = "op-dbus: puts an apply back that nobody commits";
  try {
    await startTransient(bus, { unit: name, description, argv, environment });
  } catch (error) {
    throw notReady(asOpError(error).message, name);
  }
  let begun = false;
  return {
    unit: name,
    async failed() {
      // Inactive is one whose job has not begun, and one that failed and is forgotten; one that is started again is
      // activating.
      const state = await activeState(bus, name).catch(() => "");
      begun ||= state !== "inactive";
      return state === "failed" || (begun && state === "inactive") ? `its unit is ${state}` : null;
    },
    stop: () => stopUnit(bus, name),
    letGo: () => undefined,
  };
}

function child([program, ...args]: readonly string[], env: Readonly<Record<string, string>>): Started {
  const { spawn } = process.getBuiltinModule("node:child_process");
  // Detached: setsid(2), so no terminal's end and no Ctrl-C reaches it.
  const guard = spawn(program!, args, { detached: true, cwd: "/", env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  let failure: string | null = null;
  guard.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (said.length < SAID_CHARS_MAX) said += text;
  });
  guard.once("error", (error) => (failure = error.message));
  guard.once(
    "close",
    (status, by) => (failure ??= said.trim().split("\n")[0] || `it ended with ${by ?? status}`),
  );
  return {
    unit: "",
    failed: () => Promise.resolve(failure),
    stop() {
      guard.kill("SIGKILL");
      this.letGo();
      return Promise.resolve();
    },
    letGo() {
      guard.stderr.destroy();
      guard.unref();
    },
  };
}

/** The command line and the whole environment of a guard. */
export function guardCommand(
  { configured, packageDir, who }: Pick<Parts, "configured" | "packageDir" | "who">,
  id: string,
): { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const { config } = configured;
  const built = import.meta.dirname.startsWith(join(packageDir, "dist"));
  const flags = ["--bus", busFlag(config, who.env), "--state-dir", resolve(config.stateDir)];
  for (const folder of config.pluginDirs) flags.push("--plugin-dir", resolve(folder));
  const env: Record<string, string> = { OP_DBUS_RUNTIME_DIR: resolve(config.runtimeDir) };
  for (const name of KEPT) if (who.env[name] !== undefined) env[name] = who.env[name];
  env["OP_DBUS_LOG_LEVEL"] = config.logLevel;
  env["OP_DBUS_CALL_DEADLINE_MS"] = String(config.callDeadlineMs);
  env["OP_DBUS_VERIFY_TIMEOUT_MS"] = String(config.verifyTimeoutMs);
  const main = join(packageDir, built ? "dist/main.cjs" : "src/main.ts");
  return { argv: [process.execPath, main, "--no-input", ...flags, "guard", id], env };
}

/** Where configuration, keys and programs are found, and the buses. */
const KEPT = [
  "PATH",
  "HOME",
  "CONFIGURATION_DIRECTORY",
  "XDG_CONFIG_HOME",
  "DBUS_SYSTEM_BUS_ADDRESS",
  "DBUS_SESSION_BUS_ADDRESS",
  "NODE_COMPILE_CACHE",
];

/** The address itself where it starts a program: a flag may say so, the environment may not. */
function busFlag({ bus }: Config, env: Parts["who"]["env"]): string {
  const address =
    bus === "system" || bus === "session" ? env[`DBUS_${bus.toUpperCase()}_BUS_ADDRESS`] : undefined;
  return address !== undefined && /(?:^|;)unixexec:/.test(address) ? address : bus;
}
