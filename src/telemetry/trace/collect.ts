// Takes the events out of all rings and hands them on in batches: on time, when a ring fills, and once more at the end,
// within the deadline that the end was given. Runs in a thread of its own where something is exported. What it hands on
// to may be slow: then rings drop their oldest, which is counted, and nobody waits but this.

import { LIMITS } from "../../base/limits.ts";
import type { Control } from "./control.ts";
import type { TraceBatch, TraceEvent } from "./model.ts";
import type { RingReader } from "./reader.ts";
import type { TraceSettings } from "./settings.ts";

export { control, newControl, type Control } from "./control.ts";

export interface CollectOptions {
  /** Asked at each round: rings come and go with their threads. */
  readonly rings: () => Iterable<RingReader>;
  readonly control: Control;
  readonly settings: Pick<TraceSettings, "exportBatchSize" | "exportIntervalMs">;
  /** Takes a batch; one that it throws at is counted as refused and not handed on again. */
  readonly take: (batch: TraceBatch) => Promise<void>;
}

/** Of all events, what became of them. */
export interface Collected {
  readonly delivered: number;
  readonly dropped: number;
  readonly refused: number;
  /** Still in a ring, or with `take`, when the deadline of the end passed. */
  readonly left: number;
}

/** Collects until it is told to end. */
export async function collect({ rings, control, settings, take }: CollectOptions): Promise<Collected> {
  const total = { delivered: 0, dropped: 0, refused: 0, left: 0 };
  const batchMax = Math.max(1, settings.exportBatchSize);
  let givenUp = false;
  // What waits for other threads keeps no thread alive by itself.
  const alive = setInterval(() => {}, 2 ** 31 - 1);
  await Promise.race([rounds(), overdue()]);
  givenUp = true;
  clearInterval(alive);
  for (const ring of rings()) total.left += ring.waiting();
  control.ended(total.left);
  return Object.freeze({ ...total });

  async function rounds(): Promise<void> {
    while (control.ending() === null) {
      await round();
      if (control.ending() === null) await control.rest(settings.exportIntervalMs);
    }
    await round();
  }

  async function overdue(): Promise<void> {
    const deadlineMs = await control.untilEnding();
    await new Promise((resolve) => setTimeout(resolve, deadlineMs).unref());
  }

  /** Everything that was published when it began, ring after ring. */
  async function round(): Promise<void> {
    const readers = [...rings()];
    await Promise.all(readers.map((ring) => ring.ask(LIMITS.metricAskDeadlineMs)));
    for (const ring of readers) {
      let rest = ring.waiting();
      while (rest > 0 && !givenUp) {
        const { events, dropped } = ring.drain(batchMax);
        rest -= events.length + dropped;
        await hand(events, dropped, ring.worker);
      }
    }
  }

  async function hand(events: readonly TraceEvent[], dropped: number, worker: number): Promise<void> {
    total.dropped += dropped;
    total.left += events.length;
    try {
      await take({ events, dropped: new Map(dropped === 0 ? [] : [[worker, dropped]]) });
      total.delivered += events.length;
    } catch {
      total.refused += events.length;
    }
    total.left -= events.length;
  }
}
