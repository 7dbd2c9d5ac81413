// The parts of the product, opened when first needed and closed together: settings, plugins, secrets, the reading
// connection. A session (session.ts) is what one operation works with.

import { existsSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { systemClock, type Clock } from "../base/clock.ts";
import type { Configured } from "../base/config.ts";
import { OpError } from "../base/error.ts";
import { createLog, errorFields, logFormat, type Log } from "../base/log.ts";
import type { Who } from "../base/settings.ts";
import type { Bus, ReadGuard } from "../host/dbus/dbus.ts";
import type { Probe } from "../plugin/plugin.ts";
import type { Metrics } from "../telemetry/metrics/metrics.ts";
import type { Talk, Traffic } from "../api/api.ts";
import type { PluginShelf } from "./shelf.ts";
import { secrets, type Secrets } from "./secret.ts";
import { trafficOf } from "./traffic.ts";
import type { HeldLock } from "../state/state.ts";
import type { Session, SessionOptions } from "./session.ts";

export interface PartsInput {
  readonly configured: Configured;
  readonly who: Who;
}

export interface Parts {
  readonly clock: Clock;
  /** Root of the installed package. */
  readonly packageDir: string;
  readonly who: Who;
  readonly configured: Configured;
  readonly secrets: Secrets;
  shelf(): Promise<PluginShelf>;
  /** The connection that refuses to send anything but reads. */
  readingBus(): Promise<Bus>;
  /** A new connection that sends what it is told; the caller closes it. */
  freeBus(): Promise<Bus>;
  /** One writer per bus. Throws OPD9010, OPD9011. `waitMs` null = as configured. */
  lock(guid: string, waitMs: number | null, signal: AbortSignal): Promise<HeldLock>;
  session(talk: Talk, options?: SessionOptions): Promise<Session>;
  /** What went over the bus so far: complete after `close`. null = nothing was connected. */
  traffic(): Traffic | null;
  close(): Promise<void>;
}

export function openParts(input: PartsInput): Parts {
  const { configured, who } = input;
  const { config } = configured;
  const packageDir = packageAbove(import.meta.dirname);
  let shelf: Promise<PluginShelf> | null = null;
  let inUse: PluginShelf["inUse"] = [];
  let reading: Promise<Bus> | null = null;
  let closing = false;
  let metrics: Metrics | null = null;

  const parts: Parts = {
    clock: systemClock,
    packageDir,
    who,
    configured,
    secrets: secrets(who),
    shelf: () => (shelf ??= stock()),
    readingBus: () => (reading ??= open(() => inUse)),
    freeBus: () => open(null),
    async lock(guid, waitMs, signal) {
      const { takeLock } = await import("./lock.ts");
      return await takeLock({
        directory: config.runtimeDir,
        guid,
        waitMs: waitMs ?? config.lockTimeoutMs,
        signal,
        clock: systemClock,
        user: userInfo().username,
        command: ["op-dbus", ...process.argv.slice(2)].join(" "),
      });
    },
    async session(talk, options = {}) {
      const [{ openSession }, bus, plugins] = await Promise.all([
        import("./session.ts"),
        parts.readingBus(),
        parts.shelf(),
      ]);
      return openSession({ bus, shelf: plugins, clock: systemClock, secrets: parts.secrets }, talk, options);
    },
    traffic: () => metrics && trafficOf(metrics),
    async close() {
      if (closing) return;
      closing = true;
      const bus = await reading?.catch(() => null);
      await bus?.close();
    },
  };
  return parts;

  /** For the operator, not for who typed the command: what nobody can be answered. */
  function log(): Log {
    return createLog({
      level: config.logLevel,
      format: logFormat(who.env),
      write: (line) => void process.stderr.write(line),
      wallMs: systemClock.wallMs,
      pid: process.pid,
      hostname: hostname(),
    });
  }
  async function stock(): Promise<PluginShelf> {
    const opened = (await import("./shelf.ts")).pluginShelf({ config, who, packageDir });
    ({ inUse } = opened);
    return opened;
  }
  async function open(probing: (() => PluginShelf["inUse"]) | null): Promise<Bus> {
    const [{ connect, readGuard, sessionBusAddress, systemBusAddress, busMeter }, { createMetrics }] =
      await Promise.all([import("../host/dbus/dbus.ts"), import("../telemetry/metrics/metrics.ts")]);
    metrics ??= createMetrics();
    const meter = busMeter(metrics);
    const guard = probing === null ? null : readings(readGuard, probing);
    const { bus, allowUnixexec, callDeadlineMs } = config;
    const { env } = who;
    const address =
      bus === "system" ? systemBusAddress(env) : bus === "session" ? sessionBusAddress(env) : bus;
    try {
      return await connect({
        address,
        allowUnixexec,
        callDeadlineMs,
        meter,
        onListenerError: (error) => log().error("a listener of a signal failed", errorFields(error)),
        ...(guard && { guard }),
      });
    } catch (error) {
      if (!(error instanceof OpError) || error.hint !== undefined) throw error;
      const { code, message, where } = error;
      const detail = { hint: "op-dbus doctor", cause: error, ...(where === undefined ? {} : { where }) };
      throw new OpError(code, message, detail);
    }
  }
}

/** Reads of the standard interfaces, and the probes of the plugins in use: asked for every call, so a plugin that is
 * loaded later counts too. */
function readings(
  guardOf: (probes: readonly Probe[]) => ReadGuard,
  inUse: () => PluginShelf["inUse"],
): ReadGuard {
  let guard = guardOf([]);
  let seen = 0;
  return (call) => {
    const plugins = inUse();
    if (plugins.length !== seen) {
      seen = plugins.length;
      guard = guardOf(plugins.flatMap((plugin) => plugin.probes));
    }
    return guard(call);
  };
}

/** The package starts where package.json lies, however deep in it this module was built to. */
function packageAbove(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : packageAbove(dirname(folder));
}
