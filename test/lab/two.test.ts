// One writer per bus: who comes second is told who is first; the lock ends with its holder, however that ends.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { boot, ends, labSkip, type Machine } from "./machine.ts";
import { running, type Running } from "./running.ts";
import { testServiceOn, type RemoteService } from "./test-service.ts";

const wishes = (title: string): string =>
  JSON.stringify({ version: 1, plugins: { test1: { Title: title } } });

const WAIT_MS = 30_000;

/** Looks again and again; an apply that ended, or half a minute, ends the waiting with what it said. */
async function until(first: Running, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = first.done.then(({ stdout, stderr }) => assert.fail(`it ended too early:\n${stdout}${stderr}`));
  const looked = (async () => {
    for (const lastMs = Date.now() + WAIT_MS; !(await holds());) {
      assert.ok(Date.now() < lastMs, `waited ${WAIT_MS} ms:\n${first.said()}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  end.catch(() => {});
  await Promise.race([looked, end]);
}

/** Does somebody wait for the lock of this bus? */
function isWaitedFor(machine: Machine): boolean {
  const folder = join(machine.scratch, "of-0/run");
  const inodes = readdirSync(folder).map((file) => `:${statSync(join(folder, file)).ino} `);
  return readFileSync("/proc/locks", "utf8")
    .split("\n")
    .some((line) => line.includes("-> FLOCK") && inodes.some((inode) => line.includes(inode)));
}

describe("two applies on one bus", { skip: labSkip }, () => {
  let machine: Machine;
  let service: RemoteService;
  before(async () => {
    machine = boot("two");
    service = await testServiceOn(machine);
  });
  after(async () => {
    await service[Symbol.asyncDispose]();
    await machine[Symbol.asyncDispose]();
  });
  const stopped: Running[] = [];
  afterEach(async () => {
    // A test that failed must not leave one behind that never ends.
    for (const each of stopped.splice(0)) each.signal("SIGCONT");
    await service.disarm();
  });

  const args = (title: string, ...more: readonly string[]): readonly string[] => [
    "apply",
    ...service.flags,
    ...more,
    machine.document(`${title}.json`, wishes(title)),
  ];

  /** An apply that stands in the middle of a call, and is stopped there: it holds the lock until SIGCONT. */
  async function held(title: string): Promise<Running> {
    await service.arm("SetTitle", "late-done", { times: 1 });
    const before = (await service.calls()).length;
    const first = running(machine.start(args(title)));
    await until(first, async () => (await service.calls()).length > before);
    first.signal("SIGSTOP");
    stopped.push(first);
    return first;
  }

  test("the second gets 5 with process, user and command of the first; reading needs no lock", async () => {
    const first = await held("held");
    const inside = /^NSpid:.*\t(\d+)$/m.exec(readFileSync(`/proc/${first.pid()}/status`, "utf8"))![1]!;
    const second = running(machine.start(args("refused")));
    const reader = running(
      machine.start(["plan", ...service.flags, machine.document("p.json", wishes("planned"))]),
    );
    const { stderr } = ends(await second.done, 5);
    assert.match(stderr, new RegExp(`process ${inside} of root since .*: op-dbus apply .*held\\.json`));
    ends(await reader.done, 0);
    first.signal("SIGCONT");
    ends(await first.done, 0);
    assert.ok(!(await service.calls()).includes('["SetTitle","refused"]'));
    assert.equal((await service.state())["title"], "held");
  });

  test("SIGKILL of the first frees the lock, and the next one finds what it left", async () => {
    const first = await held("killed");
    first.signal("SIGKILL");
    await first.done;
    ends(await running(machine.start(args("next"))).done, 0);
    assert.equal((await service.state())["title"], "next");
  });

  test("--lock-timeout waits, and then goes on", async () => {
    const first = await held("waited-for");
    const second = running(machine.start(args("after", "--lock-timeout", "60")));
    await until(second, () => isWaitedFor(machine));
    first.signal("SIGCONT");
    ends(await second.done, 0);
    ends(await first.done, 0);
    assert.equal((await service.state())["title"], "after");
  });
});
