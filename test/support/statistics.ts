// What experiments draw, and what they say of their results.

import { seeded } from "./log-case.ts";

export interface Draw {
  /** 0 to 1. */
  uniform(min?: number, max?: number): number;
  /** Box and Muller 1958. */
  normal(mean: number, deviation: number): number;
  chance(probability: number): boolean;
}

export function draws(seed: number): Draw {
  const next = seeded(seed);
  const uniform = (min = 0, max = 1): number => min + ((max - min) * (next(2 ** 31) + 0.5)) / 2 ** 31;
  return {
    uniform,
    normal: (mean, deviation) =>
      mean + deviation * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
    chance: (probability) => uniform() < probability,
  };
}

export interface Summary {
  readonly n: number;
  readonly mean: number;
  /** Of the mean, 95 %. */
  readonly low: number;
  readonly high: number;
  readonly deviation: number;
}

export function summary(values: readonly number[]): Summary {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const margin = (1.96 * deviation) / Math.sqrt(n);
  return { n, mean, low: mean - margin, high: mean + margin, deviation };
}

/** Cohen's d: the distance of two means in pooled standard deviations. */
export function cohensD(a: Summary, b: Summary): number {
  const pooled = Math.sqrt((a.deviation ** 2 + b.deviation ** 2) / 2);
  return (a.mean - b.mean) / pooled;
}
