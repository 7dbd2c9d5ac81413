// What the doctor reads from the numbers: whether telemetry gets out, and whether the daemon met what somebody should look
// at. Of a command alone there are no numbers to speak of.

import type { Finding } from "../../api/api.ts";
import type { SenderState } from "../../telemetry/export/export.ts";
import type { MetricReading } from "../../telemetry/metrics/metrics.ts";

export const NO_DAEMON: Finding = Object.freeze({
  name: "telemetry",
  state: "ok",
  found: "nothing leaves a command but its trace: no daemon runs here that exports",
  hint: null,
});

/** One line about the daemon, one about its telemetry. */
export function daemonFindings(
  readings: readonly MetricReading[],
  exporters: readonly SenderState[],
  nowMs: number,
): readonly Finding[] {
  const sum = (name: string): number => total(readings, name);
  return [daemon(sum), way(sum, readings, exporters, nowMs)];
}

type Sum = (name: string) => number;

function daemon(sum: Sum): Finding {
  const done = `process ${process.pid}, ${sum("operation_ms")} operations, ${sum("operations_failed")} of them failed`;
  const lateS = Math.round(sum("guard_overdue_ms") / 1000);
  const troubles = [
    ...(lateS > 0 ? [`a timed commit should have been undone ${lateS} s ago`] : []),
    ...said(sum("audit_verify_failures"), "times the audit log was found damaged"),
    ...said(sum("jobs_failed"), "jobs failed"),
  ];
  const hint = lateS > 0 ? "op-dbus recover" : "op-dbus audit verify, and the log of the daemon";
  return line("daemon", troubles, done, hint);
}

function way(
  sum: Sum,
  readings: readonly MetricReading[],
  exporters: readonly SenderState[],
  nowMs: number,
): Finding {
  const door = readings.find(({ name }) => name === "scrape_open");
  const isOpen = sum("scrape_open") === 1;
  const ways = [
    ...exporters.map(({ name, lastTakenMs }) => `${name} ${since(lastTakenMs, nowMs)}`),
    ...(isOpen ? [`scraped ${sum("scrapes")} times`] : []),
  ];
  const troubles = [
    ...(door !== undefined && !isOpen
      ? ["metrics are not served: telemetry_scrape cannot be listened at"]
      : []),
    ...exporters.filter(isInTrouble).map(({ name, lastError }) => `${name}: ${lastError?.why ?? ""}`),
    ...said(sum("export_dropped"), "dropped on their way"),
    ...said(sum("trace_dropped"), "events lost in the ring"),
    ...said(sum("export_lines_dropped"), "log lines dropped"),
    ...said(sum("export_thread_deaths"), "deaths of the thread that exports"),
  ];
  const found =
    ways.length === 0 ? "nothing is exported; op-dbus metrics shows the numbers" : ways.join(", ");
  return line("telemetry", troubles, found, "op-dbus metrics, op-dbus config show");
}

/** Its last word was no success. */
function isInTrouble({ lastError, lastTakenMs }: SenderState): boolean {
  return lastError !== null && lastError.atMs >= (lastTakenMs ?? 0);
}

function since(takenMs: number | null, nowMs: number): string {
  if (takenMs === null) return "took nothing yet";
  return `took some ${Math.max(0, Math.round((nowMs - takenMs) / 1000))} s ago`;
}

function said(count: number, what: string): readonly string[] {
  return count === 0 ? [] : [`${what}: ${count}`];
}

function line(name: string, troubles: readonly string[], found: string, hint: string): Finding {
  if (troubles.length === 0) return { name, state: "ok", found, hint: null };
  return { name, state: "warning", found: `${found}; ${troubles.join(", ")}`, hint };
}

/** Counts of histograms, values of all else. */
function total(readings: readonly MetricReading[], name: string): number {
  return readings
    .filter((one) => one.name === name)
    .reduce((sum, one) => sum + (one.kind === "histogram" ? one.value.count : one.value), 0);
}
