// From a plan and its report to what journal and audit log say of them (recorded.ts), and nothing that a secret could be
// read from: a reference, a keyed digest, never a value. An interrupted apply is recorded by the same functions, from
// what its journal says. Pure.

import { hash } from "node:crypto";
import { tableOf, type Action, type DocValue } from "../../plugin/plugin.ts";
import type { PlainTable } from "../../base/text/text.ts";
import { readsOf } from "../inventory/base.ts";
import type { ActionResult, Mismatch, Plan, Reading, Report, Verification } from "../model.ts";
import { addressOf } from "../plan/order.ts";
import { planToJson } from "../plan/plan-json.ts";
import { probeRecords } from "../document/probe-plain.ts";
import { touchedIn } from "../inventory/touched.ts";
import type {
  ActionEntry,
  BeginEntry,
  EndEntry,
  JournalBegin,
  JournalNote,
  RecordedAction,
} from "./recorded.ts";

/** What only the rim knows of an apply. */
export type Circumstances = Pick<
  JournalBegin,
  | "purpose"
  | "of"
  | "bus"
  | "address"
  | "actor"
  | "process"
  | "place"
  | "time"
  | "documents"
  | "audit_size"
  | "commit"
>;

/** The first record of an apply. `reading` is what the plan was made from. */
export function journalBegin(plan: Plan, reading: Reading, circumstances: Circumstances): JournalBegin {
  const touched = touchedIn(reading, plan.actions);
  return {
    type: "apply",
    ...circumstances,
    plan: hash("sha256", planToJson(plan)),
    base: plan.base.digest,
    actions: plan.actions.map((action) => recordedAction(action, plan, reading)),
    before: tableOf(readsOf(touched, [])) as JournalBegin["before"],
  };
}

function recordedAction(action: Action, { base }: Plan, reading: Reading): RecordedAction {
  const { id, plugin, resource, key, field, verb, undo, also, secret } = action;
  const address = addressOf(action);
  const before = secret ? digestBefore(action, reading) : action.before;
  const after = secret ? withDigest(action.after, base.secrets.get(address)) : action.after;
  return { id, address, plugin, resource, key, field, verb, before, after, undo, also, secret };
}

function digestBefore({ plugin, resource, key, field }: Action, reading: Reading): DocValue {
  const observed = reading.observed.get(plugin);
  const item = resource === null ? observed?.self : observed?.resources.get(resource)?.items.get(key ?? "");
  const value = item?.fields.get(field ?? "");
  if (value === undefined) return null;
  if ("digest" in value) return tableOf([["digest", value.digest]]);
  return "unknown" in value ? tableOf([["unknown", value.unknown]]) : null;
}

/** `after` is {"secret": reference}, or null for the default. */
function withDigest(after: DocValue, digest: string | undefined): DocValue {
  if (after === null || digest === undefined) return after;
  return tableOf([...Object.entries(after as { readonly secret: DocValue }), ["digest", digest]]);
}

/** What became of one action, as the records say it. */
export type RecordedOutcome = Pick<ActionEntry, "outcome" | "reason" | "elapsed_ms">;

export function recordedOutcome({ outcome, elapsedMs }: ActionResult): RecordedOutcome & {
  readonly outcome: "done" | "failed" | "unknown";
} {
  const reason = outcome.outcome === "done" ? "" : outcome.reason;
  return { outcome: outcome.outcome, reason, elapsed_ms: Math.round(elapsedMs) };
}

const NOT_STARTED: RecordedOutcome = { outcome: "not-started", reason: "", elapsed_ms: 0 };

/** What an end is made of; see EndEntry. */
export type Ending = Omit<EndEntry, "type" | "apply">;

/** The entries of one apply, in order: begin, an action each, end. `outcomes`: by action id. */
export function applyEntries(
  apply: string,
  begin: JournalBegin,
  outcomes: ReadonlyMap<string, RecordedOutcome>,
  ending: Ending,
): readonly (BeginEntry | ActionEntry | EndEntry)[] {
  const { purpose, of, bus, actor, time: started, documents, plan, base } = begin;
  return [
    { type: "begin", apply, purpose, of, bus, actor, started, documents, plan, base },
    ...begin.actions.map((action): ActionEntry => {
      const { outcome, reason, elapsed_ms } = outcomes.get(action.id) ?? NOT_STARTED;
      return { ...action, type: "action", apply, outcome, reason, elapsed_ms };
    }),
    { type: "end", apply, ...ending },
  ];
}

/** The end of an apply that ended in the process that began it: not unchanged, not held. */
export function endingOf(report: Report, by: EndEntry["by"]): Ending {
  const { rollback, faults } = report;
  return {
    end: rollback === null ? "done" : rollback.left.length === 0 ? "restored" : "left",
    by,
    faults: faults.map(({ code, message }) => `${code}: ${message}`),
    verification: verificationRecord(rollback?.verification ?? report.verification),
    probes: probeRecords(report.probes),
    left: leftRecords(rollback?.left ?? []),
  };
}

export function verificationRecord(verification: Verification | null): EndEntry["verification"] {
  if (verification === null) return null;
  const { holds, checked, attempts, elapsedMs } = verification;
  return { holds, checked, attempts, elapsed_ms: Math.round(elapsedMs) };
}

export function leftRecords(left: readonly Mismatch[]): EndEntry["left"] {
  return left.map(({ address, found }) => ({ address, found: found ?? null }));
}

/** What the journal knows of the outcomes of an apply that was interrupted, by action id. */
export function notedOutcomes(notes: readonly JournalNote[]): ReadonlyMap<string, RecordedOutcome> {
  const outcomes = new Map<string, RecordedOutcome>();
  for (const note of notes) {
    if (note.type === "intent")
      for (const id of note.ids)
        outcomes.set(id, { outcome: "unknown", reason: "interrupted", elapsed_ms: 0 });
    if (note.type === "outcome") for (const { id, ...outcome } of note.results) outcomes.set(id, outcome);
  }
  return outcomes;
}

/** The same value as the plain table that logs take. Records have plain members only. */
export function plainRecord(
  record: JournalBegin | JournalNote | BeginEntry | ActionEntry | EndEntry,
): PlainTable & { readonly type: string } {
  return record as unknown as PlainTable & { readonly type: string };
}
