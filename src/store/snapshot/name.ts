// The name of a snapshot: when (UTC, whole seconds), a sequence number and what it is for: 20260102T030405Z-000007-apply.
// Names sort by time. The number is higher than that of every snapshot that is there, so that two of one second, or one
// made after the clock went back, never have one name. A name has one spelling: what reads back differently is not ours.

export interface SnapshotName {
  /** Milliseconds since 1970, whole seconds. */
  readonly atMs: number;
  readonly sequence: number;
  /** Lower case letters, digits and dashes, at most 40. What begins with `keep-` is never dropped. */
  readonly what: string;
}

const FORM = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-(\d{6,12})-([a-z][a-z0-9-]{0,39})$/;

export function formatName({ atMs, sequence, what }: SnapshotName): string {
  const time = new Date(atMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
  return `${time}Z-${String(sequence).padStart(6, "0")}-${what}`;
}

/** null = not a name that `formatName` makes. */
export function parseName(text: string): SnapshotName | null {
  const [, year, month, day, hour, minute, second, sequence, what] = FORM.exec(text) ?? [];
  if (what === undefined) return null;
  const atMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(atMs)) return null;
  const name = { atMs, sequence: Number(sequence), what };
  return formatName(name) === text ? name : null;
}

/** What a person may call a snapshot. */
export function isLabel(text: string): boolean {
  return /^[a-z][a-z0-9-]{0,34}$/.test(text);
}

/** Oldest first: by time, then by number. */
export function byAge(a: SnapshotName, b: SnapshotName): number {
  return a.atMs - b.atMs || a.sequence - b.sequence;
}
