// What each operation answers, as plain values. The rooms that make them own their types; this file only names them.

import type { Code, Kind } from "../base/codes.ts";
import type { DocTable, DocValue, FieldSchema } from "../plugin/plugin.ts";
import type { Discovery } from "../plugin/discover/discover.ts";
import type { Drift, Plan, Report, Verification } from "../state/state.ts";

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

export interface SettingReply {
  readonly name: string;
  readonly value: string;
  readonly origin: string;
  readonly about: string;
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
  doctor: { readonly findings: readonly Finding[] };
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
