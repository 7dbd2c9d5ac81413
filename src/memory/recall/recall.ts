// Retrieval dynamics laid over a plain search of one namespace. What a search finds is weighed by what was recalled before
// (priming), by what else the cue brought up (interference), and by how long it was not practised (spacing); what is answered
// counts as recalled. The graph is never changed by it. With no dynamic on, a search is the plain engine's, untouched.
//
//   score' = score x (1 + priming) x (1 - proactive) x (1 - retroactive) x (1 + R(t)) / 2
//
// No factor reaches 0: what is remembered is found, if later. State is bounded, and one file of it survives (traces.ts).

import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { CognitivePatternMetrics } from "../../telemetry/metrics/metrics.ts";
import type { Tracer } from "../../telemetry/trace/trace.ts";
import type { Change, ConceptId, Slot } from "../model.ts";
import type { GraphReader } from "../ports.ts";
import type { Found, SearchOptions } from "../space.ts";
import { cosine, squares } from "../vector/cosine.ts";
import type { Dynamic } from "./dynamics.ts";
import { changesOf, edited, type Edit } from "./edit.ts";
import type { Competitor, Interference } from "./interference.ts";
import { FAN_HIGH, retrievalMs } from "./interference-fan.ts";
import { proactive } from "./interference-proactive.ts";
import { retroactive } from "./interference-retroactive.ts";
import { fanOf } from "./neighbours.ts";
import { newPrimes } from "./primes.ts";
import { windowOf, type Window } from "./reconsolidation.ts";
import { chanceOf, newSpacing, review } from "./spacing.ts";
import { newTell } from "./tell.ts";
import type { Trace, Traces } from "./traces.ts";

export interface RecallPlace {
  readonly reader: GraphReader;
  /** They follow the same graph. */
  readonly traces: Pick<Traces, "of" | "set" | "watch">;
  readonly clock: Clock;
  readonly cognitive: CognitivePatternMetrics;
  readonly tracer: Tracer;
  /** Those that are on. */
  readonly dynamics: ReadonlySet<Dynamic>;
}

/** A hit, and what made its score of the plain one. */
export interface Recalled extends Found {
  /** 0..1: what was recalled before makes it easier to find. */
  readonly priming: number;
  /** 0..0.3, 0..0.25: what was learned before, and since, makes it less sure. */
  readonly proactive: number;
  readonly retroactive: number;
  /** R(t), the chance of recall now, 0..1. */
  readonly chance: number;
  /** The concept's, with interference. */
  readonly confidence: number;
  /** How long a person would take, milliseconds. */
  readonly retrievalMs: number;
}

export interface Recall {
  /** `plain` is a search of the engine. With a dynamic on, hits are `Recalled`, and the best of them count as recalled. */
  search(
    plain: (options: SearchOptions) => Promise<readonly Found[]>,
    options: SearchOptions,
  ): Promise<readonly Found[]>;
  /** An edit: where the window is open it is handed to `apply` as one transaction of the graph, its record included; where it is
   * not, nothing is changed and the window says why. null = no such concept. Throws OPD4401, and what `apply` throws. */
  reconsolidate(
    id: ConceptId,
    edit: Edit,
    apply: (changes: readonly Change[]) => Promise<unknown>,
  ): Promise<Window | null>;
}

/** One of what is weighed. */
interface Candidate {
  readonly slot: Slot;
  readonly found: Found;
  readonly learnedMs: number;
  readonly vector: Float32Array | null;
}
type Weighed = Recalled & { readonly slot: Slot; readonly fan: number };

const NO_INTERFERENCE: Interference = Object.freeze({ magnitude: 0, by: [] });

export function newRecall({ reader, traces, clock, cognitive, tracer, dynamics }: RecallPlace): Recall {
  const on = (dynamic: Dynamic): boolean => dynamics.has(dynamic);
  const tell = newTell(reader, cognitive, tracer);
  const primes = newPrimes(reader, tell, dynamics);
  traces.watch((slot) => (slot === null ? primes.clear() : primes.drop(slot)));
  const learnedMs = (slot: Slot): number => reader.createdUs(slot) / 1000;
  const traceOf = (slot: Slot): Trace =>
    traces.of(slot) ?? { spacing: newSpacing(learnedMs(slot)), recalledMs: null, cycles: 0 };

  const candidate = (found: Found): Candidate[] => {
    const slot = reader.slotOf(found.id);
    // Forgotten while the search was under way.
    if (slot < 0) return [];
    return [{ slot, found, learnedMs: learnedMs(slot), vector: reader.vectorView(slot) }];
  };
  const weighed = (one: Candidate, others: readonly Competitor[], strongest: number): Weighed => {
    const { slot, found } = one;
    const [nowMs, wallMs] = [clock.monotonicMs(), clock.wallMs()];
    const before = on("proactive") ? proactive(one.learnedMs, others) : NO_INTERFERENCE;
    const since = on("retroactive") ? retroactive(one.learnedMs, wallMs, others) : NO_INTERFERENCE;
    tell.interfered("proactive", slot, before);
    tell.interfered("retroactive", slot, since);
    const fan = on("fan") ? fanOf(reader, slot) : 1;
    if (fan > FAN_HIGH) tell.slowed(slot, fan);
    const priming = primes.boostOf(slot, strongest, nowMs);
    const chance = on("spacing") ? chanceOf(traceOf(slot).spacing, wallMs) : 1;
    const sure = (1 - before.magnitude) * (1 - since.magnitude);
    return {
      id: found.id,
      score: (found.score * (1 + priming) * sure * (1 + chance)) / 2,
      priming,
      proactive: before.magnitude,
      retroactive: since.magnitude,
      chance,
      confidence: reader.confidence(slot) * sure,
      retrievalMs: retrievalMs(fan),
      slot,
      fan,
    };
  };
  const weigh = (found: readonly Found[]): Weighed[] => {
    const candidates = found.flatMap(candidate);
    const near = candidates.slice(0, LIMITS.recallCandidatesMax);
    const competitors = on("proactive") || on("retroactive") ? competitorsAmong(near) : [];
    const strongest = primes.strongest(clock.monotonicMs());
    const hits = candidates.map((one, n) => weighed(one, competitors[n] ?? [], strongest));
    // Stable: of equals the plain engine's order.
    return hits.sort((a, b) => b.score - a.score);
  };
  const recalled = (hits: readonly Weighed[]): void => {
    const wallMs = clock.wallMs();
    primes.recalled(hits, clock.monotonicMs());
    if (!on("spacing") && !on("reconsolidation")) return;
    for (const hit of hits) {
      const before = traceOf(hit.slot);
      const reviewed = on("spacing")
        ? review(before.spacing, wallMs, hit.retrievalMs, hit.confidence)
        : { spacing: before.spacing, practice: null };
      traces.set(hit.slot, { ...before, spacing: reviewed.spacing, recalledMs: wallMs });
      if (reviewed.practice === "massed") cognitive.recordMassedPractice();
      if (reviewed.practice === "distributed") {
        cognitive.recordDistributedPractice();
        cognitive.recordRetentionImprovement(reviewed.improvement);
      }
    }
  };

  return Object.freeze({
    async search(plain, options) {
      if (dynamics.size === 0) return plain(options);
      const { limit } = options;
      const wider = Math.max(limit, Math.min(4 * limit, LIMITS.recallCandidatesMax));
      const hits = weigh(await plain({ ...options, limit: wider })).slice(0, limit);
      recalled(hits.slice(0, LIMITS.recallAnswersMax));
      return hits.map(({ slot: _slot, fan: _fan, ...hit }): Recalled => Object.freeze(hit));
    },
    async reconsolidate(id, edit, apply) {
      const slot = reader.slotOf(id);
      const before = slot < 0 ? null : reader.concept(slot);
      if (before === null) return null;
      const nowMs = clock.wallMs();
      const trace = traceOf(slot);
      const recalledMs = on("reconsolidation") ? trace.recalledMs : null;
      const found = windowOf({ recalledMs, learnedMs: learnedMs(slot), cycles: trace.cycles }, nowMs);
      const isStale = edit.seen !== undefined && Buffer.compare(edit.seen, before.content) !== 0;
      const window = found.open && isStale ? conflict(found) : found;
      if (window.open) {
        const changes = changesOf(before, edited(before, edit, window), edit, window, nowMs);
        // It is consolidated anew: until it is recalled again there is no window, for a second edit at the same time neither.
        traces.set(slot, { ...trace, recalledMs: null, cycles: trace.cycles + 1 });
        try {
          await apply(changes);
        } catch (error) {
          traces.set(slot, trace);
          throw error;
        }
      }
      tell.reconsolidated(slot, window);
      return window;
    },
  } satisfies Recall);
}

function conflict({ position }: Window): Window {
  const why = "it was changed since: look at what it says now";
  return Object.freeze({ open: false, position, reason: "conflicting", why });
}

/** For each its competitors: the others, by how alike they are. What has no vector, or one of another length, competes with
 * nobody. */
function competitorsAmong(candidates: readonly Candidate[]): readonly (readonly Competitor[])[] {
  const all: Competitor[][] = candidates.map(() => []);
  for (const [n, one] of candidates.entries()) {
    if (one.vector === null) continue;
    const ofOne = squares(one.vector);
    for (let m = n + 1; m < candidates.length; m++) {
      const other = candidates[m]!;
      if (other.vector?.length !== one.vector.length) continue;
      const similarity = cosine(one.vector, ofOne, other.vector);
      all[n]!.push({ slot: other.slot, learnedMs: other.learnedMs, similarity });
      all[m]!.push({ slot: one.slot, learnedMs: one.learnedMs, similarity });
    }
  }
  return all;
}
