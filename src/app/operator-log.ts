// The log of this process, for the operator and not for who typed the command: what nobody can be answered, and what a
// daemon does.

import { hostname } from "node:os";
import { systemClock } from "../base/clock.ts";
import { createLog, logFormat, type Log, type LogRecord } from "../base/log.ts";
import type { Config, Who } from "../base/settings.ts";

/** `also` gets what is written, too. */
export function operatorLog(
  { logLevel }: Pick<Config, "logLevel">,
  { env }: Who,
  also: (record: LogRecord) => void = () => undefined,
): Log {
  return createLog({
    level: logLevel,
    format: logFormat(env),
    write: (line) => void process.stderr.write(line),
    wallMs: systemClock.wallMs,
    pid: process.pid,
    hostname: hostname(),
    also,
  });
}
