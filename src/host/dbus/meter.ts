// What a connection counts, as metrics of the process: calls with their ends and their time, signals, bytes; and a span
// for each call that is made in a trace. Made once per recorder and handed to connections; a connection without one counts
// nothing. A call that is counted has no object of its own: who waits for its end keeps when it left, and all replies that
// arrive together share one look at the clock.

import { family, type Counter, type Histogram, type Metrics } from "../../telemetry/metrics/metrics.ts";
import { MEASURED } from "../../telemetry/measured.ts";
import { beginSpan, where, type OpenSpan } from "../../telemetry/trace/span.ts";
import type { OpError } from "../../base/error.ts";
import type { Call } from "./call.ts";
import * as message from "./message.ts";

export interface BusMeter {
  readonly signals: Counter;
  /** Messages that were refused by their header. */
  readonly dropped: Counter;
  readonly bytesIn: Counter;
  readonly bytesOut: Counter;
  /** Counts a call that leaves at `sinceMs` of the system's monotonic clock; gives what `ended` wants to know of it. null
   * = nothing is counted or traced here. */
  called(call: Pick<Call, "destination" | "member">, sinceMs: number): Counted | null;
  /** Counts the end of a call, once: its reply, why there is none, or neither where none was asked for. */
  ended(
    counted: Counted,
    reply: message.Message | null,
    error: OpError | null,
    sinceMs: number,
    untilMs: number,
  ): void;
}

/** A call under way. */
export interface Counted {
  readonly member: MemberSeries;
  /** null = not in a trace. */
  readonly span: OpenSpan | null;
}

/** The series of one member of one service. */
interface MemberSeries {
  readonly calls: Counter;
  readonly ms: Counter;
}

/** How a call ended; its span has the number. sent: no answer was asked for. */
const ENDS = ["reply", "error", "timeout", "lost", "sent"] as const;
const REPLY = 0;
const ERROR = 1;
const TIMEOUT = 2;
const LOST = 3;
const SENT = 4;

export function busMeter(metrics: Metrics): BusMeter {
  const calls = metrics.counter("bus_calls", "Method calls sent");
  const ends = ENDS.map((end) => metrics.counter("bus_call_ends", "How calls ended", { end }));
  const latencyMs: Histogram = metrics.histogram(
    "bus_call_ms",
    "Time from a call to its answer, milliseconds",
  );
  // By whom and what: sums, because a histogram for each of them would fill the slab.
  const byMember = family(
    (labels) => {
      const member: MemberSeries = {
        calls: metrics.counter("bus_member_calls", "Calls sent, by service and member", labels),
        ms: metrics.counter("bus_member_ms", "Time until calls were answered, by service and member", labels),
      };
      const untraced: Counted = Object.freeze({ member, span: null });
      return { spanName: `${labels["service"]} ${labels["member"]}`, member, untraced };
    },
    "service",
    "member",
  );
  const isOff = metrics.slab === null;
  return Object.freeze({
    signals: metrics.counter("bus_signals", "Signals received"),
    dropped: metrics.counter("bus_dropped", "Messages refused by their header"),
    bytesIn: metrics.counter("bus_bytes_in", "Bytes received"),
    bytesOut: metrics.counter("bus_bytes_out", "Bytes sent"),
    called({ destination, member }: Pick<Call, "destination" | "member">, sinceMs: number): Counted | null {
      if (!MEASURED || (isOff && where() === undefined)) return null;
      calls.add();
      // Unique names are countless and say nothing.
      const one = byMember.of(destination.startsWith(":") ? "unique" : destination, member);
      one.member.calls.add();
      const span = beginSpan("bus", one.spanName, sinceMs);
      return span === null ? one.untraced : { member: one.member, span };
    },
    ended({ member, span }, reply, error, sinceMs, untilMs) {
      const end = endOf(reply, error);
      ends[end]!.add();
      span?.end(end !== REPLY && end !== SENT, end, untilMs);
      if (reply === null) return;
      const tookMs = untilMs - sinceMs;
      latencyMs.record(tookMs);
      member.ms.add(tookMs);
    },
  } satisfies BusMeter);
}

/** A place in ENDS. */
function endOf(reply: message.Message | null, error: OpError | null): number {
  if (reply !== null) return reply.type === message.ERROR ? ERROR : REPLY;
  if (error !== null) return error.code === "OPD3004" ? TIMEOUT : LOST;
  return SENT;
}
