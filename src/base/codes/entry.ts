// One entry of the table of error codes, and the kinds that decide exit statuses.

/** What sort of thing went wrong; EXITS gives each its exit status. */
export type Kind =
  | "usage"
  | "input"
  | "unavailable"
  | "refused"
  | "protected"
  | "unconfirmed"
  | "locked"
  | "stale"
  | "failed"
  | "unknown"
  | "limit"
  | "corrupt"
  | "cancelled"
  | "bug";

/** Exit status per kind. `failed` is 1 as long as nothing was changed; codes say 3 or 4 themselves. */
export const EXITS: Readonly<Record<Kind, number>> = Object.freeze({
  usage: 64,
  input: 65,
  unavailable: 75,
  refused: 9,
  protected: 7,
  unconfirmed: 10,
  locked: 5,
  stale: 6,
  failed: 1,
  unknown: 4,
  limit: 65,
  corrupt: 8,
  cancelled: 130,
  bug: 70,
});

export interface CodeEntry {
  readonly kind: Kind;
  readonly title: string;
  readonly explain: string;
  /** Overrides the kind's exit status. */
  readonly exit?: number;
}

export function code(kind: Kind, title: string, explain: string, exit?: number): CodeEntry {
  return Object.freeze(exit === undefined ? { kind, title, explain } : { kind, title, explain, exit });
}
