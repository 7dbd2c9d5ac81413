// Two who want to end the same apply, and two who apply at once: one of them wins, the other one is told, and machine,
// history and the answers agree, whoever it was.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ends, openStage, wishes, type Outcome, type Stage } from "./stage.ts";

const ROUNDS = process.env["OP_DBUS_LONG"] === "1" ? 10 : 1;

/** After that it will never be. */
const WAIT_MS = 60_000;

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const lastMs = Date.now() + WAIT_MS;
  while (!(await holds())) {
    assert.ok(Date.now() < lastMs, `waited ${WAIT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** How the newest generation ended; there are as many as there should be. */
async function lastEnd(stage: Stage, count: number): Promise<string> {
  const { stdout } = ends(await stage.op(["history", "--json"]), 0);
  const { total, entries } = JSON.parse(stdout) as {
    readonly total: number;
    readonly entries: readonly { readonly end: string; readonly by: string }[];
  };
  assert.equal(total, count);
  return `${entries[0]?.end} by ${entries[0]?.by}`;
}

for (let round = 0; round < ROUNDS; round++) {
  test(`commit and rollback at once, ${round}: one of them`, async () => {
    await using stage = await openStage();
    const document = stage.file("doc.json", wishes({ Title: "second" }));
    ends(await stage.op(["apply", "--no-commit", "--timeout", "600", document]), 0);
    const wait = ["--lock-timeout", "60"];
    const [commit, rollback] = await Promise.all([
      stage.op(["commit", ...wait]),
      stage.op(["rollback", ...wait]),
    ]);
    const kept = commit.status === 0;
    ends(kept ? commit : rollback, 0);
    ends(kept ? rollback : commit, 6);
    assert.equal(stage.service.state.title, kept ? "second" : "first");
    assert.equal(await lastEnd(stage, 1), kept ? "done by commit" : "restored by rollback");
  });

  test(`a commit at the deadline, ${round}: kept and told so, or back and told so`, async (t) => {
    await using stage = await openStage();
    const document = stage.file("doc.json", wishes({ Title: "second" }));
    const { status, stdout } = await stage.op(["apply", "--json", "--no-commit", "--timeout", "5", document]);
    if (status === 3) return t.diagnostic("this machine is too busy: the apply itself came too late");
    const [, deadline] = /"deadline":"([^"]+)"/.exec(stdout)!;
    // So that it is at work when the time is over; each round a little later.
    await new Promise((resolve) =>
      setTimeout(resolve, Date.parse(deadline!) - Date.now() - 500 + 50 * round),
    );
    const commit = await stage.op(["commit", "--lock-timeout", "60"]);
    const kept = commit.status === 0;
    if (!kept) ends(commit, 6);
    await until(() => stage.service.state.title === (kept ? "second" : "first"));
    let end = "";
    await until(async () => (end = await lastEnd(stage, 1).catch(() => "")) !== "");
    assert.match(end, kept ? /^done by commit$/ : /^restored by (deadline|recovery)$/);
  });
}

test("two buses and one state directory, applying at once: each has its own, and the log holds", async () => {
  await using one = await openStage();
  await using two = await openStage();
  const env = {
    OP_DBUS_STATE_DIR: `${one.directory}/state`,
    CONFIGURATION_DIRECTORY: `${one.directory}/config`,
  };
  const titles = ["a", "b", "c"];
  const applies = async (stage: Stage): Promise<readonly Outcome[]> => {
    const done: Outcome[] = [];
    for (const title of titles)
      done.push(
        await stage.op(["apply", stage.file(`${title}.json`, wishes({ Title: title, Note: title }))], {
          env,
        }),
      );
    return done;
  };
  for (const outcome of (await Promise.all([applies(one), applies(two)])).flat()) ends(outcome, 0);
  for (const { service } of [one, two])
    assert.deepEqual([service.state.title, service.state.note], ["c", "c"]);
  assert.equal(await lastEnd(one, 2 * titles.length), "done by apply");
  ends(await one.op(["audit", "verify", "--full"]), 0);
});

test("two applies on one bus at once: one after the other, or the second is told who is first", async () => {
  await using stage = await openStage();
  const [a, b] = await Promise.all(
    ["a", "b"].map((title) =>
      stage.op(["apply", "--lock-timeout", "60", stage.file(`${title}.json`, wishes({ Title: title }))]),
    ),
  );
  ends(a!, 0);
  ends(b!, 0);
  assert.match(stage.service.state.title, /^[ab]$/);
  assert.equal(await lastEnd(stage, 2), "done by apply");
});
