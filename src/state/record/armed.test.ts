// How a begun apply stands, for every mix of notes, boot and time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { armedState } from "./armed.ts";
import type { JournalNote } from "./recorded.ts";

type Case = readonly [
  name: string,
  notes: readonly JournalNote["type"][],
  nowMs: number,
  boot: string,
  timed: boolean,
  expected: ReturnType<typeof armedState>,
];

const cases: readonly Case[] = [
  ["begun", ["intent"], 500, "b1", true, "running"],
  ["its guard is ready", ["intent", "guard"], 500, "b1", true, "running"],
  ["verified", ["intent", "guard", "held"], 500, "b1", true, "held"],
  ["verified, one millisecond before its time", ["held"], 999, "b1", true, "held"],
  ["verified, its time is over", ["held"], 1000, "b1", true, "overdue"],
  ["at work, its time is over", ["intent"], 1000, "b1", true, "overdue"],
  ["on its way back", ["held", "rolling-back"], 500, "b1", true, "overdue"],
  ["verified before a boot", ["held"], 500, "b2", true, "earlier-boot"],
  ["late and before a boot", ["held"], 5000, "b2", true, "earlier-boot"],
  ["without a timed commit nothing is late", ["intent"], 5000, "b1", false, "running"],
  ["without a timed commit, going back", ["rolling-back"], 5000, "b1", false, "running"],
  ["without a timed commit, before a boot", ["intent"], 5000, "b2", false, "earlier-boot"],
];

for (const [name, types, nowMs, boot, timed, expected] of cases) {
  test(`armed: ${name}`, () => {
    const commit = timed ? { timeout_ms: 1000, deadline_ms: 1000, probes: [] } : null;
    const begin = { process: { pid: 7, start: "1", boot: "b1" }, commit };
    const notes = types.map((type) => ({ type }));
    assert.equal(armedState(begin, notes, nowMs, boot), expected);
  });
}
