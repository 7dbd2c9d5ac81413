// Doing a change to the tables, from its bytes: the same for one that was just encoded and for one that is read from the log.
// Only one thread writes. A row is filled before the atomic store that makes it reachable, so readers in other threads see
// all of it or none. What may be is known before (check.ts, graph.ts); here nothing fails but for bytes that cannot be ours.

import { OpError } from "../../base/error.ts";
import type { Applied, Slot } from "../model.ts";
import type { Edge } from "../ports.ts";
import { Arena, ARENA_BEGIN_BYTES } from "./arena.ts";
import { bodySizeBytes } from "./body.ts";
import {
  ACCESS,
  ASSOCIATE,
  CLEAR,
  DISSOCIATE,
  FORGET,
  LEARN,
  LEARN_BYTES,
  NOTHING,
  PREPARE,
  promiseOf,
  RESOLVE,
  STRENGTHEN,
  transactionOf,
} from "./change.ts";
import { publish } from "./control.ts";
import { beginIndex, bucketCount, insertSlot } from "./id-index.ts";
import type { Ink } from "./ink.ts";
import { Prepared } from "./prepared.ts";
import { FREE_VERSION, FREE_WITH_BODY, Reclaim, UNLINK_EDGE, UNLINK_SLOT } from "./reclaim.ts";
import {
  ACCESS_COUNT,
  ACCESSED,
  ADDED,
  BODY,
  CONFIDENCE,
  CREATED,
  EDGE_CONFIDENCE,
  EDGE_CREATED,
  EDGE_DOUBLES,
  EDGE_TYPE,
  EDGE_WEIGHT,
  EDGE_WORDS,
  FIRST_IN,
  FIRST_OUT,
  NEXT_IN,
  NEXT_OUT,
  OLDER,
  PREVIOUS_IN,
  PREVIOUS_OUT,
  REMOVED,
  SINCE,
  SLOT_DOUBLES,
  SLOT_WORDS,
  SOURCE,
  STRENGTH,
  Tables,
  TARGET,
  VERSION,
  VERSION_DOUBLES,
  VERSION_WORDS,
} from "./tables.ts";

/** Is told what derived indexes have to know. */
export type Tell = (seq: number, kind: Applied["kind"], slot: Slot) => void;

export class Writer {
  readonly tables = new Tables();
  readonly arena = new Arena(this.tables);
  readonly reclaim = new Reclaim(this.tables, this.arena);
  /** What the graph has with everything that was done. Readers of this thread look at it. */
  readonly totals = { seq: 0, size: 0, associations: 0, slotEnd: 0 };
  /** Rows that were ever used; row 0 is nobody's. */
  versionEnd = 1;
  edgeEnd = 1;
  /** What was promised and is not made yet. Room for it is kept. */
  readonly prepared = new Prepared();
  /** The record of the log in which the next change lies, or one before it. */
  frame = 0;
  readonly #tell: Tell;

  constructor(tell: Tell) {
    this.#tell = tell;
    this.tables.reserve({ slots: 1, versions: 1, edges: 1, arenaBytes: ARENA_BEGIN_BYTES });
    beginIndex(this.tables);
  }

  /** Room for that many changes whose bodies have `bodiesBytes` together. Throws OPD4007; then nothing happened. */
  reserve(changes: number, bodiesBytes: number): void {
    const { slotEnd } = this.totals;
    const rows = changes + this.prepared.changes;
    const bytes = bodiesBytes + this.prepared.bytes;
    this.tables.reserve({
      slots: slotEnd + rows,
      versions: this.versionEnd + rows,
      edges: this.edgeEnd + rows,
      // A place is at most an eighth larger than what lies in it.
      arenaBytes: this.arena.endBytes + bytes + Math.ceil(bytes / 64) * 8,
    });
  }

  /** Of all rows, bodies and buckets that were ever used; what is free among them is used again. */
  get usedBytes(): number {
    const rows =
      this.totals.slotEnd * SLOT_WORDS + this.versionEnd * VERSION_WORDS + this.edgeEnd * EDGE_WORDS;
    return (rows + bucketCount(this.tables)) * 4 + this.arena.endBytes;
  }

  /** A slot for a concept that has none. */
  takeSlot(): Slot {
    return this.reclaim.freeSlots.pop() ?? this.totals.slotEnd;
  }

  /** Does the change at byte `at` of `ink` and returns where the next one begins. It is seen from `publish` on. Throws OPD4006. */
  apply(ink: Ink, at: number, seq: number): number {
    const { words } = ink;
    const word = at >>> 2;
    const first = words[word + 2]!;
    const second = words[word + 3]!;
    const kind: number = words[word]!;
    switch (kind) {
      case LEARN:
        this.#learn(ink, at, first, seq);
        break;
      case ASSOCIATE:
        this.#associate(ink, at, first, second, seq);
        break;
      case STRENGTHEN:
        this.#strengthen(first, ink.floats[word + 4]!, ink.floats[word + 5]!, seq);
        break;
      case ACCESS:
        this.tables.slotWords[first * SLOT_WORDS + ACCESS_COUNT] = second;
        this.tables.slotDoubles[first * SLOT_DOUBLES + ACCESSED] = ink.doubles[(at + 16) >>> 3]!;
        break;
      case FORGET:
        this.#forget(first, seq);
        this.#tell(seq, "remove", first);
        break;
      case DISSOCIATE: {
        const edge = this.findEdge(first, second, words[word + 4]!);
        if (edge !== 0) this.#removeEdge(edge, seq);
        break;
      }
      case CLEAR:
        this.#clear(seq);
        break;
      case PREPARE:
      case RESOLVE:
        this.promise(ink, at);
        break;
      case NOTHING:
        break;
      default:
        throw new OpError("OPD4006", `change ${seq} of the log has kind ${kind}, which is none`);
    }
    this.totals.seq = seq;
    return at + words[word + 1]!;
  }

  /** Takes note of what the change at byte `at` says of promises; most say nothing. */
  promise(ink: Ink, at: number): void {
    const kind = ink.words[at >>> 2];
    if (kind === PREPARE) this.prepared.put(transactionOf(ink, at), promiseOf(ink, at), this.frame);
    else if (kind === RESOLVE) this.prepared.drop(transactionOf(ink, at));
  }

  /** Shows readers of other threads what was done. */
  publish(): void {
    const { seq, size, associations, slotEnd } = this.totals;
    publish(this.tables, seq, size, associations, slotEnd);
  }

  /** Whether the slot has a concept now. */
  holds(slot: Slot): boolean {
    const { slotWords, versionWords } = this.tables;
    const version = slotWords[slot * SLOT_WORDS + VERSION]!;
    return versionWords[version * VERSION_WORDS + BODY] !== 0;
  }

  /** The association that is there now; 0 = none. Walks both ends at once, so what it costs is the shorter list. */
  findEdge(source: Slot, target: Slot, type: number): Edge {
    const { edgeWords, slotWords } = this.tables;
    let out = slotWords[source * SLOT_WORDS + FIRST_OUT]!;
    let into = slotWords[target * SLOT_WORDS + FIRST_IN]!;
    while (out !== 0 && into !== 0) {
      if (edgeWords[out * EDGE_WORDS + TARGET] === target && this.#isEdge(out, type)) return out;
      if (edgeWords[into * EDGE_WORDS + SOURCE] === source && this.#isEdge(into, type)) return into;
      out = edgeWords[out * EDGE_WORDS + NEXT_OUT]!;
      into = edgeWords[into * EDGE_WORDS + NEXT_IN]!;
    }
    return 0;
  }

  #isEdge(edge: Edge, type: number): boolean {
    return (
      this.tables.edgeWords[edge * EDGE_WORDS + EDGE_TYPE] === type &&
      this.tables.edgeDoubles[edge * EDGE_DOUBLES + REMOVED] === Infinity
    );
  }

  #learn(ink: Ink, at: number, slot: Slot, seq: number): void {
    const { tables, arena } = this;
    const word = at >>> 2;
    const sizeBytes = bodySizeBytes(ink.words, word + LEARN_BYTES / 4);
    const body = arena.take(sizeBytes);
    copyWords(ink.words, word + LEARN_BYTES / 4, tables.arenaWords, body * 2, sizeBytes / 4);
    if (slot >= this.totals.slotEnd) this.totals.slotEnd = slot + 1;
    const slotWord = slot * SLOT_WORDS;
    const { slotWords } = tables;
    const createdUs = ink.doubles[(at + 32) >>> 3]!;
    const isNew = slotWords[slotWord + VERSION] === 0;
    const held = this.holds(slot);
    const kept = held
      ? tables.versionDoubles[slotWords[slotWord + VERSION]! * VERSION_DOUBLES + CREATED]!
      : createdUs;
    if (isNew) for (let n = 0; n < 4; n++) slotWords[slotWord + n] = ink.words[word + 4 + n]!;
    if (!held) {
      slotWords[slotWord + ACCESS_COUNT] = 0;
      tables.slotDoubles[slot * SLOT_DOUBLES + ACCESSED] = createdUs;
      this.totals.size++;
    }
    this.#newVersion(slot, seq, kept, body, ink.floats[word + 10]!, ink.floats[word + 11]!);
    if (isNew) insertSlot(tables, slot, ++this.reclaim.indexed);
    this.#tell(seq, "put", slot);
  }

  #strengthen(slot: Slot, strength: number, confidence: number, seq: number): void {
    const { slotWords, versionWords, versionDoubles } = this.tables;
    const version = slotWords[slot * SLOT_WORDS + VERSION]!;
    const body = versionWords[version * VERSION_WORDS + BODY]!;
    this.#newVersion(
      slot,
      seq,
      versionDoubles[version * VERSION_DOUBLES + CREATED]!,
      body,
      strength,
      confidence,
    );
  }

  #forget(slot: Slot, seq: number): void {
    const { slotWords, edgeWords } = this.tables;
    this.totals.size--;
    let edge = slotWords[slot * SLOT_WORDS + FIRST_OUT]!;
    for (; edge !== 0; edge = edgeWords[edge * EDGE_WORDS + NEXT_OUT]!) this.#removeEdge(edge, seq);
    edge = slotWords[slot * SLOT_WORDS + FIRST_IN]!;
    for (; edge !== 0; edge = edgeWords[edge * EDGE_WORDS + NEXT_IN]!) this.#removeEdge(edge, seq);
    this.#newVersion(slot, seq, 0, 0, 0, 0);
    this.reclaim.retire(UNLINK_SLOT, slot, seq);
  }

  #clear(seq: number): void {
    this.reserve(this.totals.size, 0);
    for (let slot = 0; slot < this.totals.slotEnd; slot++) if (this.holds(slot)) this.#forget(slot, seq);
    this.#tell(seq, "clear", -1);
  }

  /** From `seq` on the slot holds this; what it held before stays for older readers. */
  #newVersion(
    slot: Slot,
    seq: number,
    createdUs: number,
    body: number,
    strength: number,
    confidence: number,
  ): void {
    const { slotWords, versionWords, versionFloats, versionDoubles } = this.tables;
    const older = slotWords[slot * SLOT_WORDS + VERSION]!;
    const version = this.reclaim.freeVersions.pop() ?? this.versionEnd++;
    const word = version * VERSION_WORDS;
    versionDoubles[version * VERSION_DOUBLES + SINCE] = seq;
    versionDoubles[version * VERSION_DOUBLES + CREATED] = createdUs;
    versionWords[word + OLDER] = older;
    versionWords[word + BODY] = body;
    versionFloats[word + STRENGTH] = strength;
    versionFloats[word + CONFIDENCE] = confidence;
    Atomics.store(slotWords, slot * SLOT_WORDS + VERSION, version);
    if (older === 0) return;
    const olderBody = versionWords[older * VERSION_WORDS + BODY]!;
    const isShared = olderBody === 0 || olderBody === body;
    this.reclaim.retire(isShared ? FREE_VERSION : FREE_WITH_BODY, older, seq);
  }

  #associate(ink: Ink, at: number, source: Slot, target: Slot, seq: number): void {
    const word = at >>> 2;
    const type = ink.words[word + 4]!;
    const replaced = this.findEdge(source, target, type);
    const { slotWords, edgeWords, edgeFloats, edgeDoubles } = this.tables;
    const createdUs =
      replaced === 0 ? ink.doubles[(at + 24) >>> 3]! : edgeDoubles[replaced * EDGE_DOUBLES + EDGE_CREATED]!;
    if (replaced !== 0) this.#removeEdge(replaced, seq);
    const edge = this.reclaim.freeEdges.pop() ?? this.edgeEnd++;
    const nextOut = slotWords[source * SLOT_WORDS + FIRST_OUT]!;
    const nextIn = slotWords[target * SLOT_WORDS + FIRST_IN]!;
    const own = edge * EDGE_WORDS;
    edgeDoubles[edge * EDGE_DOUBLES + ADDED] = seq;
    edgeDoubles[edge * EDGE_DOUBLES + REMOVED] = Infinity;
    edgeDoubles[edge * EDGE_DOUBLES + EDGE_CREATED] = createdUs;
    edgeWords[own + SOURCE] = source;
    edgeWords[own + TARGET] = target;
    edgeWords[own + NEXT_OUT] = nextOut;
    edgeWords[own + NEXT_IN] = nextIn;
    edgeWords[own + PREVIOUS_OUT] = 0;
    edgeWords[own + PREVIOUS_IN] = 0;
    edgeFloats[own + EDGE_CONFIDENCE] = ink.floats[word + 8]!;
    edgeFloats[own + EDGE_WEIGHT] = ink.floats[word + 9]!;
    edgeWords[own + EDGE_TYPE] = type;
    if (nextOut !== 0) edgeWords[nextOut * EDGE_WORDS + PREVIOUS_OUT] = edge;
    if (nextIn !== 0) edgeWords[nextIn * EDGE_WORDS + PREVIOUS_IN] = edge;
    Atomics.store(slotWords, source * SLOT_WORDS + FIRST_OUT, edge);
    Atomics.store(slotWords, target * SLOT_WORDS + FIRST_IN, edge);
    this.totals.associations++;
  }

  #removeEdge(edge: Edge, seq: number): void {
    const { edgeDoubles } = this.tables;
    if (edgeDoubles[edge * EDGE_DOUBLES + REMOVED] !== Infinity) return;
    edgeDoubles[edge * EDGE_DOUBLES + REMOVED] = seq;
    this.totals.associations--;
    this.reclaim.retire(UNLINK_EDGE, edge, seq);
  }

  /** Before a concept is learned that is read again: its slot may still have another one, forgotten before it was given away. */
  makeWay(ink: Ink, at: number): void {
    const { slotWords, slotRoom } = this.tables;
    const slot = ink.words[(at >>> 2) + 2]!;
    if (slot >= slotRoom || slotWords[slot * SLOT_WORDS + VERSION] === 0) return;
    for (let n = 0; n < 4; n++)
      if (slotWords[slot * SLOT_WORDS + n] !== ink.words[(at >>> 2) + 4 + n])
        return this.reclaim.run(Infinity, Infinity, this.totals.seq, Infinity);
  }
}

/** Short ones word by word: a call into the engine, and a view for it, cost more. */
function copyWords(from: Uint32Array, begin: number, to: Uint32Array, at: number, count: number): void {
  if (count > 64) return to.set(from.subarray(begin, begin + count), at);
  for (let n = 0; n < count; n++) to[at + n] = from[begin + n]!;
}
