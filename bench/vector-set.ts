// The vectors that the memory is measured with: like the embeddings of sentences, and the same numbers as the native
// program of the peers makes (its Rust is the reference): a mixture of three levels, a common offset, 64 clusters, 2,500
// topics by Zipf, a covariance of rank 48 inside a topic, and a little noise. The seed decides the draw, not the mixture.
// All arithmetic is that of f32, in the reference's order, so that the vectors are the same bit by bit.

import { cosf, logf } from "./libm-f32.ts";

export const DIMENSIONS = 384;
const [CLUSTERS, TOPICS, RANK] = [64, 2500, 48];
const f = Math.fround;

/** xorshift64, in two halves of 32 bits. */
class Random {
  #high: number;
  #low: number;

  constructor(high: number, low: number) {
    this.#high = high;
    this.#low = low;
  }

  #step(): void {
    let [high, low] = [this.#high, this.#low];
    high ^= (high << 13) | (low >>> 19);
    low ^= low << 13;
    low ^= (low >>> 7) | (high << 25);
    high ^= high >>> 7;
    high ^= (high << 17) | (low >>> 15);
    low ^= low << 17;
    this.#high = high;
    this.#low = low;
  }

  /** 0 to 1 in steps of 2^-24. */
  #f32(): number {
    this.#step();
    return (this.#high >>> 8) / 2 ** 24;
  }

  /** 0 to 1 in steps of 2^-53. */
  f64(): number {
    this.#step();
    return ((this.#high >>> 0) * 2 ** 21 + (this.#low >>> 11)) / 2 ** 53;
  }

  gauss(): number {
    const a = Math.max(this.#f32(), f(1e-7));
    const b = this.#f32();
    return f(f(Math.sqrt(f(-2 * logf(a)))) * cosf(f(f(2 * Math.PI) * b)));
  }
}

interface Mixture {
  readonly offset: Float32Array;
  readonly clusters: readonly Float32Array[];
  readonly topics: readonly Float32Array[];
  /** RANK directions of each cluster. */
  readonly bases: readonly (readonly Float32Array[])[];
  /** Sums of the topics' weights. */
  readonly weights: Float64Array;
}

function mixture(): Mixture {
  const random = new Random(0, 0x1234567);
  const direction = (scale: number): Float32Array => {
    const vector = Float32Array.from({ length: DIMENSIONS }, () => random.gauss());
    const by = f(f(scale) / norm(vector));
    return vector.map((x) => f(x * by));
  };
  const offset = direction(0.3);
  const clusters = Array.from({ length: CLUSTERS }, () => direction(0.5));
  const topics = Array.from({ length: TOPICS }, () => direction(0.55));
  const lambda = Float32Array.from({ length: RANK }, (_, k) => f(1 / f(Math.sqrt(k + 1))));
  const all = norm(lambda);
  const bases = clusters.map(() => Array.from(lambda, (l) => direction(f(f(f(0.6) * l) / all))));
  let sum = 0;
  const weights = Float64Array.from({ length: TOPICS }, (_, rank) => (sum += 1 / (rank + 10)));
  return { offset, clusters, topics, bases, weights };
}

function norm(vector: Float32Array): number {
  let sum = 0;
  for (let j = 0; j < vector.length; j++) sum = f(sum + f(vector[j]! * vector[j]!));
  return f(Math.sqrt(sum));
}

/** `count` unit vectors of DIMENSIONS numbers, one after the other. */
export function vectorSet(count: number, seed: number): Float32Array {
  const { offset, clusters, topics, bases, weights } = mixture();
  const random = new Random(0, seed);
  const out = new Float32Array(count * DIMENSIONS);
  for (let row = 0; row < count; row++) {
    const vector = out.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS);
    const x = random.f64() * weights[TOPICS - 1]!;
    let topic = 0;
    while (topic < TOPICS - 1 && weights[topic]! <= x) topic++;
    const cluster = topic % CLUSTERS;
    const [near, at] = [clusters[cluster]!, topics[topic]!];
    for (let j = 0; j < DIMENSIONS; j++)
      vector[j] = f(f(f(offset[j]! + near[j]!) + at[j]!) + f(f(0.0102) * random.gauss()));
    for (const base of bases[cluster]!) {
      const g = random.gauss();
      for (let j = 0; j < DIMENSIONS; j++) vector[j] = f(vector[j]! + f(g * base[j]!));
    }
    const by = norm(vector);
    for (let j = 0; j < DIMENSIONS; j++) vector[j] = f(vector[j]! / by);
  }
  return out;
}
