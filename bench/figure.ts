// One published number: what was measured, beside its peer from the same run, and whether the goal is met. The value is
// always the smaller-is-better kind: a time, a CPU time, an amount of memory.

/** How a value may stand to its peer's: at most so many times it, at most so much more (in `unit`), or both together; or
 * how large it may be whatever the peer's is. */
export interface Goal {
  readonly max?: number;
  readonly timesMax?: number;
  readonly moreMax?: number;
}

export interface Figure {
  readonly bench: string;
  readonly work: string;
  /** null = could not be measured here; `note` says why. */
  readonly value: number | null;
  readonly unit: string;
  readonly peer: string;
  readonly peerValue: number | null;
  /** value / peerValue. */
  readonly ratio: number | null;
  /** "" = shown for comparison only. */
  readonly goal: string;
  /** null = no goal, or not measured. */
  readonly met: boolean | null;
  readonly note: string;
}

export interface Measured {
  readonly bench: string;
  readonly work: string;
  readonly value: number | null;
  readonly unit: string;
  readonly peer: string;
  readonly peerValue: number | null;
  readonly goal?: Goal;
  /** What a reader must know of this figure; why it is absent. */
  readonly note?: string;
  /** Why the goal is out of reach; shown only when it is missed. */
  readonly missed?: string;
}

export function figure(measured: Measured): Figure {
  const { bench, work, unit, peer, goal } = measured;
  const value = rounded(measured.value);
  const peerValue = rounded(measured.peerValue);
  const both = value !== null && peerValue !== null;
  const known = goal?.max === undefined ? both : value !== null;
  const met = goal === undefined || !known ? null : value! <= allowed(goal, peerValue ?? 0);
  const notes = [measured.note, met === false ? measured.missed : undefined];
  return {
    bench,
    work,
    value,
    unit,
    peer,
    peerValue,
    ratio: both && peerValue > 0 ? rounded(value / peerValue) : null,
    goal: goal === undefined ? "" : goalText(goal, unit),
    met,
    note: notes.filter((note) => note !== undefined).join("; "),
  };
}

/** Peer and work are there in name only. */
export function absent(bench: string, work: string, peer: string, reason: string): Figure {
  return figure({ bench, work, value: null, unit: "", peer, peerValue: null, note: `absent: ${reason}` });
}

/** The smallest of the rounds; null when there was none. */
export function best(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? null : Math.min(...known);
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function allowed({ max, timesMax = 1, moreMax = 0 }: Goal, peerValue: number): number {
  return max ?? peerValue * timesMax + moreMax;
}

function goalText({ max, timesMax, moreMax }: Goal, unit: string): string {
  const parts = [
    max === undefined ? "" : `${max} ${unit}`,
    timesMax === undefined ? "" : `${timesMax}x`,
    moreMax === undefined ? "" : `+${moreMax} ${unit}`,
  ];
  return `<= ${parts.filter((part) => part !== "").join(" ")}`;
}

/** Three significant digits, or whole numbers when large. */
function rounded(value: number | null): number | null {
  if (value === null) return null;
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
}
