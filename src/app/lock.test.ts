import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { systemClock } from "../base/clock.ts";
import { OpError } from "../base/error.ts";
import { readHolder, takeLock, type LockOptions } from "./lock.ts";

const GUID = "0123456789abcdef0123456789abcdef";

function options(t: TestContext, changed: Partial<LockOptions> = {}): LockOptions {
  const scratch = mkdtempSync(join(tmpdir(), "op-dbus-lock-"));
  t.after(() => rmSync(scratch, { recursive: true, force: true }));
  const signal = new AbortController().signal;
  const directory = join(scratch, "run");
  return {
    directory,
    name: GUID,
    waitMs: 0,
    signal,
    clock: systemClock,
    user: "anna",
    command: "op-dbus apply web.toml",
    ...changed,
  };
}

/** Another process that takes the lock and keeps it until it is killed. Resolves with its pid once it has it. */
async function otherProcess(
  t: TestContext,
  { directory }: LockOptions,
): Promise<{ pid: number; killed: Promise<void> }> {
  const program = `
    const { takeLock } = await import(${JSON.stringify(new URL("./lock.ts", import.meta.url).href)});
    const { systemClock } = await import(${JSON.stringify(new URL("../base/clock.ts", import.meta.url).href)});
    await takeLock({ directory: ${JSON.stringify(directory)}, name: "${GUID}", waitMs: 0, clock: systemClock,
      signal: new AbortController().signal, user: "berta", command: "op-dbus apply other.toml" });
    console.log("held");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const killed = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return { pid: child.pid!, killed };
}

const isLocked = (error: unknown): boolean =>
  error instanceof OpError && error.code === "OPD9010" && error.exit === 5;

test("the second process is told who holds the lock; SIGKILL of the first frees it", async (t) => {
  const mine = options(t);
  const other = await otherProcess(t, mine);
  await assert.rejects(takeLock(mine), (error: unknown) => {
    assert.ok(isLocked(error));
    assert.match(
      (error as OpError).message,
      new RegExp(`process ${other.pid} of berta since .*: op-dbus apply other\\.toml`),
    );
    return true;
  });
  process.kill(other.pid, "SIGKILL");
  await other.killed;
  const lock = await takeLock(mine);
  assert.equal(readHolder(join(mine.directory, `${GUID}.lock`))?.pid, process.pid);
  await lock.release();
});

test("waiting ends when the holder lets go", async (t) => {
  const mine = options(t, { waitMs: 20_000 });
  const first = await takeLock(mine);
  const second = takeLock(mine);
  await first.release();
  await (await second).release();
});

test("a released lock can be taken again, and releasing twice is harmless", async (t) => {
  const mine = options(t);
  const lock = await takeLock(mine);
  await assert.rejects(takeLock(mine), isLocked);
  await lock.release();
  await lock.release();
  await (await takeLock(mine)).release();
});

test("another bus is another lock", async (t) => {
  const mine = options(t);
  const first = await takeLock(mine);
  const second = await takeLock({ ...mine, name: "f".repeat(32) });
  await first.release();
  await second.release();
});

test("an interrupted wait takes no lock", async (t) => {
  const abort = new AbortController();
  const mine = options(t, { waitMs: 20_000, signal: abort.signal });
  const first = await takeLock({ ...mine, signal: new AbortController().signal });
  const second = takeLock(mine);
  setImmediate(() => abort.abort());
  await assert.rejects(second, (error: unknown) => error instanceof OpError && error.exit === 130);
  await first.release();
});

test("a flock that Ctrl-C reached before us is an interruption, no failure", async (t) => {
  const mine = options(t, { waitMs: 20_000 });
  const first = await takeLock(mine);
  const second = takeLock(mine);
  const kill = setInterval(() => {
    for (const pid of childrenOfOurs("flock")) process.kill(pid, "SIGINT");
  }, 10);
  t.after(() => clearInterval(kill));
  await assert.rejects(second, (error: unknown) => error instanceof OpError && error.exit === 130);
  await first.release();
});

/** Our own child processes that run this program. */
function childrenOfOurs(program: string): readonly number[] {
  const tasks = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(" ");
  return tasks
    .filter((pid) => pid !== "")
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/comm`, "utf8").trim() === program;
      } catch {
        return false; // it is gone already
      }
    });
}

test("nobody else can open the lock file, not even one that was left open to others", async (t) => {
  const mine = options(t);
  await (await takeLock(mine)).release();
  const file = join(mine.directory, `${GUID}.lock`);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  chmodSync(file, 0o644);
  await (await takeLock(mine)).release();
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test("the holder is written for people: pid, time, boot, user, command", async (t) => {
  const mine = options(t);
  const lock = await takeLock(mine);
  const holder: unknown = JSON.parse(readFileSync(join(mine.directory, `${GUID}.lock`), "utf8"));
  assert.deepEqual(Object.keys(holder as object), ["pid", "since", "boot_id", "user", "command"]);
  await lock.release();
});

test("a directory that others can write, and a lock file that is a link, are refused", async (t) => {
  const refused = (error: unknown): boolean =>
    error instanceof OpError && error.code === "OPD9011" && error.exit === 75;
  const open = options(t);
  mkdirSync(open.directory);
  chmodSync(open.directory, 0o777);
  await assert.rejects(takeLock(open), refused);
  const linked = options(t);
  mkdirSync(linked.directory, { mode: 0o700 });
  symlinkSync("/etc/hostname", join(linked.directory, `${GUID}.lock`));
  await assert.rejects(takeLock(linked), refused);
});
