// Calendar periods in UTC: which one a moment lies in, how intervals and amounts of periods are spelled. UTC, because a
// local calendar has hours that come twice and days of 23 hours, and records are compared across machines. Pure.

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Kinds of periods, with the letter that stands for each in an amount such as "5h 5d". `newest` is the kind in which
 * every moment is a period of its own. */
export const PERIOD_LETTERS = Object.freeze({
  newest: "n",
  hourly: "h",
  daily: "d",
  weekly: "w",
  monthly: "m",
  quarterly: "q",
  yearly: "y",
});
export type PeriodKind = keyof typeof PERIOD_LETTERS;
/** How many periods of each kind; a kind that is absent counts 0. */
export type Amounts = { readonly [K in PeriodKind]?: number };

/** How often something happens: the canonical word, and the other spellings that are taken for it. `_` is `-`. */
export const INTERVALS = Object.freeze({
  "per-operation": ["per-op"],
  "1-minute": ["every-minute", "1min"],
  "5-minutes": ["every-5-minutes", "5min"],
  "15-minutes": ["every-15-minutes", "15min"],
  "30-minutes": ["every-30-minutes", "30min"],
  hourly: ["1-hour", "1h"],
  daily: ["1-day", "1d"],
  weekly: ["1-week", "1w"],
  off: ["never"],
});
export type Interval = keyof typeof INTERVALS;

const LENGTH_MS: { readonly [I in Exclude<Interval, "per-operation" | "off">]: number } = {
  "1-minute": MINUTE_MS,
  "5-minutes": 5 * MINUTE_MS,
  "15-minutes": 15 * MINUTE_MS,
  "30-minutes": 30 * MINUTE_MS,
  hourly: 60 * MINUTE_MS,
  daily: DAY_MS,
  weekly: 7 * DAY_MS,
};
/** 1970-01-01 was a Thursday; weeks begin on Monday. */
const MONDAY_MS = 3 * DAY_MS;

/** Whether both moments (milliseconds since 1970) lie in one period of the interval, counted from 00:00 UTC, Monday. */
export function samePeriod(interval: Interval, aMs: number, bMs: number): boolean {
  if (interval === "off") return true;
  if (interval === "per-operation") return false;
  const index = (ms: number): number => Math.floor((ms + MONDAY_MS) / LENGTH_MS[interval]);
  return index(aMs) === index(bMs);
}

/** The period that a moment lies in, as people write it: 2026-01-02T03, 2026-01-02, 2026-W01 (ISO 8601), 2026-01,
 * 2026-Q1, 2026. Of one kind they sort by time. */
export function periodOf(kind: Exclude<PeriodKind, "newest">, ms: number): string {
  const iso = new Date(ms).toISOString();
  switch (kind) {
    case "hourly":
      return iso.slice(0, 13);
    case "daily":
      return iso.slice(0, 10);
    case "weekly":
      return isoWeek(ms);
    case "monthly":
      return iso.slice(0, 7);
    case "quarterly":
      return `${iso.slice(0, 4)}-Q${Math.ceil(Number(iso.slice(5, 7)) / 3)}`;
    case "yearly":
      return iso.slice(0, 4);
  }
}

/** A week belongs to the year that has its Thursday. */
function isoWeek(ms: number): string {
  const monday = Math.floor((ms + MONDAY_MS) / (7 * DAY_MS)) * 7 * DAY_MS - MONDAY_MS;
  const thursday = monday + 3 * DAY_MS;
  const year = new Date(thursday).toISOString().slice(0, 4);
  const week = Math.floor((thursday - Date.parse(`${year}-01-01`)) / (7 * DAY_MS)) + 1;
  return `${year}-W${String(week).padStart(2, "0")}`;
}
