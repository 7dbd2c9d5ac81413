// The log of this process, for the operator and not for who typed the command: what nobody can be answered, and what a
// daemon does.

import { hostname } from "node:os";
import { systemClock } from "../base/clock.ts";
import { createLog, logFormat, type Log } from "../base/log.ts";
import type { Config, Who } from "../base/settings.ts";

export function operatorLog({ logLevel }: Pick<Config, "logLevel">, { env }: Who): Log {
  return createLog({
    level: logLevel,
    format: logFormat(env),
    write: (line) => void process.stderr.write(line),
    wallMs: systemClock.wallMs,
    pid: process.pid,
    hostname: hostname(),
  });
}
