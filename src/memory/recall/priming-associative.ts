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
  /** By target, then by prime. */
  const together = new Map<Slot, Map<Slot, Together>>();

  const forgetOld = (nowMs: number): void => {
    for (const [slot, atMs] of recent) {
      if (nowMs - atMs <= WINDOW_MS && recent.size <= LIMITS.recallRecentMax) break;
      recent.delete(slot);
    }
  };
  const meet = (primes: Map<Slot, Together>, prime: Slot, nowMs: number): void => {
    const { times } = active.get(prime)!;
    const before = primes.get(prime);
    const isKnown = before !== undefined && before.ofPrime <= times && nowMs - before.atMs <= FORGOTTEN_MS;
    const known = isKnown ? before : { times: 0, ofPrime: 0 };
    primes.set(prime, {
      times: known.times + (known.ofPrime === times ? 0 : 1),
      ofPrime: times,
      atMs: nowMs,
    });
  };
  /** A slot that is given away again must not find what was with the one before it. */
  const forget = (slot: Slot): void => {
    active.delete(slot);
    recent.delete(slot);
    together.delete(slot);
    for (const primes of together.values()) primes.delete(slot);
  };

  return Object.freeze({
    recalled(slots, nowMs) {
      const weight = ({ times, atMs }: Activity): number => (nowMs - atMs > FORGOTTEN_MS ? 0 : times);
      forgetOld(nowMs);
      for (const slot of slots) {
        const before = active.get(slot);
        const times = before !== undefined && nowMs - before.atMs <= FORGOTTEN_MS ? before.times + 1 : 1;
        active.delete(slot);
        active.set(slot, { times, atMs: nowMs });
      }
      const primes = new Set([...recent.keys(), ...slots]);
      for (const target of slots) {
        const met = together.get(target) ?? new Map<Slot, Together>();
        for (const prime of primes) if (prime !== target) meet(met, prime, nowMs);
        trim(met, LIMITS.recallPrimesOfOneMax, weight);
        together.set(target, met);
      }
      for (const slot of slots) {
        recent.delete(slot);
        recent.set(slot, nowMs);
      }
      forgetOld(nowMs);
      if (trim(active, LIMITS.recallActiveMax, weight)) {
        for (const slot of recent.keys()) if (!active.has(slot)) recent.delete(slot);
        for (const target of together.keys()) if (!active.has(target)) together.delete(target);
        for (const met of together.values())
          for (const prime of met.keys()) if (!active.has(prime)) met.delete(prime);
      }
    },
    primeOf(target, nowMs) {
      let best: { source: Slot; strength: number } | null = null;
      for (const [source, met] of together.get(target) ?? []) {
        if (met.times < TOGETHER_MIN || nowMs - met.atMs > FORGOTTEN_MS) continue;
        const atMs = recent.get(source);
        if (atMs === undefined || nowMs - atMs > WINDOW_MS) continue;
        const { times } = active.get(source)!;
        if (met.ofPrime > times) continue;
        const strength = met.times / times;
        if (best === null || strength > best.strength) best = { source, strength };
      }
      return best;
    },
    drop(slot) {
      // Both ends of every pair are in `active`, and so is all that is recent.
      if (active.has(slot)) forget(slot);
    },
    clear() {
      recent.clear();
      active.clear();
      together.clear();
    },
  } satisfies AssociativePriming);
}
