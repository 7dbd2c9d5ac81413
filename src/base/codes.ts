// Every error code: its kind (which decides the exit status), one title, and the explanation that
// `op-dbus explain CODE` prints. Numbers are grouped by room: 1 base, 2 state, 3 bus, 6 plugin, 9 command line.
// A code is never reused or renumbered.

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

function code(kind: Kind, title: string, explain: string, exit?: number): CodeEntry {
  return Object.freeze(exit === undefined ? { kind, title, explain } : { kind, title, explain, exit });
}

export const CODES = {
  // ---- 1: base
  OPD1900: code("bug", "an invariant is broken", "op-dbus found itself in a state that its own rules exclude. Nothing more was done after the check. Please report it with the command and its output."),
  OPD1901: code("bug", "an unexpected error", "A part of op-dbus failed in a way nobody foresaw. Please report it with the command and its output."),

  // ---- 2: state

  // ---- 3: bus

  // ---- 6: plugin

  // ---- 9: command line
} as const satisfies Record<string, CodeEntry>;

export type Code = keyof typeof CODES;
