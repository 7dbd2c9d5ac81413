// The real program is killed in the middle of an apply: the next command resolves what it left, by itself, and says so;
// `recover` does it alone, and `recover --list` only shows.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ends, openStage, wishes, type RunOptions, type Stage } from "./stage.ts";

const DOCUMENT = wishes({ Title: "second", Note: "second", Quiet: "second" });

/** Killed while the second setter is at work, which is done all the same. */
async function killed(stage: Stage): Promise<void> {
  stage.service.faults.arm("SetNote", "slow", { times: 1 });
  const kill: RunOptions["onStart"] = async (send) => {
    while (!stage.sent().some((call) => call.includes("SetNote")))
      await new Promise((next) => setTimeout(next, 5));
    send("SIGKILL");
  };
  const { signal } = await stage.op(["apply", stage.file("doc.json", DOCUMENT)], { onStart: kill });
  assert.equal(signal, "SIGKILL");
}

function texts({ service: { state } }: Stage): readonly string[] {
  return [state.title, state.note, state.quiet];
}

test("a command that only reads puts back what was interrupted, and says so once", async () => {
  await using stage = await openStage();
  await killed(stage);
  const { stdout, stderr } = ends(await stage.op(["query", "test1:Title"]), 0);
  assert.match(stdout, /"first"/);
  assert.match(stderr, /warning: an apply of .* by .* was interrupted: put back, 2 values read again/);
  assert.deepEqual(texts(stage), ["first", "first", "first"]);
  assert.equal(ends(await stage.op(["query", "test1:Title"]), 0).stderr, "");
});

test("commands that connect to nothing resolve nothing", async () => {
  await using stage = await openStage();
  await killed(stage);
  for (const args of [["version"], ["explain", "OPD2121"], ["config", "show"], ["help", "recover"]]) {
    ends(await stage.op(args), 0);
  }
  assert.equal(texts(stage)[0], "second");
  const { stdout } = ends(await stage.op(["recover", "--list", "--json"]), 0);
  const { pending } = JSON.parse(stdout.trim().split("\n").at(-1)!) as { pending: { actions: number }[] };
  assert.deepEqual(
    pending.map(({ actions }) => actions),
    [3],
  );
  assert.equal(texts(stage)[0], "second");
});

test("recover resolves it and nothing else; the second time there is nothing", async () => {
  await using stage = await openStage();
  await killed(stage);
  const { stdout } = ends(await stage.op(["recover"]), 0);
  assert.match(stdout, /^put back, 2 values read again: [0-9a-f]{16} of .*, 3 actions: op-dbus apply/);
  assert.deepEqual(texts(stage), ["first", "first", "first"]);
  assert.match(ends(await stage.op(["recover"]), 0).stdout, /^Nothing to recover/);
});

test("what cannot be put back ends the next command with 4 and the list, once", async () => {
  await using stage = await openStage();
  await killed(stage);
  stage.service.faults.arm("SetTitle", "error", { times: 1 });
  const { stderr } = ends(await stage.op(["query", "test1:Title"]), 4);
  assert.match(stderr, /OPD2121[^]*test1:Title/);
  assert.deepEqual(texts(stage), ["second", "first", "first"]);
  ends(await stage.op(["query", "test1:Title"]), 0);
});

test("an apply resolves first what was interrupted, and then plans on what is there", async () => {
  await using stage = await openStage();
  await killed(stage);
  const { stderr } = ends(
    await stage.op(["apply", "--json", stage.file("other.json", wishes({ Folded: "other" }))]),
    0,
  );
  assert.equal(stderr, "");
  assert.deepEqual([...texts(stage), stage.service.state.folded], ["first", "first", "first", "other"]);
});

test("two buses and one state directory: each resolves its own, and neither is in the other's way", async () => {
  await using one = await openStage();
  await using two = await openStage();
  const env = {
    OP_DBUS_STATE_DIR: `${one.directory}/state`,
    CONFIGURATION_DIRECTORY: `${one.directory}/config`,
  };
  await killed(one);
  const there = {
    ...two,
    op: (args: readonly string[], options: RunOptions = {}) => two.op(args, { ...options, env }),
  };
  await killed(there);
  const { stderr } = ends(await there.op(["query", "test1:Title"]), 0);
  assert.match(stderr, /was interrupted: put back/);
  assert.deepEqual([texts(one)[0], texts(two)[0]], ["second", "first"]);
  ends(await there.op(["apply", two.file("more.json", wishes({ Folded: "more" }))]), 0);
  assert.match(ends(await one.op(["recover"]), 0).stdout, /^put back/);
  assert.deepEqual(
    [texts(one), texts(two)],
    [
      ["first", "first", "first"],
      ["first", "first", "first"],
    ],
  );
});
