import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createLog } from "../../base/log.ts";
import { systemdNotify, watch, watchdogMs } from "./notify.ts";

for (const [env, ms] of [
  [{}, null],
  [{ WATCHDOG_USEC: "30000000" }, 30_000],
  [{ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "7" }, 30_000],
  [{ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "8" }, null],
  [{ WATCHDOG_USEC: "0" }, null],
  [{ WATCHDOG_USEC: "soon" }, null],
  [{ WATCHDOG_USEC: "" }, null],
] as const) {
  test(`the watchdog of ${JSON.stringify(env)}: ${ms}`, () => assert.equal(watchdogMs(env, 7), ms));
}

function logInto(lines: string[]) {
  const write = (line: string): void => void lines.push(line);
  return createLog({ level: "debug", format: "json", write, wallMs: () => 0, pid: 1, hostname: "" });
}

/** With a `systemd-notify` that writes down its arguments, first in PATH. */
async function withProgram(script: string, work: (file: string) => Promise<void>): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "op-dbus-notify-"));
  const file = join(scratch, "said");
  writeFileSync(join(scratch, "systemd-notify"), `#!/bin/sh\n${script.replace("FILE", file)}\n`);
  chmodSync(join(scratch, "systemd-notify"), 0o755);
  const path = process.env["PATH"];
  process.env["PATH"] = `${scratch}:${path}`;
  try {
    await work(file);
  } finally {
    process.env["PATH"] = path;
    rmSync(scratch, { recursive: true });
  }
}

test("states go to systemd-notify, argument by argument", async () => {
  await withProgram('for each; do echo "$each"; done > FILE', async (file) => {
    const lines: string[] = [];
    await systemdNotify({ NOTIFY_SOCKET: "/run/x" }, logInto(lines))("READY=1", "STATUS=a b");
    assert.equal(readFileSync(file, "utf8"), `--pid=${process.pid}\nREADY=1\nSTATUS=a b\n`);
    assert.deepEqual(lines, []);
  });
});

test("a failure is logged and nothing more", async () => {
  await withProgram("exit 1", async () => {
    const lines: string[] = [];
    await systemdNotify({ NOTIFY_SOCKET: "/run/x" }, logInto(lines))("READY=1");
    assert.match(lines.join(), /systemd could not be told/);
  });
});

test("without systemd nobody is told", async () => {
  await withProgram("touch FILE", async (file) => {
    await systemdNotify({}, logInto([]))("READY=1");
    assert.throws(() => readFileSync(file), /ENOENT/);
  });
});

test("systemd hears of a sign of life only when the socket answered", async () => {
  const end = new AbortController();
  const told: string[] = [];
  const lines: string[] = [];
  const slept: number[] = [];
  let asked = 0;
  const alive = (): Promise<void> =>
    ++asked === 2 ? Promise.reject(new Error("silence")) : Promise.resolve();
  const clock = {
    wallMs: () => 0,
    monotonicMs: () => 0,
    sleep(ms: number) {
      if (slept.push(ms) === 3) end.abort();
      return Promise.resolve();
    },
  };
  const notify = (...states: readonly string[]): Promise<void> => {
    told.push(...states);
    return Promise.resolve();
  };
  await watch(30_000, alive, { notify, clock, log: logInto(lines), signal: end.signal });
  assert.deepEqual([asked, told, slept], [3, ["WATCHDOG=1", "WATCHDOG=1"], [15_000, 15_000, 15_000]]);
  assert.match(lines.join(), /"err":"silence"/);
});
