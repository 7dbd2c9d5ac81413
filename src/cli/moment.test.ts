import assert from "node:assert/strict";
import { test } from "node:test";
import { OpError } from "../base/error.ts";
import { readMoment } from "./moment.ts";

const NOW = Date.UTC(2026, 4, 1, 12);

function check(text: string, expected: string): void {
  test(`${text} is ${expected}`, () => assert.equal(readMoment(text, NOW), expected));
}

/** A time of this machine's zone, whatever that is. */
function local(...[year, month, ...rest]: [number, number, ...number[]]): string {
  return new Date(year, month - 1, ...(rest as [number])).toISOString();
}

check("@12", "@12");
check("@0", "@0");
check("2h", "2026-05-01T10:00:00.000Z");
check("2 hours ago", "2026-05-01T10:00:00.000Z");
check("90s", "2026-05-01T11:58:30.000Z");
check("1.5 min", "2026-05-01T11:58:30.000Z");
check("3 days ago", "2026-04-28T12:00:00.000Z");
check("1w", "2026-04-24T12:00:00.000Z");
check("2026-04-30T10:00:00Z", "2026-04-30T10:00:00.000Z");
check("2026-04-30 10:00:00.5+02:00", "2026-04-30T08:00:00.500Z");
check("2026-04-30 10:00Z", "2026-04-30T10:00:00.000Z");
check("2024-02-29", local(2024, 2, 29));
check("2026-04-30 10:07", local(2026, 4, 30, 10, 7));

for (const text of [
  "",
  "soon",
  "2",
  "2 parsecs",
  "-2h",
  "@",
  "@-1",
  "@1.5",
  "@12 ",
  "2026-02-30",
  "2026-13-01",
  "2026-04-30 25:00",
  "2026-04-30T10",
  "30.04.2026",
  "999999999w",
]) {
  test(`${JSON.stringify(text)} is refused`, () =>
    assert.throws(
      () => readMoment(text, NOW),
      (error: unknown) => error instanceof OpError && error.code === "OPD2151",
    ));
}
