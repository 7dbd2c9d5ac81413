// Which snapshots live. For each kind of period the newest snapshot of each of the newest N periods that have one is
// kept, each kind by itself; a snapshot lives if any kind keeps it. Newest, not first: the last one of a day says how the
// day ended, and what is the newest of its period stays it, so pruning often ends where pruning once would. Periods
// without a snapshot do not count: a machine that was off for a month loses nothing. Pure.

import { periodOf, type Amounts, type PeriodKind } from "../../base/calendar.ts";
import { byAge, formatName, type SnapshotName } from "./name.ts";

/** What one rule says of one snapshot. */
export interface Judgement {
  readonly rule: PeriodKind;
  /** How many periods the rule keeps. */
  readonly amount: number;
  readonly period: string;
  /** 1: the newest period that has a snapshot. */
  readonly rank: number;
  /** The snapshot that stands for the period instead; null = this one does. */
  readonly instead: string | null;
  readonly keeps: boolean;
}

export interface Verdict<T extends SnapshotName = SnapshotName> {
  readonly snapshot: T;
  readonly name: string;
  readonly kept: boolean;
  /** What keeps it whatever the rules say: the newest, its name, and what the caller needs it for. */
  readonly always: readonly string[];
  readonly judgements: readonly Judgement[];
}

/** A verdict for each snapshot, newest first. `needed`: name -> what it is needed for. */
export function judge<T extends SnapshotName>(
  snapshots: readonly T[],
  amounts: Amounts,
  needed: ReadonlyMap<string, string> = new Map(),
): readonly Verdict<T>[] {
  const newestFirst = snapshots
    .toSorted((a, b) => byAge(b, a))
    .map((snapshot) => ({ snapshot, name: formatName(snapshot) }));
  const rules = (Object.entries(amounts) as [PeriodKind, number][])
    .filter(([, amount]) => amount > 0)
    .map(([rule, amount]) => ({ rule, amount, periods: periodsOf(rule, newestFirst) }));
  return newestFirst.map((named, at) => {
    const { snapshot, name } = named;
    const judgements = rules.map(({ rule, amount, periods }): Judgement => {
      const period = keyOf(rule, named);
      const { rank, newest } = periods.get(period)!;
      const instead = newest === name ? null : newest;
      return { rule, amount, period, rank, instead, keeps: instead === null && rank <= amount };
    });
    const need = needed.get(name);
    const always = [
      ...(at === 0 ? ["the newest is always kept"] : []),
      ...(snapshot.what.startsWith("keep-") ? ["its name says keep"] : []),
      ...(need === undefined ? [] : [need]),
    ];
    const kept = always.length > 0 || judgements.some(({ keeps }) => keeps);
    return { snapshot, name, kept, always, judgements };
  });
}

interface Named {
  readonly snapshot: SnapshotName;
  readonly name: string;
}

function keyOf(rule: PeriodKind, { snapshot, name }: Named): string {
  return rule === "newest" ? name : periodOf(rule, snapshot.atMs);
}

/** Period -> its rank and the newest snapshot in it. */
function periodsOf(
  rule: PeriodKind,
  newestFirst: readonly Named[],
): ReadonlyMap<string, { readonly rank: number; readonly newest: string }> {
  const periods = new Map<string, { rank: number; newest: string }>();
  for (const named of newestFirst) {
    const key = keyOf(rule, named);
    if (!periods.has(key)) periods.set(key, { rank: periods.size + 1, newest: named.name });
  }
  return periods;
}
