// The writing end of a ring: sixteen plain stores an event, and one read-modify-write for each chunk of events. Never
// waits, never allocates, knows nothing of the reader.

import { LIMITS } from "../../base/limits.ts";
import { answer } from "../bell.ts";
import { linesReader, openLines } from "../lines.ts";
import { EVENT_WORDS, FAILED, HEAD, openRing, OTHER_NAME, PUBLISHED } from "./ring.ts";

/** A number of 64 bits without sign: as a number it must be a safe integer. */
export type Id = number | bigint;

export interface RingWriter {
  /** Begins the next event: gives its place, for `fill`. `name` as `name` gave it. */
  begin(type: number, subtype: number, traceId: Id, idA: Id, idB: Id, name: number, failed: boolean): number;
  /** Fills and ends the event at `place`. Apart from `begin`, and small: the compiler puts it into its caller, and a number
   * that is no small integer is allocated where it is an argument of a call that stays one. */
  fill(place: number, timeNs: number, lengthNs: number, value0: number, value1: number): void;
  /** Nanoseconds since the ring's clock began: the exact monotonic clock of all threads, for 104 days (then even ones). */
  nowNs(): number;
  /** The same of a moment that the system's monotonic clock named in milliseconds. */
  atNs(monotonicMs: number): number;
  /** The number of a name, the same for the same text; that of "other" beyond LIMITS.traceNamesMax. */
  name(text: string): number;
  /** Shows the reader all events so far; happens by itself once a chunk, and when the reader asks. */
  publish(): void;
  /** Answers the reader's questions from now on; gives the function that ends it. */
  answer(): () => void;
}

/** Called when a quarter of the ring was written since the last time: somebody may want to wake the reader. */
export type Quarter = () => void;

const HIGH_FACTOR = 2 ** 32;
const HIGH_SHARE = 2 ** -32;
// Which of the two words of 64 bits is the high one depends on the machine.
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;
const LOW = 1 - HIGH;

/** For the one thread that writes; goes on where an earlier one ended. */
export function openWriter(buffer: SharedArrayBuffer, quarter: Quarter = () => {}): RingWriter {
  const ring = openRing(buffer);
  const { words, slots, chunk } = ring;
  const floats = new Float32Array(buffer, slots.byteOffset, slots.length);
  const longs = new BigUint64Array(buffer, slots.byteOffset, slots.length / 2);
  const mask = ring.capacity - 1;
  let head = words[HEAD]!;
  let unpublished = 0;
  let sinceQuarter = 0;

  const now = new BigInt64Array([ring.monotonicNs]);
  const nowWords = new Uint32Array(now.buffer);
  const [beganLow, beganHigh] = [nowWords[LOW]!, nowWords[HIGH]!];
  const beganNs = Number(ring.monotonicNs);

  const lines = openLines(ring.names);
  const names = new Map(
    linesReader(ring.names)
      .texts()
      .map((text, number) => [text, number]),
  );

  function publish(): void {
    // Read-modify-write: a reader that looked at `published` before this has read its slots before this, too.
    Atomics.add(words, PUBLISHED, unpublished);
    sinceQuarter += unpublished;
    unpublished = 0;
    if (sinceQuarter < ring.capacity >> 2) return;
    sinceQuarter = 0;
    quarter();
  }

  function ended(): void {
    head = (head + 1) | 0;
    words[HEAD] = head;
    if (++unpublished === chunk) publish();
  }

  /** Of a number that is not negative, stores take the low 32 bits of its whole part. */
  function putNs(at: number, ns: number): void {
    slots[at + LOW] = ns;
    slots[at + HIGH] = ns * HIGH_SHARE;
  }

  function putId(at: number, id: Id): void {
    if (typeof id === "bigint") longs[at >> 1] = id;
    else putNs(at, id);
  }

  return Object.freeze({
    begin(type, subtype, traceId, idA, idB, name, failed): number {
      const at = (head & mask) * EVENT_WORDS;
      slots[at] = head;
      slots[at + 1] = type | (subtype << 8) | (failed ? FAILED << 16 : 0);
      putId(at + 4, idA);
      putId(at + 6, idB);
      slots[at + 10] = name;
      putId(at + 12, traceId);
      return at;
    },
    fill(at, timeNs, lengthNs, value0, value1): void {
      putNs(at + 2, timeNs);
      putNs(at + 14, lengthNs);
      floats[at + 8] = value0;
      floats[at + 9] = value1;
      ended();
    },
    nowNs(): number {
      // Through memory: a bigint that is only stored is never made.
      now[0] = process.hrtime.bigint();
      return (nowWords[HIGH]! - beganHigh) * HIGH_FACTOR + (nowWords[LOW]! - beganLow);
    },
    // A ring is older than what is recorded in it; what a caller's clock says is not believed.
    atNs: (monotonicMs: number) => Math.max(0, monotonicMs * 1e6 - beganNs),
    name(text: string): number {
      const there = names.get(text);
      if (there !== undefined) return there;
      if (names.size >= LIMITS.traceNamesMax) return OTHER_NAME;
      const number = lines.add(text) ?? OTHER_NAME;
      // Also when it found no room: it will not find any later.
      names.set(text, number);
      return number;
    },
    publish,
    answer: () => answer(ring.bell, publish),
  } satisfies RingWriter);
}
