// A disk that is full, or fails, when an apply that waits for its commit is to be ended: what is said is what is, and the next
// command mends the records.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OpError } from "../../src/base/error.ts";
import { systemDisk } from "../../src/store/file/file.ts";
import { applyRequest, listener, openTwoServices, type TwoServices } from "../crash/two-services.ts";
import { faultyDisk } from "../support/fault-disk.ts";

const ENDING = { id: null, lockTimeoutMs: null };

async function held(stage: TwoServices): Promise<string> {
  const app = stage.app();
  const { report, armed } = await app.invoke("apply", { ...applyRequest(), holdMs: 600_000 }, listener());
  await app.close();
  assert.equal(report.end, "held");
  return armed!.id;
}

/** Ends it on a disk that refuses the first record, or everything. */
async function refused(stage: TwoServices, how: "commit" | "rollback", lasting: boolean): Promise<OpError> {
  const app = stage.app(faultyDisk(systemDisk, { at: 1, errno: "ENOSPC", lasting }));
  const error = await app.invoke(how, ENDING, listener()).then(
    () => assert.fail("it ended well"),
    (thrown: unknown) => thrown,
  );
  await app.close();
  assert.ok(error instanceof OpError);
  return error;
}

async function ends(stage: TwoServices): Promise<readonly unknown[]> {
  const app = stage.app();
  await app.invoke("query", { addresses: ["test1:Title"] }, listener());
  const limits = { addresses: [], limit: 10, since: null, all: false };
  const { listed } = await app.invoke("history", limits, listener());
  await app.close();
  return listed.map((each) => each.kind === "generation" && each.generation.end);
}

test("a commit that cannot be recorded is none: it still waits, and can be made again", async () => {
  await using stage = await openTwoServices();
  const id = await held(stage);
  const wanted = stage.machine();
  const { code, exit, now } = await refused(stage, "commit", false);
  assert.deepEqual([code, exit], ["OPD5002", 1]);
  assert.match(now!, new RegExp(`^checkpoint ${id} still waits for its commit, and goes back at 20`));
  const app = stage.app();
  await app.invoke("commit", ENDING, listener());
  await app.close();
  assert.deepEqual([stage.machine(), await ends(stage)], [wanted, ["done"]]);
});

test("a commit on a disk that fails altogether: nobody knows, and it says where to look", async () => {
  await using stage = await openTwoServices();
  const id = await held(stage);
  const { code, now } = await refused(stage, "commit", true);
  assert.equal(code, "OPD5005");
  assert.equal(now, `whether checkpoint ${id} is committed is not known: op-dbus checkpoint list tells`);
  const app = stage.app();
  await app.invoke("rollback", ENDING, listener());
  await app.close();
  assert.deepEqual(await ends(stage), ["restored"]);
});

test("a rollback that cannot be recorded is one: 3, and the next command records it", async () => {
  await using stage = await openTwoServices();
  const before = stage.machine();
  await held(stage);
  const { code, exit, now } = await refused(stage, "rollback", true);
  assert.deepEqual([code, exit], ["OPD2124", 3]);
  assert.match(now!, /^as before, verified by reading again; the next command records it$/);
  assert.equal(stage.machine(), before);
  const app = stage.app();
  await app.invoke("rollback", ENDING, listener()).catch((error: OpError) => assert.equal(error.exit, 6));
  await app.close();
  assert.deepEqual([stage.machine(), await ends(stage)], [before, ["restored"]]);
});
