// The parts of the product, opened when first needed and closed together: settings, plugins, secrets, the reading
// connection. A session (session.ts) is what one operation works with.

import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { systemClock, type Clock } from "../base/clock.ts";
import type { Configured } from "../base/config.ts";
import { OpError } from "../base/error.ts";
import { packageDir } from "../base/package.ts";
import { errorFields } from "../base/log.ts";
import type { Who } from "../base/settings.ts";
import type { Bus, ReadGuard } from "../host/dbus/dbus.ts";
import type { Probe } from "../plugin/plugin.ts";
import type { Metrics } from "../telemetry/metrics/metrics.ts";
import type { Telemetry } from "./telemetry/model.ts";
import type { Caller, Talk, Traffic } from "../api/api.ts";
import { borrowedEnv } from "./daemon/borrowed.ts";
import { operatorLog } from "./operator-log.ts";
import type { PluginShelf } from "./shelf.ts";
import { memoryKeeper, memoryUse, type MemoryKeeper, type MemoryUse } from "./memory/keeper.ts";
import type { Records } from "./records/records.ts";
import { hostKeyFile, secrets, type Secrets } from "./secret.ts";
import { trafficOf } from "./traffic.ts";
import type { HeldLock } from "../state/state.ts";
import type { Disk } from "../store/file/file.ts";
import type { Journal } from "../store/journal/journal.ts";
import type { Session, SessionOptions } from "./session.ts";

export interface PartsInput {
  readonly configured: Configured;
  readonly who: Who;
  /** Who asks, where it is another process: the client of a daemon. */
  readonly caller?: Caller;
  /** A command: this process has nothing else to do until a record is written. */
  readonly single?: boolean;
  /** Where records are written; tests hand in one that fails. */
  readonly disk?: Disk;
  /** Of the process, where parts share it: the daemon's. */
  readonly telemetry?: Telemetry;
  readonly memory?: MemoryKeeper;
}

export interface Parts {
  readonly clock: Clock;
  /** Root of the installed package. */
  readonly packageDir: string;
  readonly who: Who;
  readonly configured: Configured;
  readonly secrets: Secrets;
  /** null: this process itself asks. */
  readonly caller: Caller | null;
  shelf(): Promise<PluginShelf>;
  /** The connection that refuses to send anything but reads. */
  readingBus(): Promise<Bus>;
  /** A new connection that sends what it is told; the caller closes it. */
  freeBus(): Promise<Bus>;
  /** One writer per bus. Throws OPD9010, OPD9011. `waitMs` null = as configured. */
  lock(guid: string, waitMs: number | null, signal: AbortSignal): Promise<HeldLock>;
  /** Audit log and journal, for writing; closed with the parts. Throws OPD5001 to OPD5005, OPD5101, OPD5201. */
  records(): Promise<Records>;
  /** The journal as it is now, only to look; null = there is none yet. Closed with the parts. */
  peekJournal(): Promise<Journal | null>;
  session(talk: Talk, options?: SessionOptions): Promise<Session>;
  /** What this process counts and traces. */
  telemetry(): Promise<Telemetry>;
  /** What is remembered: of the daemon one for all, else opened when it is needed and closed with the parts. */
  readonly memory: MemoryUse;
  /** This process is the daemon. */
  readonly served: boolean;
  /** What went over the bus so far: complete after `close`. null = nothing was connected. */
  traffic(): Traffic | null;
  close(): Promise<void>;
}

export function openParts(input: PartsInput): Parts {
  const { configured, who, caller = null } = input;
  const { config } = configured;
  let shelf: Promise<PluginShelf> | null = null;
  let inUse: PluginShelf["inUse"] = [];
  let reading: Promise<Bus> | null = null;
  let closing = false;
  let metrics: Metrics | null = null;
  const borrowed = caller && borrowedEnv(caller);
  const kept = { config, who, clock: systemClock, disk: input.disk, single: input.single ?? false };
  let records: Promise<Records> | null = null;
  let telemetry: Promise<Telemetry> | null = input.telemetry ? Promise.resolve(input.telemetry) : null;
  let peeked: Promise<Journal | null> | null = null;
  let recovered: Promise<void> | null = null;

  const parts: Parts = {
    clock: systemClock,
    packageDir: packageDir(),
    who,
    configured,
    // Their values are the caller's, the key that digests them is the machine's.
    secrets: secrets(borrowed === null ? who : { ...who, env: borrowed.env }, hostKeyFile(who)),
    caller,
    shelf: () => (shelf ??= stock()),
    readingBus: () => (reading ??= open(() => inUse)),
    freeBus: () => open(null),
    async lock(guid, waitMs, signal) {
      const { takeLock } = await import("./lock.ts");
      return await takeLock({
        directory: config.runtimeDir,
        name: guid,
        waitMs: waitMs ?? config.lockTimeoutMs,
        signal,
        clock: systemClock,
        user: caller?.actor.user ?? userInfo().username,
        command: caller?.actor.subject ?? ["op-dbus", ...process.argv.slice(2)].join(" "),
      });
    },
    records() {
      records ??= import("./records/records.ts").then(async ({ openRecords }) =>
        openRecords({ ...kept, metrics: (await telemetry)?.metrics ?? null }),
      );
      // One that failed is tried anew: there may be room by then.
      records.catch(() => (records = null));
      return records;
    },
    async peekJournal() {
      const known = peeked === null ? null : await peeked.catch(() => null);
      await known?.refresh();
      return (
        known ?? (await (peeked = import("./records/peek.ts").then(({ peekJournal }) => peekJournal(kept))))
      );
    },
    async session(talk, options = {}) {
      const [{ openSession }, bus, plugins] = await Promise.all([
        import("./session.ts"),
        parts.readingBus(),
        parts.shelf(),
      ]);
      const learn = borrowed?.learn ?? (() => Promise.resolve());
      const shared = { bus, shelf: plugins, clock: systemClock, secrets: parts.secrets, learn };
      const session = openSession(shared, talk, options);
      if (options.recover !== false) {
        recovered ??= recover(session);
        // What is listed is told once; what could not be resolved is tried anew.
        recovered.catch(() => (recovered = null));
        await recovered;
      }
      return session;
    },
    telemetry: () => (telemetry ??= ownTelemetry()),
    memory: memoryUse(() => memoryKeeper({ config, who, metrics: null }), input.memory),
    served: input.telemetry !== undefined,
    traffic: () => metrics && trafficOf(metrics),
    async close() {
      if (closing) return;
      closing = true;
      const bus = await reading?.catch(() => null);
      await bus?.close();
      const open = await records?.catch(() => null);
      await open?.close();
      await (await peeked?.catch(() => null))?.close();
      await parts.memory.close();
      if (input.telemetry === undefined) await (await telemetry?.catch(() => null))?.close();
    },
  };
  return parts;

  /** Once: what is interrupted later is another process's, and the next one's to resolve. */
  async function recover(session: Session): Promise<void> {
    if (!existsSync(join(config.stateDir, "@state", "journal"))) return;
    await (await import("./records/recovery.ts")).recoverAtStart(parts, session);
  }

  async function ownTelemetry(): Promise<Telemetry> {
    const { openTelemetry } = await import("./telemetry/telemetry.ts");
    const operator = operatorLog(config, who);
    return await openTelemetry({ configured, who, secret: parts.secrets.value, serves: false, operator });
  }
  /** What a connection counts: of a client of the daemon it is told to that one too. */
  async function counted(): Promise<Metrics> {
    const whole = (await parts.telemetry()).metrics;
    if (input.telemetry === undefined) return whole;
    const [{ both }, { createMetrics }] = await Promise.all([
      import("./telemetry/both.ts"),
      import("../telemetry/metrics/metrics.ts"),
    ]);
    return both(createMetrics(), whole);
  }
  async function stock(): Promise<PluginShelf> {
    const opened = (await import("./shelf.ts")).pluginShelf({ config, who, packageDir: parts.packageDir });
    ({ inUse } = opened);
    return opened;
  }
  async function open(probing: (() => PluginShelf["inUse"]) | null): Promise<Bus> {
    const [{ connect, readGuard, sessionBusAddress, systemBusAddress, busMeter }, counting] =
      await Promise.all([import("../host/dbus/dbus.ts"), metrics ?? counted()]);
    metrics ??= counting;
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
        onListenerError: (error) =>
          operatorLog(config, who, input.telemetry?.log).error(
            "a listener of a signal failed",
            errorFields(error),
          ),
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
