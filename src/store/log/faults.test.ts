// Every changing operation of a log fails once, and from some point on always: what was acknowledged is there, what was
// refused is not, and what nobody knows is named so. The log goes on as soon as the disk does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OpError } from "../../base/error.ts";
import { openLog, scanLog, type Log } from "./log.ts";
import type { Disk } from "../file/file.ts";
import { faultyDisk, type Fault } from "../../../test/support/fault-disk.ts";
import { frameOf, logOptions, nameOf } from "../../../test/support/log-case.ts";
import { memoryDisk } from "../../../test/support/memory-disk.ts";

interface Outcome {
  /** Durable. */
  readonly acknowledged: string[];
  /** Refused with OPD5002: not there. */
  readonly refused: string[];
  /** OPD5005, or a note that nothing made durable. */
  readonly unsure: string[];
  readonly codes: Set<string>;
}

/** Appends of all kinds, through several segments, by two processes. */
async function work(disk: Disk): Promise<Outcome> {
  const outcome: Outcome = { acknowledged: [], refused: [], unsure: [], codes: new Set() };
  const told = async (names: string[], append: () => Promise<number>, durable: boolean): Promise<void> => {
    try {
      await append();
      outcome[durable ? "acknowledged" : "unsure"].push(...names);
    } catch (error) {
      assert.ok(error instanceof OpError, String(error));
      outcome.codes.add(error.code);
      outcome[error.code === "OPD5002" ? "refused" : "unsure"].push(...names);
    }
  };
  const batch = (log: Log, prefix: string): Promise<void> => {
    const names = [`${prefix}.0`, `${prefix}.1`];
    return told(names, () => log.append(names.map((name) => frameOf(name, 700))), true);
  };
  for (const process of ["a", "b"]) {
    const log = await openLog(logOptions(disk)).catch((error: unknown) => {
      assert.ok(error instanceof OpError && error.code === "OPD5002", String(error));
    });
    if (log === undefined) continue;
    for (let n = 0; n < 3; n++) await batch(log, `${process}${n}`);
    await told([`${process}n`], () => log.note([frameOf(`${process}n`)]), false);
    await Promise.all([3, 4, 5].map((n) => batch(log, `${process}${n}`)));
    await log.dropBefore(0).catch(() => undefined);
    await log.close();
  }
  return outcome;
}

async function check(fault: Fault): Promise<Outcome> {
  const disk = memoryDisk();
  const outcome = await work(faultyDisk(disk, fault));
  const where = JSON.stringify(fault);
  const log = await openLog(logOptions(disk));
  await log.append([frameOf("afterwards")]);
  const names = [...log.records(0)].map(nameOf);
  await log.close();
  assert.deepEqual(new Set(names).size, names.length, `${where}: nothing is there twice`);
  for (const name of outcome.acknowledged) assert.ok(names.includes(name), `${where}: ${name} is lost`);
  for (const name of outcome.refused) assert.ok(!names.includes(name), `${where}: ${name} was refused`);
  for (const name of names.filter((one) => one.endsWith(".0")))
    assert.ok(names.includes(name.replace(".0", ".1")), `${where}: half a batch`);
  const scan = await scanLog(logOptions(disk));
  assert.deepEqual([scan.damage, scan.behindBytes], [null, 0], where);
  return outcome;
}

const counting = faultyDisk(memoryDisk(), null);
await work(counting);
const { length } = counting.operations;

for (const errno of ["ENOSPC", "EIO"] as const)
  for (const half of [false, true])
    for (const lasting of [false, true])
      test(`${errno}, ${half ? "after half of it" : "at once"}, ${lasting ? "for good" : "once"}`, async (t) => {
        t.diagnostic(`${length} operations`);
        const codes = new Set<string>();
        for (let at = 1; at <= length; at++)
          for (const code of (await check({ at, errno, half, lasting })).codes) codes.add(code);
        assert.deepEqual([...codes].toSorted(), ["OPD5002", "OPD5005"]);
      });

test("without a fault everything is acknowledged", async () => {
  const { acknowledged, refused } = await check({ at: length + 1, errno: "EIO" });
  assert.deepEqual([acknowledged.length, refused.length], [24, 0]);
});

test("after a failed sync nothing more is appended until the log is opened again", async () => {
  const disk = memoryDisk();
  let fails = false;
  const failing: Disk = {
    ...disk,
    async fdatasyncAsync(fd) {
      if (fails) throw Object.assign(new Error("EIO"), { code: "EIO" });
      await disk.fdatasyncAsync(fd);
    },
  };
  const log = await openLog(logOptions(failing));
  await log.append([frameOf("0")]);
  fails = true;
  await assert.rejects(log.append([frameOf("1")]), { code: "OPD5005" });
  fails = false;
  await assert.rejects(log.append([frameOf("2")]), { code: "OPD5005" });
  await log.close();
  // What the failed sync may have lost is written once more before the next record.
  const again = await openLog(logOptions(failing));
  const found = [...again.records(0)].map(nameOf);
  await again.append([frameOf("3")]);
  await again.close();
  const cut = await openLog(logOptions(disk.afterPowerCut(() => 0)));
  assert.deepEqual([...cut.records(0)].map(nameOf), [...found, "3"]);
  await cut.close();
});
