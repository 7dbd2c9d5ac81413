// The loop that brings the derived indexes up to date: it takes the changes from the graph and hands them to each index, in
// slices that keep the event loop for some milliseconds at most. How long it rests in between the policy decides; it
// drains at once when something comes after a rest, when a whole batch waits, and when somebody waits for a change to be seen
// (`reached`). An index that throws is told nothing any more and is named in `failed`: it is to be made again.

import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { noMetrics, type Metrics } from "../../telemetry/metrics/metrics.ts";
import type { Applied, Seq } from "../model.ts";
import type { Derived, Graph, GraphReader } from "../ports.ts";
import {
  ADAPTIVE,
  followed,
  intervalMs,
  NO_TREND,
  statsOf,
  type ReconcilePolicy,
  type ReconcileStats,
} from "./policy.ts";

/** Changes of the first slice: the following ones are as large as the time they take allows. */
const SLICE_FIRST = 256;

export interface ReconcilerOptions {
  readonly graph: Pick<Graph, "take" | "pending"> & GraphReader;
  readonly derived: readonly Derived[];
  readonly clock: Clock;
  readonly policy?: ReconcilePolicy;
  readonly metrics?: Metrics;
  /** Told of each drain that did something, and of each index that threw. Must not throw, nor change the graph at once. */
  readonly drained?: (changes: number, tookMs: number) => void;
  readonly broke?: (index: Derived, error: unknown) => void;
}

export interface Reconciler {
  /** Says that the queue grew; costs next to nothing. Without it changes wait for the interval to end. */
  wake(): void;
  /** Resolves true as soon as the indexes have seen all changes up to `seq`; false after `deadlineMs`. */
  reached(seq: Seq, deadlineMs: number): Promise<boolean>;
  stats(counts: { readonly diskFlushes: number; readonly backpressureEvents: number }): ReconcileStats;
  /** Indexes that threw. */
  readonly failed: readonly Derived[];
  /** Drains what waits, and ends. True = nothing waits any more; false = `deadlineMs` came first. */
  stop(deadlineMs: number): Promise<boolean>;
}

export function startReconciler(options: ReconcilerOptions): Reconciler {
  const loop = new Loop(options);
  void loop.run();
  return loop;
}

/** Makes one index again: it forgets all, and is handed every concept of the graph, in slices. Changes may go on meanwhile, if
 * a reconciler hands them to it as well: what an index is told is where to look, so the order does not matter. */
export async function rebuild(index: Derived, graph: GraphReader, clock: Clock): Promise<void> {
  const { seq } = graph;
  index.apply([{ seq, kind: "clear", slot: -1 }], graph);
  const sliced = new Slicer(clock);
  for (let slot = 0; slot < graph.slotEnd;) {
    const puts: Applied[] = [];
    for (; slot < graph.slotEnd && puts.length < sliced.size; slot++)
      if (graph.has(slot)) puts.push({ seq, kind: "put", slot });
    sliced.measure(puts.length, () => index.apply(puts, graph));
    await setImmediate();
  }
}

class Loop implements Reconciler {
  readonly failed: Derived[] = [];
  readonly #options: ReconcilerOptions;
  readonly #policy: ReconcilePolicy;
  readonly #sliced: Slicer;
  readonly #times;
  readonly #depths;
  #trend = NO_TREND;
  #intervalMs: number;
  #reconciliations = 0;
  #entries = 0;
  #adjustments = 0;
  #drains = 0;
  /** All changes up to it were handed on. */
  #applied: Seq = 0;
  readonly #waiting = new Set<() => void>();
  #running = true;
  #stopping = false;
  /** The last rest ended with nothing to do: what comes next is taken at once. */
  #idle = true;
  #rest: AbortController | null = null;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#policy = options.policy ?? ADAPTIVE;
    this.#intervalMs = this.#policy.baseMs;
    this.#sliced = new Slicer(options.clock);
    const metrics = options.metrics ?? noMetrics;
    this.#times = metrics.histogram("memory_reconcile_ms", "Milliseconds to bring the indexes up to date");
    this.#depths = metrics.gauge("memory_queue_depth", "Changes that wait for the indexes");
  }

  async run(): Promise<void> {
    const { graph, clock } = this.#options;
    while (!this.#stopping || graph.pending > 0) {
      const took = await this.#drain();
      this.#idle = took === 0 && graph.pending === 0;
      const wanted = this.#stopping || this.#waiting.size > 0 || graph.pending >= this.#policy.batchMax;
      if (wanted && graph.pending > 0) {
        await setImmediate();
        continue;
      }
      if (this.#stopping) break;
      this.#rest = new AbortController();
      await clock.sleep(this.#intervalMs, this.#rest.signal);
      this.#rest = null;
    }
    this.#running = false;
    this.#announce();
  }

  wake(): void {
    if (this.#rest === null) return;
    if (this.#idle || this.#options.graph.pending >= this.#policy.batchMax) this.#rest.abort();
  }

  reached(seq: Seq, deadlineMs: number): Promise<boolean> {
    return this.#until(() => this.#applied >= seq, deadlineMs);
  }

  stop(deadlineMs: number): Promise<boolean> {
    this.#stopping = true;
    return this.#until(() => !this.#running, deadlineMs);
  }

  stats(counts: { readonly diskFlushes: number; readonly backpressureEvents: number }): ReconcileStats {
    const own = {
      reconciliations: this.#reconciliations,
      entriesProcessed: this.#entries,
      running: this.#running,
      currentIntervalMs: this.#intervalMs,
      intervalAdjustments: this.#adjustments,
    };
    return statsOf({ ...own, ...counts }, this.#trend, this.#options.graph.pending);
  }

  /** Takes at most a batch; gives how many changes it were. */
  async #drain(): Promise<number> {
    const { graph, clock } = this.#options;
    const before = graph.pending;
    const begunMs = clock.monotonicMs();
    let count = 0;
    while (count < this.#policy.batchMax) {
      const { seq } = graph;
      const changes = graph.take(Math.min(this.#sliced.size, this.#policy.batchMax - count));
      if (changes.length > 0) this.#sliced.measure(changes.length, () => this.#hand(changes));
      count += changes.length;
      // A change that no index needs to know of is not in the queue.
      this.#applied = graph.pending === 0 ? seq : Math.max(this.#applied, changes.at(-1)!.seq - 1);
      this.#announce();
      if (graph.pending === 0) break;
      await setImmediate();
    }
    const tookMs = clock.monotonicMs() - begunMs;
    this.#depths.set(before);
    if (count > 0) {
      this.#reconciliations++;
      this.#entries += count;
      this.#times.record(tookMs);
      this.#options.drained?.(count, tookMs);
    }
    this.#adjust(this.#policy.depthSampled === "before the drain" ? before : graph.pending, count, tookMs);
    return count;
  }

  #hand(changes: readonly Applied[]): void {
    for (const index of this.#options.derived) {
      if (this.failed.includes(index)) continue;
      try {
        index.apply(changes, this.#options.graph);
      } catch (error) {
        this.failed.push(index);
        this.#options.broke?.(index, error);
      }
    }
  }

  #adjust(depth: number, count: number, tookMs: number): void {
    // Where nothing was done, or in no time, nothing is known of the rate.
    const ratePerS = count > 0 && tookMs > 0 ? (count / tookMs) * 1000 : this.#trend.ratePerS;
    this.#trend = followed(this.#policy, this.#trend, depth, ratePerS);
    if (++this.#drains % this.#policy.adjustEvery !== 0) return;
    const next = intervalMs(this.#policy, this.#trend, LIMITS.memoryPendingMax);
    if (next !== this.#intervalMs) this.#adjustments++;
    this.#intervalMs = next;
  }

  #announce(): void {
    for (const look of this.#waiting) look();
  }

  async #until(holds: () => boolean, deadlineMs: number): Promise<boolean> {
    if (holds()) return true;
    const done = new AbortController();
    const look = (): void => {
      if (holds()) done.abort();
    };
    this.#waiting.add(look);
    this.#rest?.abort();
    await this.#options.clock.sleep(deadlineMs, done.signal);
    this.#waiting.delete(look);
    return holds();
  }
}

/** Learns how many changes fit into a slice. */
class Slicer {
  size = SLICE_FIRST;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  measure(count: number, work: () => void): void {
    const begunMs = this.#clock.monotonicMs();
    work();
    const tookMs = this.#clock.monotonicMs() - begunMs;
    // Half as many at most each time it took too long, half as many more when there was room; never fewer than one.
    if (tookMs > LIMITS.memorySliceMs) this.size = Math.max(1, count >> 1);
    else if (tookMs < LIMITS.memorySliceMs / 2 && count >= this.size)
      this.size = Math.min(ADAPTIVE.batchMax, this.size + (this.size >> 1) + 1);
  }
}
