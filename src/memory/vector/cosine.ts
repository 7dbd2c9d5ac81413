// The true cosine, worked out in f64 from the vectors themselves, and what is made of it for people: a similarity.

/** Of a vector's numbers; 0 = it has no direction. */
export function squares(vector: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * vector[i]!;
  return sum;
}

/** -1 to 1; `ofQuery`: its squares. -1 where the other has no direction: as far away as can be. */
export function cosine(query: Float32Array, ofQuery: number, other: Float32Array): number {
  let [dot0, dot1, sum0, sum1] = [0, 0, 0, 0];
  const even = query.length & ~1;
  for (let i = 0; i < even; i += 2) {
    const [x, y] = [other[i]!, other[i + 1]!];
    dot0 += query[i]! * x;
    dot1 += query[i + 1]! * y;
    sum0 += x * x;
    sum1 += y * y;
  }
  if (even < query.length) {
    dot0 += query[even]! * other[even]!;
    sum0 += other[even]! * other[even]!;
  }
  const length = Math.sqrt(ofQuery) * Math.sqrt(sum0 + sum1);
  return length === 0 ? -1 : Math.min((dot0 + dot1) / length, 1);
}

/** 1 - min(cosine distance, 1): 1 = the same direction, 0 = at a right angle or beyond. */
export function similarityOf(cos: number): number {
  return Math.max(cos, 0);
}
