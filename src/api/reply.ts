// What each operation answers, as plain values. The rooms that make them own their types; this file only names them.

import type { Code, Kind } from "../base/codes.ts";
import type { PlainTable } from "../base/text/text.ts";
import type { AuditReport } from "../store/audit/audit.ts";
import type { Imported } from "../store/audit/legacy.ts";
import type { Checked, ExportPage, ImportReport, SpaceStats } from "../memory/memory.ts";
import type { DocTable, DocValue, FieldSchema } from "../plugin/plugin.ts";
import type { Discovery } from "../plugin/discover/discover.ts";
import type { Judgement } from "../store/snapshot/snapshot.ts";
import type { Brief, Differing, Found, Generation, Listed } from "../state/history/history.ts";
import type { Actor, Drift, Mismatch, Plan, Report, Verification } from "../state/state.ts";

export interface DiscoverReply {
  readonly discovery: Discovery;
  /** Bus name -> plugins that manage it. */
  readonly managedBy: ReadonlyMap<string, readonly string[]>;
  /** The same as plain JSON, which a later discovery can start from. */
  readonly json: object;
}

/** One object as it is now, its members by interface. Arguments read "s name, u flags". */
export interface ObjectReply {
  readonly name: string;
  readonly path: string;
  readonly owner: string;
  readonly children: readonly string[];
  readonly interfaces: readonly InterfaceReply[];
  readonly notes: readonly string[];
}
export interface InterfaceReply {
  readonly name: string;
  readonly properties: readonly PropertyReply[];
  readonly methods: readonly { readonly name: string; readonly in: string; readonly out: string }[];
  readonly signals: readonly { readonly name: string; readonly args: string }[];
}
export interface PropertyReply {
  readonly name: string;
  readonly signature: string;
  readonly access: "read" | "write" | "readwrite";
  readonly emits: "true" | "invalidates" | "const" | "false";
  /** undefined: a property that can only be written. */
  readonly value: DocValue | { readonly unknown: string } | undefined;
}

export interface QueryReply {
  /** A valid document. */
  readonly document: DocTable;
  /** Services that had to be started to be read. */
  readonly started: readonly string[];
  /** Plugins whose service could not be reached: in the document they are unknown. */
  readonly away: readonly string[];
}

export interface Difference {
  readonly address: string;
  readonly verb: "create" | "update" | "delete" | "latest";
  /** What is there now; null = nothing, or not shown because it is a secret. */
  readonly before: DocValue | { readonly unknown: string } | null;
  readonly after: DocValue;
  readonly secret: boolean;
}
export interface DiffReply {
  readonly differences: readonly Difference[];
  readonly drift: readonly Drift[];
  readonly unchanged: number;
}

/** What a process said and heard on the bus. Times are NaN while no call was answered. */
export interface Traffic {
  readonly calls: number;
  readonly errors: number;
  readonly timeouts: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly signals: number;
  readonly dropped: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface PlanReply {
  /** null: only the way back of a saved plan was asked for, and nothing was planned. */
  readonly plan: Plan | null;
  /** Action id -> address. */
  readonly addresses: ReadonlyMap<string, string>;
  /** The plan as `--json` and `--out` write it. */
  readonly json: string;
  /** With `revert`: a document that undoes the plan. */
  readonly revert: string | null;
  readonly started: readonly string[];
}

export interface ApplyReply {
  readonly plan: Plan;
  /** Action id -> address. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly report: Report;
  /** It waits for its commit. `deadline`: RFC 3339. */
  readonly armed: { readonly id: string; readonly deadline: string; readonly timeoutMs: number } | null;
}

/** An apply that waits for its commit, or did when it was last looked at. */
export interface CheckpointReply {
  /** 16 hex digits. */
  readonly id: string;
  readonly bus: string;
  /** On the bus that is managed here, and begun in this state directory. */
  readonly here: boolean;
  /** Why this is only a copy of it, as a phrase; null = it is not. */
  readonly elsewhere: string | null;
  readonly state: "running" | "held" | "overdue" | "earlier-boot";
  readonly actor: Actor;
  /** RFC 3339: when it began, and when it goes back. */
  readonly since: string;
  readonly deadline: string;
  readonly ageMs: number;
  /** Until it goes back; negative: since it should have. */
  readonly leftMs: number;
  /** The process that goes back in time; null = it never got ready. `unit`: "" = a process without a unit. */
  readonly guard: { readonly pid: number; readonly unit: string; readonly alive: boolean } | null;
  readonly documents: readonly string[];
  readonly probes: readonly string[];
  readonly actions: readonly {
    readonly id: string;
    readonly address: string;
    readonly verb: "create" | "update" | "delete";
    readonly before: DocValue;
    readonly after: DocValue;
    readonly secret: boolean;
    readonly outcome: "done" | "failed" | "unknown" | "not-started";
  }[];
}
/** An apply that a crash interrupted. */
export interface InterruptedReply {
  /** 16 hex digits. */
  readonly id: string;
  /** RFC 3339. */
  readonly since: string;
  readonly user: string;
  /** The command line. */
  readonly subject: string;
  readonly actions: number;
  /** Why this is only a copy of it, which nothing here resolves; null = it is not. */
  readonly elsewhere: string | null;
}
/** What became of it. `checked`: values that were read to know; `left`: what is not as before (`wanted`: what was there). */
export interface RecoveredReply extends InterruptedReply {
  readonly end: "done" | "restored" | "left";
  readonly checked: number;
  readonly left: readonly Mismatch[];
}

/** How an apply that waited for its commit came to its end. */
export interface SettledReply {
  readonly id: string;
  readonly end: "done" | "restored";
  readonly changes: number;
}

export interface GenerationReply {
  readonly generation: Generation;
  /** The newest signed tree head that covers it; null = it was not signed since. */
  readonly checkpoint: { readonly size: number; readonly root: string } | null;
}

/** Who last set one value. Secrets are shown as null. */
export interface BlameRow {
  readonly address: string;
  readonly verb: "create" | "update" | "delete";
  readonly before: DocValue;
  readonly after: DocValue;
  readonly secret: boolean;
  readonly generation: Brief;
  /** A later generation found something else there: changed in between, and not by op-dbus. */
  readonly outside: { readonly generation: number; readonly found: DocValue } | null;
  /** What is there now, where it is something else; null = the same, or nobody could look. */
  readonly now: { readonly found: DocValue } | null;
}

export interface SnapshotsReply {
  /** Where they lie. */
  readonly folder: string;
  /** What the file system lacks for snapshots; null = nothing. */
  readonly lacks: string | null;
  /** The settings, as a configuration file writes them. */
  readonly interval: string;
  readonly retention: string;
  readonly space: { readonly freeBytes: number; readonly floorBytes: number };
  /** Newest first. */
  readonly snapshots: readonly SnapshotReply[];
  /** Names in the folder that are no snapshots of ours: never touched. */
  readonly foreign: readonly string[];
}
export interface SnapshotReply {
  readonly name: string;
  /** RFC 3339. */
  readonly time: string;
  readonly what: string;
  readonly parts: readonly string[];
  readonly kept: boolean;
  /** What keeps it whatever the rules say. */
  readonly always: readonly string[];
  /** What each rule says of it. */
  readonly judgements: readonly Judgement[];
}
export interface PrunedReply {
  readonly removed: readonly string[];
  /** Of these, those that the rules would have kept. */
  readonly forSpace: readonly string[];
  /** There is still less free space than snapshots must leave. */
  readonly tight: boolean;
  readonly faults: readonly string[];
}
export interface SnappedReply {
  /** null = none was made, and `why` says it. */
  readonly name: string | null;
  readonly why: string | null;
  /** Folders of the state directory that no snapshot holds. */
  readonly without: readonly string[];
  readonly pruned: PrunedReply | null;
}
export interface ReplicaReply {
  readonly target: string;
  /** `from`: what it was sent as a difference from; null = all of it. */
  readonly sent: readonly {
    readonly name: string;
    readonly from: string | null;
    readonly sizeBytes: number;
  }[];
  readonly removed: readonly string[];
  readonly newest: string | null;
  readonly fault: { readonly code: Code; readonly message: string; readonly hint: string | null } | null;
}

export interface PluginEntry {
  readonly name: string;
  readonly services: readonly string[];
  readonly bus: "system" | "session";
  readonly origin: "mapping" | "generated" | "built-in";
  readonly writable: boolean;
  readonly source: string;
}
export interface PluginReply extends PluginEntry {
  readonly digest: string;
  /** Address pattern -> what can be said there. */
  readonly fields: readonly { readonly address: string; readonly field: FieldSchema }[];
  readonly notes: readonly string[];
}

export interface Finding {
  readonly name: string;
  readonly state: "ok" | "missing" | "warning";
  readonly found: string;
  /** What to do about it. */
  readonly hint: string | null;
}

/** A series with its value now; names end in the unit of their numbers. */
export interface MetricReply {
  readonly name: string;
  readonly help: string;
  readonly kind: "counter" | "gauge" | "histogram";
  readonly labels: Readonly<Record<string, string>>;
  /** null: it is a histogram. */
  readonly value: number | null;
  /** Quantiles and edges are null while it is empty. */
  readonly histogram: {
    readonly count: number;
    readonly sum: number;
    readonly min: number | null;
    readonly max: number | null;
    readonly p50: number | null;
    readonly p90: number | null;
    readonly p99: number | null;
    readonly p999: number | null;
    readonly notFinite: number;
  } | null;
}

/** A way out of the daemon's telemetry: what it handed on and lost so far. */
export interface ExporterReply {
  readonly name: string;
  readonly exportedItems: number;
  readonly droppedItems: number;
  readonly retries: number;
  readonly waitingBatches: number;
  readonly waitingBytes: number;
  /** When something was taken last, RFC 3339; null = never. */
  readonly lastTakenAt: string | null;
  /** Of the last trouble, RFC 3339 and one line; null = there was none. */
  readonly lastError: { readonly at: string; readonly why: string } | null;
}

/** A concept that was found; the beginning of its content. */
export interface RememberedReply {
  readonly namespace: string;
  readonly id: string;
  readonly score: number;
  readonly createdUs: number;
  readonly attributes: ReadonlyMap<string, string>;
  readonly content: string;
}

/** Through what several paths come to their end, most of them first; `robustness` 0..1: how little that depends on single ones. */
export interface Agreement {
  readonly through: readonly {
    readonly content: string;
    /** Share of the paths, and how many they are. */
    readonly support: number;
    readonly paths: number;
    /** Mean of theirs. */
    readonly confidence: number;
  }[];
  readonly robustness: number;
}

/** A concept on a path, and how one came to it from the one before; `turned`: against the direction of the association. */
export interface PathStep {
  readonly id: string;
  readonly content: string;
  readonly by: { readonly type: string; readonly confidence: number; readonly turned: boolean } | null;
}

export interface SettingReply {
  readonly name: string;
  readonly value: string;
  readonly origin: string;
  readonly about: string;
}

export interface EntryReply {
  readonly index: number;
  readonly value: PlainTable;
}

/** A signed head of the audit log; `pin` is what anchors a later check (audit verify --against). */
export interface CheckpointNote {
  readonly size: number;
  readonly root: string;
  readonly note: string;
  readonly key: string;
  readonly pin: string;
}

export interface Reply {
  discover: DiscoverReply;
  introspect: ObjectReply;
  query: QueryReply;
  init: { readonly text: string; readonly started: readonly string[] };
  validate: { readonly plugins: readonly string[]; readonly values: number; readonly live: boolean };
  diff: DiffReply;
  plan: PlanReply;
  apply: ApplyReply;
  verify: Verification;
  recover: { readonly pending: readonly InterruptedReply[]; readonly recovered: readonly RecoveredReply[] };
  commit: SettledReply;
  rollback: SettledReply;
  "checkpoint.list": { readonly checkpoints: readonly CheckpointReply[] };
  "checkpoint.show": CheckpointReply;
  /** null: somebody else ended it. */
  guard: { readonly settled: SettledReply | null };
  /** Newest first; `total`: all generations there are. `waiting`: what is no generation yet, oldest first. */
  history: {
    readonly listed: readonly Listed[];
    readonly total: number;
    readonly waiting: readonly Pick<CheckpointReply, "id" | "actor" | "since" | "deadline" | "state">[];
  };
  "history.show": GenerationReply;
  "history.diff": { readonly from: number; readonly to: number; readonly differences: readonly Differing[] };
  /** `never`: what was asked for and never set by op-dbus. */
  blame: { readonly rows: readonly BlameRow[]; readonly never: readonly string[] };
  /** `total`: how many generations hold all words. */
  search: { readonly found: readonly Found[]; readonly total: number };
  "rollback.to": ApplyReply;
  /** `anchors`: what from outside it was compared with. */
  "audit.verify": AuditReport & { readonly anchors: readonly string[] };
  "audit.list": { readonly size: number; readonly entries: readonly EntryReply[] };
  "audit.checkpoint": CheckpointNote;
  /** `text`: the proof file. */
  "audit.prove": {
    readonly indexes: readonly number[];
    readonly size: number;
    readonly key: string;
    readonly text: string;
  };
  "audit.export": { readonly directory: string; readonly files: number; readonly size: number };
  "audit.import": Imported;
  /** `before`: the key that a rotation ended. */
  "audit.key": { readonly origin: string; readonly key: string; readonly before: string | null };
  snapshots: SnapshotsReply;
  "snapshots.create": SnappedReply;
  /** null: there is nothing to prune here, and `why` says it. */
  "snapshots.prune": { readonly pruned: PrunedReply | null; readonly why: string | null };
  replicate: { readonly targets: readonly ReplicaReply[] };
  "plugin.list": { readonly plugins: readonly PluginEntry[] };
  "plugin.show": PluginReply;
  "plugin.create": { readonly directory: string; readonly files: readonly string[] };
  "plugin.check": {
    readonly name: string;
    readonly live: boolean;
    readonly notes: readonly string[];
    /** Calls that it makes to read, that do not look like reads and that nobody approved. */
    readonly unapproved: readonly string[];
    /** Those that were approved now. */
    readonly approved: readonly string[];
  };
  "memory.stats": {
    readonly namespaces: readonly ({ readonly name: string } & SpaceStats)[];
    readonly alerts: readonly string[];
  };
  "memory.query": { readonly found: readonly RememberedReply[] };
  "memory.path": {
    /** From the first to the last; none = there is no path. */
    readonly steps: readonly PathStep[];
    /** Product of the associations' confidences. */
    readonly confidence: number;
    /** "complete", or what cut the search off. */
    readonly ended: string;
    readonly agreed: Agreement | null;
  };
  "memory.import": { readonly namespace: string } & ImportReport;
  "memory.export": ExportPage;
  "memory.check": {
    readonly holds: boolean;
    readonly namespaces: readonly ({ readonly name: string } & Checked)[];
  };
  "memory.flush": { readonly namespaces: readonly string[] };
  doctor: { readonly findings: readonly Finding[] };
  /** `daemon`: whose numbers they are, the daemon's or this process's; `text`: for Prometheus, where asked for. */
  metrics: {
    readonly daemon: boolean;
    readonly pid: number;
    readonly metrics: readonly MetricReply[];
    readonly exporters: readonly ExporterReply[];
    /** What these numbers say that somebody should know. */
    readonly findings: readonly Finding[];
    readonly text: string | null;
  };
  "config.show": { readonly settings: readonly SettingReply[] };
  complete: { readonly names: readonly string[] };
  explain: {
    readonly code: Code;
    readonly kind: Kind;
    readonly title: string;
    readonly explain: string;
    readonly exit: number;
  };
  version: { readonly version: string; readonly node: string; readonly platform: string };
}
