// A service with a checkpoint of its own: it is armed before the first change that it covers, ended after verification,
// rolled back otherwise. What its rollback leaves is finished by inverse steps, and only reading says that it is well.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ends, openStage, wishes, type Stage } from "./stage.ts";

const DOCUMENT = wishes({ boxes: { red: { colour: "pink" }, blue: { colour: "blue" } }, Title: "second" });

async function applied(stage: Stage, status: number): Promise<readonly string[]> {
  ends(await stage.op(["apply", stage.file("boxes.json", DOCUMENT)]), status);
  return stage.sent().map((call) => (JSON.parse(call) as string[])[0]!);
}

function boxesOf({ service }: Stage): Record<string, string> {
  return Object.fromEntries([...service.state.boxes].map(([name, { colour }]) => [name, colour]));
}

test("the plan says that the service itself goes back", async () => {
  await using stage = await openStage();
  const { stdout } = ends(await stage.op(["plan", "--json", stage.file("boxes.json", DOCUMENT)]), 0);
  const { actions } = JSON.parse(stdout) as { actions: { address: string; undo: string }[] };
  assert.deepEqual(Object.fromEntries(actions.map(({ address, undo }) => [address, undo])), {
    "test1:boxes/blue": "native",
    "test1:boxes/red.colour": "native",
    "test1:Title": "inverse",
  });
  assert.deepEqual(stage.sent(), []);
});

test("it is armed first and ended after verification", async () => {
  await using stage = await openStage();
  const members = await applied(stage, 0);
  assert.equal(members[0], "CheckpointCreate");
  assert.equal(members.at(-1), "CheckpointCommit");
  assert.ok(!members.includes("CheckpointRollback"));
  assert.deepEqual(boxesOf(stage), { red: "pink", blue: "blue" });
});

test("a failure elsewhere rolls it back, and no inverse step is needed", async () => {
  await using stage = await openStage();
  stage.service.faults.arm("SetTitle", "error", { times: 1 });
  const members = await applied(stage, 3);
  assert.deepEqual(boxesOf(stage), { red: "red" });
  assert.equal(members.filter((member) => member === "CheckpointRollback").length, 1);
  assert.ok(!members.includes("RemoveBox"), "the box that was added went with the rollback");
});

test("a rollback that leaves something is finished by inverse steps", async () => {
  await using stage = await openStage();
  // Verification finds it out, when everything else has been done.
  stage.service.faults.arm("SetTitle", "ignore", { times: 1 });
  stage.service.faults.arm("CheckpointRollback", "partial");
  const members = await applied(stage, 3);
  assert.deepEqual(boxesOf(stage), { red: "red" });
  assert.equal(members.filter((member) => member === "RemoveBox").length, 1);
  assert.equal(members.filter((member) => member === "SetBoxColour").length, 1, "only the change itself");
});

test("a rollback that fails is replaced by inverse steps", async () => {
  await using stage = await openStage();
  stage.service.faults.arm("SetTitle", "error", { times: 1 });
  stage.service.faults.arm("CheckpointRollback", "error");
  await applied(stage, 3);
  assert.deepEqual(boxesOf(stage), { red: "red" });
});

test("a rollback that fails where the inverse fails too: 4, and the list is what is there", async () => {
  await using stage = await openStage();
  const { faults } = stage.service;
  faults.arm("SetTitle", "error", { times: 1 });
  faults.arm("CheckpointRollback", "error");
  faults.arm("RemoveBox", "error");
  const { stderr } = ends(await stage.op(["apply", stage.file("boxes.json", DOCUMENT)]), 4);
  assert.deepEqual(boxesOf(stage), { red: "red", blue: "blue" });
  assert.match(stderr, /test1:boxes\/blue/);
  assert.doesNotMatch(stderr, /boxes\/red|test1:Title.*(left|now)/);
});

test("without a checkpoint nothing that it covers is changed", async () => {
  await using stage = await openStage();
  stage.service.faults.arm("CheckpointCreate", "error");
  const members = await applied(stage, 3);
  assert.ok(!members.includes("AddBox") && !members.includes("SetBoxColour"));
  assert.deepEqual(boxesOf(stage), { red: "red" });
});
