// The shared memory of a graph: five tables and a control block. Rows have a fixed size and never move, so a row number is
// all that anybody keeps. Who writes makes them larger (`reserve`); who reads in another thread sees that its views ended and
// makes them again (`refresh`). A view of fixed length reads as fast as any array, one that follows a growing buffer ten
// times slower.
//
// slots    48 bytes   id 16 | version | first out | first in | chain | access count | 0 | last accessed us f64
// versions 32 bytes   since seq f64 | created us f64 | older | body | strength f32 | confidence f32
// edges    64 bytes   added seq f64 | removed seq f64 | created us f64 | source | target | next out | next in |
//                     previous out | previous in | confidence f32 | weight f32 | type | 0
// arena               bodies of concepts (record.ts), at multiples of 8; a reference counts these
// buckets   4 bytes   heads of the chains of the id index (id-index.ts), slot + 1
// control             see control.ts
//
// Row 0 of versions and edges and reference 0 of the arena are nobody's: 0 means none. A version says what a slot held from
// `since` on, until a newer one; body 0 = no concept. It is written once, before it can be reached.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { CONTROL_BYTES } from "./control.ts";

export const SLOT_WORDS = 12;
export const VERSION = 4;
export const FIRST_OUT = 5;
export const FIRST_IN = 6;
export const CHAIN = 7;
export const ACCESS_COUNT = 8;
export const SLOT_DOUBLES = 6;
export const ACCESSED = 5;

export const VERSION_WORDS = 8;
export const OLDER = 4;
export const BODY = 5;
export const STRENGTH = 6;
export const CONFIDENCE = 7;
export const VERSION_DOUBLES = 4;
export const SINCE = 0;
export const CREATED = 1;

export const EDGE_WORDS = 16;
export const SOURCE = 6;
export const TARGET = 7;
export const NEXT_OUT = 8;
export const NEXT_IN = 9;
export const PREVIOUS_OUT = 10;
export const PREVIOUS_IN = 11;
export const EDGE_CONFIDENCE = 12;
export const EDGE_WEIGHT = 13;
export const EDGE_TYPE = 14;
export const EDGE_DOUBLES = 8;
export const ADDED = 0;
export const REMOVED = 1;
export const EDGE_CREATED = 2;

/** What another thread needs to read the same tables; can be posted. */
export interface TableBuffers {
  readonly slots: SharedArrayBuffer;
  readonly versions: SharedArrayBuffer;
  readonly edges: SharedArrayBuffer;
  readonly arena: SharedArrayBuffer;
  readonly buckets: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
}

/** What is wanted of each table: rows, and bytes of the arena. */
export interface Room {
  readonly slots: number;
  readonly versions: number;
  readonly edges: number;
  readonly arenaBytes: number;
}

const STEP_BYTES_MIN = 64 * 1024;
const STEP_BYTES_MAX = 256 * 1024 * 1024;

export class Tables {
  readonly buffers: TableBuffers;
  slotWords: Uint32Array = new Uint32Array(0);
  slotDoubles: Float64Array = new Float64Array(0);
  versionWords: Uint32Array = new Uint32Array(0);
  versionFloats: Float32Array = new Float32Array(0);
  versionDoubles: Float64Array = new Float64Array(0);
  edgeWords: Uint32Array = new Uint32Array(0);
  edgeFloats: Float32Array = new Float32Array(0);
  edgeDoubles: Float64Array = new Float64Array(0);
  arenaBytes: Uint8Array = new Uint8Array(0);
  arenaWords: Uint32Array = new Uint32Array(0);
  buckets: Uint32Array = new Uint32Array(0);
  readonly control: Int32Array;
  readonly controlDoubles: Float64Array;
  /** Rows that the views have. */
  slotRoom = 0;
  versionRoom = 0;
  edgeRoom = 0;

  constructor(buffers: TableBuffers = newBuffers()) {
    this.buffers = buffers;
    this.control = new Int32Array(buffers.control);
    this.controlDoubles = new Float64Array(buffers.control);
    this.refresh();
  }

  /** Makes the views again that are shorter than their buffers. */
  refresh(): void {
    const { slots, versions, edges, arena, buckets } = this.buffers;
    if (slots.byteLength !== this.slotWords.byteLength) {
      this.slotWords = new Uint32Array(slots, 0, slots.byteLength >>> 2);
      this.slotDoubles = new Float64Array(slots, 0, slots.byteLength / 8);
      this.slotRoom = Math.floor(this.slotWords.length / SLOT_WORDS);
    }
    if (versions.byteLength !== this.versionWords.byteLength) {
      this.versionWords = new Uint32Array(versions, 0, versions.byteLength / 4);
      this.versionFloats = new Float32Array(versions, 0, versions.byteLength / 4);
      this.versionDoubles = new Float64Array(versions, 0, versions.byteLength / 8);
      this.versionRoom = this.versionWords.length / VERSION_WORDS;
    }
    if (edges.byteLength !== this.edgeWords.byteLength) {
      this.edgeWords = new Uint32Array(edges, 0, edges.byteLength / 4);
      this.edgeFloats = new Float32Array(edges, 0, edges.byteLength / 4);
      this.edgeDoubles = new Float64Array(edges, 0, edges.byteLength / 8);
      this.edgeRoom = this.edgeWords.length / EDGE_WORDS;
    }
    if (arena.byteLength !== this.arenaBytes.byteLength) {
      this.arenaBytes = new Uint8Array(arena, 0, arena.byteLength);
      this.arenaWords = new Uint32Array(arena, 0, arena.byteLength / 4);
    }
    if (buckets.byteLength !== this.buckets.byteLength)
      this.buckets = new Uint32Array(buckets, 0, buckets.byteLength / 4);
  }

  /** Makes room for so many rows and bytes in all. Throws OPD4007 beyond what a graph may have; then nothing happened. */
  reserve(room: Room): void {
    if (
      room.slots <= this.slotRoom &&
      room.versions <= this.versionRoom &&
      room.edges <= this.edgeRoom &&
      room.arenaBytes <= this.arenaBytes.length
    )
      return;
    const { slots, versions, edges, arena } = this.buffers;
    const wanted = [
      [slots, room.slots * SLOT_WORDS * 4],
      [versions, room.versions * VERSION_WORDS * 4],
      [edges, room.edges * EDGE_WORDS * 4],
      [arena, room.arenaBytes],
    ] as const;
    for (const [buffer, bytes] of wanted)
      if (bytes > buffer.maxByteLength)
        throw new OpError("OPD4007", "a namespace of the memory is full", {
          hint: "forget what is not needed, or use another namespace",
        });
    for (const [buffer, bytes] of wanted) grow(buffer, bytes);
    this.refresh();
  }

  /** Room for that many buckets. A bucket belongs to at most one slot, so there is always room for it. */
  reserveBuckets(count: number): void {
    if (count <= this.buckets.length) return;
    grow(this.buffers.buckets, count * 4);
    this.refresh();
  }
}

/** Address space, not memory: pages are taken as they are written. */
function newBuffers(): TableBuffers {
  const table = (bytesMax: number): SharedArrayBuffer =>
    new SharedArrayBuffer(0, { maxByteLength: bytesMax });
  return {
    slots: table(LIMITS.memorySlotsMax * SLOT_WORDS * 4),
    versions: table(LIMITS.memorySlotsMax * 2 * VERSION_WORDS * 4),
    edges: table(LIMITS.memoryEdgesMax * EDGE_WORDS * 4),
    arena: table(LIMITS.memoryArenaBytesMax),
    buckets: table(LIMITS.memorySlotsMax * 4),
    control: new SharedArrayBuffer(CONTROL_BYTES),
  };
}

/** Steps are large because they cost nothing until they are used; a row never lies across two of them. */
function grow(buffer: SharedArrayBuffer, bytes: number): void {
  if (bytes <= buffer.byteLength) return;
  const step = Math.min(Math.max(buffer.byteLength, STEP_BYTES_MIN), STEP_BYTES_MAX);
  const wanted = Math.max(bytes, buffer.byteLength + step);
  buffer.grow(Math.min(Math.ceil(wanted / STEP_BYTES_MIN) * STEP_BYTES_MIN, buffer.maxByteLength));
}
