// What the analyser said of the concepts of all shards, by the slots of reader.ts: `slot in the shard * shards + shard`. Of a stub
// nothing was said, so there is none to be left out.

import type { Bounds, Meanings } from "../index/meaning.ts";
import type { Slot } from "../model.ts";

export function newShardMeanings(parts: readonly Meanings[]): Meanings {
  const shards = parts.length;
  // -1, for absent, is absent in any of them.
  const at = (slot: Slot): Meanings => parts[slot < 0 ? 0 : slot % shards]!;
  const row = (slot: Slot): Slot => Math.floor(slot / shards);
  return Object.freeze({
    typeOf: (slot) => at(slot).typeOf(row(slot)),
    domainOf: (slot) => at(slot).domainOf(row(slot)),
    certainty: (slot) => at(slot).certainty(row(slot)),
    boundsOf: (slot) => at(slot).boundsOf(row(slot)),
    negationOf: (slot) => at(slot).negationOf(row(slot)),
    causes: (slot, causal) => at(slot).causes(row(slot), causal),
    matches: (slot, filter) => at(slot).matches(row(slot), filter),
    select(filter, limit) {
      const found = parts.flatMap((part, shard) =>
        part.select(filter, limit).map((slot) => slot * shards + shard),
      );
      return found.sort((a, b) => a - b).slice(0, limit);
    },
    dated: () => merged(parts.map((part) => part.dated()[Symbol.iterator]())),
  } satisfies Meanings);
}

/** By slots of the whole, which in each shard are in order. */
function* merged(all: readonly Iterator<readonly [Slot, Bounds]>[]): Generator<readonly [Slot, Bounds]> {
  const heads = all.map((one) => one.next());
  for (;;) {
    let least = -1;
    let leastSlot = Infinity;
    for (const [shard, head] of heads.entries()) {
      if (head.done === true) continue;
      const slot = head.value[0] * all.length + shard;
      if (slot < leastSlot) [least, leastSlot] = [shard, slot];
    }
    const head = heads[least];
    if (head === undefined || head.done === true) return;
    yield [leastSlot, head.value[1]];
    heads[least] = all[least]!.next();
  }
}
