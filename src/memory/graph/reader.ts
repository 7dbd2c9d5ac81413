// Reading a graph as it was at a seq, from the tables alone: the same code for the newest state, for a snapshot and in another
// thread. A slot leads to its newest version and from there to older ones; the first that is not newer than the reader is
// what the slot held. Nothing that such a walk can meet is written again while a reader of that seq is known (see
// reclaim.ts), so nothing is locked and nothing is copied but what is returned.
//
// Access statistics have no versions: a snapshot, too, reads the newest.

import { OpError } from "../../base/error.ts";
import type { AssociationType, Concept, ConceptId, Semantic, Slot } from "../model.ts";
import type { Edge, GraphReader, Snapshot } from "../ports.ts";
import {
  contentAt,
  contentBytes,
  dimensions,
  NO_ATTRIBUTES,
  readAttributes,
  readSemantic,
  vectorAt,
} from "./body.ts";
import type { Totals } from "./control.ts";
import { copyBytes, copyFloats } from "./copy.ts";
import { findSlot } from "./id-index.ts";
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
  REMOVED,
  SINCE,
  SLOT_DOUBLES,
  SLOT_WORDS,
  SOURCE,
  STRENGTH,
  type Tables,
  TARGET,
  VERSION,
  VERSION_DOUBLES,
  VERSION_WORDS,
} from "./tables.ts";

/** What a reader is asked of a slot that holds nothing. */
const NOTHING_US = 0;

export class Reader implements GraphReader {
  readonly tables: Tables;
  /** Versions and edges up to this seq are seen. */
  protected at: number;
  protected totals: Totals;

  constructor(tables: Tables, totals: Totals, at: number) {
    this.tables = tables;
    this.totals = totals;
    this.at = at;
  }

  get seq(): number {
    return this.totals.seq;
  }

  get size(): number {
    return this.totals.size;
  }

  get slotEnd(): Slot {
    return this.totals.slotEnd;
  }

  get associations(): number {
    return this.totals.associations;
  }

  slotOf(id: ConceptId): Slot {
    const slot = findSlot(this.tables, id);
    return slot >= 0 && this.versionOf(slot) !== 0 ? slot : -1;
  }

  has(slot: Slot): boolean {
    return this.versionOf(slot) !== 0;
  }

  /** Zeros for a slot that never held anything. */
  idOf(slot: Slot): ConceptId {
    const id = new Uint8Array(16);
    const { slotWords, slotRoom } = this.tables;
    if (slot < 0 || slot >= slotRoom) return id;
    for (let n = 0; n < 4; n++) {
      const word = slotWords[slot * SLOT_WORDS + n]!;
      id[4 * n] = word;
      id[4 * n + 1] = word >>> 8;
      id[4 * n + 2] = word >>> 16;
      id[4 * n + 3] = word >>> 24;
    }
    return id;
  }

  concept(slot: Slot): Concept | null {
    const version = this.versionOf(slot);
    if (version === 0) return null;
    const { tables } = this;
    const at = this.#body(version);
    const { arenaBytes, arenaWords, versionFloats } = tables;
    const contentBegin = contentAt(arenaWords, at);
    const sizeBytes = contentBytes(arenaWords, at);
    const contentEnd = contentBegin + sizeBytes;
    const numbers = dimensions(arenaWords, at);
    return {
      id: this.idOf(slot),
      content: copyBytes(arenaWords, contentBegin, sizeBytes),
      vector: numbers === 0 ? null : copyFloats(arenaWords, vectorAt(at), numbers),
      strength: versionFloats[version * VERSION_WORDS + STRENGTH]!,
      confidence: versionFloats[version * VERSION_WORDS + CONFIDENCE]!,
      attributes: readAttributes(arenaBytes, arenaWords, at, contentEnd),
      semantic: readSemantic(arenaBytes, arenaWords, at, contentEnd),
      createdUs: tables.versionDoubles[version * VERSION_DOUBLES + CREATED]!,
      lastAccessedUs: tables.slotDoubles[slot * SLOT_DOUBLES + ACCESSED]!,
      accessCount: tables.slotWords[slot * SLOT_WORDS + ACCESS_COUNT]!,
    };
  }

  contentView(slot: Slot): Uint8Array | null {
    const version = this.versionOf(slot);
    if (version === 0) return null;
    const at = this.#body(version);
    const { arenaWords, buffers } = this.tables;
    return new Uint8Array(buffers.arena, contentAt(arenaWords, at), contentBytes(arenaWords, at));
  }

  vectorView(slot: Slot): Float32Array | null {
    const version = this.versionOf(slot);
    if (version === 0) return null;
    const at = this.#body(version);
    const numbers = dimensions(this.tables.arenaWords, at);
    return numbers === 0 ? null : new Float32Array(this.tables.buffers.arena, vectorAt(at), numbers);
  }

  attributes(slot: Slot): ReadonlyMap<string, string> {
    const version = this.versionOf(slot);
    if (version === 0) return NO_ATTRIBUTES;
    const at = this.#body(version);
    const { arenaBytes, arenaWords } = this.tables;
    return readAttributes(
      arenaBytes,
      arenaWords,
      at,
      contentAt(arenaWords, at) + contentBytes(arenaWords, at),
    );
  }

  semantic(slot: Slot): Semantic | null {
    const version = this.versionOf(slot);
    if (version === 0) return null;
    const at = this.#body(version);
    const { arenaBytes, arenaWords } = this.tables;
    return readSemantic(arenaBytes, arenaWords, at, contentAt(arenaWords, at) + contentBytes(arenaWords, at));
  }

  strength(slot: Slot): number {
    const version = this.versionOf(slot);
    return version === 0 ? 0 : this.tables.versionFloats[version * VERSION_WORDS + STRENGTH]!;
  }

  confidence(slot: Slot): number {
    const version = this.versionOf(slot);
    return version === 0 ? 0 : this.tables.versionFloats[version * VERSION_WORDS + CONFIDENCE]!;
  }

  createdUs(slot: Slot): number {
    const version = this.versionOf(slot);
    return version === 0 ? NOTHING_US : this.tables.versionDoubles[version * VERSION_DOUBLES + CREATED]!;
  }

  lastAccessedUs(slot: Slot): number {
    return this.has(slot) ? this.tables.slotDoubles[slot * SLOT_DOUBLES + ACCESSED]! : NOTHING_US;
  }

  accessCount(slot: Slot): number {
    return this.has(slot) ? this.tables.slotWords[slot * SLOT_WORDS + ACCESS_COUNT]! : 0;
  }

  firstOut(slot: Slot): Edge {
    return this.has(slot) ? this.#visible(this.#slotWord(slot, FIRST_OUT), NEXT_OUT) : 0;
  }

  nextOut(edge: Edge): Edge {
    return this.#visible(this.#edgeWord(edge, NEXT_OUT), NEXT_OUT);
  }

  firstIn(slot: Slot): Edge {
    return this.has(slot) ? this.#visible(this.#slotWord(slot, FIRST_IN), NEXT_IN) : 0;
  }

  nextIn(edge: Edge): Edge {
    return this.#visible(this.#edgeWord(edge, NEXT_IN), NEXT_IN);
  }

  source(edge: Edge): Slot {
    return this.tables.edgeWords[edge * EDGE_WORDS + SOURCE]!;
  }

  target(edge: Edge): Slot {
    return this.tables.edgeWords[edge * EDGE_WORDS + TARGET]!;
  }

  type(edge: Edge): AssociationType {
    // Only what check.ts let through stands there.
    return this.tables.edgeWords[edge * EDGE_WORDS + EDGE_TYPE] as AssociationType;
  }

  edgeConfidence(edge: Edge): number {
    return this.tables.edgeFloats[edge * EDGE_WORDS + EDGE_CONFIDENCE]!;
  }

  edgeWeight(edge: Edge): number {
    return this.tables.edgeFloats[edge * EDGE_WORDS + EDGE_WEIGHT]!;
  }

  edgeCreatedUs(edge: Edge): number {
    return this.tables.edgeDoubles[edge * EDGE_DOUBLES + EDGE_CREATED]!;
  }

  /** The version that the slot held, a row of the tables; 0 = no concept. */
  versionOf(slot: Slot): number {
    const { tables, at } = this;
    if (slot < 0 || slot >= this.totals.slotEnd) return 0;
    let version = Atomics.load(tables.slotWords, slot * SLOT_WORDS + VERSION);
    for (;;) {
      // Newer than this reader, and beyond what it knows of the table.
      if (version >= tables.versionRoom) tables.refresh();
      if (tables.versionDoubles[version * VERSION_DOUBLES + SINCE]! <= at) break;
      version = tables.versionWords[version * VERSION_WORDS + OLDER]!;
    }
    return tables.versionWords[version * VERSION_WORDS + BODY] === 0 ? 0 : version;
  }

  /** Whether the association is there. */
  hasEdge(edge: Edge): boolean {
    return this.#visible(edge, NEXT_OUT) === edge;
  }

  /** Byte of the arena where its body begins. */
  #body(version: number): number {
    const { tables } = this;
    const at = tables.versionWords[version * VERSION_WORDS + BODY]! * 8;
    if (at >= tables.arenaBytes.length) tables.refresh();
    return at;
  }

  #slotWord(slot: Slot, word: number): number {
    return Atomics.load(this.tables.slotWords, slot * SLOT_WORDS + word);
  }

  #edgeWord(edge: Edge, word: number): number {
    return Atomics.load(this.tables.edgeWords, edge * EDGE_WORDS + word);
  }

  /** The first edge from `edge` on, along `next`, that is there at the reader's seq. */
  #visible(edge: Edge, next: number): Edge {
    const { tables, at } = this;
    let found = edge;
    while (found !== 0) {
      if (found >= tables.edgeRoom) tables.refresh();
      const doubles = found * EDGE_DOUBLES;
      if (tables.edgeDoubles[doubles + ADDED]! <= at && tables.edgeDoubles[doubles + REMOVED]! > at) break;
      found = Atomics.load(tables.edgeWords, found * EDGE_WORDS + next);
    }
    return found;
  }
}

/** A reader whose seq does not move. It loses its tables when it is released, so nothing can be read by mistake. */
export class HeldReader extends Reader implements Snapshot {
  readonly #onRelease: () => void;
  #released = false;

  constructor(tables: Tables, totals: Totals, onRelease: () => void) {
    super(tables, totals, totals.seq);
    this.#onRelease = onRelease;
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    Object.defineProperty(this, "tables", { get: throwReleased });
    this.#onRelease();
  }
}

function throwReleased(): never {
  throw new OpError("OPD4005", "this snapshot was released");
}
