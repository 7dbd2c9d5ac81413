// Signals to the real process while a slow setter is under way: once, the step is finished and everything is put back;
// twice, it leaves at once and says what it left.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ends, openStage, wishes, type Stage } from "./stage.ts";

/** When the slow call has arrived, `signals` go to the process, the next when the one before was heard. */
async function interrupted(stage: Stage, signals: readonly NodeJS.Signals[]) {
  stage.service.faults.arm("SetNote", "late-done", { times: 1 });
  const file = stage.file("wish.json", wishes({ Title: "second", Note: "second" }));
  return await stage.op(["apply", file], {
    onStart: async (kill, said) => {
      await until(() => stage.sent().some((call) => call.includes("SetNote")));
      for (const [at, signal] of signals.entries()) {
        if (at > 0) await until(() => said().includes("interrupted:"));
        kill(signal);
      }
    },
  });
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`${signal} finishes the step under way and puts everything back`, async () => {
    await using stage = await openStage();
    const { stderr } = ends(await interrupted(stage, [signal]), 3);
    assert.match(stderr, /OPD2122/);
    assert.match(stderr, /as before: \d of \d steps? undone/);
    assert.equal(stage.service.state.title, "first");
    assert.equal(stage.service.state.note, "first");
  });

  test(`${signal} twice leaves at once, with what is left`, async () => {
    await using stage = await openStage();
    const { stderr } = ends(await interrupted(stage, [signal, signal]), 4);
    assert.match(stderr, /OPD9006/);
    assert.match(stderr, /changed: test1:Title; test1:Note was under way/);
    assert.equal(stage.service.state.title, "second");
  });
}
