// The experiments that the dynamics of recall are named after, run on the product's own recall under a virtual clock. Parameters
// stand here and were fixed before the seeds were run; a seed only draws. Each trial recalls through a search, like any program.

import type { Clock } from "../../src/base/clock.ts";
import { newPlainGraph } from "./plain-graph.ts";
import type { Graph } from "../../src/memory/ports.ts";
import type { Dynamic } from "../../src/memory/recall/dynamics.ts";
import { newRecall, type Recall, type Recalled } from "../../src/memory/recall/recall.ts";
import { newTraces } from "../../src/memory/recall/traces.ts";
import { cognitivePatterns, noMetrics } from "../../src/telemetry/metrics/metrics.ts";
import { noTracer } from "../../src/telemetry/trace/trace.ts";
import { memoryDisk } from "./memory-disk.ts";
import { draws, summary, type Draw, type Summary } from "./statistics.ts";
import { conceptOf, idOf } from "./vectors.ts";

export const SEEDS = Object.freeze([1885, 1932, 1995]);
export const TRIALS = 2000;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const DIMENSIONS = 8;

/** Delays between prime and target. */
export const DELAYS_MS = Object.freeze([50, 300, 600, 1200, 2400]);
/** Of prime and target. */
const RELATED = { min: 0.7, max: 1 } as const;

/** Of competitors with the target. */
const ALIKE = { mean: 0.85, deviation: 0.07 } as const;
const PRIOR_LISTS = { min: 5, max: 8 } as const;
const PRIOR_MS = { min: 10 * MINUTE_MS, max: 5.9 * HOUR_MS } as const;
const LATER_LISTS = 4;
const RETRIEVAL_MS = { min: HOUR_MS, max: 24 * HOUR_MS } as const;
const SURE = { min: 0.6, max: 0.95 } as const;

/** Learning, one review, test: the review follows at once, or after a tenth of the retention interval (Cepeda et al. 2008). */
export const RETENTION_DAYS = 120;
const GAP_MASSED_MS = 3 * MINUTE_MS;
const GAP_SHARE = 0.1;

/** A memory of its own for each trial: nothing of one reaches the next. */
class Bench {
  readonly graph: Graph;
  readonly recall: Recall;
  nowMs = 1_800_000_000_000;
  #concepts = 0;

  constructor(dynamics: readonly Dynamic[]) {
    const clock: Clock = {
      wallMs: () => this.nowMs,
      monotonicMs: () => this.nowMs,
      sleep: () => Promise.reject(new Error("nobody sleeps here")),
    };
    this.graph = newPlainGraph(() => this.nowMs * 1000);
    this.recall = newRecall({
      reader: this.graph,
      traces: newTraces(memoryDisk()),
      clock,
      cognitive: cognitivePatterns(noMetrics),
      tracer: noTracer,
      dynamics: new Set(dynamics),
    });
  }

  /** Gives its number. */
  learn(vector: Float32Array, confidence = 1): number {
    const n = this.#concepts++;
    this.graph.learn({ ...conceptOf(n, vector), confidence });
    return n;
  }

  join(source: number, target: number): void {
    this.graph.associate({ source: idOf(source), target: idOf(target), type: 0, confidence: 1, weight: 1 });
  }

  /** What a search says of `target`, where the cue brings up `others` too. */
  async hit(target: number, others: readonly number[] = []): Promise<Recalled> {
    const found = [target, ...others].map((n) => ({ id: idOf(n), score: 1 }));
    const hits = (await this.recall.search(async () => found, {
      limit: found.length,
    })) as readonly Recalled[];
    return hits.find(({ id }) => Buffer.compare(id, idOf(target)) === 0)!;
  }
}

/** Two vectors, or more, each as alike to the first as said. */
function vectorsOf(draw: Draw, similarities: readonly number[]): readonly Float32Array[] {
  const first = new Float32Array(DIMENSIONS);
  first[0] = 1;
  const other = (similarity: number): Float32Array => {
    const away = Float32Array.from({ length: DIMENSIONS }, (_, n) => (n === 0 ? 0 : draw.normal(0, 1)));
    const length = Math.hypot(...away);
    return away.map((x, n) => (n === 0 ? similarity : (x / length) * Math.sqrt(1 - similarity ** 2)));
  };
  return [first, ...similarities.map(other)];
}

function alikeness(draw: Draw): number {
  return Math.min(Math.max(draw.normal(ALIKE.mean, ALIKE.deviation), -1), 1);
}

export interface Priming {
  /** Boost of the target by delay, after a related prime. */
  readonly related: readonly Summary[];
  /** After an unrelated one, at the first delay. */
  readonly unrelated: Summary;
}

/** Semantic priming and its decay: a prime is recalled, then its target. */
export async function semanticPriming(seed: number): Promise<Priming> {
  const draw = draws(seed);
  const boost = async (delayMs: number, related: boolean): Promise<number> => {
    const bench = new Bench(["semantic"]);
    const [prime, target] = vectorsOf(draw, [draw.uniform(RELATED.min, RELATED.max)]).map((one) =>
      bench.learn(one),
    );
    if (related) bench.join(prime!, target!);
    await bench.hit(prime!);
    bench.nowMs += delayMs;
    const { priming } = await bench.hit(target!);
    return priming;
  };
  const trials = async (delayMs: number, related: boolean): Promise<Summary> => {
    const boosts: number[] = [];
    for (let n = 0; n < TRIALS; n++) boosts.push(await boost(delayMs, related));
    return summary(boosts);
  };
  const related: Summary[] = [];
  for (const delayMs of DELAYS_MS) related.push(await trials(delayMs, true));
  return { related, unrelated: await trials(DELAYS_MS[0]!, false) };
}

export interface Drop {
  /** Share of its confidence that a memory loses: by the trial. */
  readonly confidence: Summary;
  /** How many of the trials recall it, by chance of their confidence: the same item, with the same luck, without and with. */
  readonly control: Summary;
  readonly interfered: Summary;
  /** Of the recalled share, relative to the control's. */
  readonly recallDrop: number;
}

/** Proactive: five to eight similar items were learned within six hours before. */
export function proactiveInterference(seed: number): Promise<Drop> {
  return interference(seed, "proactive", async (bench, draw) => {
    const lists = Math.floor(draw.uniform(PRIOR_LISTS.min, PRIOR_LISTS.max + 1));
    const [target, ...prior] = vectorsOf(
      draw,
      Array.from({ length: lists }, () => alikeness(draw)),
    );
    const agesMs = prior.map(() => draw.uniform(PRIOR_MS.min, PRIOR_MS.max)).sort((a, b) => b - a);
    const learnedMs = bench.nowMs;
    const others = prior.map((vector, n) => {
      bench.nowMs = learnedMs - agesMs[n]!;
      return bench.learn(vector);
    });
    bench.nowMs = learnedMs;
    const sure = draw.uniform(SURE.min, SURE.max);
    const hit = await bench.hit(bench.learn(target!, sure), others);
    return { sure, confidence: hit.confidence };
  });
}

/** Retroactive: four similar items were learned between learning and retrieval, within a day. */
export function retroactiveInterference(seed: number): Promise<Drop> {
  return interference(seed, "retroactive", async (bench, draw) => {
    const [target, ...later] = vectorsOf(
      draw,
      Array.from({ length: LATER_LISTS }, () => alikeness(draw)),
    );
    const sure = draw.uniform(SURE.min, SURE.max);
    const number = bench.learn(target!, sure);
    const retrievalMs = draw.uniform(RETRIEVAL_MS.min, RETRIEVAL_MS.max);
    const others = later.map((vector) => {
      bench.nowMs += retrievalMs / (LATER_LISTS + 1);
      return bench.learn(vector);
    });
    bench.nowMs += retrievalMs / (LATER_LISTS + 1);
    const { confidence } = await bench.hit(number, others);
    return { sure, confidence };
  });
}

async function interference(
  seed: number,
  dynamic: Dynamic,
  trial: (bench: Bench, draw: Draw) => Promise<{ readonly sure: number; readonly confidence: number }>,
): Promise<Drop> {
  const draw = draws(seed);
  const drops: number[] = [];
  const control: number[] = [];
  const interfered: number[] = [];
  for (let n = 0; n < TRIALS; n++) {
    const { sure, confidence } = await trial(new Bench([dynamic]), draw);
    drops.push(1 - confidence / sure);
    const luck = draw.uniform();
    control.push(luck < sure ? 1 : 0);
    interfered.push(luck < confidence ? 1 : 0);
  }
  const [without, with_] = [summary(control), summary(interfered)];
  return {
    confidence: summary(drops),
    control: without,
    interfered: with_,
    recallDrop: 1 - with_.mean / without.mean,
  };
}

export interface Spaced {
  readonly massed: Summary;
  readonly spaced: Summary;
  /** Recalled with spacing, over recalled without, less 1. */
  readonly improvement: number;
}

/** Spacing: the same number of reviews and the same time from the last one to the test; only the pause before the review differs.
 * An item is recalled at the test by its chance. */
export async function spacing(seed: number, retentionDays = RETENTION_DAYS, reviews = 1): Promise<Spaced> {
  const draw = draws(seed);
  const retentionMs = retentionDays * DAY_MS;
  const recalled = async (gapMs: number): Promise<number> => {
    const bench = new Bench(["spacing"]);
    const [vector] = vectorsOf(draw, []);
    const item = bench.learn(vector!, draw.uniform(SURE.min, SURE.max));
    for (let n = 0; n < reviews; n++) {
      bench.nowMs += gapMs;
      await bench.hit(item);
    }
    bench.nowMs += retentionMs;
    const { chance } = await bench.hit(item);
    return draw.chance(chance) ? 1 : 0;
  };
  const trials = async (gapMs: number): Promise<Summary> => {
    const all: number[] = [];
    for (let n = 0; n < TRIALS; n++) all.push(await recalled(gapMs));
    return summary(all);
  };
  const massed = await trials(GAP_MASSED_MS);
  const spaced = await trials(GAP_SHARE * retentionMs);
  return { massed, spaced, improvement: spaced.mean / massed.mean - 1 };
}
