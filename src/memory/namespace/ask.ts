// Questions about how concepts of a namespace hang together, by ids: paths, chains, contradictions. Each runs on a snapshot, in
// slices, within a deadline and until its caller is gone; what was cut off says so. A concept that is absent is on no path.

import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { hexOf } from "../graph/id.ts";
import type { Meanings } from "../index/meaning.ts";
import type { CausalType, ConceptId, Domain, Slot } from "../model.ts";
import type { StorageEvent } from "../monitor/event.ts";
import type { Graph, Snapshot } from "../ports.ts";
import { bestPath } from "../reason/best-path.ts";
import { causalChains, causalPath, pathInTime, temporalChains, type Interval } from "../reason/chains.ts";
import { contradictions } from "../reason/contradict.ts";
import { consolidate, type Consensus } from "../reason/mppa.ts";
import { shortestPath } from "../reason/path.ts";
import { shortestPaths } from "../reason/paths.ts";
import { Meter, runSliced, type Answer, type Ended, type Path, type Steps } from "../reason/search.ts";
import { described, semanticPaths } from "../reason/semantic-path.ts";
import type { SpaceFilter, SpacePath } from "../space.ts";
import { meaningOf } from "./select.ts";

export interface Asked<T> {
  readonly found: readonly T[];
  /** Else why more may exist. */
  readonly ended: Ended;
}
/** How sure the analyser was of a path's concepts, and what kinds they are. */
export interface SpaceSemanticPath extends SpacePath {
  readonly certainty: number;
  readonly types: ReadonlyMap<string, number>;
  readonly domains: readonly Domain[];
  readonly inTimeOrder: boolean;
}
export interface SpaceContradiction {
  readonly a: ConceptId;
  readonly b: ConceptId;
  readonly reason: string;
}
export interface Ends {
  readonly from: ConceptId;
  readonly to: ConceptId;
  readonly depthMax: number;
}

/** Each throws OPD4201 for a depth or a number of answers that is out of range. */
export interface Questions {
  /** At most one. `best`: by the product of confidences; else by the number of steps. */
  path(ends: Ends & { readonly best?: boolean }, signal?: AbortSignal): Promise<Asked<SpacePath>>;
  /** Through what most of the shortest paths come to their end, and how little that depends on single ones. */
  agreement(ends: Ends & { readonly pathsMax: number }, signal?: AbortSignal): Promise<Consensus>;
  semanticPaths(
    ends: Ends & { readonly pathsMax: number },
    filter: SpaceFilter,
    signal?: AbortSignal,
  ): Promise<Asked<SpaceSemanticPath>>;
  /** Chains within an interval, or, between `ends`, the one path on which time never goes back. */
  chainsInTime(
    interval: Interval,
    ends: Ends | null,
    signal?: AbortSignal,
  ): Promise<Asked<SpaceSemanticPath>>;
  /** `to` null = to every effect. */
  causes(
    ends: Omit<Ends, "to"> & { readonly to: ConceptId | null; readonly causal?: CausalType },
    signal?: AbortSignal,
  ): Promise<Asked<SpaceSemanticPath>>;
  contradictions(
    about: { readonly domain?: Domain; readonly id?: ConceptId },
    signal?: AbortSignal,
  ): Promise<Asked<SpaceContradiction>>;
}

export interface QuestionsOptions {
  readonly graph: Pick<Graph, "snapshot">;
  readonly meanings: Meanings;
  readonly clock: Clock;
  readonly tell: (event: StorageEvent) => void;
  /** Resolves when the indexes know what was written before, or soon enough. */
  readonly reach: () => Promise<void>;
}

export function newQuestions({ graph, meanings, clock, tell, reach }: QuestionsOptions): Questions {
  /** One search on a snapshot of its own; of one between two concepts the monitor is told. */
  async function on<T, R>(
    search: (reader: Snapshot, meter: Meter) => Steps<Answer<T>>,
    show: (reader: Snapshot, one: T) => R,
    signal: AbortSignal | undefined,
    walked?: { readonly strategy: string; readonly from: ConceptId; readonly to: ConceptId | null },
  ): Promise<Asked<R>> {
    const beganMs = clock.monotonicMs();
    await reach();
    const reader = graph.snapshot();
    try {
      const meter = new Meter();
      const steps = search(reader, meter);
      const { found, ended } = await runSliced(steps, meter, clock, LIMITS.memoryQuestionDeadlineMs, signal);
      if (walked !== undefined)
        tell({
          kind: "path",
          strategy: walked.strategy,
          source: hexOf(walked.from),
          target: walked.to === null ? "" : hexOf(walked.to),
          steps: Math.max(0, ...found.map((one) => stepsOf(one))),
          visited: meter.visited,
          tookMs: clock.monotonicMs() - beganMs,
        });
      return { found: found.map((one) => show(reader, one)), ended };
    } finally {
      reader.release();
    }
  }
  const explained = (reader: Snapshot, path: Path): SpaceSemanticPath => {
    const { certainty, types, domains, inTimeOrder } = described(meanings, path);
    return { ...plain(reader, path), certainty, types, domains, inTimeOrder };
  };
  const slotsOf = (reader: Snapshot, { from, to }: { from: ConceptId; to: ConceptId }) =>
    [reader.slotOf(from), reader.slotOf(to)] as const;

  return Object.freeze({
    path({ best = false, ...ends }, signal) {
      const search = best ? bestPath : shortestPath;
      const steps = (reader: Snapshot, meter: Meter) =>
        search(reader, ...slotsOf(reader, ends), { depthMax: ends.depthMax }, meter);
      return on(steps, plain, signal, { strategy: best ? "best" : "shortest", ...ends });
    },
    async agreement(ends, signal) {
      const { depthMax, pathsMax } = ends;
      const steps = (reader: Snapshot, meter: Meter) =>
        shortestPaths(reader, ...slotsOf(reader, ends), { depthMax, pathsMax }, meter);
      const proposal = (reader: Snapshot, { slots, edges, confidence }: Path) => ({
        answer: Buffer.from(reader.contentView(slots.at(-2) ?? slots[0]!) ?? []).toString(),
        confidence,
        pattern: edges.map((edge) => String(reader.type(edge))),
      });
      const { found } = await on(steps, proposal, signal, { strategy: "agreement", ...ends });
      return consolidate(found);
    },
    semanticPaths(ends, filter, signal) {
      const { depthMax, pathsMax } = ends;
      const steps = (reader: Snapshot, meter: Meter) => {
        const [from, to] = slotsOf(reader, ends);
        const { terms = [] } = filter;
        const asked = { ...meaningOf(filter), terms };
        return semanticPaths(reader, meanings, { from, to }, asked, { depthMax, pathsMax }, meter);
      };
      return on(steps, explained, signal, { strategy: "semantic", ...ends });
    },
    chainsInTime(interval, ends, signal) {
      const steps = (reader: Snapshot, meter: Meter) => {
        if (ends === null) return temporalChains(reader, meanings, interval, LIMITS.memoryPathsMax, meter);
        const [from, to] = slotsOf(reader, ends);
        return pathInTime(reader, meanings, { from, to, depthMax: ends.depthMax }, interval, meter);
      };
      return on(steps, explained, signal, ends === null ? undefined : { strategy: "temporal", ...ends });
    },
    causes(ends, signal) {
      const { to, depthMax, causal } = ends;
      const steps = (reader: Snapshot, meter: Meter) => {
        const from = reader.slotOf(ends.from);
        const options = { depthMax, pathsMax: LIMITS.memoryPathsMax };
        if (to === null)
          return causalChains(reader, meanings, from, causal ? { ...options, causal } : options, meter);
        return causalPath(reader, meanings, { from, to: reader.slotOf(to), depthMax }, causal, meter);
      };
      return on(steps, explained, signal, { strategy: "causal", ...ends });
    },
    contradictions({ domain, id }, signal) {
      const steps = (reader: Snapshot, meter: Meter) =>
        contradictions(
          reader,
          meanings,
          {
            pairsMax: LIMITS.memoryPathsMax,
            ...(domain === undefined ? {} : { domain }),
            ...(id === undefined ? {} : { about: reader.slotOf(id) }),
          },
          meter,
        );
      const show = (reader: Snapshot, { a, b, reason }: { a: Slot; b: Slot; reason: string }) => ({
        a: reader.idOf(a),
        b: reader.idOf(b),
        reason,
      });
      return on(steps, show, signal);
    },
  } satisfies Questions);
}

function plain(reader: Snapshot, { slots, confidence }: Path): SpacePath {
  return { ids: slots.map((slot) => reader.idOf(slot)), confidence };
}

/** Of a path; 0 of what is none. */
function stepsOf(one: unknown): number {
  return one instanceof Object && "edges" in one ? (one.edges as readonly unknown[]).length : 0;
}
