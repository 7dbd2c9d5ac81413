// When the derived indexes are to be brought up to date, how well that goes, and what to say of it: arithmetic only. The queue's
// depth and the rate are followed by moving averages; a nearly empty queue lets the loop rest, a filling one hurries it.

import { LIMITS } from "../../base/limits.ts";

export interface ReconcilePolicy {
  /** Milliseconds between two drains: usually; at least, when the queue fills; at most, when it is nearly empty. */
  readonly baseMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  /** Changes of one drain. */
  readonly batchMax: number;
  /** Weight of the newest sample in the averages, 0..1. */
  readonly alpha: number;
  /** Samples the prediction looks at. */
  readonly trendWindow: number;
  /** Shares of the queue below which the loop rests and above which it hurries. */
  readonly restBelow: number;
  readonly hurryAbove: number;
  /** When the depth is looked at. After the drain it is almost always 0, and the loop rests while changes stream in. */
  readonly depthSampled: "before the drain" | "after the drain";
  /** The interval is thought over every so many drains. */
  readonly adjustEvery: number;
}

export const ADAPTIVE: ReconcilePolicy = Object.freeze({
  baseMs: 10,
  minMs: 1,
  maxMs: 100,
  batchMax: 10_000,
  alpha: 0.3,
  trendWindow: 50,
  restBelow: 0.2,
  hurryAbove: 0.7,
  depthSampled: "before the drain",
  adjustEvery: 1,
});

/** As the storage engine behaves that the wire protocol comes from: for comparison. */
export const LEGACY: ReconcilePolicy = Object.freeze({
  ...ADAPTIVE,
  depthSampled: "after the drain",
  adjustEvery: 10,
});

/** What the policy remembers. */
export interface Trend {
  /** Moving averages: changes waiting, changes a second. */
  readonly depth: number;
  readonly ratePerS: number;
  /** Depths, the newest last, at most `trendWindow`. */
  readonly depths: readonly number[];
}

export const NO_TREND: Trend = Object.freeze({ depth: 0, ratePerS: 0, depths: [] });

/** After one drain. An average that is exactly 0 begins anew with its sample. */
export function followed(policy: ReconcilePolicy, trend: Trend, depth: number, ratePerS: number): Trend {
  const average = (old: number, sample: number): number =>
    old === 0 ? sample : policy.alpha * sample + (1 - policy.alpha) * old;
  return {
    depth: average(trend.depth, depth),
    ratePerS: average(trend.ratePerS, ratePerS),
    depths: [...trend.depths, depth].slice(-policy.trendWindow),
  };
}

/** The depth to be expected: the average, and by how much the last five samples lie above the first five. */
export function predictedDepth({ depth, depths }: Trend): number {
  const sum = (samples: readonly number[]): number => samples.reduce((total, one) => total + one, 0);
  if (depths.length < 2) return depth;
  return Math.max(0, depth + sum(depths.slice(-5)) / 5 - sum(depths.slice(0, 5)) / 5);
}

/** Milliseconds until the next drain, minMs..maxMs. */
export function intervalMs(policy: ReconcilePolicy, { depth }: Trend, capacity: number): number {
  const { baseMs, minMs, maxMs, restBelow, hurryAbove } = policy;
  const used = depth / capacity;
  if (used < restBelow) return maxMs;
  if (used <= hurryAbove) return baseMs;
  const less = Math.trunc(((baseMs - minMs) * (used - hurryAbove)) / (1 - hurryAbove));
  return Math.min(maxMs, Math.max(minMs, baseMs - less));
}

/** 1 = all is well, 0 = the queue is full. */
export function healthScore(used: number): number {
  if (used < 0.3) return 1;
  if (used < 0.7) return 1 - 1.25 * (used - 0.3);
  if (used < 0.9) return 0.5 - 1.5 * (used - 0.7);
  return Math.max(0, 0.2 - 2 * (used - 0.9));
}

/** What a person should know of the queue. */
export function advice(score: number, depth: number, capacity: number): string {
  if (score > 0.8) return "Excellent: System running optimally";
  if (score > 0.5) return "Good: Normal operation, monitoring";
  const filled = `(${Math.round(depth)}/${capacity})`;
  if (score > 0.2) return `Warning: High queue depth ${filled} - consider scaling`;
  return `Critical: Queue near capacity ${filled} - immediate action required`;
}

/** Names as in the statistics of the wire protocol's engine. */
export interface ReconcileStats {
  readonly reconciliations: number;
  readonly entriesProcessed: number;
  /** Checkpoints. */
  readonly diskFlushes: number;
  readonly running: boolean;
  readonly queueDepth: number;
  readonly queueCapacity: number;
  readonly queueUtilization: number;
  readonly currentIntervalMs: number;
  readonly processingRatePerSec: number;
  readonly estimatedLagMs: number;
  readonly predictedQueueDepth: number;
  /** Changes that were refused because the queue was full. */
  readonly backpressureEvents: number;
  readonly intervalAdjustments: number;
  readonly healthScore: number;
  readonly recommendation: string;
}

/** What only the loop knows. */
export type ReconcileCounts = Pick<
  ReconcileStats,
  | "reconciliations"
  | "entriesProcessed"
  | "diskFlushes"
  | "running"
  | "currentIntervalMs"
  | "backpressureEvents"
  | "intervalAdjustments"
>;

export function statsOf(
  counts: ReconcileCounts,
  trend: Trend,
  queueDepth: number,
  queueCapacity: number = LIMITS.memoryPendingMax,
): ReconcileStats {
  const score = healthScore(queueDepth / queueCapacity);
  return Object.freeze({
    ...counts,
    queueDepth,
    queueCapacity,
    queueUtilization: queueDepth / queueCapacity,
    processingRatePerSec: trend.ratePerS,
    estimatedLagMs: trend.ratePerS === 0 ? 0 : (queueDepth / trend.ratePerS) * 1000,
    predictedQueueDepth: predictedDepth(trend),
    healthScore: score,
    recommendation: advice(score, queueDepth, queueCapacity),
  });
}
