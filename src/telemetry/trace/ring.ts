// The ring of one thread's events in shared memory: one writer, one reader, no lock, never full. The writer writes over
// the oldest events and never waits; the reader alone decides what it lost, and its own position is in no shared memory.
// Numbers are in the machine's byte order: a ring never leaves the machine.
//
//   | header, 16 words | slots: capacity x 64 bytes | names: lines.ts |
//   0                  64
//
//   words: 0 format, 1 capacity, 2 worker, 3 published, 4 asked, 5 answered, 6 head, 8-9 wall, 10-11 monotonic
//
//   one event, as a little-endian machine has it:
//    0         4    5    6         8                   16                  24
//   +---------+----+----+---------+-------------------+-------------------+-------------------+
//   |   seq   |type|sub |  flags  | time, ns          | id A              | id B              |
//   +---------+----+----+---------+-------------------+-------------------+-------------------+
//   | value 0 | value 1 |  name   |    0    | trace id          | length, ns        |
//   +---------+---------+---------+---------+-------------------+-------------------+
//   32        36        40        44        48                  56                  64
//
// `published` moves by read-modify-writes of both sides, at least once in `chunk` events: what the writer may be writing
// while the reader looks lies in the chunk behind it, so of `capacity` events all but a chunk can be believed. Proof:
// test/telemetry/model-check.test.ts; words: docs/design/telemetry.md.

import { assert } from "../../base/assert.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Bell } from "../bell.ts";
import { openLines, type LinesPlace } from "../lines.ts";

const FORMAT = 0x5431;
const HEADER_BYTES = 64;
export const EVENT_BYTES = 64;
/** 32-bit words of an event. */
export const EVENT_WORDS = EVENT_BYTES / 4;
/** Of `flags`: the span ended badly. */
export const FAILED = 1;

const WORD_FORMAT = 0;
const CAPACITY = 1;
const WORKER = 2;
export const PUBLISHED = 3;
const ASKED = 4;
/** For a reader after the writing thread is gone: everything up to here was written. */
export const HEAD = 6;
const WALL = 8;
const MONOTONIC = 10;

/** The name of any name beyond the cap: the second in every ring, behind "". */
export const OTHER_NAME = 1;

export interface Ring {
  /** Events, a power of two. */
  readonly capacity: number;
  /** Events between two looks of the writer at `published`, at most: what a reader may never believe. */
  readonly chunk: number;
  readonly worker: number;
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly slots: Uint32Array<SharedArrayBuffer>;
  /** Nanoseconds since 1970 of the moment when the monotonic clock said `monotonicNs`. */
  readonly wallNs: bigint;
  readonly monotonicNs: bigint;
  readonly names: LinesPlace;
  readonly bell: Bell;
}

export interface RingOptions {
  /** Rounded up to a power of two. */
  readonly events: number;
  /** Tells threads apart in what is exported; 0 is the main thread. */
  readonly worker: number;
  /** Both read at the same moment, once for all rings of a process. */
  readonly wallNs: bigint;
  readonly monotonicNs: bigint;
}

/** Throws OPD1900 beyond LIMITS.traceRingEventsMax. */
export function newRing({ events, worker, wallNs, monotonicNs }: RingOptions): SharedArrayBuffer {
  assert(events >= 1 && events <= LIMITS.traceRingEventsMax, "a ring has room for some events");
  const capacity = 2 ** Math.max(1, Math.ceil(Math.log2(events)));
  const buffer = new SharedArrayBuffer(HEADER_BYTES + capacity * EVENT_BYTES + LIMITS.traceNamesBytesMax);
  const words = new Int32Array(buffer);
  words[WORD_FORMAT] = FORMAT;
  words[CAPACITY] = capacity;
  words[WORKER] = worker;
  const longs = new BigInt64Array(buffer);
  longs[WALL / 2] = wallNs;
  longs[MONOTONIC / 2] = monotonicNs;
  const names = openLines(openRing(buffer).names);
  names.add("");
  names.add("other");
  return buffer;
}

export function openRing(buffer: SharedArrayBuffer): Ring {
  const words = new Int32Array(buffer, 0, HEADER_BYTES / 4);
  assert(words[WORD_FORMAT] === FORMAT, "shared memory that is read as a ring is one");
  const capacity = words[CAPACITY]!;
  const longs = new BigInt64Array(buffer, 0, HEADER_BYTES / 8);
  const offset = HEADER_BYTES + capacity * EVENT_BYTES;
  return Object.freeze({
    capacity,
    chunk: Math.max(1, Math.min(64, capacity >> 2)),
    worker: words[WORKER]!,
    words,
    slots: new Uint32Array(buffer, HEADER_BYTES, capacity * EVENT_WORDS),
    wallNs: longs[WALL / 2]!,
    monotonicNs: longs[MONOTONIC / 2]!,
    names: { buffer, offset, sizeBytes: buffer.byteLength - offset },
    bell: { words, at: ASKED },
  });
}
