// What the daemon counts of itself: clients, operations, its jobs, and what should make somebody look. All series are
// registered at its start, so that a rule that watches one sees it stand at 0.

import { asOpError } from "../../base/error.ts";
import { cognitivePatterns, family, type Metrics } from "../../telemetry/metrics/metrics.ts";
import { applySeries } from "./apply-meter.ts";
import { auditDamage, recordMeter } from "./record-meter.ts";

export interface DaemonMeter {
  /** A client came; call what it gives when it is gone. */
  connected(): () => void;
  /** An operation took so long, with or without success. */
  operation(name: string, tookMs: number, failed: boolean): void;
  /** A job ran: so long after it was due, and for so long. */
  ran(name: string, lateMs: number, tookMs: number): void;
  /** A job, or a record, failed. */
  failed(error: unknown): void;
  /** How long ago the oldest apply that waits should have been committed or undone, milliseconds; 0 = none is late. */
  overdue(ms: number): void;
}

export function daemonMeter(metrics: Metrics, startedMs: number): DaemonMeter {
  applySeries(metrics);
  recordMeter(metrics);
  // Fed by the memory; the rules watch them from the start.
  cognitivePatterns(metrics);
  const clients = metrics.counter("socket_connections", "Clients that connected to the socket");
  const open = metrics.gauge("socket_open", "Clients that are connected now");
  const took = family(
    (labels) => metrics.histogram("operation_ms", "Time of an operation, by its name", labels),
    "operation",
  );
  const faults = family(
    (labels) => metrics.counter("operations_failed", "Operations that ended with an error", labels),
    "operation",
  );
  const late = metrics.histogram("job_late_ms", "Time from when a job was due to its start");
  const worked = family((labels) => metrics.histogram("job_ms", "Time of a job, by its name", labels), "job");
  const jobFaults = metrics.counter("jobs_failed", "Jobs that failed, those of the start included");
  const damaged = auditDamage(metrics);
  const overdue = metrics.gauge(
    "guard_overdue_ms",
    "How long a timed commit should have been undone already",
  );
  metrics.gauge("start_ms", "When the daemon began to serve, since 1970").set(startedMs);
  let connected = 0;
  open.set(0);
  overdue.set(0);
  return Object.freeze({
    connected() {
      clients.add();
      open.set(++connected);
      return () => open.set(--connected);
    },
    operation(name: string, tookMs: number, failed: boolean) {
      took.of(name).record(tookMs);
      if (failed) faults.of(name).add();
    },
    ran(name: string, lateMs: number, tookMs: number) {
      late.record(Math.max(0, lateMs));
      worked.of(name).record(tookMs);
    },
    failed(error: unknown) {
      jobFaults.add();
      // A damaged file of a log, and every code of the audit log: what it holds is not what it promised.
      const { code } = asOpError(error);
      if (code === "OPD5003" || code.startsWith("OPD51")) damaged.add();
    },
    overdue: (ms: number) => overdue.set(ms),
  });
}
