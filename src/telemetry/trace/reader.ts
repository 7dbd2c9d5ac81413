// The reading end of a ring: copies slots, then decides which of the copies were whole. What was written over meanwhile,
// or before, is counted as dropped, exactly: events are numbered, and of each number it is known what became of it.

import { assert } from "../../base/assert.ts";
import { ask } from "../bell.ts";
import { linesReader } from "../lines.ts";
import { EVENT_TYPES, type TraceEvent } from "./model.ts";
import { EVENT_WORDS, FAILED, HEAD, openRing, PUBLISHED } from "./ring.ts";

export interface Drained {
  readonly events: readonly TraceEvent[];
  /** Events between those of the last call and these that were lost. */
  readonly dropped: number;
}

export interface RingReader {
  readonly worker: number;
  /** Events that it holds at most. */
  readonly capacity: number;
  /** Asks the writer to show its latest events; false = it is busy and shows them later. */
  ask(deadlineMs: number): Promise<boolean>;
  /** The next events, at most `max`; none = all that was published was taken. */
  drain(max: number): Drained;
  /** Events that were published and not taken. */
  waiting(): number;
  /** Number of the next event: where another reader of this ring would go on. */
  place(): number;
  /** The writing thread is gone (after its 'exit' event): takes what it had not published yet, and asks no more. */
  ended(): void;
}

/** For the one reader of a ring. `from`: the `place` of one before it. */
export function ringReader(buffer: SharedArrayBuffer, from = 0): RingReader {
  const ring = openRing(buffer);
  const { capacity, words, slots } = ring;
  const names = linesReader(ring.names);
  const copy = new Uint32Array(slots.length);
  const floats = new Float32Array(copy.buffer);
  const longs = new BigUint64Array(copy.buffer);
  const signed = new BigInt64Array(copy.buffer);
  /** Number of the next event: as it stands in events (32 bits, wraps), and in full. */
  let tail = from | 0;
  let seq = from;
  let gone = false;
  /** Of the events behind `published`, how many can be believed. */
  let believed = capacity - ring.chunk;

  return Object.freeze({
    worker: ring.worker,
    capacity,
    ask: async (deadlineMs: number) => gone || (await ask(ring.bell, deadlineMs)),
    waiting: () => (Atomics.load(words, PUBLISHED) - tail) >>> 0,
    place: () => seq,
    drain(max: number): Drained {
      const waiting = (Atomics.load(words, PUBLISHED) - tail) >>> 0;
      const skipped = Math.max(0, waiting - believed);
      const count = Math.min(waiting - skipped, max);
      take((tail + skipped) & (capacity - 1), count);
      // Not a load: that would not keep the reads above it above it. See `publish` of the writer.
      const published = Atomics.add(words, PUBLISHED, 0);
      const oldest = ((published - tail) >>> 0) - believed;
      const dropped = Math.min(Math.max(skipped, oldest), skipped + count);
      const events: TraceEvent[] = [];
      for (let n = dropped; n < skipped + count; n++)
        events.push(decode((n - skipped) * EVENT_WORDS, (tail + n) >>> 0, seq + n));
      tail = (tail + skipped + count) | 0;
      seq += skipped + count;
      return { events, dropped };
    },
    ended(): void {
      if (gone) return;
      gone = true;
      Atomics.store(words, PUBLISHED, words[HEAD]!);
      // The thread may have been stopped within an event, and that one was not the oldest any more.
      believed = capacity - 1;
    },
  });

  /** Copies `count` slots from `from` on, around the end. */
  function take(from: number, count: number): void {
    const straight = Math.min(count, capacity - from);
    copy.set(slots.subarray(from * EVENT_WORDS, (from + straight) * EVENT_WORDS));
    copy.set(slots.subarray(0, (count - straight) * EVENT_WORDS), straight * EVENT_WORDS);
  }

  /** The event whose words begin at `at` of the copy. */
  function decode(at: number, expected: number, number: number): TraceEvent {
    assert(copy[at] === expected, "a slot that was believed holds its own event");
    const kind = copy[at + 1]!;
    return {
      type: EVENT_TYPES[kind & 0xff]!,
      subtype: (kind >>> 8) & 0xff,
      seq: number,
      worker: ring.worker,
      timeNs: ring.wallNs + signed[(at + 2) >> 1]!,
      lengthNs: signed[(at + 14) >> 1]!,
      traceId: longs[(at + 12) >> 1]!,
      idA: longs[(at + 4) >> 1]!,
      idB: longs[(at + 6) >> 1]!,
      name: names.texts()[copy[at + 10]!] ?? "",
      values: [floats[at + 8]!, floats[at + 9]!],
      failed: ((kind >>> 16) & FAILED) !== 0,
    };
  }
}
