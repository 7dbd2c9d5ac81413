// The contract of what can be managed. Generated, mapped and hand-written plugins look the same from here; state/
// knows nothing else. `observe` and `plan` only read; `apply` and `undo` are the only members that change a machine.
//
//   schema  -> what can be said of it          observe -> what is          plan -> actions for given changes
//   apply   -> one group of actions            undo    -> the same, back   watch -> tell when to read again
//
// All values that leave a plugin are document values (contract.md): enums by name, units in the schema's unit, secrets
// never. Everything is plain and frozen. A constructor assigns fields and does nothing else.

import type { Bus } from "../host/dbus/dbus.ts";
import type { Clock } from "../base/clock.ts";
import type { Fault } from "../base/error.ts";
import type { InterfaceInfo } from "../host/dbus/dbus.ts";
import type { DocValue } from "./doc.ts";
import type { FieldKind } from "./equal.ts";

export { equalDoc, type FieldKind } from "./equal.ts";
export { isTable, tableOf, type DocTable, type DocValue } from "./doc.ts";
export { secretPlace } from "./secret-place.ts";

/** Least to most serious. Derived by the engine; a mapping can only raise it. */
export const RISKS = ["read", "reversible", "needs-confirm", "irreversible"] as const;
export type Risk = (typeof RISKS)[number];
/** Strongest to weakest way back. */
export const UNDOS = ["native", "inverse", "compensate", "none"] as const;
export type Undo = (typeof UNDOS)[number];
/** Strongest to weakest knowledge of what will happen. */
export const FIDELITIES = ["simulated", "computed", "opaque"] as const;
export type Fidelity = (typeof FIDELITIES)[number];
export const AUTHORIZATIONS = ["allowed", "ask", "denied", "unchecked"] as const;
export type Authorization = (typeof AUTHORIZATIONS)[number];

export interface FieldSchema {
  readonly name: string;
  readonly kind: FieldKind;
  /** D-Bus signature of the wire value, "" where none is known yet. */
  readonly signature: string;
  /** Can a document change it? Read-only fields are compared by verify and never planned. */
  readonly writable: boolean;
  /** Written only at creation. */
  readonly createOnly: boolean;
  readonly readable: boolean;
  readonly secret: boolean;
  /** Allowed names, for enumerations: for hints and completion. */
  readonly values?: readonly string[];
  /** One sentence for people, from the mapping's comment or the interface. */
  readonly about?: string;
  /** What `null` in a document means; absent = null is a fault. */
  readonly default?: DocValue;
  /** The document's value in normal form, or why it is wrong (message with the allowed values or the nearest name;
   * `at` is left to the caller). Pure. */
  normalise(
    value: DocValue,
  ): { readonly value: DocValue } | { readonly fault: string; readonly hint?: string };
}

export interface ResourceSchema {
  readonly name: string;
  readonly fields: ReadonlyMap<string, FieldSchema>;
  /** Keys of items may be absent from the listing and still be addressed. */
  readonly anyKey: boolean;
  readonly canCreate: boolean;
  readonly canDelete: boolean;
  /** `ensure = "latest"` can be said. */
  readonly canUpdate: boolean;
  /** For record resources: unknown field names are allowed (dotted paths into the record). */
  readonly openFields: boolean;
  /** How many levels of tables such paths have: 2 for a{sa{sv}}. Deeper tables are values. Absent = all of them. */
  readonly openLevels?: number;
}

export interface Schema {
  readonly plugin: string;
  readonly self: ReadonlyMap<string, FieldSchema>;
  readonly resources: ReadonlyMap<string, ResourceSchema>;
  /** Bus name -> hex SHA-256 of the interfaces this plugin uses there: part of a plan's base. */
  readonly interfaces: ReadonlyMap<string, string>;
  /** Why something the plugin has is read-only here. */
  readonly notes: readonly string[];
  /** What a mapping names and the service lacks or has otherwise, with its place in the mapping; each is a note too. */
  readonly misfits?: readonly Fault[];
}

/** One observed value: known, or *unknown* with the reason. A secret is known only as a digest and never has a value. */
export type Reading =
  | { readonly known: DocValue }
  | { readonly unknown: string }
  | { readonly digest: string };

export interface Item {
  readonly key: string;
  readonly aliases: readonly string[];
  readonly fields: ReadonlyMap<string, Reading>;
  /** In transition: verify waits. */
  readonly pending: boolean;
  /** The transient object path, where there is one: part of a plan's base. */
  readonly path?: string;
  /** The plugin's own: rows, wire values. Opaque to everybody else. */
  readonly detail: unknown;
}

export interface ObservedResource {
  /** All items were listed (false: only the asked keys). */
  readonly complete: boolean;
  readonly items: ReadonlyMap<string, Item>;
}

export interface Observed {
  readonly plugin: string;
  /** null: the plugin has no fields of its own, or they were not asked for. */
  readonly self: Item | null;
  readonly resources: ReadonlyMap<string, ObservedResource>;
  /** Unique name of the service's owner when it was read, null if it could not be reached. */
  readonly owner: string | null;
}

/** What to read. Absent parts are not read and cause no call. All keys with no field: what there is, and nothing more
 * (no path, nothing is pending). */
export interface Scope {
  /** Fields of the plugin itself; "all", or names. */
  readonly self?: "all" | readonly string[];
  readonly resources?: ReadonlyMap<
    string,
    { readonly keys: "all" | readonly string[]; readonly fields: "all" | readonly string[] }
  >;
}

/** One wish, already normalised and known to differ from what was observed. */
export interface Change {
  readonly resource: string | null;
  readonly key: string | null;
  /** update: one field. create, delete: a whole item. latest: the item is there and shall be the newest. */
  readonly verb: "update" | "create" | "delete" | "latest";
  readonly field: string | null;
  readonly before: Reading | null;
  readonly after: DocValue;
  /** create: the fields the document gives; update: all that the document says of this item. By field name. */
  readonly want: ReadonlyMap<string, DocValue>;
  /** `null` in the document: go back to the service's default. */
  readonly reset: boolean;
  /** Where the document says it, for faults. */
  readonly at?: Fault["at"];
}

export interface ViaCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** Arguments as document values; a secret stands as {"secret": "..."}; what is known only later as {"$later": NAME}. */
  readonly args: readonly DocValue[];
}

/** What a simulation says will happen besides what the document names. */
export interface SideEffect {
  readonly verb: "create" | "update" | "delete";
  readonly resource: string;
  readonly key: string;
  /** For people: version, size. */
  readonly about: string;
}

export interface Action {
  /** Stable within a plan: "a1", "a2", ... set by state/plan; "" before. */
  readonly id: string;
  readonly plugin: string;
  readonly resource: string | null;
  readonly key: string | null;
  readonly field: string | null;
  readonly verb: "create" | "update" | "delete";
  readonly before: DocValue | { readonly unknown: string } | null;
  readonly after: DocValue;
  readonly signature: string;
  readonly via: readonly ViaCall[];
  readonly risk: Risk;
  readonly undo: Undo;
  readonly fidelity: Fidelity;
  readonly authorization: Authorization;
  /** polkit action ids that were or would be asked. */
  readonly polkit: readonly string[];
  /** Ids (after state/plan) or `resource/key.field` names (before) of what must be done first. */
  readonly depends_on: readonly string[];
  readonly also: readonly SideEffect[];
  /** Actions of one plugin with the same group, standing together, are applied by one call of `apply`. */
  readonly group: string;
  readonly secret: boolean;
  /** The plugin's own, plain and frozen: what apply and undo need. Never printed or saved. */
  readonly detail: unknown;
}

/** What planning says: the actions, and the faults that stop the plan (unknown key, denied, not offered ...). */
export interface PluginPlan {
  readonly actions: readonly Action[];
  readonly faults: readonly PlanFault[];
}
export interface PlanFault extends Fault {
  readonly change?: Change;
}

/** done: the machine took it. failed: it refused, with its reason. unknown: no answer in time; read again, never repeat. */
export type Outcome =
  | { readonly outcome: "done" }
  | {
      readonly outcome: "failed";
      readonly reason: string;
      readonly meaning: Meaning;
      readonly busName?: string;
    }
  | { readonly outcome: "unknown"; readonly reason: string };

/** mapping.md, "What the words mean". */
export type Meaning =
  | "done"
  | "absent"
  | "exists"
  | "denied"
  | "busy"
  | "invalid"
  | "unsupported"
  | "unavailable"
  | "failed";

export interface Progress {
  /** 0..100, or null where the service gives none. */
  readonly percent: number | null;
  readonly text: string;
}

/** Everything a plugin may use: handed in, never imported ambiently. */
export interface PluginContext {
  /** observe, plan and watch get a connection that refuses what is not a read; apply and undo a free one. */
  readonly bus: Bus;
  readonly clock: Clock;
  /** A person can be asked: calls carry the interactive flag and `$interactive` is true. */
  readonly interactive: boolean;
  /** Aborted on Ctrl-C: nothing new is started. */
  readonly signal: AbortSignal;
  /** Introspection of one object, cached per owner. Throws DBusError. */
  introspect(name: string, path: string): Promise<ReadonlyMap<string, InterfaceInfo>>;
  /** Keyed digest of a secret (HMAC-SHA-256 under the host's key), hex. `place` is that of `secretPlace`. */
  secretDigest(place: string, value: string): string;
  /** The value behind {"secret": "env:NAME" | "file:PATH" | "credential:NAME"}. Throws OpError kind input. */
  secretValue(reference: string): string;
  /** Ask polkit for each action beforehand (without interaction); else authorization is `unchecked`. */
  readonly checkAuth: boolean;
  progress(progress: Progress): void;
}

/** A method call that reads or rehearses: all that the read-only guard lets through beside the standard reads. */
export interface Probe {
  readonly destination: string;
  readonly interface: string;
  readonly member: string;
  /** Argument number -> the only value allowed there (JSON equal); arguments not named may be anything. */
  readonly args?: ReadonlyMap<number, DocValue>;
}

export interface Plugin {
  readonly name: string;
  readonly origin: "mapping" | "generated" | "built-in";
  /** Bus names it talks to; the first is the service. */
  readonly services: readonly string[];
  readonly bus: "system" | "session";
  /** Hex SHA-256 of the mapping (or introspection) file: what `approve` and plans name. "" for built-in ones. */
  readonly digest: string;
  /** Folder it came from, for messages. */
  readonly source: string;
  readonly writable: boolean;
  readonly probes: readonly Probe[];
  /** Calls that reading needs, that do not look like reads, and that nobody approved for this digest: they are not
   * made, and what depends on them is read-only. Absent = none. */
  readonly unapproved?: readonly Probe[];
  /** `need`: what the caller will say or read; fields of objects that it leaves out may be missing. Absent: all. */
  schema(ctx: PluginContext, need?: Scope): Promise<Schema>;
  /** Read-only, idempotent, bounded. What cannot be read is unknown, never missing. Throws kind unavailable when the
   * service cannot be reached. */
  observe(ctx: PluginContext, scope: Scope): Promise<Observed>;
  /** Actions for changes, with all reads and rehearsals that an honest answer needs. Sends only reads. Actions come in
   * an order that is right for this plugin. */
  plan(ctx: PluginContext, observed: Observed, changes: readonly Change[]): Promise<PluginPlan>;
  /** Does one group. One outcome per action, in order. Never throws for what the service says. */
  apply(ctx: PluginContext, group: readonly Action[]): Promise<readonly Outcome[]>;
  /** Puts one group back to `before`. Same rules; safe when the action was only half done. */
  undo(ctx: PluginContext, group: readonly Action[]): Promise<readonly Outcome[]>;
  /** Calls `changed` when something in scope may have moved: may over-report, must not under-report silently. */
  watch(ctx: PluginContext, scope: Scope, changed: () => void): Promise<{ close(): void }>;
  /** The service's own transaction, where it has one. */
  readonly checkpoint: NativeCheckpoint | null;
  /** Has the service read its own lists anew (package archives). Changes what can be planned: never part of a plan. */
  readonly refresh?: ((ctx: PluginContext) => Promise<Outcome>) | undefined;
  /** Heals what an interrupted change left; `apply` does so itself, once after a failure. */
  readonly repair?: ((ctx: PluginContext) => Promise<Outcome>) | undefined;
}

export interface NativeCheckpoint {
  /** Resources it restores. */
  readonly covers: readonly string[];
  /** The handle is plain: another process can commit or roll back with it. */
  create(ctx: PluginContext, timeoutMs: number): Promise<{ readonly handle: DocValue }>;
  commit(ctx: PluginContext, handle: DocValue): Promise<Outcome>;
  rollback(ctx: PluginContext, handle: DocValue): Promise<Outcome>;
}
