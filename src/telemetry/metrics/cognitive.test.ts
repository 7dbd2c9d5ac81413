// Every field and every series of the papers is there, and the faults of their first implementation are not.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cognitivePatterns,
  createMetrics,
  noMetrics,
  type CognitivePatternMetrics,
  type MetricReading,
} from "./metrics.ts";

const COUNTERS = [
  "priming_events",
  "priming_node_pairs",
  "proactive_interference",
  "retroactive_interference",
  "fan_effect_interference",
  "interference_episode_pairs",
  "reconsolidation_events",
  "reconsolidation_modifications",
  "reconsolidation_window_hits",
  "reconsolidation_window_misses",
  "drm_critical_lure_recalls",
  "drm_list_item_recalls",
  "drm_critical_lure_generations",
  "cognitive_events_dropped",
];
const HISTOGRAMS = [
  "priming_strength",
  "proactive_interference_magnitude",
  "retroactive_interference_magnitude",
  "fan_effect_magnitude",
  "reconsolidation_plasticity_factor",
  "reconstruction_confidence",
];
const GAUGES = ["metrics_overhead_percent", "cognitive_event_buffer_utilization"];

function opened(): {
  cognitive: CognitivePatternMetrics;
  read: (name: string, label?: string) => MetricReading;
} {
  const metrics = createMetrics();
  const cognitive = cognitivePatterns(metrics);
  const read = (name: string, label?: string): MetricReading => {
    const found = metrics
      .read()
      .find(
        (one) =>
          one.name === `engram_${name}` && (label === undefined || Object.values(one.labels)[0] === label),
      );
    assert(found !== undefined, `${name} is registered`);
    return found;
  };
  return { cognitive, read };
}

function check(
  does: string,
  use: (cognitive: CognitivePatternMetrics) => void,
  wanted: Readonly<Record<string, number>>,
): void {
  test(does, () => {
    const { cognitive, read } = opened();
    use(cognitive);
    for (const [at, value] of Object.entries(wanted)) {
      const [name = "", label] = at.split(" ");
      const one = read(name, label);
      assert.equal(one.kind === "histogram" ? one.value.count : one.value, value, at);
    }
  });
}

test("all series of the papers are there before anything happened, and 0", () => {
  const { read } = opened();
  for (const name of COUNTERS)
    assert.deepEqual([read(`${name}_total`).kind, read(`${name}_total`).value], ["counter", 0]);
  for (const name of GAUGES) assert.deepEqual([read(name).kind, read(name).value], ["gauge", 0]);
  for (const name of HISTOGRAMS) {
    const one = read(name);
    assert(one.kind === "histogram" && one.value.count === 0);
  }
});

check("a priming counts its type and its strength", (c) => c.recordPriming("associative", 0.15), {
  "priming_events_total associative": 1,
  "priming_events_total semantic": 0,
  priming_strength: 1,
});
check(
  "pairs are counted by who knows that they are new",
  (c) => (c.recordPrimingPair(), c.recordInterferencePair()),
  {
    priming_node_pairs_total: 1,
    interference_episode_pairs_total: 1,
  },
);
check("an interference counts its kind and its magnitude", (c) => c.recordInterference("fan", 0.4), {
  fan_effect_interference_total: 1,
  fan_effect_magnitude: 1,
  proactive_interference_total: 0,
  proactive_interference_magnitude: 0,
});
check(
  "both edges of the plastic window are inside; outside and NaN are misses; hits and misses are all events",
  (c) => [0, 0.5, 1, -0.01, 1.01, NaN].forEach((position) => c.recordReconsolidation(position)),
  {
    reconsolidation_events_total: 6,
    reconsolidation_window_hits_total: 3,
    reconsolidation_window_misses_total: 3,
  },
);
check("a rejection says why, and is no second attempt", (c) => c.recordReconsolidationRejection("too-soon"), {
  "reconsolidation_rejections_total too-soon": 1,
  reconsolidation_events_total: 0,
  reconsolidation_window_misses_total: 0,
});
check("a modification counts its plasticity", (c) => c.recordReconsolidationModification(0.5), {
  reconsolidation_modifications_total: 1,
  reconsolidation_plasticity_factor: 1,
});
check(
  "of reconstructions only the false ones are false memories",
  (c) => (c.recordReconstruction(0.9, false), c.recordReconstruction(0.2, true)),
  { false_memory_generations_total: 1, reconstruction_confidence: 2 },
);
check(
  "lures, items, practice, retention, drops",
  (c) => {
    c.recordDrmCriticalLure();
    c.recordDrmListItem();
    c.recordDrmCriticalLureGeneration();
    c.recordMassedPractice();
    c.recordDistributedPractice();
    c.recordRetentionImprovement(1.3);
    c.recordEventsDropped(7);
    c.setOverheadPercent(0.4);
    c.setBufferUtilization(0.25);
  },
  {
    drm_critical_lure_recalls_total: 1,
    drm_list_item_recalls_total: 1,
    drm_critical_lure_generations_total: 1,
    massed_practice_total: 1,
    distributed_practice_total: 1,
    retention_improvement: 1,
    cognitive_events_dropped_total: 7,
    metrics_overhead_percent: 0.4,
    cognitive_event_buffer_utilization: 0.25,
  },
);

test("questions: rates are 0 while there is nothing, and count from the last reset; series only go up", () => {
  const { cognitive, read } = opened();
  assert.deepEqual(
    [cognitive.reconsolidationWindowHitRate(), cognitive.drmFalseAlarmRate(), cognitive.spacingRatio()],
    [0, 0, 0],
  );
  const use = (): void => {
    cognitive.recordPriming("semantic", 0.1);
    cognitive.recordPriming("repetition", 0.3);
    cognitive.recordInterference("proactive", 0.2);
    cognitive.recordInterference("retroactive", 0.2);
    for (const position of [0.5, 0.5, 0.5, 2]) cognitive.recordReconsolidation(position);
    cognitive.recordReconsolidationRejection("other");
    cognitive.recordReconstruction(0.1, true);
    for (const recall of [cognitive.recordDrmCriticalLure, cognitive.recordDrmListItem]) recall();
    cognitive.recordMassedPractice();
    for (let n = 0; n < 3; n++) cognitive.recordDistributedPractice();
  };
  const answers = (): readonly number[] => [
    cognitive.primingEventsTotal(),
    cognitive.primingTypeCount("repetition"),
    Number(cognitive.primingMeanStrength().toFixed(12)),
    cognitive.interferenceDetectionsTotal(),
    cognitive.reconsolidationEventsTotal(),
    cognitive.reconsolidationRejectionCount("other"),
    cognitive.falseMemoryGenerations(),
    cognitive.reconsolidationWindowHitRate(),
    cognitive.drmFalseAlarmRate(),
    cognitive.spacingRatio(),
  ];
  use();
  const once = [2, 1, 0.2, 2, 4, 1, 1, 0.75, 0.5, 3];
  assert.deepEqual(answers(), once);
  cognitive.reset();
  assert.equal(cognitive.primingEventsTotal(), 0);
  use();
  assert.deepEqual(answers(), once);
  assert.equal(read("reconsolidation_events_total").value, 8);
});

test("faults of the first implementation: a sum is the sum of values, not of their bits, and NaN does not spoil it", () => {
  const { cognitive, read } = opened();
  for (const strength of [0.1, 0.2, NaN, Infinity, 0.3]) cognitive.recordPriming("semantic", strength);
  const one = read("priming_strength");
  assert(one.kind === "histogram");
  assert.equal(one.value.sum, 0.6);
  assert.equal(one.value.notFinite, 2);
  assert.equal(cognitive.primingEventsTotal(), 5);
});

test("without metrics every record is a no-op and every answer 0 or nothing", () => {
  const cognitive = cognitivePatterns(noMetrics);
  cognitive.recordPriming("semantic", 1);
  assert.equal(cognitive.primingEventsTotal(), 0);
  assert.equal(cognitive.primingMeanStrength(), NaN);
});
