// The way back when it is hard: a step whose undo is refused, an interruption, a service that dies half way. The end is
// 3 only if everything is as before, 4 with a list that is exactly what differs, 130 only if nothing was changed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ends, openStage, wishes, type Stage } from "./stage.ts";

const DOCUMENT = wishes({ Title: "second", Note: "second", Level: "high" });

/** What `--json` prints: an object a line. */
function linesOf(stdout: string): readonly Record<string, unknown>[] {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function valuesOf({ service: { state } }: Stage): readonly unknown[] {
  return [state.title, state.note, state.level];
}

test("a failure puts back what was done before it, in reverse order", async () => {
  await using stage = await openStage();
  stage.service.faults.arm("SetLevel", "error");
  ends(await stage.op(["apply", stage.file("wish.json", DOCUMENT)]), 3);
  assert.deepEqual(valuesOf(stage), ["first", "first", 1]);
  assert.deepEqual(
    stage.sent().filter((call) => call.includes("first")),
    ['["SetNote","first"]', '["SetTitle","first"]'],
  );
});

test("an undo that is refused: the others are undone all the same, 4, and the list is the truth", async () => {
  for (const json of [false, true]) {
    await using stage = await openStage();
    const { faults } = stage.service;
    faults.arm("SetLevel", "error");
    faults.arm("SetNote", "error", { skip: 1 });
    const args = ["apply", ...(json ? ["--json"] : []), stage.file("wish.json", DOCUMENT)];
    const { stdout, stderr } = ends(await stage.op(args), 4);
    assert.deepEqual(valuesOf(stage), ["first", "second", 1], "the title was put back past the failure");
    if (json) {
      const lines = linesOf(stdout);
      const { left } = lines.find(({ type }) => type === "rollback_complete")!;
      assert.deepEqual(left, [{ address: "test1:Note", wanted: "first", found: "second" }]);
      assert.deepEqual([lines.at(-1)!["type"], lines.at(-1)!["exit"]], ["error", 4]);
    } else {
      assert.match(stderr, /not as before: test1:Note is "second", was "first"/);
      assert.doesNotMatch(stderr, /test1:Title/);
    }
  }
});

test("Ctrl-C during a call: it is finished, no other is started, all is put back", async () => {
  await using stage = await openStage();
  stage.service.faults.arm("SetTitle", "late-done", { times: 1 });
  const outcome = stage.op(["apply", stage.file("wish.json", DOCUMENT)], {
    onStart: async (kill) => {
      while (stage.sent().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      kill("SIGINT");
    },
  });
  ends(await outcome, 3);
  assert.deepEqual(valuesOf(stage), ["first", "first", 1]);
  assert.deepEqual(stage.sent(), ['["SetTitle","second"]', '["SetTitle","first"]']);
});

test("Ctrl-C twice: left at once with 4, saying what was changed and what was under way", async () => {
  await using stage = await openStage();
  stage.service.faults.arm("SetNote", "late-done");
  const outcome = stage.op(["apply", stage.file("wish.json", DOCUMENT)], {
    onStart: async (kill, said) => {
      while (stage.sent().length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      kill("SIGINT");
      // Two signals that wait together would be one.
      while (!said().includes("interrupted:")) await new Promise((resolve) => setTimeout(resolve, 5));
      kill("SIGINT");
    },
  });
  const { stderr } = ends(await outcome, 4);
  assert.match(stderr, /changed: test1:Title; test1:Note was under way; nothing was put back/);
  assert.deepEqual(valuesOf(stage), ["second", "second", 1]);
});

test("Ctrl-C before the first change: 130, and nothing was sent", async () => {
  await using stage = await openStage();
  const document = stage.file("wish.json", DOCUMENT);
  stage.service.faults.arm("SetTitle", "late-done", { times: 1 });
  // The first one is stopped while it holds the lock, so the second is certain to be waiting for it.
  let signal = (_name: NodeJS.Signals): void => undefined;
  const first = stage.op(["apply", document], {
    onStart: (kill) => Promise.resolve(void (signal = kill)),
  });
  while (stage.sent().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  signal("SIGSTOP");
  const before = stage.mark();
  const second = stage.op(
    ["apply", "--lock-timeout", "60", stage.file("other.json", wishes({ Quiet: "x" }))],
    {
      onStart: async (kill) => {
        while (!(await stage.waitsForLock())) await new Promise((resolve) => setTimeout(resolve, 5));
        kill("SIGINT");
      },
    },
  );
  ends(await second, 130);
  signal("SIGCONT");
  assert.ok(!stage.sent(before).some((call) => call.includes("SetQuiet")));
  ends(await first, 0);
});

test("a service that goes away half way: what can still be done is done, and the end says what is unknown", async () => {
  await using stage = await openStage();
  stage.service.faults.arm("SetNote", "late-not");
  const outcome = stage.op(["apply", stage.file("wish.json", DOCUMENT)], {
    onStart: async () => {
      while (stage.sent().length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      await stage.service.close();
    },
  });
  const { stderr } = ends(await outcome, 4);
  assert.match(stderr, /test1/);
  assert.equal(stage.service.state.title, "second", "nobody was there to put it back");
});
