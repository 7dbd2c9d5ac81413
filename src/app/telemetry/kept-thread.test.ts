// A thread that dies is started anew after pauses that double; one that lived long begins with the first pause again; at
// the end what died gets one successor, and what does not end is stopped.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { steppedClock } from "../../../test/support/stepped-clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { keepThread, type Thread } from "./kept-thread.ts";

class FakeThread extends EventEmitter implements Thread {
  readonly atMs: number;
  constructor(atMs: number) {
    super();
    this.atMs = atMs;
  }
  exit(status: number, error?: Error): void {
    if (error !== undefined) this.emit("error", error);
    this.emit("exit", status);
  }
  terminate(): Promise<number> {
    this.exit(1);
    return Promise.resolve(1);
  }
}

function keep() {
  const clock = steppedClock();
  const started: FakeThread[] = [];
  const deaths: string[] = [];
  const kept = keepThread({
    clock,
    start() {
      const thread = new FakeThread(clock.monotonicMs());
      started.push(thread);
      return thread;
    },
    died: (why) => void deaths.push(why),
  });
  return { clock, started, deaths, kept };
}

test("pauses double up to the last one, and begin anew after a long life", async () => {
  const { clock, started, deaths, kept } = keep();
  for (let death = 0; death < 8; death++) {
    started.at(-1)!.exit(1, new Error(`death ${death}`));
    await clock.pass(0);
    assert.equal(kept.now, null);
    await clock.pass(LIMITS.exportPauseLastMs);
    assert.equal(started.length, death + 2);
  }
  const pausesMs = started.slice(1).map(({ atMs }, i) => atMs - i * LIMITS.exportPauseLastMs);
  assert.deepEqual(
    pausesMs,
    [1, 2, 4, 8, 16, 30, 30, 30].map((seconds) => seconds * 1000),
  );
  assert.deepEqual(
    deaths,
    Array.from({ length: 8 }, (_, death) => `death ${death}`),
  );

  await clock.pass(LIMITS.exportRetryMs + 1);
  const diedMs = clock.monotonicMs();
  kept.now!.exit(7);
  await clock.pass(LIMITS.exportPauseLastMs);
  assert.equal(started.at(-1)!.atMs - diedMs, LIMITS.exportPauseFirstMs);
  assert.equal(deaths.at(-1), "it ended with 7");
});

test("one that ends as it was told", async () => {
  const { kept, started, deaths } = keep();
  const ended = kept.ended(1000);
  started[0]!.exit(0);
  assert.equal(await ended, true);
  assert.deepEqual([started.length, deaths], [1, []]);
});

test("one that does not end is stopped", async () => {
  const { clock, kept, started, deaths } = keep();
  const ended = kept.ended(1000);
  await clock.pass(1000);
  assert.equal(await ended, false);
  assert.deepEqual([started.length, deaths, kept.now], [1, [], null]);
});

test("one that died before the end gets a successor at once, for what is left; and no second one", async () => {
  const { clock, kept, started, deaths } = keep();
  started[0]!.exit(1);
  await clock.pass(10);
  const ended = kept.ended(1000);
  await clock.pass(1);
  assert.equal(started.length, 2);
  started[1]!.exit(1);
  assert.equal(await ended, true);
  assert.deepEqual([started.length, deaths.length], [2, 2]);
});
