// An apply that is killed, or whose disk fails, at every point: the next command, asked for nothing, leaves the machine
// as before or as wanted, or says exactly what is neither; and the audit log tells the same.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { OpError } from "../../src/base/error.ts";
import { systemClock } from "../../src/base/clock.ts";
import { bootId } from "../../src/base/process.ts";
import { openAudit } from "../../src/store/audit/audit.ts";
import { systemDisk } from "../../src/store/file/file.ts";
import { faultyDisk, type Fault } from "../support/fault-disk.ts";
import { applyRequest, copyWhole, listener, openTwoServices, type TwoServices } from "./two-services.ts";

const LONG = process.env["OP_DBUS_LONG"] === "1";
/** Points of a run that is no LONG one: each takes a third of a second. */
const SAMPLE = 60;
const LANES = 2;

const query = { addresses: ["test1:Title", "demo1:Greeting"] };
const scratch = mkdtempSync(join(tmpdir(), "op-dbus-crash-state-"));
let wanted = "";
let asBefore = "";
/** A state directory, with its keys, that holds an earlier apply. */
let used = "";
const counts = new Map<string | null, { points: number; operations: number; writes: number[] }>();

before(async () => {
  {
    await using stage = await openTwoServices();
    asBefore = stage.machine();
    const app = stage.app();
    await app.invoke("apply", applyRequest(), listener());
    await app.close();
    wanted = stage.machine();
    used = join(scratch, "used");
    for (const name of ["state", "config"]) {
      mkdirSync(join(used, name), { recursive: true });
      copyWhole(join(stage.directory, name), join(used, name));
    }
  }
  for (const state of [null, used]) {
    await using stage = await openTwoServices(state);
    const { stdout } = await applier(stage, 0);
    assert.equal(stage.machine(), wanted);
    counts.set(state, JSON.parse(stdout) as never);
  }
  process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
});

test("killed at every point", async (t) => {
  const points = [...counts].flatMap(([state, { points: count, writes }]) => [
    ...Array.from({ length: count }, (_, n) => ({ state, at: n + 1, half: false })),
    ...writes.map((at) => ({ state, at, half: true })),
  ]);
  const chosen = sample(points);
  t.diagnostic(`${chosen.length} of ${points.length} fault points`);
  const ends = new Map<string, number>();
  await eachOf(chosen, async ({ state, at, half }) => {
    await using stage = await openTwoServices(state);
    const { signal } = await applier(stage, at, half);
    const name = `${state === null ? "fresh" : "used"} state, ${half ? "write" : "point"} ${at}`;
    // A point that the run did not reach this time: timers may come in another order.
    if (signal === null) return assert.equal(stage.machine(), wanted, name);
    const end = await nextCommand(stage, name);
    ends.set(end, (ends.get(end) ?? 0) + 1);
  });
  t.diagnostic([...ends].map(([end, count]) => `${end}: ${count}`).join(", "));
  assert.ok((ends.get("as before") ?? 0) > 0 && (ends.get("as wanted") ?? 0) > 0);
});

for (const errno of ["ENOSPC", "EIO"] as const) {
  for (const lasting of [false, true]) {
    test(`${errno} at every changing operation of the disk, ${lasting ? "from there on" : "once"}`, async (t) => {
      const points = [...counts].flatMap(([state, { operations }]) =>
        Array.from({ length: operations }, (_, n) => ({ state, at: n + 1 })),
      );
      const chosen = sample(points);
      t.diagnostic(`${chosen.length} of ${points.length} fault points`);
      await eachOf(chosen, async ({ state, at }) => {
        await using stage = await openTwoServices(state);
        const name = `${errno} at ${at}${lasting ? "+" : ""}, ${state === null ? "fresh" : "used"} state`;
        const status = await applied(stage, { at, errno, lasting });
        const machine = stage.machine();
        assert.ok([0, 1, 3].includes(status), `${name}: exit ${status}`);
        assert.equal(machine, status === 0 ? wanted : asBefore, `${name}: exit ${status}`);
        await nextCommand(stage, name);
        assert.equal(stage.machine(), machine, `${name}: the next command changed the machine`);
      });
    });
  }
}

/** The exit status of an apply in this process, over a disk that fails. */
async function applied(stage: TwoServices, fault: Fault): Promise<number> {
  const app = stage.app(faultyDisk(systemDisk, fault));
  try {
    await app.invoke("apply", applyRequest(), listener());
    return 0;
  } catch (error) {
    if (error instanceof OpError) return error.exit;
    throw error;
  } finally {
    await app.close();
  }
}

/** Any command, which knows nothing of a crash; then the truth. */
async function nextCommand(stage: TwoServices, name: string): Promise<string> {
  const app = stage.app();
  const machineNow = (): string => stage.machine();
  let end: string;
  try {
    await app.invoke("query", query, listener());
    end = machineNow() === wanted ? "as wanted" : "as before";
    assert.ok(
      [wanted, asBefore].includes(machineNow()),
      `${name}: neither before nor after: ${machineNow()}`,
    );
  } catch (error) {
    assert.ok(error instanceof OpError && error.exit === 4, `${name}: ${String(error)}`);
    assert.notEqual(machineNow(), asBefore, `${name}: ${error.now}`);
    end = "listed";
  } finally {
    await app.close();
  }
  const again = stage.app();
  const quiet = listener();
  const { pending } = await again.invoke("recover", { list: true }, quiet);
  assert.deepEqual(pending, [], `${name}: something is still pending`);
  await again.close();
  assert.equal(await recordedEnd(stage), end === "as wanted" ? "done" : "not done", `${name}: ${end}`);
  return end;
}

/** What the audit log says of the last apply. */
async function recordedEnd(stage: TwoServices): Promise<string> {
  const audit = await openAudit({
    directory: join(stage.directory, "state/@timing"),
    keyDirectory: join(stage.directory, "config/keys"),
    disk: systemDisk,
    clock: systemClock,
    bootId: bootId(),
    uid: process.getuid!(),
    readOnly: true,
  }).catch(() => null);
  if (audit === null) return "not done";
  const bus = [...audit.entries(0)].map(({ value }) => value);
  const begun = bus.findLast((value) => value["type"] === "begin" && isHere(stage, value["bus"]));
  const end = bus.findLast((value) => value["type"] === "end" && value["apply"] === begun?.["apply"]);
  await audit.close();
  return end?.["end"] === "done" ? "done" : "not done";
}

function isHere(stage: TwoServices, guid: unknown): boolean {
  return stage.env["DBUS_SYSTEM_BUS_ADDRESS"]!.includes(String(guid));
}

function applier(
  { directory, env }: TwoServices,
  at: number,
  half = false,
): Promise<{ readonly signal: NodeJS.Signals | null; readonly stdout: string }> {
  const program = join(import.meta.dirname, "applier.ts");
  const args = [program, join(directory, "five.json"), String(at), ...(half ? ["half"] : [])];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", reject);
    child.once("close", (status, signal) => {
      if (status === 0 || signal === "SIGKILL") resolve({ signal, stdout });
      else reject(new Error(`the applier ended with ${status}: ${stderr}`));
    });
  });
}

/** All of them with OP_DBUS_LONG, else every n-th. */
function sample<T>(points: readonly T[]): readonly T[] {
  const step = LONG ? 1 : Math.max(1, Math.ceil(points.length / SAMPLE));
  return points.filter((_, n) => n % step === 0);
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const lane = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
