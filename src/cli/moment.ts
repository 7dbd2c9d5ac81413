// Times as people type them, as operations take them: RFC 3339 in UTC, or a generation `@12`. A time without a zone is
// one of this machine's. Relative times count back from now.

import { systemClock } from "../base/clock.ts";
import { OpError } from "../base/error.ts";
import { visible } from "../base/visible.ts";

const UNITS_MS: readonly (readonly [pattern: RegExp, ms: number])[] = [
  [/^(?:s|sec|secs|seconds?)$/, 1000],
  [/^(?:m|min|mins|minutes?)$/, 60_000],
  [/^(?:h|hours?)$/, 3_600_000],
  [/^(?:d|days?)$/, 86_400_000],
  [/^(?:w|weeks?)$/, 7 * 86_400_000],
];

/** `@12`, `2h`, `3 days ago`, `2026-05-01`, `2026-05-01 10:00`, RFC 3339. Throws OPD2151. */
export function readMoment(text: string, nowMs: number = systemClock.wallMs()): string {
  if (/^@\d{1,15}$/.test(text)) return text;
  const ms = agoMs(text, nowMs) ?? dateMs(text);
  if (ms !== null && Math.abs(ms) <= 8.64e15) return new Date(ms).toISOString();
  throw new OpError("OPD2151", `${JSON.stringify(visible(text))} is no time`, {
    hint: 'op-dbus history shows times and generations; "2h", 2026-05-01, @12',
  });
}

function agoMs(text: string, nowMs: number): number | null {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)\s*([a-z]+)(?:\s+ago)?$/.exec(text.trim());
  const unit = match === null ? undefined : UNITS_MS.find(([pattern]) => pattern.test(match[2]!));
  return unit === undefined ? null : nowMs - Number(match![1]) * unit[1];
}

/** A date alone is its first moment. */
function dateMs(text: string): number | null {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|[+-]\d\d:\d\d)?)?$/.exec(
    text.trim(),
  );
  if (match === null) return null;
  const [, date, time = "00:00", zone = ""] = match;
  const ms = Date.parse(`${date}T${time}${zone}`);
  // Date.parse takes the 31st of February for a day in March.
  const [year, month, day] = date!.split("-").map(Number) as [number, number, number];
  const isDay = new Date(Date.UTC(year, month - 1, day)).getUTCMonth() === month - 1;
  return Number.isNaN(ms) || !isDay ? null : ms;
}
