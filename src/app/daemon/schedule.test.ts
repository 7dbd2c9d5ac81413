import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../base/clock.ts";
import { firstDue, runSchedule, tickAfter, type Job } from "./schedule.ts";

for (const [startMs, everyMs, nowMs, expected] of [
  [0, 10, 0, 10],
  [0, 10, 9, 10],
  [0, 10, 10, 20],
  [0, 10, 11, 20],
  [5, 10, 5, 15],
  [5, 10, 14.5, 15],
  [0, 10, 35, 40], // three ticks were missed: none of them is made up for
  [7, 3, 7 + 3_000_000, 7 + 3_000_003],
] as const) {
  test(`after ${nowMs}, every ${everyMs} from ${startMs}: ${expected}`, () =>
    assert.equal(tickAfter(startMs, everyMs, nowMs), expected));
}

const job = (name: string, everyMs: number): Job => ({ name, everyMs, run: () => Promise.resolve() });

test("of two that are due together the first of the list is done first", () => {
  const dues = [job("a", 1), job("b", 1), job("c", 1)].map((each, i) => ({
    job: each,
    atMs: i === 2 ? 4 : 5,
  }));
  assert.equal(firstDue(dues).job.name, "c");
  assert.equal(firstDue(dues.slice(0, 2)).job.name, "a");
});

/** Time passes only while somebody sleeps, or by what a job says that it takes. */
function simulated(untilMs: number) {
  const end = new AbortController();
  let nowMs = 100;
  const clock: Clock = {
    wallMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep(ms) {
      nowMs += ms;
      if (nowMs >= untilMs) end.abort();
      return Promise.resolve();
    },
  };
  return { clock, signal: end.signal, pass: (ms: number) => (nowMs += ms), now: () => nowMs };
}

test("jobs keep to their grid, one at a time; what is missed stays missed; a failure ends nothing", async () => {
  const time = simulated(160);
  const done: string[] = [];
  const failures: string[] = [];
  const say = (name: string, everyMs: number, tookMs: (nth: number) => number, fails = false): Job => {
    let nth = 0;
    return {
      name,
      everyMs,
      run() {
        done.push(`${name}@${time.now()}`);
        time.pass(tookMs(++nth));
        return fails ? Promise.reject(new Error("no")) : Promise.resolve();
      },
    };
  };
  await runSchedule({
    jobs: [say("ten", 10, (nth) => (nth === 2 ? 25 : 0)), say("twenty", 20, () => 0, true)],
    clock: time.clock,
    signal: time.signal,
    failed: ({ name }) => failures.push(name),
  });
  // The second "ten" took from 120 to 145: its ticks at 130 and 140 are gone, and "twenty" of 120 comes late.
  assert.deepEqual(done, ["ten@110", "ten@120", "twenty@145", "ten@150"]);
  assert.deepEqual(failures, ["twenty"]);
});

test("without jobs there is nothing to wait for", async () => {
  const time = simulated(Infinity);
  await runSchedule({ jobs: [], clock: time.clock, signal: time.signal, failed: () => assert.fail() });
});
