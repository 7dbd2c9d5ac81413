// Where a concept is at home: rendezvous hashing (Thaler and Ravishankar, "Using name-based mappings to increase hit rates",
// IEEE/ACM Transactions on Networking 6(1), 1998). Every shard has a score for an id, and the highest one is its home. It is
// decided by the id and the number of shards alone, for ever: the layout file names this function, and another one would be
// another name.
//
//   mix(x)      the finalizer of MurmurHash3 (Appleby), 32 bits
//   a, b        mix(w0 ^ mix(w1 ^ mix(w2 ^ mix(w3)))), and the same over w3 w2 w1 w0; w: the id as four u32, little-endian
//   score of s  64 bits: high mix(a ^ mix(2 s + 1)), low mix(b ^ mix(2 s + 2)); of two that are equal the smaller s is the home

import type { ConceptId } from "../model.ts";

/** As the layout file names it. */
export const HOME_HASH = "rendezvous-murmur3-1";

export type HomeOf = (id: ConceptId) => number;

/** `shards`: 1..256. */
export function newHomeOf(shards: number): HomeOf {
  const highs = Uint32Array.from({ length: shards }, (_, shard) => mix(2 * shard + 1));
  const lows = Uint32Array.from({ length: shards }, (_, shard) => mix(2 * shard + 2));
  return (id) => {
    const [w0, w1, w2, w3] = [word(id, 0), word(id, 4), word(id, 8), word(id, 12)];
    const a = mix(w0 ^ mix(w1 ^ mix(w2 ^ mix(w3))));
    const b = mix(w3 ^ mix(w2 ^ mix(w1 ^ mix(w0))));
    let home = 0;
    let best = -1;
    let bestLow = -1;
    for (let shard = 0; shard < shards; shard++) {
      const high = mix(a ^ highs[shard]!);
      if (high < best) continue;
      const low = mix(b ^ lows[shard]!);
      if (high === best && low <= bestLow) continue;
      [home, best, bestLow] = [shard, high, low];
    }
    return home;
  };
}

function word(id: ConceptId, at: number): number {
  return id[at]! | (id[at + 1]! << 8) | (id[at + 2]! << 16) | (id[at + 3]! << 24);
}

function mix(given: number): number {
  let x = given;
  x = Math.imul(x ^ (x >>> 16), 0x85eb_ca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
