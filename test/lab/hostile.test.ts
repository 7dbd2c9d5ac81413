// The system bus as Debian configures it lets any user send signals to any connection. While op-dbus works there as root,
// an ordinary user sends it what no library would: it goes on as if nothing had come.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, before, describe, test } from "node:test";
import { connect } from "../../src/host/dbus/dbus.ts";
import { memoryOf } from "../hostile/program.ts";
import { boot, ends, labSkip, type Machine } from "./machine.ts";
import { running, type Running } from "./running.ts";
import { testServiceOn, type RemoteService } from "./test-service.ts";

const MEMORY_BYTES_MAX = 400 * 1024 * 1024;
const STRANGER = 1000;
const ROUNDS = 400;

describe("an ordinary user attacks what root runs", { skip: labSkip }, () => {
  let machine: Machine;
  let service: RemoteService;
  before(async () => {
    machine = boot("hostile");
    service = await testServiceOn(machine);
  });
  after(async () => {
    await service[Symbol.asyncDispose]();
    await machine[Symbol.asyncDispose]();
  });
  afterEach(() => service.disarm());

  /** Sends `rounds` of everything to one connection, as an ordinary user; how much of it the bus took. */
  async function attack(destination: string, rounds: number): Promise<{ readonly wrote: number }> {
    const sender = join(import.meta.dirname, "hostile-sender.ts");
    const program = [process.execPath, sender, machine.address, destination, String(rounds)];
    const child = spawn("setpriv", [`--reuid=${STRANGER}`, "--clear-groups", ...program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
    const [status] = (await once(child, "close")) as [number | null];
    assert.equal(status, 0);
    const told = JSON.parse(lines[0] ?? "{}") as { uid: number; wrote: number; disconnected: boolean };
    assert.deepEqual([told.uid, told.disconnected], [STRANGER, false]);
    return told;
  }

  /** The unique names of a process, as the bus tells them; it knows processes by their number in the machine. */
  async function connectionsOf(pid: number): Promise<readonly string[]> {
    const inside = Number(/^NSpid:.*\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
    await using bus = await connect({ address: machine.address });
    const driver = { destination: "org.freedesktop.DBus", path: "/", interface: "org.freedesktop.DBus" };
    const names = (await bus.call({ ...driver, member: "ListNames" })).body[0] as readonly string[];
    const own: string[] = [];
    for (const name of names.filter((each) => each.startsWith(":"))) {
      const asked = { ...driver, member: "GetConnectionUnixProcessID", signature: "s", body: [name] };
      const told = await bus.call(asked).catch(() => null);
      if (told?.body[0] === inside) own.push(name);
    }
    return own;
  }

  /** Attacks every connection of a command again and again until it has ended, with its largest memory. */
  async function attacked(
    command: Running,
  ): Promise<{ readonly memoryBytes: number; readonly wrote: number }> {
    const [pid = 0] = await until(() => programOf(command), command);
    let over = false;
    let wrote = 0;
    let memoryBytes = 0;
    const ended = command.done.finally(() => (over = true));
    const watch = setInterval(() => (memoryBytes = Math.max(memoryBytes, memoryOf(pid))), 20);
    while (!over) {
      const names = await connectionsOf(pid).catch(() => []); // it may just have ended
      await new Promise((resolve) => setTimeout(resolve, 5));
      await Promise.all(names.map(async (name) => (wrote += (await attack(name, ROUNDS)).wrote)));
    }
    await ended;
    clearInterval(watch);
    return { memoryBytes, wrote };
  }

  test("a client that lives long answers as before, and hears what it asked for", async (t) => {
    const program = join(import.meta.dirname, "../hostile/client.ts");
    const client = spawn(process.execPath, [program, machine.address], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    t.after(() => client.kill("SIGKILL"));
    const lines = createInterface({ input: client.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<Record<string, unknown>> =>
      JSON.parse(String((await lines.next()).value)) as Record<string, unknown>;
    const rounds = 4 * ROUNDS;
    const { wrote } = await attack(String((await next())["unique"]), rounds);
    client.stdin.write("?\n");
    const alive = await next();
    t.diagnostic(`${wrote} signals: ${JSON.stringify(alive)}, ${memoryOf(client.pid) >> 20} MiB`);
    const { heard, undecodableSignals, skippedMessages } = alive;
    // What it asked for is heard, or counted as not decodable; of what it did not ask for, nothing large is held.
    assert.deepEqual([heard, undecodableSignals, skippedMessages], [rounds, rounds, rounds / 50]);
    assert.ok(memoryOf(client.pid) < MEMORY_BYTES_MAX);
  });

  test("an apply ends as without the attack", async (t) => {
    for (const member of ["SetTitle", "SetNote"]) await service.arm(member, "slow");
    await service.arm("SetQuiet", "late-done");
    const wish = { Title: "second", Note: "second", Quiet: "second" };
    const text = JSON.stringify({ version: 1, plugins: { test1: wish } });
    const apply = running(
      machine.start(["apply", "--auto-approve", ...service.flags, machine.document("wish.json", text)]),
    );
    const { memoryBytes, wrote } = await attacked(apply);
    t.diagnostic(`${wrote} signals, ${memoryBytes >> 20} MiB`);
    ends(await apply.done, 0);
    assert.ok(wrote > ROUNDS, "the attack came too late");
    assert.ok(memoryBytes < MEMORY_BYTES_MAX, `${memoryBytes} bytes`);
    const calls = (await service.calls()).map((call) => JSON.parse(call) as unknown);
    assert.deepEqual(
      calls,
      Object.keys(wish).map((field) => [`Set${field}`, "second"]),
    );
  });

  test("a verify that waits hears the service all the same", async (t) => {
    const text = JSON.stringify({ version: 1, plugins: { test1: { Title: "third" } } });
    const file = machine.document("third.json", text);
    const verify = running(machine.start(["verify", "--verify-timeout", "60", ...service.flags, file]));
    const [name = ""] = await until(async () => {
      const [pid] = programOf(verify);
      return pid === undefined ? [] : await connectionsOf(pid);
    }, verify);
    const { wrote } = await attack(name, 4 * ROUNDS);
    await service.say("title", "third");
    const done = ends(await verify.done, 0);
    t.diagnostic(`${wrote} signals`);
    assert.equal(done.stderr, "");
  });
});

/** The process of the program, once it is there: before, its parent runs other things. */
function programOf(command: Running): readonly number[] {
  try {
    const pid = command.pid();
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith(`${process.execPath}\0`) ? [pid] : [];
  } catch {
    return [];
  }
}

/** Asks until there is something. Throws with what the command said when it ends before. */
async function until<T>(
  look: () => readonly T[] | Promise<readonly T[]>,
  command: Running,
): Promise<readonly T[]> {
  let over = false;
  void command.done.finally(() => (over = true));
  for (;;) {
    const found = await look();
    if (found.length > 0) return found;
    if (over) throw new Error(`it ended too early:\n${command.said()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
