// What a namespace does by itself, a turn every some seconds: a checkpoint when the log has grown long, so that the next start
// stays short, and what it tells of itself: its size and pace, and that its index of vectors was made.

import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Seq } from "../model.ts";
import type { StorageEvent } from "../monitor/event.ts";
import type { SpaceStats } from "../space.ts";
import type { Ground } from "./ground.ts";

export interface Tended {
  readonly clock: Clock;
  readonly ground: Pick<Ground, "stats" | "vectors" | "logBytes" | "flush">;
  readonly tell: (event: StorageEvent) => void;
  /** Reads one concept, any: how long that takes is told. */
  read(): void;
}

export class Tending {
  readonly #of: Tended;
  #atMs: number;
  #seq: Seq;
  #savedSeq: Seq;
  #building: { readonly sinceMs: number } | null = null;

  /** `savedSeq`: that of the checkpoint there is. */
  constructor(of: Tended, seq: Seq, savedSeq: Seq) {
    this.#of = of;
    this.#seq = seq;
    this.#savedSeq = savedSeq;
    this.#atMs = of.clock.monotonicMs();
  }

  async turn(): Promise<void> {
    this.#tellVectors();
    const stats = this.#tellSize();
    const logBytes = this.#of.ground.logBytes();
    const long = stats.seq - this.#savedSeq >= LIMITS.memoryCheckpointChanges;
    if (stats.seq === this.#savedSeq || (!long && logBytes < LIMITS.memoryCheckpointLogBytes)) return;
    await this.#of.ground.flush();
    this.#savedSeq = stats.seq;
  }

  /** Nothing while nothing is written: then it is as it was. */
  #tellSize(): SpaceStats {
    const { clock, tell } = this.#of;
    const stats = this.#of.ground.stats();
    const nowMs = clock.monotonicMs();
    if (stats.seq === this.#seq) return stats;
    this.#of.read();
    const readUs = (clock.monotonicMs() - nowMs) * 1000;
    const writesPerS = Math.round(((stats.seq - this.#seq) / Math.max(nowMs - this.#atMs, 1)) * 1000);
    const { concepts, associations, memoryBytes } = stats;
    tell({ kind: "metrics", concepts, associations, writesPerS, readUs, memoryBytes });
    [this.#seq, this.#atMs] = [stats.seq, nowMs];
    return stats;
  }

  /** When it began and ended is seen from turn to turn: its time is about right. */
  #tellVectors(): void {
    const { clock, tell, ground } = this.#of;
    const { building, entries, dimension } = ground.vectors();
    if (building !== null) this.#building ??= { sinceMs: clock.monotonicMs() };
    else if (this.#building !== null) {
      const tookMs = clock.monotonicMs() - this.#building.sinceMs;
      tell({ kind: "vectors-built", vectors: entries, dimensions: dimension ?? 0, tookMs });
      this.#building = null;
    }
  }
}
