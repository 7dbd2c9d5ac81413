// Logs in tests: one in memory, batches whose bytes tell which they are, and what a log has as a list of such names.

import { openLog, type Frame, type Log, type LogOptions } from "../../src/store/log/log.ts";
import type { Disk } from "../../src/store/file/file.ts";
import { systemClock } from "../../src/base/clock.ts";

export const LOG_FOLDER = "/log";

export function logOptions(disk: Disk, directory = LOG_FOLDER): LogOptions {
  return {
    directory,
    kind: "test",
    disk,
    clock: systemClock,
    segmentBytesFirst: 4096,
    segmentBytesMax: 16_384,
  };
}

/** Frame `name` of that many bytes at least: its name again and again. */
export function frameOf(name: string, sizeBytes = 0): Frame {
  const text = `${name} `;
  return {
    type: 1 + (text.length % 127),
    payload: Buffer.from(text.repeat(Math.max(1, sizeBytes / text.length))),
  };
}

export function nameOf({ payload }: Pick<Frame, "payload">): string {
  const text = Buffer.from(payload).toString("latin1");
  const name = text.slice(0, text.indexOf(" "));
  return text === `${name} `.repeat(text.length / (name.length + 1))
    ? name
    : `not a payload of ours: ${text}`;
}

/** Names of all records, as they are read while opening. */
export async function namesIn(options: LogOptions): Promise<string[]> {
  const names: string[] = [];
  const log = await openLog({
    ...options,
    readOnly: true,
    follow: (record) => void names.push(nameOf(record)),
  });
  await log.close();
  return names;
}

export async function appendNames(log: Log, names: readonly string[]): Promise<void> {
  for (const name of names) await log.append([frameOf(name)]);
}

/** Numbers that a seed decides (mulberry32): what failed can be played again. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
