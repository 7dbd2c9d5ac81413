// When the memory's own figures call for a person: a table of thresholds, and one sentence for each that is passed. Pure.

import type { EventKind } from "./event.ts";

/** Milliseconds. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
}

export interface QueueState {
  /** Share of the queue of changes that is in use, 0..1. */
  readonly utilization: number;
  readonly estimatedLagMs: number;
  /** Changes refused because it was full. */
  readonly refused: number;
  /** Events about the memory itself that could not be kept. */
  readonly eventsLost: number;
}

/** Above this 99th percentile a person notices, or the loop is kept from its other work. */
const P99_MS_MAX: readonly (readonly [EventKind, number, string])[] = [
  ["query", 100, "queries are slow: look at the number of concepts and at `memory stats`"],
  ["path", 500, "paths are slow: ask for fewer steps, or for some types of associations only"],
  ["reconciled", 100, "the indexes are slow to follow: write in larger transactions, or use fewer indexes"],
  ["metrics", 1, "reads are slow: the machine may be short of memory"],
];
/** Percentiles of fewer events say nothing. */
const COUNT_MIN = 20;
const UTILIZATION_MAX = 0.7;
const LAG_MS_MAX = 1000;

export function alerts(
  percentiles: ReadonlyMap<EventKind, Percentiles>,
  queue: QueueState,
): readonly string[] {
  const found: string[] = [];
  for (const [kind, p99MsMax, what] of P99_MS_MAX) {
    const { count = 0, p99 = 0 } = percentiles.get(kind) ?? {};
    if (count >= COUNT_MIN && p99 > p99MsMax)
      found.push(`${what} (99 % within ${p99.toFixed(1)} ms, should be ${p99MsMax})`);
  }
  if (queue.utilization > UTILIZATION_MAX)
    found.push(`the queue of changes is ${Math.round(queue.utilization * 100)} % full: write more slowly`);
  if (queue.estimatedLagMs > LAG_MS_MAX)
    found.push(`searches lag ${Math.round(queue.estimatedLagMs)} ms behind what was learned`);
  if (queue.refused > 0)
    found.push(
      `${queue.refused} changes were refused because too many waited: the writer must send them again`,
    );
  if (queue.eventsLost > 0)
    found.push(`${queue.eventsLost} events about the memory itself could not be kept`);
  return found;
}
