// The metrics of the bus as one reading.

import type { Traffic } from "../api/api.ts";
import type { Metrics } from "../telemetry/metrics/metrics.ts";

export function trafficOf(metrics: Metrics): Traffic {
  const readings = metrics.read();
  const count = (name: string, end?: string): number => {
    const found = readings.find((entry) => entry.name === name && entry.labels["end"] === end);
    return typeof found?.value === "number" ? found.value : 0;
  };
  const latency = readings.find(({ name }) => name === "bus_call_ms")?.value;
  const quantile = (q: number): number => (typeof latency === "object" ? latency.quantile(q) : Number.NaN);
  return {
    calls: count("bus_calls"),
    errors: count("bus_call_ends", "error"),
    timeouts: count("bus_call_ends", "timeout"),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    signals: count("bus_signals"),
    dropped: count("bus_dropped"),
    bytesIn: count("bus_bytes_in"),
    bytesOut: count("bus_bytes_out"),
  };
}
