// The cognitive patterns of engram's papers as metrics: priming, interference, reconsolidation, false memories, spacing.
// Every series is there from the start and 0 until memory feeds it. Series go only up; `reset` moves the point that the
// questions count from, not the series. Each thing is counted once: totals over kinds are sums of what the kinds counted.

import type { Counter, Histogram, MetricReading, Metrics } from "./model.ts";

export type Priming = "semantic" | "associative" | "repetition";
export type Interference = "proactive" | "retroactive" | "fan";
export type Rejection = "outside-window" | "too-soon" | "conflicting" | "other";

export interface CognitivePatternMetrics {
  recordPriming(type: Priming, strength: number): void;
  /** A pair of nodes that one primed the other for the first time. */
  recordPrimingPair(): void;
  recordInterference(type: Interference, magnitude: number): void;
  /** A pair of episodes that interfered for the first time. */
  recordInterferencePair(): void;
  /** An attempt; `windowPosition` 0..1 is inside the plastic window, all else a miss: hits + misses = events. */
  recordReconsolidation(windowPosition: number): void;
  recordReconsolidationModification(plasticity: number): void;
  /** Why an attempt changed nothing; the attempt itself was recorded by `recordReconsolidation`. */
  recordReconsolidationRejection(reason: Rejection): void;
  /** A reconstruction with its confidence 0..1, and whether it was judged false. */
  recordReconstruction(confidence: number, isFalse: boolean): void;
  recordDrmCriticalLure(): void;
  recordDrmListItem(): void;
  /** A critical lure came up, recalled or not. */
  recordDrmCriticalLureGeneration(): void;
  recordMassedPractice(): void;
  recordDistributedPractice(): void;
  recordRetentionImprovement(ratio: number): void;
  /** Cognitive events that rings lost. */
  recordEventsDropped(count: number): void;
  setOverheadPercent(percent: number): void;
  /** Share of the ring in use, 0..1. */
  setBufferUtilization(share: number): void;

  primingEventsTotal(): number;
  primingTypeCount(type: Priming): number;
  /** NaN = none yet. */
  primingMeanStrength(): number;
  interferenceDetectionsTotal(): number;
  reconsolidationEventsTotal(): number;
  reconsolidationRejectionCount(reason: Rejection): number;
  falseMemoryGenerations(): number;
  /** hits / (hits + misses); 0 = none yet. */
  reconsolidationWindowHitRate(): number;
  /** lures / (lures + items); 0 = none yet. */
  drmFalseAlarmRate(): number;
  /** distributed / massed; 0 = no massed practice. */
  spacingRatio(): number;
  /** All questions count from now on. */
  reset(): void;
}

const PRIMING = ["semantic", "associative", "repetition"] as const satisfies readonly Priming[];

/** Registers all series in `metrics`. */
export function cognitivePatterns(metrics: Metrics): CognitivePatternMetrics {
  const count = (name: string, help: string): Counter => metrics.counter(`engram_${name}_total`, help);
  const spread = (name: string, help: string): Histogram => metrics.histogram(`engram_${name}`, help);
  const byType = (type: Priming): Counter =>
    metrics.counter("engram_priming_events_total", "Priming events", { priming_type: type });
  const byReason = (reason: Rejection): Counter =>
    metrics.counter("engram_reconsolidation_rejections_total", "Reconsolidations that changed nothing", {
      reason,
    });

  const priming = {
    semantic: byType("semantic"),
    associative: byType("associative"),
    repetition: byType("repetition"),
  };
  const rejections = {
    "outside-window": byReason("outside-window"),
    "too-soon": byReason("too-soon"),
    conflicting: byReason("conflicting"),
    other: byReason("other"),
  };
  const interference = {
    proactive: {
      events: count("proactive_interference", "Older memories that weakened a newer one"),
      magnitude: spread("proactive_interference_magnitude", "How much older memories weakened a newer one"),
    },
    retroactive: {
      events: count("retroactive_interference", "Newer memories that weakened an older one"),
      magnitude: spread(
        "retroactive_interference_magnitude",
        "How much newer memories weakened an older one",
      ),
    },
    fan: {
      events: count("fan_effect_interference", "Recalls slowed by many associations"),
      magnitude: spread("fan_effect_magnitude", "How much many associations slowed a recall"),
    },
  };
  const primingStrength = spread("priming_strength", "Boost by priming");
  const nodePairs = count("priming_node_pairs", "Pairs of nodes that primed each other");
  const episodePairs = count("interference_episode_pairs", "Pairs of episodes that interfered");
  const reconsolidations = count("reconsolidation_events", "Reconsolidations tried");
  const modifications = count("reconsolidation_modifications", "Reconsolidations that changed a memory");
  const hits = count("reconsolidation_window_hits", "Reconsolidations tried inside the plastic window");
  const misses = count("reconsolidation_window_misses", "Reconsolidations tried outside the plastic window");
  const plasticity = spread("reconsolidation_plasticity_factor", "Plasticity of memories that were changed");
  const confidence = spread("reconstruction_confidence", "Confidence of reconstructed memories, 0 to 1");
  const falseMemories = count("false_memory_generations", "Reconstructions judged false");
  const lures = count("drm_critical_lure_recalls", "Critical lures recalled");
  const items = count("drm_list_item_recalls", "Studied items recalled");
  const lureGenerations = count("drm_critical_lure_generations", "Critical lures that came up");
  const massed = count("massed_practice", "Practice without pauses");
  const distributed = count("distributed_practice", "Practice with pauses");
  const retention = spread("retention_improvement", "Retention by distributed over massed practice");
  const dropped = count("cognitive_events_dropped", "Cognitive events that rings lost");
  const overhead = metrics.gauge("engram_metrics_overhead_percent", "Time spent on measuring, percent");
  const utilization = metrics.gauge(
    "engram_cognitive_event_buffer_utilization",
    "Share of the event ring in use, 0 to 1",
  );

  let from = new Map<string, number>();
  const total = (name: string, label?: string): number => {
    const value = totals(metrics.read()).get(key(`engram_${name}`, label)) ?? 0;
    return value - (from.get(key(`engram_${name}`, label)) ?? 0);
  };
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

  return Object.freeze({
    recordPriming(type, strength) {
      priming[type].add();
      primingStrength.record(strength);
    },
    recordPrimingPair: () => nodePairs.add(),
    recordInterference(type, magnitude) {
      interference[type].events.add();
      interference[type].magnitude.record(magnitude);
    },
    recordInterferencePair: () => episodePairs.add(),
    recordReconsolidation(windowPosition) {
      reconsolidations.add();
      (windowPosition >= 0 && windowPosition <= 1 ? hits : misses).add();
    },
    recordReconsolidationModification(factor) {
      modifications.add();
      plasticity.record(factor);
    },
    recordReconsolidationRejection: (reason) => rejections[reason].add(),
    recordReconstruction(sureness, isFalse) {
      confidence.record(sureness);
      if (isFalse) falseMemories.add();
    },
    recordDrmCriticalLure: () => lures.add(),
    recordDrmListItem: () => items.add(),
    recordDrmCriticalLureGeneration: () => lureGenerations.add(),
    recordMassedPractice: () => massed.add(),
    recordDistributedPractice: () => distributed.add(),
    recordRetentionImprovement: (ratio) => retention.record(ratio),
    recordEventsDropped: (events) => dropped.add(events),
    setOverheadPercent: (percent) => overhead.set(percent),
    setBufferUtilization: (used) => utilization.set(used),

    primingEventsTotal: () => PRIMING.reduce((sum, type) => sum + total("priming_events_total", type), 0),
    primingTypeCount: (type) => total("priming_events_total", type),
    primingMeanStrength: () => total("priming_strength", "sum") / total("priming_strength", "count"),
    interferenceDetectionsTotal: () =>
      total("proactive_interference_total") +
      total("retroactive_interference_total") +
      total("fan_effect_interference_total"),
    reconsolidationEventsTotal: () => total("reconsolidation_events_total"),
    reconsolidationRejectionCount: (reason) => total("reconsolidation_rejections_total", reason),
    falseMemoryGenerations: () => total("false_memory_generations_total"),
    reconsolidationWindowHitRate() {
      const inside = total("reconsolidation_window_hits_total");
      return share(inside, inside + total("reconsolidation_window_misses_total"));
    },
    drmFalseAlarmRate() {
      const lured = total("drm_critical_lure_recalls_total");
      return share(lured, lured + total("drm_list_item_recalls_total"));
    },
    spacingRatio: () => share(total("distributed_practice_total"), total("massed_practice_total")),
    reset: () => void (from = totals(metrics.read())),
  } satisfies CognitivePatternMetrics);
}

/** What only grows, by name and label value; of a histogram its sum and its count. */
function totals(readings: readonly MetricReading[]): Map<string, number> {
  return new Map(
    readings.flatMap((one): [string, number][] => {
      if (one.kind === "histogram")
        return [
          [key(one.name, "sum"), one.value.sum],
          [key(one.name, "count"), one.value.count],
        ];
      return one.kind === "counter" ? [[key(one.name, Object.values(one.labels)[0]), one.value]] : [];
    }),
  );
}

function key(name: string, label: string = ""): string {
  return `${name} ${label}`;
}
