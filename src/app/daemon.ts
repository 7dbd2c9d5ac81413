// The daemon: holds the state directory, listens, serves the operations of the table, does what is due. Each connection
// gets parts of its own, as a command in its own process has them: nothing is kept between two runs, so nothing is stale
// and the output is the same. The socket itself is handed in: doors are above this room.

import { realpathSync } from "node:fs";
import { userInfo } from "node:os";
import type { Caller, Invoke, Traffic } from "../api/api.ts";
import { openConnection, sharedFacts, socketFolder, socketPath } from "../api/client/client.ts";
import { PROTOCOL, type CallerSettings, type Hello } from "../api/wire.ts";
import { systemClock, type Clock } from "../base/clock.ts";
import type { Configured } from "../base/config.ts";
import { OpError } from "../base/error.ts";
import { LIMITS } from "../base/limits.ts";
import { errorFields, type Log } from "../base/log.ts";
import type { Who } from "../base/settings.ts";
import { makePrivate, systemDisk } from "../store/file/file.ts";
import { traced } from "../telemetry/trace/span.ts";
import { makeStateFolder } from "./records/state-folder.ts";
import { buildApp } from "./app.ts";
import { deadlineOf, waiting } from "./guard/checkpoints.ts";
import { daemonJobs, settleAtStart } from "./daemon/chores.ts";
import { takeLock } from "./lock.ts";
import { systemdNotify, watch, watchdogMs } from "./daemon/notify.ts";
import { operatorLog } from "./operator-log.ts";
import { openParts, type Parts } from "./parts.ts";
import { runSchedule, type Job } from "./daemon/schedule.ts";
import { secrets } from "./secret.ts";
import { daemonMeter, type DaemonMeter } from "./telemetry/daemon-meter.ts";
import type { Telemetry } from "./telemetry/model.ts";
import { openScrape, type ScrapeDoor, type ScrapeDoorOptions } from "./telemetry/scrape.ts";
import { openTelemetry } from "./telemetry/telemetry.ts";
import { openMemoryDoor, type MemoryListen } from "./memory/door.ts";
import { followAudit } from "./memory/follow.ts";
import { memoryKeeper, type MemoryKeeper } from "./memory/keeper.ts";

/** What the door of server/socket.ts is to this room. */
export interface Door {
  drain(hurry: AbortSignal): Promise<boolean>;
}
export interface DoorOptions {
  readonly path: string;
  readonly hello: Hello;
  readonly open: (
    caller: Caller,
    settings: CallerSettings,
  ) => { readonly invoke: Invoke; close(): Promise<Traffic | null> };
  readonly clock: Clock;
  readonly log: Log;
}

export interface DaemonInput {
  readonly configured: Configured;
  readonly who: Who;
  readonly version: string;
  readonly listen: (options: DoorOptions) => Promise<Door>;
  readonly listenHttp: (options: ScrapeDoorOptions) => Promise<ScrapeDoor>;
  /** null = the settings open no door to the memory. */
  readonly listenMemory: MemoryListen;
  /** Fires when it shall stop. */
  readonly stop: AbortSignal;
  /** Fires when what still runs shall be put back at once. */
  readonly hurry: AbortSignal;
}

/** Serves until `stop` fires. False: something still ran when the last deadline passed. Throws OPD9040, OPD9041, OPD5001. */
export async function runDaemon(input: DaemonInput): Promise<boolean> {
  const { configured, who, stop } = input;
  const { config } = configured;
  let telemetry: Telemetry | null = null;
  let scrape: ScrapeDoor | null = null;
  let memory: MemoryKeeper | null = null;
  let memoryDoor: { close(): Promise<void> } | null = null;
  const log = operatorLog(configured.config, who, (record) => telemetry?.log(record));
  const held = await holdState(configured, who, stop);
  try {
    const secret = secrets(who).value;
    telemetry = await openTelemetry({ configured, who, secret, serves: true, operator: log });
    memory = memoryKeeper({ config, who, metrics: telemetry.metrics, tracer: telemetry.tracer });
    const meter = daemonMeter(telemetry.metrics, systemClock.wallMs());
    const measured = { telemetry, meter, memory };
    const address = config.telemetryScrape;
    scrape = await openScrape({ address, telemetry, log, listen: input.listenHttp, stop });
    makePrivate(systemDisk, socketFolder(config.runtimeDir), who.uid);
    const path = socketPath(config.runtimeDir, config.stateDir);
    const hello = helloOf(input);
    const open = (caller: Caller, settings: CallerSettings) => keeper(input, caller, settings, measured);
    const door = await input.listen({ path, hello, open, clock: systemClock, log });
    memoryDoor = await openMemoryDoor({
      memory,
      log,
      listen: input.listenMemory,
      metrics: telemetry.metrics,
    });
    log.info("serving", { socket: path, state: realpathSync(config.stateDir) });
    return await serve(input, door, { path, log, ...measured });
  } finally {
    await scrape?.close();
    await memoryDoor?.close();
    await closeMemory(memory, log);
    await telemetry?.close();
    await held.release();
  }
}

/** What the daemon counts with. */
interface Measured {
  readonly telemetry: Telemetry;
  readonly meter: DaemonMeter;
  readonly memory: MemoryKeeper;
}
interface Serving extends Measured {
  /** Of the socket. */
  readonly path: string;
  readonly log: Log;
}

async function serve(input: DaemonInput, door: Door, serving: Serving): Promise<boolean> {
  const { configured, who, stop } = input;
  const { path, log, telemetry, meter, memory } = serving;
  const notify = systemdNotify(who.env, log);
  const over = new AbortController();
  const everyMs = watchdogMs(who.env, process.pid);
  // While it drains the socket is gone: then the loop that turns is what is left to prove.
  const alive = async (): Promise<void> => {
    if (!stop.aborted) await answers(path);
  };
  const parts = openParts({ configured, who, telemetry, memory });
  try {
    await notify("READY=1", `STATUS=serving ${path}`);
    const signal = over.signal;
    const watching =
      everyMs === null ? null : watch(everyMs, alive, { notify, clock: systemClock, log, signal });
    const inTrace = <T>(name: string, work: () => Promise<T>): Promise<T> =>
      traced([telemetry.tracer], "schedule", name, work);
    const took = telemetry.metrics.gauge("start_took_ms", "Time from the start of the process to serving");
    // The clock of this process begins with it.
    took.set(performance.now());
    await inTrace("start", () => settleAtStart(parts, log, stop, meter.failed));
    const failed = (job: Job, error: unknown): void => {
      meter.failed(error);
      log.error(`${job.name} failed`, errorFields(error));
    };
    const ran = ({ name }: Job, lateMs: number, tookMs: number): void => meter.ran(name, lateMs, tookMs);
    const jobs = [...daemonJobs(parts, log), followAudit(parts, memory), lookForOverdue(parts, meter)].map(
      (job) => ({
        ...job,
        run: (until: AbortSignal) => inTrace(job.name, () => job.run(until)),
      }),
    );
    await runSchedule({ jobs, clock: systemClock, signal: stop, failed, ran });
    log.info("stopping");
    await notify("STOPPING=1", "STATUS=waiting for what runs");
    const ended = await door.drain(input.hurry);
    over.abort();
    await watching;
    log.info(ended ? "stopped" : "stopped while something still ran");
    return ended;
  } finally {
    await parts.close();
  }
}

/** Its guard, a process of its own, undoes a timed commit that ran out: here it is seen whether that happens. */
function lookForOverdue(parts: Parts, meter: DaemonMeter): Job {
  return {
    name: "overdue",
    everyMs: LIMITS.overdueTickMs,
    async run() {
      const journal = await parts.peekJournal();
      const held = journal === null ? [] : waiting(journal, parts.clock);
      const lateMs = held.map(({ begin }) => parts.clock.wallMs() - Date.parse(deadlineOf(begin)));
      meter.overdue(Math.max(0, ...lateMs));
    },
  };
}

/** A checkpoint that cannot be written takes nothing with it: the log has everything. */
async function closeMemory(memory: MemoryKeeper | null, log: Log): Promise<void> {
  try {
    await memory?.close();
  } catch (error) {
    log.error("the memory could not be closed in order", errorFields(error));
  }
}

/** The event loop turns and the socket is answered: a bare timer would prove only the first. */
async function answers(path: string): Promise<void> {
  const connection = await openConnection(path, {});
  if (connection === null) throw new OpError("OPD9042", "nobody listens on the socket", { where: path });
  try {
    await connection.ping();
  } finally {
    connection.destroy();
  }
}

/** One daemon a state directory: the lock lies in it, so that no second name or runtime directory lets in another. */
async function holdState({ config }: Configured, { uid }: Who, signal: AbortSignal) {
  return await takeLock({
    directory: await makeStateFolder(config.stateDir, "@state", uid),
    name: "daemon",
    waitMs: 0,
    signal,
    clock: systemClock,
    user: userInfo().username,
    command: ["op-dbus", ...process.argv.slice(2)].join(" "),
    taken: (holder, file) =>
      new OpError("OPD9040", `another daemon holds ${config.stateDir}: ${holder}`, {
        where: file,
        now: "nothing was started",
      }),
  });
}

function helloOf({ configured, who, version }: DaemonInput): Hello {
  return {
    type: "hello",
    protocol: PROTOCOL,
    version,
    pid: process.pid,
    shared: sharedFacts(configured, who),
  };
}

/** The operations for one caller: its own parts, with the settings that are its own. */
function keeper(
  { configured, who }: DaemonInput,
  caller: Caller,
  settings: CallerSettings,
  { telemetry, meter, memory }: Measured,
) {
  const config = {
    ...configured.config,
    callDeadlineMs: settings.call_deadline_ms,
    verifyTimeoutMs: settings.verify_timeout_ms,
    lockTimeoutMs: settings.lock_timeout_ms,
  };
  const app = buildApp({ configured: { ...configured, config }, who, caller, telemetry, memory });
  const left = meter.connected();
  const invoke: Invoke = async (name, request, talk) => {
    const startMs = systemClock.monotonicMs();
    let failed = true;
    try {
      const reply = await app.invoke(name, request, talk);
      failed = false;
      return reply;
    } finally {
      meter.operation(name, systemClock.monotonicMs() - startMs, failed);
    }
  };
  return {
    invoke,
    async close() {
      left();
      await app.close();
      return app.traffic();
    },
  };
}
