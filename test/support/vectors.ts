// Vectors for tests, concepts that have them, and the plain search in f64 that every other one is compared with.

import type { NewConcept } from "../../src/memory/model.ts";
import type { GraphReader } from "../../src/memory/ports.ts";
import type { Near, Vectors } from "../../src/memory/vector/vector.ts";

/** `count` vectors around a fiftieth as many centres: like embeddings they have near ones and far ones. */
export function clusters(count: number, dimension: number, seed: number): Float32Array<ArrayBuffer>[] {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const vector = (): Float32Array<ArrayBuffer> => Float32Array.from({ length: dimension }, random);
  const centres = Array.from({ length: Math.ceil(count / 50) }, vector);
  return Array.from({ length: count }, (_, n) =>
    vector().map((x, i) => x * 0.7 + centres[n % centres.length]![i]!),
  );
}

export function idOf(n: number): Uint8Array {
  const id = new Uint8Array(16);
  new DataView(id.buffer).setUint32(0, n);
  return id;
}

export function conceptOf(n: number, vector: Float32Array | null): NewConcept {
  return {
    id: idOf(n),
    content: Buffer.from(`concept ${n}`),
    vector,
    strength: 1,
    confidence: 1,
    attributes: new Map(),
    semantic: null,
  };
}

/** The `k` nearest of a graph, each measured. */
export function oracle(
  graph: GraphReader,
  query: Float32Array,
  k: number,
  filter: (slot: number) => boolean = () => true,
): (Near & { readonly cosine: number })[] {
  const all: (Near & { readonly cosine: number })[] = [];
  for (let slot = 0; slot < graph.slotEnd; slot++) {
    const vector = graph.vectorView(slot);
    if (vector === null || vector.length !== query.length || !filter(slot)) continue;
    let [dot, of, ofQuery] = [0, 0, 0];
    for (const [i, x] of vector.entries()) {
      dot += x * query[i]!;
      of += x * x;
      ofQuery += query[i]! * query[i]!;
    }
    if (of === 0 || ofQuery === 0) continue;
    const cosine = dot / Math.sqrt(of * ofQuery);
    all.push({ slot, cosine, similarity: 1 - Math.min(1 - cosine, 1) });
  }
  return all.sort((a, b) => b.cosine - a.cosine || a.slot - b.slot).slice(0, k);
}

/** Which part of the true nearest a search finds, over all `queries`. */
export async function recall(
  vectors: Vectors,
  graph: GraphReader,
  queries: readonly Float32Array[],
  k: number,
  filter?: (slot: number) => boolean,
): Promise<number> {
  let [hits, all] = [0, 0];
  for (const query of queries) {
    const near = await vectors.search(query, filter === undefined ? { k } : { k, filter });
    const found = new Set(near.map(({ slot }) => slot));
    const wanted = oracle(graph, query, k, filter);
    all += wanted.length;
    hits += wanted.filter(({ slot }) => found.has(slot)).length;
  }
  return hits / all;
}
