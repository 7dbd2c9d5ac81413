// No false alarm: two processes append, with rotations of the key, large values and entries that nobody signed, while the
// log is verified again and again, plainly and in full, against pins of every moment. Then both are killed in the middle,
// and what is left is a log that the next one opens.

import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { anchorOf, readPin, writePin } from "../../src/store/audit/audit.ts";
import { applyOf, auditFolder } from "../support/audit-case.ts";

const ROUNDS = process.env["OP_DBUS_LONG"] === "1" ? 1_000 : 60;

test("verifying while others append", async (t) => {
  const made = auditFolder();
  const { directory, keyDirectory, disk } = made.options;
  const first = await made.open();
  await first.append(applyOf(0, 1), { group: true, checkpoint: true });
  await first.close();
  const writers = [1, 2].map((seed) => writer(directory, keyDirectory, seed));
  t.after(() => {
    for (const one of writers) one.kill("SIGKILL");
    made.remove();
  });
  await Promise.all(writers.map((one) => once(one.stdout!, "data")));
  let size = 0;
  let rounds = 0;
  for (let n = 0; n < ROUNDS; n++) {
    const pin = readPin(disk, made.pin);
    const reader = await made.open({ readOnly: true });
    const latest = reader.latest();
    const key = reader.key;
    await reader.close();
    const anchors = pin === null ? [] : [anchorOf(pin, "pin")];
    const report = await made.verify({ full: n % 2 === 0, anchors });
    const alarms = report.findings.filter(({ severity }) => severity === "alarm");
    assert.deepEqual(alarms, [], `round ${n}, ${report.counts.entries} entries`);
    assert.ok(report.counts.entries >= (latest?.size ?? 0) && report.counts.entries >= size);
    if (report.counts.entries > size) rounds++;
    size = report.counts.entries;
    writePin(disk, made.pin, latest!, key);
  }
  t.diagnostic(`${rounds} of ${ROUNDS} rounds saw it grow, to ${size} entries`);
  assert.ok(rounds > ROUNDS / 4, "the writers wrote");
  for (const one of writers) {
    assert.equal(one.exitCode, null, "the writers did not fail");
    one.kill("SIGKILL");
  }
  await Promise.all(writers.map((one) => once(one, "exit")));
  const next = await made.open();
  await next.append(applyOf(1, 1), { group: true, checkpoint: true });
  await next.close();
  const pin = readPin(disk, made.pin);
  const report = await made.verify({ anchors: [anchorOf(pin!, "pin")] });
  assert.deepEqual(
    [report.findings.filter(({ severity }) => severity === "alarm"), report.anchored],
    [[], "anchored"],
  );
});

function writer(directory: string, keyDirectory: string, seed: number): ChildProcess {
  const program = join(import.meta.dirname, "writer.ts");
  return spawn(process.execPath, [program, directory, keyDirectory, String(seed)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}
