// A namespace for tests of recall: a plain graph under a clock that only the test moves, a search that gives what it is told
// to, and everything that recall tells of itself.

import type { Change, NewConcept } from "../../src/memory/model.ts";
import type { Graph } from "../../src/memory/ports.ts";
import { DYNAMICS, type Dynamic } from "../../src/memory/recall/dynamics.ts";
import { newRecall, type Recall, type Recalled } from "../../src/memory/recall/recall.ts";
import { newTraces, type Traces } from "../../src/memory/recall/traces.ts";
import type { Found, SearchOptions } from "../../src/memory/space.ts";
import {
  cognitivePatterns,
  createMetrics,
  type CognitivePatternMetrics,
} from "../../src/telemetry/metrics/metrics.ts";
import {
  openTracer,
  ringMaker,
  ringReader,
  TRACE_PRESETS,
  type TraceEvent,
} from "../../src/telemetry/trace/trace.ts";
import { memoryDisk, type MemoryDisk } from "./memory-disk.ts";
import { newPlainGraph } from "./plain-graph.ts";
import { steppedClock, type SteppedClock } from "./stepped-clock.ts";
import { conceptOf, idOf } from "./vectors.ts";

export const SECOND_MS = 1000;
export const HOUR_MS = 3600 * SECOND_MS;
export const DAY_MS = 24 * HOUR_MS;

export interface RecallCase {
  readonly graph: Graph;
  readonly clock: SteppedClock;
  readonly recall: Recall;
  readonly traces: Traces;
  readonly disk: MemoryDisk;
  readonly cognitive: CognitivePatternMetrics;
  /** Learns concept `n`. */
  learn(n: number, vector?: readonly number[], given?: Partial<NewConcept>): void;
  /** An association from `source` to `target`. */
  join(source: number, target: number): void;
  /** Changes of the graph, as the reconciler brings them to what follows it. */
  reconcile(changes: readonly Change[]): void;
  /** A search that finds these, the first best: scores 1, 0.99, 0.98 … unless they are given. */
  search(hits: readonly number[], limit?: number, scores?: readonly number[]): Promise<readonly Recalled[]>;
  /** Since the last call. */
  events(): readonly TraceEvent[];
}

export function recallCase(dynamics: readonly Dynamic[] = DYNAMICS): RecallCase {
  const clock = steppedClock();
  const graph = newPlainGraph(() => clock.wallMs() * 1000);
  const disk = memoryDisk();
  const traces = newTraces(disk);
  const cognitive = cognitivePatterns(createMetrics());
  const settings = TRACE_PRESETS.development;
  const ring = ringMaker(settings)(0);
  const tracer = openTracer({ ring, settings });
  const reader = ringReader(ring);
  const recall = newRecall({ reader: graph, traces, clock, cognitive, tracer, dynamics: new Set(dynamics) });
  return {
    graph,
    clock,
    recall,
    traces,
    disk,
    cognitive,
    learn(n, vector, given = {}) {
      const numbers = vector === undefined ? null : Float32Array.from(vector);
      graph.learn({ ...conceptOf(n, numbers), ...given });
    },
    join(source, target) {
      graph.associate({ source: idOf(source), target: idOf(target), type: 0, confidence: 1, weight: 1 });
    },
    reconcile(changes) {
      graph.apply(changes);
      traces.apply(graph.take(LOTS), graph);
    },
    async search(hits, limit = hits.length, scores = hits.map((_, n) => 1 - n / 100)) {
      const found = hits.map((n, at): Found => ({ id: idOf(n), score: scores[at]! }));
      const plain = async (options: SearchOptions) => found.slice(0, options.limit);
      return (await recall.search(plain, { limit })) as readonly Recalled[];
    },
    events() {
      tracer.publish();
      return reader.drain(LOTS).events;
    },
  };
}

const LOTS = 100_000;

/** A vector of two numbers whose cosine with (1, 0) is `similarity`. */
export function alike(similarity: number): readonly number[] {
  return [similarity, Math.sqrt(1 - similarity ** 2)];
}
