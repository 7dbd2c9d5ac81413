// What is traced and how often. The keys are those of engram's papers; where events go is the exporters' business.

import { EVENT_TYPES, type EventType } from "./model.ts";

export interface TraceSettings {
  /** Other types are never recorded. */
  readonly enabledEvents: readonly EventType[];
  /** 0 never, 1 always, between them that share, drawn for each event that stands under no span. Not named = 1. */
  readonly sampleRates: Readonly<Partial<Record<EventType, number>>>;
  /** Events that one thread's ring holds; rounded up to a power of two. */
  readonly ringBufferSize: number;
  /** Events in one batch for the exporters, at most. */
  readonly exportBatchSize: number;
  readonly exportIntervalMs: number;
}
export type TracePreset = "disabled" | "development" | "production";

/** Production samples what is frequent; what happens once in an apply is always there. */
export const TRACE_PRESETS: Readonly<Record<TracePreset, TraceSettings>> = Object.freeze({
  disabled: Object.freeze({
    enabledEvents: [],
    sampleRates: {},
    ringBufferSize: 0,
    exportBatchSize: 0,
    exportIntervalMs: 0,
  }),
  development: Object.freeze({
    enabledEvents: EVENT_TYPES,
    sampleRates: {},
    ringBufferSize: 10_000,
    exportBatchSize: 1_000,
    exportIntervalMs: 5_000,
  }),
  production: Object.freeze({
    enabledEvents: EVENT_TYPES.filter((type) => type !== "reconsolidation" && type !== "false-memory"),
    sampleRates: { priming: 0.01, interference: 0.01, storage: 0.01, bus: 0.01 },
    ringBufferSize: 10_000,
    exportBatchSize: 5_000,
    exportIntervalMs: 30_000,
  }),
});

const DRAWS = 2 ** 32;

/** How many of 2^32 draws record an event of `type`. */
export function thresholdOf({ enabledEvents, sampleRates }: TraceSettings, type: EventType): number {
  if (!enabledEvents.includes(type)) return 0;
  const rate = sampleRates[type] ?? 1;
  return rate >= 1 ? DRAWS : rate > 0 ? Math.max(1, Math.floor(rate * DRAWS)) : 0;
}

/** Whether to record, for one thread: xorshift32 (Marsaglia 2003), which never gives 0. `seed` is not 0. */
export function sampler(seed: number): (threshold: number) => boolean {
  let state = seed | 0;
  return (threshold) => {
    if (threshold === DRAWS) return true;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0 <= threshold;
  };
}
