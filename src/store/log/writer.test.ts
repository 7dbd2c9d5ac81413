// One turn for those who go on writing, also for who gathers until the end of a turn of the event loop before the next append.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { openLog } from "./log.ts";
import { frameOf, logOptions } from "../../../test/support/log-case.ts";
import { memoryDisk } from "../../../test/support/memory-disk.ts";

const APPENDS = 10;

/** As one does whose answer goes through some promises first. */
async function afterTurn(): Promise<void> {
  for (let n = 0; n < 10; n++) await Promise.resolve();
  await setImmediate();
}

for (const [name, pause] of [
  ["at once", () => undefined],
  ["after a turn of the event loop", afterTurn],
] as const)
  test(`who appends again ${name} keeps the lock`, async () => {
    const disk = memoryDisk();
    let taken = 0;
    const lock = (path: string) => {
      const inner = disk.lock(path);
      return { ...inner, take: () => (taken++, inner.take()) };
    };
    const log = await openLog(logOptions({ ...disk, lock }));
    for (let n = 0; n < APPENDS; n++) {
      await log.append([frameOf(String(n))]);
      await pause();
    }
    await log.close();
    assert.equal(taken, 1);
  });
