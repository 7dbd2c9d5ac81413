// The three kinds of priming together: what each recall leaves behind, and what of it a concept gets. Bounded tables in memory;
// asking changes nothing.

import { LIMITS } from "../../base/limits.ts";
import type { Slot } from "../model.ts";
import type { GraphReader } from "../ports.ts";
import { trim } from "./bounded.ts";
import type { Dynamic } from "./dynamics.ts";
import { divided } from "./interference-fan.ts";
import { reachedFrom } from "./neighbours.ts";
import { newAssociativePriming } from "./priming-associative.ts";
import { repeated } from "./priming-repetition.ts";
import { acting, boosted, faded, left, primed, type Prime } from "./priming-semantic.ts";
import type { Tell } from "./tell.ts";

export interface Primes {
  /** These were recalled, together; the activation of each is divided over its fan. */
  recalled(slots: readonly { readonly slot: Slot; readonly fan: number }[], nowMs: number): void;
  /** What the strongest semantic prime gives. */
  strongest(nowMs: number): number;
  /** All three combined, 0..1: 1 - exp(-sum). */
  boostOf(slot: Slot, strongest: number, nowMs: number): number;
  drop(slot: Slot): void;
  clear(): void;
}

export function newPrimes(reader: GraphReader, tell: Tell, dynamics: ReadonlySet<Dynamic>): Primes {
  const semantic = new Map<Slot, Prime>();
  const associative = newAssociativePriming();
  const exposures = new Map<Slot, number>();

  const semanticOf = (slot: Slot, strongest: number, nowMs: number): number => {
    const prime = semantic.get(slot);
    if (prime === undefined) return 0;
    const boost = boosted(acting(prime, nowMs), strongest);
    tell.primed("semantic", prime.source, slot, boost);
    return boost;
  };
  const associativeOf = (slot: Slot, nowMs: number): number => {
    const prime = associative.primeOf(slot, nowMs);
    if (prime === null) return 0;
    tell.primed("associative", prime.source, slot, prime.strength);
    return prime.strength;
  };
  const repetitionOf = (slot: Slot): number => {
    const boost = repeated(exposures.get(slot) ?? 0);
    tell.primed("repetition", slot, slot, boost);
    return boost;
  };

  return Object.freeze({
    recalled(hits, nowMs) {
      const slots = hits.map(({ slot }) => slot);
      if (dynamics.has("semantic")) {
        for (const { slot: source, fan } of hits)
          for (const { slot, strength } of reachedFrom(reader, source))
            semantic.set(slot, primed(semantic.get(slot), source, divided(strength, fan), nowMs));
        trim(semantic, LIMITS.recallPrimesMax, (prime) => left(prime, nowMs));
      }
      if (dynamics.has("associative")) associative.recalled(slots, nowMs);
      if (dynamics.has("repetition")) {
        for (const slot of slots) {
          const times = (exposures.get(slot) ?? 0) + 1;
          exposures.delete(slot);
          exposures.set(slot, times);
        }
        trim(exposures, LIMITS.recallExposuresMax, (times) => times);
      }
    },
    strongest(nowMs) {
      let strongest = 0;
      for (const [slot, prime] of semantic) {
        if (faded(prime, nowMs)) semantic.delete(slot);
        else strongest = Math.max(strongest, acting(prime, nowMs));
      }
      return strongest;
    },
    boostOf(slot, strongest, nowMs) {
      const sum = semanticOf(slot, strongest, nowMs) + associativeOf(slot, nowMs) + repetitionOf(slot);
      return 1 - Math.exp(-sum);
    },
    drop(slot) {
      semantic.delete(slot);
      exposures.delete(slot);
      associative.drop(slot);
    },
    clear() {
      semantic.clear();
      exposures.clear();
      associative.clear();
    },
  } satisfies Primes);
}
