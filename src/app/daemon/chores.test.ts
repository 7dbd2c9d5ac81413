import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createLog } from "../../base/log.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Clock } from "../../base/clock.ts";
import { openAudit, type Audit, type Checkpoint } from "../../store/audit/audit.ts";
import { systemDisk } from "../../store/file/file.ts";
import { daemonJobs, recordGap } from "./chores.ts";
import type { Parts } from "../parts.ts";

const NOON = Date.parse("2026-01-02T12:00:00.000Z");

function clockAt(time: { ms: number }): Clock {
  return { wallMs: () => NOON + time.ms, monotonicMs: () => time.ms, sleep: () => Promise.resolve() };
}

async function auditOf(
  t: TestContext,
  boot: string,
  clock: Clock,
): Promise<(boot: string) => Promise<Audit>> {
  const scratch = mkdtempSync(join(tmpdir(), "op-dbus-chores-"));
  t.after(() => rmSync(scratch, { recursive: true, force: true }));
  const directory = join(scratch, "@timing");
  mkdirSync(directory, { mode: 0o700 });
  return async (bootId = boot) =>
    await openAudit({
      directory,
      keyDirectory: join(scratch, "keys"),
      disk: systemDisk,
      clock,
      bootId,
      uid: process.getuid!(),
    });
}

const entriesOf = (audit: Audit) =>
  [...audit.entries(0)].map(({ value }) => value).filter((value) => value["type"] !== "key");

test("a gap is recorded once a boot, and only where there was something before", async (t) => {
  const time = { ms: 0 };
  const clock = clockAt(time);
  const open = await auditOf(t, "boot-1", clock);
  const first = await open("boot-1");
  await recordGap(first, clock, "boot-1");
  assert.equal(first.size, 0);
  await first.append([{ type: "begin" }], { group: false, checkpoint: false });
  await recordGap(first, clock, "boot-1");
  assert.equal(entriesOf(first).length, 1);
  await first.close();
  time.ms = 60_000;
  const second = await open("boot-2");
  await recordGap(second, clock, "boot-2");
  await recordGap(second, clock, "boot-2");
  const [, gap, ...more] = entriesOf(second);
  assert.deepEqual(more, []);
  assert.deepEqual(
    [gap!["type"], gap!["from"], gap!["to"]],
    ["gap", "2026-01-02T12:00:00.000Z", "2026-01-02T12:01:00.000Z"],
  );
  await second.close();
});

test("entries that stand unsigned for too long are signed and pinned; others are left to the next apply", async (t) => {
  const time = { ms: 0 };
  const open = await auditOf(t, "boot-1", clockAt(time));
  const audit = await open("boot-1");
  const pinned: Checkpoint[] = [];
  const parts = { records: () => Promise.resolve({ audit, pin: (head: Checkpoint) => pinned.push(head) }) };
  const log = createLog({
    level: "error",
    format: "json",
    write: assert.fail,
    wallMs: () => 0,
    pid: 1,
    hostname: "",
  });
  const [job] = daemonJobs(parts as unknown as Parts, log);
  const { signal } = new AbortController();
  await job!.run(signal);
  await audit.append([{ type: "begin" }], { group: false, checkpoint: false });
  await job!.run(signal);
  assert.deepEqual([audit.latest(), pinned], [null, []]);
  time.ms += LIMITS.checkpointIntervalMs + 1;
  await job!.run(signal);
  assert.equal(audit.latest()?.size, audit.size);
  assert.deepEqual(pinned, [audit.latest()]);
  await job!.run(signal);
  assert.equal(pinned.length, 1);
  await audit.close();
});
