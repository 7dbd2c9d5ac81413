// What a service tells systemd (sd_notify): that it is ready, that it stops, that it is alive. Node cannot send a datagram
// over a Unix socket, so `systemd-notify` does: some milliseconds of a program, a few times a minute at most. Outside of
// systemd nothing is told.

import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Log } from "../../base/log.ts";
import type { Env } from "../../base/settings.ts";

export type Notify = (...states: readonly string[]) => Promise<void>;

/** Tells `states` (READY=1, ...) where systemd listens. A failure is logged: the watchdog then does what is right. */
export function systemdNotify(env: Env, log: Log): Notify {
  if ((env["NOTIFY_SOCKET"] ?? "") === "") return () => Promise.resolve();
  return (...states) =>
    new Promise((resolve) => {
      const { execFile } = process.getBuiltinModule("node:child_process");
      const argv = [`--pid=${process.pid}`, ...states];
      execFile("systemd-notify", argv, { timeout: LIMITS.notifyDeadlineMs }, (error) => {
        if (error !== null)
          log.warn("systemd could not be told", { states: states.join(" "), err: error.message });
        resolve();
      });
    });
}

/** Milliseconds in which systemd wants a sign of life of this process; null = it does not. */
export function watchdogMs(env: Env, pid: number): number | null {
  const usec = env["WATCHDOG_USEC"] ?? "";
  const of = env["WATCHDOG_PID"] ?? "";
  if (!/^[1-9][0-9]{0,14}$/.test(usec) || (of !== "" && of !== String(pid))) return null;
  return Number(usec) / 1000;
}

/** Asks `alive` at half of the time and tells systemd after each good answer, until the signal fires. */
export async function watch(
  everyMs: number,
  alive: () => Promise<void>,
  { notify, clock, log, signal }: { notify: Notify; clock: Clock; log: Log; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    try {
      await alive();
      await notify("WATCHDOG=1");
    } catch (error) {
      log.error("the socket does not answer", {
        err: error instanceof Error ? error.message : String(error),
      });
    }
    await clock.sleep(everyMs / 2, signal);
  }
}
