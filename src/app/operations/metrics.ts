// metrics: what the daemon counted since it was started, or, where none runs, what this process did just now.

import type { MetricReply } from "../../api/api.ts";
import type { MetricReading } from "../../telemetry/metrics/metrics.ts";
import { daemonFindings, NO_DAEMON } from "../telemetry/findings.ts";
import type { Bound } from "../bound.ts";

export const metrics: Bound<"metrics"> = async (parts, { format }) => {
  const telemetry = await parts.telemetry();
  const [readings, states] = await Promise.all([telemetry.read(), telemetry.exporters()]);
  const text =
    format === "prometheus"
      ? (await import("../../telemetry/export/export.ts")).prometheusText(readings)
      : null;
  const exporters = states.map(({ lastError, lastTakenMs, ...state }) => ({
    ...state,
    lastTakenAt: lastTakenMs === null ? null : new Date(lastTakenMs).toISOString(),
    lastError: lastError && { at: new Date(lastError.atMs).toISOString(), why: lastError.why },
  }));
  const findings = parts.served ? daemonFindings(readings, states, parts.clock.wallMs()) : [NO_DAEMON];
  return { daemon: parts.served, pid: process.pid, metrics: readings.map(plain), exporters, findings, text };
};

function plain(reading: MetricReading): MetricReply {
  const { name, help, kind, labels } = reading;
  const one = { name, help, kind, labels: { ...labels } };
  if (reading.kind !== "histogram") return { ...one, value: reading.value, histogram: null };
  const { count, sum, min, max, notFinite } = reading.value;
  const at = (q: number): number | null => (count === 0 ? null : reading.value.quantile(q));
  const edges = count === 0 ? { min: null, max: null } : { min, max };
  const quantiles = { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999) };
  return { ...one, value: null, histogram: { count, sum, ...edges, ...quantiles, notFinite } };
}
