// A state directory that was copied, restored or moved while an apply in it was open: what became of that apply is known
// where it was begun. A copy never touches the machine; a folder that was merely moved still does.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ends, openStage, wishes, type Stage } from "./stage.ts";

const SECOND = { Title: "second", Note: "second" };

async function armed(stage: Stage): Promise<string> {
  const document = stage.file("doc.json", wishes(SECOND));
  const { stdout } = ends(await stage.op(["apply", "--no-commit", "--timeout", "600", document]), 0);
  return /Armed: checkpoint ([0-9a-f]{16})/.exec(stdout)![1]!;
}

function copied(stage: Stage): string {
  const copy = join(stage.directory, "copy");
  execFileSync("cp", ["-a", join(stage.directory, "state"), copy]);
  return copy;
}

test("what was committed since is not put back from a copy, and closing it there touches nothing", async () => {
  await using stage = await openStage();
  const id = await armed(stage);
  const copy = copied(stage);
  ends(await stage.op(["commit", id]), 0);
  const from = (...args: readonly string[]) => stage.op([...args, "--state-dir", copy]);

  const mark = stage.mark();
  const listed = ends(await from("checkpoint", "list"), 0);
  assert.match(listed.stdout, /a copy/);
  assert.match(
    listed.stderr,
    new RegExp(`apply ${id} .* is open in .*: it was begun in .*, and this is a copy`),
  );
  assert.match(ends(await from("checkpoint", "show", id), 0).stdout, /recover --abandon/);
  for (const args of [["commit", id], ["rollback", id], ["rollback"], ["recover"]]) {
    const { stderr } = ends(await from(...args), 7);
    assert.match(stderr, /error OPD2136/);
    assert.match(stderr, new RegExp(`op-dbus recover --abandon ${id}`));
  }
  assert.match(ends(await from("recover", "--list"), 0).stdout, /not resolved here/);
  ends(await from("recover", "--abandon", id), 0);
  assert.deepEqual(stage.sent(mark), []);
  assert.deepEqual([stage.service.state.title, stage.service.state.note], ["second", "second"]);
  assert.equal(ends(await from("checkpoint", "list"), 0).stderr, "");
});

test("a copy in the place of the original is a copy too", async () => {
  await using stage = await openStage();
  const id = await armed(stage);
  const copy = copied(stage);
  ends(await stage.op(["commit", id]), 0);
  const state = join(stage.directory, "state");
  renameSync(state, join(stage.directory, "old"));
  renameSync(copy, state);
  const { stderr } = ends(await stage.op(["rollback", id]), 7);
  assert.match(stderr, /this journal was put in the place of the one it was begun in/);
  assert.equal(stage.service.state.title, "second");
  // It is in nobody's way.
  ends(await stage.op(["apply", stage.file("doc.json", wishes({ Title: "third" }))]), 0);
  assert.equal(stage.service.state.title, "third");
});

test("a folder that was moved is the same one", async () => {
  await using stage = await openStage();
  const id = await armed(stage);
  const moved = join(stage.directory, "moved");
  renameSync(join(stage.directory, "state"), moved);
  ends(await stage.op(["rollback", id, "--state-dir", moved]), 0);
  assert.deepEqual([stage.service.state.title, stage.service.state.note], ["first", "first"]);
});
