// The shared memory of one thread's metrics. One thread writes it, with plain stores into the live numbers. Other threads
// never look at those: plain stores become visible in any order, so nothing read there would belong together. They ask
// (bell.ts), and the writer copies all live numbers into the published ones between two turns of its event loop, inside an
// epoch: odd while it copies. Recording costs nothing for it, and a snapshot is one moment of the whole slab.
//
//   | header, 16 words | live: slots x f64 | published: slots x f64 | series: lines.ts |
//   0                  64
//
//   words: 0 format, 1 slots, 2 epoch, 3 asked, 4 answered, 5 slots published, 6 slots in use; the rest 0
//
// Why the epoch is moved and checked with read-modify-writes: test/telemetry/model-check.test.ts, docs/design/telemetry.md.

import { assert } from "../../base/assert.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Bell } from "../bell.ts";
import type { LinesPlace } from "../lines.ts";

const FORMAT = 0x4d31;
const HEADER_BYTES = 64;
const WORD_FORMAT = 0;
const WORD_SLOTS = 1;
const EPOCH = 2;
const ASKED = 3;
const PUBLISHED = 5;
const USED = 6;
export interface Slab {
  readonly slots: number;
  /** For the writing thread alone. */
  readonly live: Float64Array<SharedArrayBuffer>;
  readonly bell: Bell;
  readonly lines: LinesPlace;
  /** Writing thread: slots in use. */
  used(): number;
  /** Writing thread: takes the next `count` slots, which must be there. */
  take(count: number): void;
  /** Writing thread: shows the slots in use to readers as they are now. */
  publish(): void;
  /** Any thread: a copy of what was published last; empty = nothing was yet; null = just now it is written anew. */
  snapshot(): Float64Array | null;
}

export function newSlab(slots: number = LIMITS.metricSlotsMax): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(HEADER_BYTES + slots * 16 + LIMITS.metricTextBytesMax);
  const words = new Int32Array(buffer);
  words[WORD_FORMAT] = FORMAT;
  words[WORD_SLOTS] = slots;
  return buffer;
}

export function openSlab(buffer: SharedArrayBuffer): Slab {
  const words = new Int32Array(buffer, 0, HEADER_BYTES / 4);
  assert(words[WORD_FORMAT] === FORMAT, "shared memory that is read as metrics holds metrics");
  const slots = words[WORD_SLOTS]!;
  const live = new Float64Array(buffer, HEADER_BYTES, slots);
  const published = new Float64Array(buffer, HEADER_BYTES + slots * 8, slots);
  const offset = HEADER_BYTES + slots * 16;
  return Object.freeze({
    slots,
    live,
    bell: { words, at: ASKED },
    lines: { buffer, offset, sizeBytes: buffer.byteLength - offset },
    used: () => words[USED]!,
    take(count: number): void {
      assert(words[USED]! + count <= slots, "no more slots are taken than there are");
      words[USED]! += count;
    },
    publish(): void {
      // Read-modify-write: a reader that checked the epoch before this has read its numbers before this, too.
      Atomics.add(words, EPOCH, 1);
      published.set(live.subarray(0, words[USED]));
      words[PUBLISHED] = words[USED]!;
      // Behind the numbers: who sees this epoch sees them.
      Atomics.add(words, EPOCH, 1);
    },
    snapshot(): Float64Array | null {
      const before = Atomics.load(words, EPOCH);
      if ((before & 1) === 1) return null;
      const copy = published.slice(0, words[PUBLISHED]);
      // Not a load: that would not keep the reads above it above it. See `publish`.
      return Atomics.add(words, EPOCH, 0) === before ? copy : null;
    },
  });
}
