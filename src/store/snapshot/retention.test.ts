// Retention against what its rule says, in small and over 400 days; against an oracle that shares no line with it; and
// against the rule that it replaces.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../test/support/property.ts";
import { PERIOD_LETTERS, samePeriod, type Amounts, type Interval } from "../../base/calendar.ts";
import { formatName, type SnapshotName } from "./name.ts";
import { judgeAll } from "./prune.ts";
import { judge } from "./retention.ts";

const at = (time: string, sequence = 1, what = "time"): SnapshotName => ({
  atMs: Date.parse(time),
  sequence,
  what,
});
const keptOf = (snapshots: readonly SnapshotName[], amounts: Amounts): readonly SnapshotName[] =>
  judge(snapshots, amounts)
    .filter(({ kept }) => kept)
    .map(({ snapshot }) => snapshot);

test("each rule says of each snapshot what it says", () => {
  const [old, early, late, today] = [
    at("2026-01-01T10:00:00Z"),
    at("2026-01-02T09:00:00Z", 2),
    at("2026-01-02T21:00:00Z", 3),
    at("2026-01-03T00:30:00Z", 4),
  ] as const;
  const verdicts = judge([early, today, old, late], { daily: 2, weekly: 0 });
  assert.deepEqual(
    verdicts.map(({ name, kept, always, judgements }) => [name, kept, always.length, judgements]),
    [
      [
        formatName(today),
        true,
        1,
        [{ rule: "daily", amount: 2, period: "2026-01-03", rank: 1, instead: null, keeps: true }],
      ],
      [
        formatName(late),
        true,
        0,
        [{ rule: "daily", amount: 2, period: "2026-01-02", rank: 2, instead: null, keeps: true }],
      ],
      [
        formatName(early),
        false,
        0,
        [
          {
            rule: "daily",
            amount: 2,
            period: "2026-01-02",
            rank: 2,
            instead: formatName(late),
            keeps: false,
          },
        ],
      ],
      [
        formatName(old),
        false,
        0,
        [{ rule: "daily", amount: 2, period: "2026-01-01", rank: 3, instead: null, keeps: false }],
      ],
    ],
  );
});

test("what is kept whatever the rules say", () => {
  const snapshots = [
    at("2026-01-01T10:00:00Z", 1, "keep-before-upgrade"),
    at("2026-01-01T11:00:00Z", 2),
    at("2026-01-01T12:00:00Z", 3, "keeper"),
    at("2026-01-01T13:00:00Z", 4),
  ];
  const needed = new Map([[formatName(snapshots[1]!), "the replica at /mnt goes on from it"]]);
  assert.deepEqual(
    judge(snapshots, {}, needed).map(({ kept, always }) => [kept, ...always]),
    [
      [true, "the newest is always kept"],
      [false],
      [true, "the replica at /mnt goes on from it"],
      [true, "its name says keep"],
    ],
  );
});

test("snapshots of the cache are rotated by number, beside the others", () => {
  const cache = Array.from({ length: 30 }, (_, i) => at(new Date(i * 1000).toISOString(), i + 1, "cache"));
  const others = Array.from({ length: 3 }, (_, i) => at(new Date(i * 1000).toISOString(), i + 31));
  const verdicts = judgeAll(
    [...cache, ...others].map((name) => ({ ...name, parts: ["@x"] })),
    { amounts: { newest: 1 }, needed: new Map() },
  );
  const kept = verdicts.filter((verdict) => verdict.kept).map(({ snapshot }) => snapshot);
  assert.deepEqual(
    kept.filter(({ what }) => what === "cache").map(({ sequence }) => sequence),
    Array.from({ length: 24 }, (_, i) => 30 - i),
  );
  assert.deepEqual(
    kept.filter(({ what }) => what !== "cache").map(({ sequence }) => sequence),
    [33],
  );
});

// ---- 400 days

const STEP_MS: { readonly [I in Exclude<Interval, "off" | "per-operation">]: number } = {
  "1-minute": 60_000,
  "5-minutes": 300_000,
  "15-minutes": 900_000,
  "30-minutes": 1_800_000,
  hourly: 3_600_000,
  daily: 86_400_000,
  weekly: 604_800_000,
};
const DAYS = 400;
const START = Date.parse("2025-11-03T00:07:00Z");
const SEEDS: Amounts = { hourly: 5, daily: 5, weekly: 5, quarterly: 5 };

const LONG = process.env["OP_DBUS_LONG"] === "1";

/** Moments of 400 days at which the interval makes a snapshot; "per-operation": an apply every 53 minutes. Without
 * OP_DBUS_LONG=1 one every 15 minutes at most until the last ten days. */
function moments(interval: Exclude<Interval, "off">): readonly number[] {
  const stepMs = interval === "per-operation" ? 53 * 60_000 : STEP_MS[interval];
  const end = START + DAYS * 86_400_000;
  const all: number[] = [];
  for (let ms = START; ms < end; ms += stepMs)
    if (LONG || end - ms < 10 * 86_400_000 || (ms - START) % Math.max(stepMs, 900_000) === 0) all.push(ms);
  return all;
}

/** The rule as a sentence, computed the slow way: of each kind sort the labels of periods by hand-made calendars, take
 * the last N labels, of each the last snapshot. Dates come from Date's own fields, weeks by stepping back to Monday. */
function oracle(all: readonly number[], amounts: Amounts): readonly number[] {
  const labels: { readonly [kind: string]: (ms: number) => string } = {
    hourly: (ms) =>
      `${dayOf(ms)} ${Math.floor(ms / 3_600_000) % 24 < 10 ? "0" : ""}${Math.floor(ms / 3_600_000) % 24}`,
    daily: dayOf,
    weekly: mondayOf,
    monthly: (ms) => dayOf(ms).slice(0, 7),
    quarterly: (ms) => `${dayOf(ms).slice(0, 4)} ${Math.floor((Number(dayOf(ms).slice(5, 7)) - 1) / 3)}`,
    yearly: (ms) => dayOf(ms).slice(0, 4),
  };
  const keep = new Set([all.at(-1)!, ...all.slice(Math.max(0, all.length - (amounts.newest ?? 0)))]);
  const wanted = Object.entries(amounts).filter(([kind, amount]) => kind !== "newest" && amount > 0);
  const last = new Map<string, Map<string, number>>(wanted.map(([kind]) => [kind, new Map()]));
  for (const [kind, periods] of last) for (const ms of all) periods.set(labels[kind]!(ms), ms);
  for (const [kind, amount] of wanted)
    for (const label of [...last.get(kind)!.keys()].sort().slice(-amount))
      keep.add(last.get(kind)!.get(label)!);
  return [...keep].sort((a, b) => a - b);
}
const days = new Map<number, string>();
/** The day of a moment; each is asked of the calendar once. */
function dayOf(ms: number): string {
  const number = Math.floor(ms / 86_400_000);
  const known = days.get(number);
  if (known !== undefined) return known;
  const d = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, "0");
  const day = `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`;
  days.set(number, day);
  return day;
}
const mondays = new Map<string, string>();
function mondayOf(ms: number): string {
  const known = mondays.get(dayOf(ms));
  if (known !== undefined) return known;
  let monday = ms;
  while (new Date(monday).getUTCDay() !== 1) monday -= 86_400_000;
  mondays.set(dayOf(ms), dayOf(monday));
  return dayOf(monday);
}

/** What the original did: newest N of "within 24 h", of one a day within 30 days, one an ISO week within 12 weeks, one a
 * quarter; a snapshot counts only in the first bucket that its age falls into. */
function original(all: readonly number[], nowMs: number, amount: number): readonly number[] {
  const buckets = new Map<string, Map<string, number>>();
  for (const ms of all) {
    const hours = (nowMs - ms) / 3_600_000;
    const date = new Date(ms);
    const [bucket, period] =
      hours <= 24
        ? ["hourly", String(ms)]
        : hours <= 30 * 24
          ? ["daily", dayOf(ms)]
          : hours <= 12 * 7 * 24
            ? ["weekly", String(Math.floor((ms / 86_400_000 + 3) / 7))]
            : ["quarterly", `${date.getUTCFullYear()} ${Math.floor(date.getUTCMonth() / 3)}`];
    const periods = buckets.get(bucket!) ?? new Map<string, number>();
    buckets.set(bucket!, periods.set(period!, ms));
  }
  return [...buckets.values()]
    .flatMap((periods) => [...periods.values()].sort((a, b) => a - b).slice(-amount))
    .sort((a, b) => a - b);
}

const asNames = (all: readonly number[]): readonly SnapshotName[] =>
  all.map((atMs, i) => ({ atMs, sequence: i + 1, what: "time" }));
const times = (snapshots: readonly SnapshotName[]): readonly number[] =>
  snapshots.map(({ atMs }) => atMs).sort((a, b) => a - b);

const INTERVALS_KEPT = ["per-operation", ...Object.keys(STEP_MS)] as Exclude<Interval, "off">[];

/** Every snapshot is made; pruned is after each of the last day, and before that after every so many: all of them, with
 * OP_DBUS_LONG=1. */
const PRUNES = LONG ? Number.POSITIVE_INFINITY : 800;

for (const interval of INTERVALS_KEPT) {
  test(`${interval}: pruned through 400 days, what is kept is what the rule says`, (t) => {
    const all = moments(interval);
    const every = Math.max(1, Math.ceil(all.length / PRUNES));
    t.diagnostic(`${all.length} snapshots, pruned after every ${every}`);
    const names = asNames(all);
    for (const amounts of [SEEDS, { newest: 5, daily: 7, monthly: 12, yearly: 2 }]) {
      let kept: SnapshotName[] = [];
      for (const [i, snapshot] of names.entries()) {
        kept.push(snapshot);
        if (i % every === 0 || all.length - i < 100) kept = [...keptOf(kept, amounts)];
      }
      // What is left equals the oracle's on all there ever was: nothing went early that a rule wants later.
      assert.deepEqual(times(kept), oracle(all, amounts));
      const ages = times(kept).map((ms) => (all.at(-1)! - ms) / 86_400_000);
      assert.ok(
        ages.some((age) => age > 300),
        "one of last year is there",
      );
      assert.ok(
        ages.some((age) => age > 20 && age < 40),
        "so is one of last month",
      );
    }
  });
}

test("at any moment on the way, too, not only at the end", () => {
  const all = moments("hourly").slice(0, 24 * 100);
  let kept: readonly SnapshotName[] = [];
  for (const [i, snapshot] of asNames(all).entries()) {
    kept = keptOf([...kept, snapshot], SEEDS);
    if (i % 37 === 0) assert.deepEqual(times(kept), oracle(all.slice(0, i + 1), SEEDS), `after ${i + 1}`);
  }
});

test("the original, every 15 minutes, kept one hour", () => {
  let kept: readonly number[] = [];
  const all = moments("15-minutes");
  for (const ms of all) kept = original([...kept, ms], ms, 5);
  assert.equal(kept.length, 5);
  assert.equal((all.at(-1)! - kept[0]!) / 3_600_000, 1);
  assert.equal(Math.floor((all.at(-1)! - oracle(all, SEEDS)[0]!) / 86_400_000) > 300, true);
});

// ---- properties

const kinds = Object.keys(PERIOD_LETTERS) as (keyof Amounts)[];
const amountsOf = fc.record(Object.fromEntries(kinds.map((kind) => [kind, fc.integer({ min: 0, max: 6 })])), {
  requiredKeys: [],
}) as fc.Arbitrary<Amounts>;
const history = fc
  .uniqueArray(fc.integer({ min: 0, max: 500 * 24 * 60 }), { minLength: 1, maxLength: 120 })
  .map((minutes) => minutes.map((minute) => START + minute * 60_000).sort((a, b) => a - b));

test("any history, any amounts: the oracle agrees, and pruning on the way changes nothing", () => {
  fc.assert(
    fc.property(history, amountsOf, fc.array(fc.boolean(), { minLength: 1 }), (all, amounts, when) => {
      assert.deepEqual(times(keptOf(asNames(all), amounts)), oracle(all, amounts));
      let kept: readonly SnapshotName[] = [];
      for (const [i, snapshot] of asNames(all).entries()) {
        kept = [...kept, snapshot];
        if (when[i % when.length] === true) kept = keptOf(kept, amounts);
      }
      assert.deepEqual(times(keptOf(kept, amounts)), oracle(all, amounts));
    }),
  );
});

test("more is never less: a higher amount keeps all that a lower one does", () => {
  fc.assert(
    fc.property(history, amountsOf, fc.constantFrom(...kinds), (all, amounts, kind) => {
      const more = { ...amounts, [kind]: (amounts[kind] ?? 0) + 1 };
      const kept = new Set(times(keptOf(asNames(all), more)));
      for (const ms of times(keptOf(asNames(all), amounts))) assert.ok(kept.has(ms));
    }),
  );
});

test("snapshots of one interval lie in periods of their own", () => {
  for (const interval of Object.keys(STEP_MS) as (keyof typeof STEP_MS)[]) {
    const some = moments(interval).slice(0, 50);
    for (const [i, ms] of some.entries())
      if (i > 0) assert.ok(!samePeriod(interval, some[i - 1]!, ms), interval);
  }
});
