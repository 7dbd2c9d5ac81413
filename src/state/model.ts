// The plain values that walk through state/: document, plan, report. No behaviour here.

import type { Fault, Position } from "../base/error.ts";
import type {
  Action,
  DocValue,
  Observed,
  Outcome,
  Risk,
  Schema,
  SideEffect,
  Undo,
} from "../plugin/plugin.ts";
import type { Probe, ProbeOutcome } from "./probe.ts";

// ---- document: what should be, bound to the schemas of its plugins (values are normalised)

export interface Wanted {
  readonly value: DocValue;
  /** `null` or { reset = true }: back to the service's default. */
  readonly reset: boolean;
  readonly at: Position;
}
export interface WantedItem {
  readonly key: string;
  readonly ensure: "present" | "removed" | "latest";
  /** false: the document only names the key (`hello = {}`), so presence is asked but was not spelled out. */
  readonly ensureSaid: boolean;
  readonly fields: ReadonlyMap<string, Wanted>;
  readonly at: Position;
}
export interface WantedResource {
  readonly items: ReadonlyMap<string, WantedItem>;
  /** Nothing else shall exist; null = others are not touched. */
  readonly exclusive: { readonly maxRemovals: number; readonly at: Position } | null;
  readonly at: Position;
}
export interface WantedPlugin {
  readonly plugin: string;
  readonly self: ReadonlyMap<string, Wanted>;
  readonly resources: ReadonlyMap<string, WantedResource>;
  readonly at: Position;
}
export interface DocumentSource {
  /** As the person named it; "-" for standard input. */
  readonly file: string;
  readonly format: "json" | "toml";
  readonly text: string;
}
export interface Document {
  readonly version: 1;
  /** In document order, which is the order of plugins in a plan. */
  readonly plugins: ReadonlyMap<string, WantedPlugin>;
  /** What must be answered well before an apply counts as good. */
  readonly probes: readonly Probe[];
  readonly sources: readonly DocumentSource[];
  /** hex SHA-256 over the sources in order. */
  readonly digest: string;
}

// ---- plan

/** A difference that is not planned: a read-only field the document disagrees with, or a value nobody could read. */
export interface Drift {
  readonly address: string;
  readonly wanted: DocValue;
  readonly found: DocValue | { readonly unknown: string };
  readonly why: "read-only" | "unknown" | "excluded" | "not targeted";
}

export interface Base {
  /** hex SHA-256 over `reads`, `interfaces` and `secrets` in address order. */
  readonly digest: string;
  /** How many values were read. */
  readonly values: number;
  /** address -> canonical JSON of what was read (secrets as digests). Made when first asked for. */
  readonly reads: ReadonlyMap<string, string>;
  /** bus name -> interface digest. */
  readonly interfaces: ReadonlyMap<string, string>;
  /** address -> keyed digest of what the document's secret reference stood for. */
  readonly secrets: ReadonlyMap<string, string>;
}

export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  /** Wishes that hold already. */
  readonly unchanged: number;
  readonly worstRisk: Risk;
  readonly weakestUndo: Undo | null;
  readonly fidelity: { readonly simulated: number; readonly computed: number; readonly opaque: number };
  readonly authorization: {
    readonly allowed: number;
    readonly ask: number;
    readonly denied: number;
    readonly unchecked: number;
  };
  readonly reads: number;
  readonly services: number;
}

export interface Plan {
  readonly document: Document;
  readonly base: Base;
  /** Topologically ordered; ids a1, a2, ... */
  readonly actions: readonly Action[];
  readonly drift: readonly Drift[];
  /** What a simulation adds beside the actions. */
  readonly also: readonly SideEffect[];
  readonly summary: PlanSummary;
  readonly targets: { readonly target: readonly string[]; readonly exclude: readonly string[] };
  readonly warnings: readonly string[];
}

/** Everything a plan was made from: kept beside it in memory for apply and verify. */
export interface Reading {
  readonly schemas: ReadonlyMap<string, Schema>;
  readonly observed: ReadonlyMap<string, Observed>;
}

// ---- verify, apply, rollback

export interface Mismatch {
  readonly address: string;
  readonly wanted: DocValue;
  readonly found: DocValue | { readonly unknown: string } | undefined;
  readonly at?: Position;
}
export interface Verification {
  readonly holds: boolean;
  readonly checked: number;
  readonly mismatches: readonly Mismatch[];
  readonly attempts: number;
  readonly elapsedMs: number;
}
export interface ActionResult {
  readonly action: Action;
  readonly outcome: Outcome;
  readonly elapsedMs: number;
}
export interface Report {
  readonly results: readonly ActionResult[];
  readonly verification: Verification | null;
  /** null = nothing had to be undone. */
  readonly rollback: {
    readonly results: readonly ActionResult[];
    readonly verification: Verification;
    /** Addresses that are not as before, with what is there now. */
    readonly left: readonly Mismatch[];
  } | null;
  /** What became of the document's probes; empty where none were asked. */
  readonly probes: readonly ProbeOutcome[];
  /** changed and verified | the same, waiting for its commit | nothing to do | failed, restored and verified | failed
   * and not (verifiably) restored */
  readonly end: "done" | "held" | "unchanged" | "restored" | "left";
  readonly faults: readonly Fault[];
}
