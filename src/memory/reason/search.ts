// How a search through a graph is bounded. A search is a generator: it works in small pieces and pauses between them, so that the
// same code runs at once on the newest state (`runNow`, one turn of the loop) or in slices on a snapshot (`runSliced`). What
// it may cost is counted in associations looked at. A search that is cut off gives what it has and says what cut it off.

import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { AssociationType, Slot } from "../model.ts";
import type { Edge, GraphReader } from "../ports.ts";

/** A path of n concepts has n - 1 associations. */
export interface Path {
  readonly slots: readonly Slot[];
  /** Of several associations between two concepts, the one the search came along. */
  readonly edges: readonly Edge[];
  /** Product of the confidences of `edges`; 1 for a path that stays where it is. */
  readonly confidence: number;
}

export type Ended = "complete" | "visits" | "deadline" | "aborted";
export interface Answer<T> {
  readonly found: readonly T[];
  /** "complete": nothing is missing. Else why the search was cut off: `found` holds, and more may exist. */
  readonly ended: Ended;
}

export type Steps<T> = Generator<void, T, void>;
export type Direction = "both" | "out" | "in";

export interface WalkOptions {
  /** Associations of a path, 1..LIMITS.memoryPathDepthMax. */
  readonly depthMax: number;
  /** "both" (default): an association may be walked either way. */
  readonly direction?: Direction;
  /** Default: all. */
  readonly types?: ReadonlySet<AssociationType>;
  /** Concepts that a path may come to; its start is not asked. */
  readonly admits?: (slot: Slot) => boolean;
}

const PIECE_VISITS = 4096;

/** Counts what a search costs, and ends it. One meter, one search. */
export class Meter {
  ended: Ended = "complete";
  readonly #visitsMax: number;
  #left: number;
  #untilPause = PIECE_VISITS;

  constructor(visitsMax: number = LIMITS.memoryVisitsMax) {
    this.#visitsMax = visitsMax;
    this.#left = visitsMax;
  }

  /** Counts one association; true = pause now, and look at `stopped` afterwards. */
  visit(): boolean {
    if (--this.#left < 0) this.stop("visits");
    if (--this.#untilPause > 0 && this.#left >= 0) return false;
    this.#untilPause = PIECE_VISITS;
    return true;
  }

  get stopped(): boolean {
    return this.ended !== "complete";
  }

  /** Associations looked at so far. */
  get visited(): number {
    return this.#visitsMax - Math.max(this.#left, 0);
  }

  /** The first reason stays. */
  stop(why: Exclude<Ended, "complete">): void {
    if (this.ended === "complete") this.ended = why;
  }
}

/** The whole search in this turn of the loop: for the newest state, which moves. */
export function runNow<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The search in slices of at most LIMITS.memorySliceMs: for a snapshot. After `deadlineMs`, or when `signal` fires, it ends
 * with what it has. */
export async function runSliced<T>(
  steps: Steps<T>,
  meter: Meter,
  clock: Clock,
  deadlineMs: number,
  signal?: AbortSignal,
): Promise<T> {
  const begunMs = clock.monotonicMs();
  let sliceMs = begunMs;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    const nowMs = clock.monotonicMs();
    if (nowMs - sliceMs < LIMITS.memorySliceMs && nowMs - begunMs < deadlineMs) continue;
    await setImmediate();
    sliceMs = clock.monotonicMs();
    if (signal?.aborted === true) meter.stop("aborted");
    if (sliceMs - begunMs >= deadlineMs) meter.stop("deadline");
  }
}

/** Throws OPD4201 unless `depthMax` is a depth that paths may have. */
export function checkDepth({ depthMax }: WalkOptions): void {
  if (Number.isInteger(depthMax) && depthMax >= 1 && depthMax <= LIMITS.memoryPathDepthMax) return;
  throw new OpError("OPD4201", `a path has 1 to ${LIMITS.memoryPathDepthMax} steps, not ${depthMax}`);
}

/** Throws OPD4201 unless so many results may be asked for. */
export function checkCount(count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= LIMITS.memoryPathsMax) return;
  throw new OpError("OPD4201", `one question has 1 to ${LIMITS.memoryPathsMax} answers, not ${count}`);
}

const BOTH = [true, false] as const;
const OUT = [true] as const;
const IN = [false] as const;
/** Which lists of a concept are walked: true = what goes out. Seen from the far end of a path, directions are turned. */
export function passesOf(direction: Direction, forwards = true): readonly boolean[] {
  if (direction === "both") return BOTH;
  return (direction === "out") === forwards ? OUT : IN;
}

export function pathOf(reader: GraphReader, slots: readonly Slot[], edges: readonly Edge[]): Path {
  let confidence = 1;
  for (const edge of edges) confidence *= reader.edgeConfidence(edge);
  return Object.freeze({ slots: Object.freeze(slots), edges: Object.freeze(edges), confidence });
}
