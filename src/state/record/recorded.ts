// The words of journal and audit log: what state says of an apply in plain values, and how they are read back. The
// journal has one transaction an apply (begin, notes); the audit log one group of entries an apply (begin, an action
// each, end). Names are snake_case, as in a plan's JSON. Secrets are keyed digests, never values.

import type { DocValue, SideEffect, Undo } from "../../plugin/plugin.ts";

/** Who asked for it. */
export interface Actor {
  readonly uid: number;
  readonly pid: number;
  /** Login name, where the system knows one. */
  readonly user: string;
  /** The systemd unit of the process, "" where it has none. */
  readonly unit: string;
  /** The command line, or what a door says of its caller. */
  readonly subject: string;
}

/** An action as it is recorded: enough to see whether it was done, and to undo it by a document. */
export interface RecordedAction {
  readonly id: string;
  readonly address: string;
  readonly plugin: string;
  readonly resource: string | null;
  readonly key: string | null;
  readonly field: string | null;
  readonly verb: "create" | "update" | "delete";
  /** {"unknown": why} where nobody could read it; of a secret {"digest": hex}, or null where there was none. */
  readonly before: DocValue;
  /** The whole value afterwards: for a record, what was there with the wish merged into it. Of a secret
   * {"secret": reference, "digest": hex}, the digest where it could be made. "latest" with `field` null: the newest. */
  readonly after: DocValue;
  readonly undo: Undo;
  readonly also: readonly SideEffect[];
  readonly secret: boolean;
}

/** What an apply is for. */
export type Purpose = "apply" | "rollback";

/** Journal, begin of a transaction. Its id is the apply's: 16 hex digits. */
export interface JournalBegin {
  readonly type: "apply";
  readonly purpose: Purpose;
  /** Of a rollback: the apply or generation it goes back from or to. */
  readonly of: string | null;
  /** GUID of the bus and the address that led to it: only who is connected to it can resolve this. A bus that is started
   * anew has another GUID, so after a boot it is the address that tells. */
  readonly bus: string;
  readonly address: string;
  readonly actor: Actor;
  /** Process that applies: pid, start time in clock ticks (/proc/PID/stat), boot id. */
  readonly process: { readonly pid: number; readonly start: string; readonly boot: string };
  /** Where the journal lay: what is found elsewhere is a copy, and is not resolved there. See store/journal. */
  readonly place: {
    readonly machine: string;
    readonly boot: string;
    readonly path: string;
    readonly inode: string;
    readonly born: string;
    readonly device: string;
  };
  readonly time: string;
  readonly documents: BeginEntry["documents"];
  /** Digests of the plan's JSON and of its base. */
  readonly plan: string;
  readonly base: string;
  readonly actions: readonly RecordedAction[];
  /** address -> canonical JSON of what was read there, of what the actions touch: what "as before" means. true: the
   * item was there; {"unknown": true}: nobody could read it; {"digest": hex}: a secret; absent: it was not there. The
   * document that goes back is made of it and of `actions`. */
  readonly before: { readonly [address: string]: string };
  /** Size of the audit log then: whether this apply's end is in it is looked for from there. */
  readonly audit_size: number;
  /** Timed commit: how long, and the probes; null = commits at once. */
  readonly commit: {
    readonly timeout_ms: number;
    /** Monotonic milliseconds of `process.boot` at which it goes back. */
    readonly deadline_ms: number;
    readonly probes: readonly DocValue[];
  } | null;
}

export type JournalNote =
  /** `mono_ms`: monotonic milliseconds of `process.boot`. */
  | { readonly type: "intent"; readonly ids: readonly string[]; readonly mono_ms: number }
  | { readonly type: "native"; readonly plugin: string; readonly handle: DocValue }
  | {
      readonly type: "outcome";
      readonly results: readonly {
        readonly id: string;
        readonly outcome: "done" | "failed" | "unknown";
        readonly reason: string;
        readonly elapsed_ms: number;
      }[];
    }
  | { readonly type: "rolling-back"; readonly reason: string }
  /** A guard process is ready: it has loaded all it needs. */
  | { readonly type: "guard"; readonly pid: number; readonly start: string; readonly unit: string }
  /** Done and verified, waiting for its commit. */
  | { readonly type: "held"; readonly verification: EndEntry["verification"] };

// ---- audit entries (the audit log adds index, time, boot, mono_ms; see store/audit)

export interface BeginEntry {
  readonly type: "begin";
  /** Id of the apply: 16 hex digits. */
  readonly apply: string;
  readonly purpose: Purpose;
  /** Of a rollback: the apply or generation it goes back from or to. */
  readonly of: string | null;
  readonly bus: string;
  readonly actor: Actor;
  readonly started: string;
  readonly documents: readonly {
    readonly file: string;
    readonly format: "json" | "toml";
    /** hex SHA-256 of the text. */
    readonly digest: string;
    /** null: it is long, and the blob of that digest holds it. */
    readonly text: string | null;
  }[];
  readonly plan: string;
  readonly base: string;
}
export interface ActionEntry extends Omit<RecordedAction, "id"> {
  readonly type: "action";
  readonly apply: string;
  readonly id: string;
  /** not-started: the apply ended before it. */
  readonly outcome: "done" | "failed" | "unknown" | "not-started";
  readonly reason: string;
  readonly elapsed_ms: number;
}
export interface EndEntry {
  readonly type: "end";
  readonly apply: string;
  /** done: as the document says. restored: put back and verified. left: neither, see `left`. */
  readonly end: "done" | "restored" | "left";
  /** How it came to its end: at once, committed by a person, by probes, by the guard's deadline, by a recovery. */
  readonly by: "apply" | "commit" | "probes" | "rollback" | "deadline" | "recovery";
  readonly faults: readonly string[];
  readonly verification: {
    readonly holds: boolean;
    readonly checked: number;
    readonly attempts: number;
    readonly elapsed_ms: number;
  } | null;
  readonly probes: readonly {
    readonly about: string;
    readonly passed: boolean;
    readonly found: string;
    readonly elapsed_ms: number;
  }[];
  /** What is not as before: what is there now. */
  readonly left: readonly { readonly address: string; readonly found: DocValue }[];
  /** Index of the end that the same apply has already and that does not count: written, and its sync failed. */
  readonly replaces?: number;
}
/** Opening the log found its end cut short by a crash: what was not acknowledged is gone. */
export interface DroppedEntry {
  readonly type: "dropped";
  readonly bytes: number;
}
/** Nobody looked: what happened between these times is not known. */
export interface GapEntry {
  readonly type: "gap";
  readonly from: string;
  readonly to: string;
  readonly why: string;
}
