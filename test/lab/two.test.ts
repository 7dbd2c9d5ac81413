// One writer per bus: who comes second is told who is first; the lock ends with its holder, however that ends.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, describe, test } from "node:test";
import { boot, ends, labSkip, type Machine } from "./machine.ts";
import { running, type Running } from "./running.ts";
import { testServiceOn, type RemoteService } from "./test-service.ts";

const wishes = (title: string): string =>
  JSON.stringify({ version: 1, plugins: { test1: { Title: title } } });

/** Has the program started flock(1), which waits for the lock on its behalf? */
function waitsForLock(pid: number): boolean {
  const waiting = readFileSync("/proc/locks", "utf8")
    .split("\n")
    .filter((line) => line.includes("-> FLOCK"))
    .map((line) => line.trim().split(/\s+/)[5]);
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .trim()
    .split(" ")
    .some((child) => waiting.includes(child));
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
  afterEach(() => service.disarm());

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
    while ((await service.calls()).length === before) await new Promise((resolve) => setTimeout(resolve, 5));
    first.signal("SIGSTOP");
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
    while (!waitsForLock(second.pid())) await new Promise((resolve) => setTimeout(resolve, 5));
    first.signal("SIGCONT");
    ends(await second.done, 0);
    ends(await first.done, 0);
    assert.equal((await service.state())["title"], "after");
  });
});
