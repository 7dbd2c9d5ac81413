// What a connection counts, as metrics of the process: calls with their ends and their time, signals, bytes; and a span
// for each call that is made in a trace. Made once per recorder and handed to connections; a connection without one counts
// nothing.

import { family, type Counter, type Histogram, type Metrics } from "../../telemetry/metrics/metrics.ts";
import { MEASURED } from "../../telemetry/measured.ts";
import { beginSpan } from "../../telemetry/trace/span.ts";
import { systemClock } from "../../base/clock.ts";
import type { Call } from "./call.ts";
import * as message from "./message.ts";
import type { Settle } from "./pending.ts";

export interface BusMeter {
  readonly signals: Counter;
  /** Messages that were refused by their header. */
  readonly dropped: Counter;
  readonly bytesIn: Counter;
  readonly bytesOut: Counter;
  /** Counts a call that leaves now; gives the `settle` that counts its end. */
  called(call: Pick<Call, "destination" | "member">, settle: Settle): Settle;
}

/** How a call ended, as its span says it. */
const ENDED = Object.freeze({ reply: 0, error: 1, timeout: 2, lost: 3 });

export function busMeter(metrics: Metrics): BusMeter {
  const calls = metrics.counter("bus_calls", "Method calls sent");
  const ended = (end: string): Counter => metrics.counter("bus_call_ends", "How calls ended", { end });
  const [replies, errors, timeouts, lost] = ["reply", "error", "timeout", "lost"].map(ended) as [
    Counter,
    Counter,
    Counter,
    Counter,
  ];
  const latencyMs: Histogram = metrics.histogram(
    "bus_call_ms",
    "Time from a call to its answer, milliseconds",
  );
  // By whom and what: sums, because a histogram for each of them would fill the slab.
  const byMember = family(
    (labels) => ({
      calls: metrics.counter("bus_member_calls", "Calls sent, by service and member", labels),
      ms: metrics.counter("bus_member_ms", "Time until calls were answered, by service and member", labels),
    }),
    "service",
    "member",
  );
  return Object.freeze({
    signals: metrics.counter("bus_signals", "Signals received"),
    dropped: metrics.counter("bus_dropped", "Messages refused by their header"),
    bytesIn: metrics.counter("bus_bytes_in", "Bytes received"),
    bytesOut: metrics.counter("bus_bytes_out", "Bytes sent"),
    called({ destination, member }: Pick<Call, "destination" | "member">, settle: Settle): Settle {
      if (!MEASURED) return settle;
      const startMs = systemClock.monotonicMs();
      calls.add();
      // Unique names are countless and say nothing.
      const service = destination.startsWith(":") ? "unique" : destination;
      const one = byMember.of(service, member);
      one.calls.add();
      const endSpan = beginSpan("bus", service, member);
      return (reply, error) => {
        let end: keyof typeof ENDED = "reply";
        if (reply !== null) {
          const tookMs = systemClock.monotonicMs() - startMs;
          latencyMs.record(tookMs);
          one.ms.add(tookMs);
          if (reply.type === message.ERROR) end = "error";
          (end === "error" ? errors : replies).add();
        } else if (error !== null) {
          end = error.code === "OPD3004" ? "timeout" : "lost";
          (end === "timeout" ? timeouts : lost).add();
        }
        endSpan?.(end !== "reply", ENDED[end]);
        settle(reply, error);
      };
    },
  });
}
