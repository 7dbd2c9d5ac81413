// What recall tells of itself: each effect as a metric and as an event, from where it happens. Ids in events are the first eight
// bytes of a concept's id.

import { LIMITS } from "../../base/limits.ts";
import type { CognitivePatternMetrics, Priming } from "../../telemetry/metrics/metrics.ts";
import type { Tracer } from "../../telemetry/trace/trace.ts";
import type { Slot } from "../model.ts";
import type { GraphReader } from "../ports.ts";
import { newSeen, type Seen } from "./bounded.ts";
import type { Interference } from "./interference.ts";
import { fanMagnitude } from "./interference-fan.ts";
import type { Window } from "./reconsolidation.ts";

const PRIMING_SUBTYPES = { semantic: 0, associative: 1, repetition: 2 } as const;
const INTERFERENCE_SUBTYPES = { proactive: 0, retroactive: 1, fan: 2 } as const;

export interface Tell {
  /** `source` makes `target` easier to find by `boost`; nothing is told of none. */
  primed(kind: Priming, source: Slot, target: Slot, boost: number): void;
  interfered(kind: "proactive" | "retroactive", target: Slot, interference: Interference): void;
  slowed(target: Slot, fan: number): void;
  /** An edit was tried, and made if the window is open. */
  reconsolidated(target: Slot, window: Window): void;
}

export function newTell(reader: GraphReader, cognitive: CognitivePatternMetrics, tracer: Tracer): Tell {
  const priming = tracer.source("priming");
  const interference = tracer.source("interference");
  const reconsolidation = tracer.source("reconsolidation");
  const primedPairs = newSeen<number>(LIMITS.recallPairsMax);
  const interferedPairs = newSeen<number>(LIMITS.recallPairsMax);
  const isFirst = (seen: Seen<number>, a: Slot, b: Slot): boolean =>
    seen.isNew(a * LIMITS.memorySlotsMax + b);
  const idOf = (slot: Slot): bigint => Buffer.from(reader.idOf(slot)).readBigUInt64BE();
  const interfere = (
    kind: "proactive" | "retroactive" | "fan",
    target: Slot,
    by: number,
    of: number,
  ): void => {
    cognitive.recordInterference(kind, of);
    if (interference.on)
      interference.instant(tracer.nowNs(), INTERFERENCE_SUBTYPES[kind], idOf(target), 0, 0, of, by);
  };

  return Object.freeze({
    primed(kind, source, target, boost) {
      if (boost <= 0) return;
      cognitive.recordPriming(kind, boost);
      if (source !== target && isFirst(primedPairs, source, target)) cognitive.recordPrimingPair();
      if (priming.on)
        priming.instant(
          tracer.nowNs(),
          PRIMING_SUBTYPES[kind],
          reader.has(source) ? idOf(source) : 0,
          idOf(target),
          0,
          boost,
          0,
        );
    },
    interfered(kind, target, { magnitude, by }) {
      if (magnitude <= 0) return;
      for (const { slot } of by)
        if (isFirst(interferedPairs, slot, target)) cognitive.recordInterferencePair();
      interfere(kind, target, by.length, magnitude);
    },
    slowed: (target, fan) => interfere("fan", target, fan, fanMagnitude(fan)),
    reconsolidated(target, window) {
      const plasticity = window.open ? window.plasticity : 0;
      cognitive.recordReconsolidation(window.position);
      if (window.open) cognitive.recordReconsolidationModification(plasticity);
      else cognitive.recordReconsolidationRejection(window.reason);
      if (reconsolidation.on)
        reconsolidation.instant(tracer.nowNs(), 0, idOf(target), 0, 0, window.position, plasticity);
    },
  } satisfies Tell);
}
