// When a snapshot is due, and that a batch is one.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Interval } from "../../base/calendar.ts";
import { batched, isDue } from "./due.ts";

test("when one is due", () => {
  const last = "2026-01-02T03:14:00Z";
  const table: readonly (readonly [Interval, string | null, string, boolean, boolean])[] = [
    ["15-minutes", null, "2026-01-02T03:14:59Z", false, true],
    ["15-minutes", last, "2026-01-02T03:14:59Z", true, false],
    ["15-minutes", last, "2026-01-02T03:15:00Z", false, true],
    ["daily", last, "2026-01-02T23:59:59Z", true, false],
    ["daily", last, "2026-01-03T00:00:00Z", false, true],
    ["per-operation", last, last, true, true],
    ["per-operation", null, last, false, false],
    ["off", null, last, true, false],
    // The clock was a year ahead once: what was made then must not stop the next for a year.
    ["hourly", "2027-01-02T03:14:00Z", last, false, true],
  ];
  for (const [interval, before, now, operations, due] of table) {
    const beforeMs = before === null ? null : Date.parse(before);
    assert.equal(isDue(interval, beforeMs, Date.parse(now), operations), due, `${interval} ${before} ${now}`);
  }
});

test("calls that come while one runs share the next one", async () => {
  const gates: (() => void)[] = [];
  let runs = 0;
  const take = batched(async () => {
    const run = (runs += 1);
    await new Promise<void>((resolve) => gates.push(resolve));
    if (run === 1) throw new Error("first");
    return run;
  });
  const first = take();
  const rest = [take(), take(), take()];
  assert.equal(runs, 1);
  gates[0]!();
  await assert.rejects(first, /first/);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(runs, 2);
  const during = take(); // began after the second did: it needs a third
  gates[1]!();
  assert.deepEqual(await Promise.all(rest), [2, 2, 2]);
  await new Promise((resolve) => setImmediate(resolve));
  gates[2]!();
  assert.equal(await during, 3);
  const later = take();
  gates[3]!();
  assert.equal(await later, 4);
});
