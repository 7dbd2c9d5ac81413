// The last line of -v: what went over the bus.

import type { Traffic } from "../../api/api.ts";
import { count, showMs } from "./value.ts";

export function trafficText(traffic: Traffic): string {
  const { calls, errors, timeouts, p50Ms, p99Ms, signals, dropped, bytesIn, bytesOut } = traffic;
  const parts = [
    count(calls, "call"),
    errors > 0 ? count(errors, "error") : "",
    timeouts > 0 ? count(timeouts, "timeout") : "",
    Number.isNaN(p50Ms) ? "" : `p50 ${showMs(p50Ms)}, p99 ${showMs(p99Ms)}`,
    count(signals, "signal"),
    dropped > 0 ? `${dropped} dropped` : "",
    `${bytesIn} bytes in, ${bytesOut} out`,
  ];
  return `bus: ${parts.filter((part) => part !== "").join(", ")}`;
}
