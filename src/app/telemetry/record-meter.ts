// What is counted of the records: how applies came to their end and by whom (a person's commit, a recovery, ...), entries of
// the audit log, and how often it was found damaged. The guard of a timed commit is a process of its own, whose numbers go
// with it: what it ends the audit log knows, and this only once the daemon looks.

import type { Audit } from "../../store/audit/audit.ts";
import type { EndEntry } from "../../state/state.ts";
import { MEASURED } from "../../telemetry/measured.ts";
import { noMetrics, type Counter, type Metrics } from "../../telemetry/metrics/metrics.ts";

export interface RecordMeter {
  /** An end is on disk. */
  ended(ending: Pick<EndEntry, "by" | "end">): void;
  /** The audit log was opened, or appended to. */
  grown(audit: Pick<Audit, "size">): void;
}

const BY = ["apply", "commit", "probes", "rollback", "deadline", "recovery"] as const;
const ENDS = ["done", "restored", "left"] as const;

/** Registers its series, so that they stand at 0 before the first end. `metrics` null: nothing counts. */
export function recordMeter(metrics: Metrics | null): RecordMeter {
  const counting = MEASURED && metrics !== null ? metrics : noMetrics;
  const help = "Ends of applies in the audit log, by who ended them and how";
  const ends = new Map<string, Counter>();
  for (const by of BY)
    for (const end of ENDS) ends.set(`${by} ${end}`, counting.counter("apply_ends", help, { by, end }));
  const entries = counting.gauge("audit_entries", "Entries of the audit log");
  return Object.freeze({
    ended: ({ by, end }: Pick<EndEntry, "by" | "end">) => ends.get(`${by} ${end}`)?.add(),
    grown: ({ size }: Pick<Audit, "size">) => entries.set(size),
  });
}

/** For who verifies the audit log, or fails at it. */
export function auditDamage(metrics: Metrics): Counter {
  return metrics.counter("audit_verify_failures", "Times the audit log was found damaged");
}
