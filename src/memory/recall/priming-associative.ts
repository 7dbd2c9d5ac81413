// Associative priming (McKoon & Ratcliff 1992): what was recalled together before comes to mind with the other. The strength from
// prime to target is how often, of all times the prime was recalled, the target was recalled with it or within 30 s after it:
// a chance, each recall of the prime counted once. The first time counts like any other.

import { LIMITS } from "../../base/limits.ts";
import type { Slot } from "../model.ts";
import { trim } from "./bounded.ts";

const WINDOW_MS = 30_000;
/** Once is chance. */
const TOGETHER_MIN = 2;
/** What was not recalled together for so long is forgotten. */
const FORGOTTEN_MS = 300_000;

interface Activity {
  readonly times: number;
  readonly atMs: number;
}
interface Together {
  readonly times: number;
  /** Which recall of the prime was counted last. */
  readonly ofPrime: number;
  readonly atMs: number;
}

export interface AssociativePriming {
  /** They were recalled, together. */
  recalled(slots: readonly Slot[], nowMs: number): void;
  /** The strongest prime of `target` among what was recalled in the last 30 s, 0..1; null = none. */
  primeOf(target: Slot, nowMs: number): { readonly source: Slot; readonly strength: number } | null;
  drop(slot: Slot): void;
  clear(): void;
}

export function newAssociativePriming(): AssociativePriming {
  /** Oldest first. */
  const recent = new Map<Slot, number>();
  const active = new Map<Slot, Activity>();
  const together = new Map<number, Together>();

  const forgetOld = (nowMs: number): void => {
    for (const [slot, atMs] of recent) {
      if (nowMs - atMs <= WINDOW_MS && recent.size <= LIMITS.recallRecentMax) break;
      recent.delete(slot);
    }
  };
  const meet = (prime: Slot, target: Slot, nowMs: number): void => {
    const key = keyOf(prime, target);
    const { times } = active.get(prime)!;
    const before = together.get(key);
    const known =
      before !== undefined && before.ofPrime <= times && nowMs - before.atMs <= FORGOTTEN_MS
        ? before
        : undefined;
    together.delete(key);
    together.set(key, {
      times: (known?.times ?? 0) + (known?.ofPrime === times ? 0 : 1),
      ofPrime: times,
      atMs: nowMs,
    });
  };
  const unpair = (keeps: (slot: Slot) => boolean): void => {
    for (const key of together.keys())
      if (!keeps(Math.floor(key / SLOTS)) || !keeps(key % SLOTS)) together.delete(key);
  };

  return Object.freeze({
    recalled(slots, nowMs) {
      forgetOld(nowMs);
      for (const slot of slots) {
        const before = active.get(slot);
        const times = before !== undefined && nowMs - before.atMs <= FORGOTTEN_MS ? before.times + 1 : 1;
        active.delete(slot);
        active.set(slot, { times, atMs: nowMs });
      }
      const primes = new Set([...recent.keys(), ...slots]);
      for (const prime of primes)
        for (const target of slots) if (prime !== target && active.has(prime)) meet(prime, target, nowMs);
      for (const slot of slots) {
        recent.delete(slot);
        recent.set(slot, nowMs);
      }
      forgetOld(nowMs);
      const weight = ({ times, atMs }: Activity): number => (nowMs - atMs > FORGOTTEN_MS ? 0 : times);
      trim(together, LIMITS.recallPairsMax, weight);
      if (trim(active, LIMITS.recallActiveMax, weight)) unpair((slot) => active.has(slot));
    },
    primeOf(target, nowMs) {
      let best: { source: Slot; strength: number } | null = null;
      for (const [source, atMs] of recent) {
        if (source === target || nowMs - atMs > WINDOW_MS) continue;
        const met = together.get(keyOf(source, target));
        const { times } = active.get(source) ?? { times: 0 };
        if (met === undefined || met.times < TOGETHER_MIN || met.ofPrime > times) continue;
        if (nowMs - met.atMs > FORGOTTEN_MS) continue;
        const strength = met.times / times;
        if (best === null || strength > best.strength) best = { source, strength };
      }
      return best;
    },
    drop(slot) {
      // Both ends of every pair are in `active`.
      if (active.delete(slot)) unpair((other) => other !== slot);
      recent.delete(slot);
    },
    clear() {
      recent.clear();
      active.clear();
      together.clear();
    },
  } satisfies AssociativePriming);
}

const SLOTS = LIMITS.memorySlotsMax;

/** Exact: the product of two slots stays below 2^53. */
function keyOf(prime: Slot, target: Slot): number {
  return prime * SLOTS + target;
}
