// Asking probes until they pass or their time is over, on a clock that moves when the test says so.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../base/clock.ts";
import type { AskProbe } from "../ports.ts";
import type { Probe } from "../probe.ts";
import { probeFault, runProbes } from "./probes.ts";

const at = { file: "a.toml", line: 2, column: 1 };
const probe = (name: string, withinMs = 1000): Probe => ({
  kind: "dns",
  name,
  withinMs,
  about: `dns ${name}`,
  at,
});
const never = new AbortController().signal;

/** Time goes to the next sleeper whenever nothing else can happen. */
function steppingClock(): Clock {
  let nowMs = 0;
  const sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();
  let stepping = false;
  function step(): void {
    stepping = false;
    const next = [...sleepers].toSorted((a, b) => a.untilMs - b.untilMs)[0];
    if (next === undefined) return;
    nowMs = Math.max(nowMs, next.untilMs);
    next.wake();
    later();
  }
  function later(): void {
    if (stepping) return;
    stepping = true;
    setImmediate(step);
  }
  return {
    wallMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const sleeper = {
          untilMs: nowMs + ms,
          wake() {
            sleepers.delete(sleeper);
            signal?.removeEventListener("abort", sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", sleeper.wake, { once: true });
        later();
      }),
  };
}

/** Answers per probe: from the n-th question on it passes; 0 = never. */
function answers(passes: Readonly<Record<string, number>>): {
  readonly ask: AskProbe;
  readonly asked: Map<string, number>;
} {
  const asked = new Map<string, number>();
  const ask: AskProbe = ({ about }) => {
    const n = (asked.get(about) ?? 0) + 1;
    asked.set(about, n);
    const passed = passes[about] !== 0 && n >= (passes[about] ?? 1);
    return Promise.resolve({
      passed,
      found: passed ? "127.0.0.1" : `no address, question ${n}`,
      elapsedMs: 0,
    });
  };
  return { ask, asked };
}

test("one that passes at once is asked once", async () => {
  const { ask, asked } = answers({});
  const [outcome] = await runProbes([probe("a")], ask, steppingClock(), never);
  assert.deepEqual([outcome?.passed, outcome?.found, outcome?.attempts], [true, "127.0.0.1", 1]);
  assert.equal(asked.get("dns a"), 1);
});

test("one that passes later is asked until then; no other waits for it", async () => {
  const { ask } = answers({ "dns a": 3, "dns b": 1 });
  const outcomes = await runProbes([probe("a"), probe("b")], ask, steppingClock(), never);
  assert.deepEqual(
    outcomes.map(({ passed, attempts, elapsedMs }) => [passed, attempts, elapsedMs]),
    [
      [true, 3, 300],
      [true, 1, 0],
    ],
  );
  assert.equal(probeFault(outcomes), null);
});

test("one that never passes is asked for its whole time and not longer", async () => {
  const { ask } = answers({ "dns a": 0 });
  const outcomes = await runProbes([probe("a", 1000)], ask, steppingClock(), never);
  // At 0, 100, 300 and 700.
  assert.deepEqual([outcomes[0]?.passed, outcomes[0]?.attempts, outcomes[0]?.elapsedMs], [false, 4, 1000]);
  const fault = probeFault(outcomes);
  assert.equal(fault?.code, "OPD2125");
  assert.equal(fault.message, "the probe dns a did not pass within 1000 ms: no address, question 4");
  assert.equal(fault.at, at);
});

test("one that hangs is given up with its time, and told so", async () => {
  let stopped = false;
  const ask: AskProbe = (_probe, signal) => {
    signal.addEventListener("abort", () => (stopped = true));
    return new Promise(() => undefined);
  };
  const [outcome] = await runProbes([probe("a", 500)], ask, steppingClock(), never);
  assert.deepEqual([outcome?.passed, outcome?.found, outcome?.elapsedMs], [false, "no answer", 500]);
  assert.equal(stopped, true);
});

test("an interruption ends the asking", async () => {
  const stop = new AbortController();
  const ask: AskProbe = () => {
    stop.abort();
    return Promise.resolve({ passed: false, found: "no", elapsedMs: 0 });
  };
  const [outcome] = await runProbes([probe("a", 60_000)], ask, steppingClock(), stop.signal);
  assert.deepEqual([outcome?.passed, outcome?.attempts], [false, 1]);
});

test("the fault names the first that failed and counts the others", async () => {
  const { ask } = answers({ "dns b": 0, "dns c": 0 });
  const outcomes = await runProbes([probe("a"), probe("b"), probe("c")], ask, steppingClock(), never);
  assert.match(probeFault(outcomes)?.message ?? "", /^the probe dns b .*, and 1 more$/);
});
