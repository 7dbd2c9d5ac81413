// Periods in UTC, and the spellings of intervals and amounts as settings take them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { INTERVALS, PERIOD_LETTERS, periodOf, samePeriod, type Interval } from "./calendar.ts";
import { amounts, spelled } from "./setting.ts";

test("the period of a moment", () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    // hour, day, ISO week, month, quarter, year
    ["2026-01-02T03:04:05Z", ["2026-01-02T03", "2026-01-02", "2026-W01", "2026-01", "2026-Q1", "2026"]],
    ["2027-01-03T23:59:59Z", ["2027-01-03T23", "2027-01-03", "2026-W53", "2027-01", "2027-Q1", "2027"]],
    ["2027-01-04T00:00:00Z", ["2027-01-04T00", "2027-01-04", "2027-W01", "2027-01", "2027-Q1", "2027"]],
    ["2024-12-30T12:00:00Z", ["2024-12-30T12", "2024-12-30", "2025-W01", "2024-12", "2024-Q4", "2024"]],
    ["2026-06-30T23:59:59Z", ["2026-06-30T23", "2026-06-30", "2026-W27", "2026-06", "2026-Q2", "2026"]],
    ["1970-01-01T00:00:00Z", ["1970-01-01T00", "1970-01-01", "1970-W01", "1970-01", "1970-Q1", "1970"]],
  ];
  const kinds = ["hourly", "daily", "weekly", "monthly", "quarterly", "yearly"] as const;
  for (const [time, expected] of table)
    assert.deepEqual(
      kinds.map((kind) => periodOf(kind, Date.parse(time))),
      expected,
      time,
    );
});

test("whether two moments lie in one period of an interval", () => {
  const table: readonly (readonly [Interval, string, string, boolean])[] = [
    ["15-minutes", "2026-01-02T03:15:00Z", "2026-01-02T03:29:59Z", true],
    ["15-minutes", "2026-01-02T03:14:59Z", "2026-01-02T03:15:00Z", false],
    ["1-minute", "2026-01-02T03:15:00Z", "2026-01-02T03:15:59Z", true],
    ["hourly", "2026-01-02T03:59:59Z", "2026-01-02T04:00:00Z", false],
    ["daily", "2026-01-02T00:00:00Z", "2026-01-02T23:59:59Z", true],
    ["weekly", "2026-01-04T23:59:59Z", "2026-01-05T00:00:00Z", false],
    ["weekly", "2026-01-05T00:00:00Z", "2026-01-11T23:59:59Z", true],
    ["per-operation", "2026-01-05T00:00:00Z", "2026-01-05T00:00:00Z", false],
    ["off", "2026-01-05T00:00:00Z", "2027-01-05T00:00:00Z", true],
  ];
  for (const [interval, a, b, same] of table)
    assert.equal(samePeriod(interval, Date.parse(a), Date.parse(b)), same, `${interval} ${a} ${b}`);
});

test("every spelling of an interval, and what is none", () => {
  const form = spelled(INTERVALS);
  // The spellings of the original, as people have them in their files.
  const table: Readonly<Record<string, readonly string[]>> = {
    "per-operation": ["per-op", "per-operation", "per_operation"],
    "1-minute": ["every-minute", "1-minute", "1min"],
    "5-minutes": ["every-5-minutes", "5-minutes", "5min"],
    "15-minutes": ["every-15-minutes", "15-minutes", "15min"],
    "30-minutes": ["every-30-minutes", "30-minutes", "30min"],
    hourly: ["hourly", "1-hour", "1h"],
    daily: ["daily", "1-day", "1d"],
    weekly: ["weekly", "1-week", "1w"],
  };
  for (const [value, spellings] of Object.entries(table))
    for (const spelling of spellings) assert.deepEqual(form.read(spelling, false), { value }, spelling);
  for (const [wrong, near] of [
    ["hourley", "hourly"],
    ["every-15-minute", "every-15-minutes"],
    ["per operation", "per-operation"],
  ]) {
    const read = form.read(wrong!, false);
    assert.match("fault" in read ? read.fault : "", new RegExp(`did you mean ${near}\\?$`));
  }
  assert.ok("fault" in form.read("x", false) && "fault" in form.read(15, false));
});

test("amounts of periods", () => {
  const form = amounts(PERIOD_LETTERS, 100);
  assert.deepEqual(form.read("5h 4d 0w", false), { value: { hourly: 5, daily: 4, weekly: 0 } });
  assert.deepEqual(form.read("24n", false), { value: { newest: 24 } });
  for (const wrong of ["", "5", "h", "5h 5h", "5x", "-1h", "101h", "5h,5d", "constructor"])
    assert.ok("fault" in form.read(wrong, false), wrong);
  assert.equal(form.show({ daily: 3, hourly: 5 }), '"5h 3d"');
});
