// The graph of one namespace: opens its folder, takes changes, shows them, and writes them down. A change is checked, encoded,
// done to the tables from its encoded bytes, and shown, in one turn of the event loop; the same bytes go to the log.
// docs/design/memory-graph.md has the bytes and the rules; writer.ts does changes, reader.ts reads, commit.ts and
// checkpoint.ts write files, reclaim.ts frees.

import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Disk } from "../../store/file/file.ts";
import type { Applied, Change, ConceptId, NewAssociation, NewConcept, Seq } from "../model.ts";
import type { Derived, Graph, Participant, Snapshot } from "../ports.ts";
import type { SharedGraph } from "./attach.ts";
import { bodyBytes } from "./body.ts";
import {
  encodeAssociate,
  encodePrepare,
  encodeResolve,
  LEARN_BYTES,
  PREPARE_BYTES,
  SMALL_BYTES_MAX,
} from "./change.ts";
import { checkAssociation, checkConcept } from "./check.ts";
import { saveCheckpoint } from "./save.ts";
import type { Commit } from "./commit.ts";
import { oldestPin, repin } from "./control.ts";
import { findMissingEnd } from "./ends.ts";
import { loadDerived } from "./derived.ts";
import { hexOf } from "./id.ts";
import { writeChange, writeLearn } from "./encode.ts";
import type { Ink } from "./ink.ts";
import { measureChanges } from "./measure.ts";
import { openFiles, type GraphFiles } from "./open.ts";
import type { Pending } from "./pending.ts";
import { encodePromise, writePromised } from "./promise.ts";
import { HeldReader, Reader } from "./reader.ts";
import { Room } from "./room.ts";
import type { Writer } from "./writer.ts";

export { attachGraph, type SharedGraph } from "./attach.ts";

export interface GraphOptions {
  /** A private folder, made by the caller (store/file). One process at a time has it open. */
  readonly directory: string;
  readonly disk: Disk;
  readonly clock: Clock;
  /** Loaded from the checkpoint, or made again from the graph; what happened since waits in `take`. */
  readonly derived?: readonly Derived[];
}

/** What opening found. */
export interface Opened {
  /** Seq of the checkpoint; null = there is none. */
  readonly checkpointSeq: Seq | null;
  /** Changes that were done again from the log. */
  readonly replayed: number;
  /** Bytes of a commit that a crash cut short; nobody was told that it is durable. */
  readonly droppedBytes: number;
  /** Derived indexes that were made again. */
  readonly rebuilt: readonly string[];
}

/** A graph and what only its owner needs. */
export interface OwnGraph extends Graph, Participant {
  readonly opened: Opened;
  /** For one thread that reads (attach.ts); at most LIMITS.memoryReadersMax at a time. */
  share(): SharedGraph;
  /** Bytes of memory that its tables take. */
  readonly usedBytes: number;
  /** Rows and bodies that were replaced and are kept for somebody who reads. */
  readonly waitingForReaders: number;
  /** That thread reads no more, or is dead: what it held is let go. */
  unshare(shared: SharedGraph): void;
}

/** Throws OPD4006 (damage), OPD4008 (open elsewhere), OPD5001..5005 (the log). */
export async function openGraph(options: GraphOptions): Promise<OwnGraph> {
  const files = await openFiles(options.directory, options.disk, options.clock, () => graph.progressed());
  const graph: FileGraph = new FileGraph(options, files);
  try {
    await graph.begin(options.derived ?? []);
    return graph;
  } catch (error) {
    await graph.close();
    throw error;
  }
}

/** Later than any change, and before the end of what is there. */
const NEWEST = Number.MAX_SAFE_INTEGER;
/** Items that are freed in one turn: some 100 ns each. */
const RECLAIM_MAX = 10_000;

class FileGraph extends Reader implements OwnGraph {
  opened: Opened;
  readonly #options: GraphOptions;
  readonly #files: GraphFiles;
  readonly #writer: Writer;
  readonly #pending: Pending;
  readonly #commit: Commit;
  readonly #clock: Clock;
  readonly #room: Room;
  /** Seqs that snapshots of this thread hold, ascending, and how many do. */
  readonly #held = new Map<Seq, number>();
  readonly #cells: boolean[] = [];
  #reclaiming = false;
  #checkpointing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: GraphOptions, files: GraphFiles) {
    super(files.writer.tables, files.writer.totals, NEWEST);
    this.#options = options;
    this.#files = files;
    this.#writer = files.writer;
    this.#pending = files.pending;
    this.#commit = files.commit;
    this.#clock = options.clock;
    const { manifest, replayed, log } = files;
    const { droppedBytes } = log;
    this.opened = { checkpointSeq: manifest?.seq ?? null, replayed, droppedBytes, rebuilt: [] };
    this.#room = new Room(options.clock, () => this.#isFull(1));
  }

  /** Gives derived indexes what they need to follow. */
  async begin(derived: readonly Derived[]): Promise<void> {
    const { disk, directory } = this.#options;
    const rebuilt = await loadDerived(disk, directory, this.#files.manifest, derived, this);
    this.opened = { ...this.opened, rebuilt };
    this.#reclaimSoon();
  }

  learn(concept: NewConcept): Seq {
    const attributesBytes = checkConcept(concept);
    this.#admit(1);
    const sizeBytes = bodyBytes(concept, attributesBytes);
    this.#writer.reserve(1, sizeBytes);
    const ink = this.#commit.begin(LEARN_BYTES + sizeBytes);
    const from = ink.end;
    writeLearn(ink, concept, sizeBytes, attributesBytes, this.#writer, this.#nowUs());
    return this.#done(ink, from, from, 1);
  }

  associate(association: NewAssociation): Seq {
    checkAssociation(association);
    this.#admit(1);
    const source = this.slotOf(association.source);
    const target = this.slotOf(association.target);
    if (source < 0) throw absent(association.source);
    if (target < 0) throw absent(association.target);
    this.#writer.reserve(1, 0);
    const ink = this.#commit.begin(SMALL_BYTES_MAX);
    const from = ink.end;
    const { type, confidence, weight } = association;
    encodeAssociate(ink, source, target, type, this.#nowUs(), confidence, weight);
    return this.#done(ink, from, from, 1);
  }

  apply(changes: readonly Change[]): Seq {
    const { sizeBytes, bodiesBytes } = measureChanges(changes);
    this.#checkEnds(changes);
    this.#admit(changes.length);
    this.#writer.reserve(changes.length, bodiesBytes);
    const ink = this.#commit.begin(sizeBytes);
    const from = ink.end;
    for (const [n, change] of changes.entries()) {
      const at = ink.end;
      writeChange(ink, change, this, this.#writer, this.#nowUs());
      this.#writer.apply(ink, at, this.seq + 1);
      if (n === changes.length - 1) this.#shown(from, changes.length);
    }
    return this.seq;
  }

  prepare(transaction: string, changes: readonly Change[]): Seq {
    const { sizeBytes, bodiesBytes } = measureChanges(changes);
    this.#checkEnds(changes);
    this.#admit(changes.length + 1);
    this.#writer.reserve(changes.length, bodiesBytes);
    const promise = encodePromise(changes, sizeBytes, this.#nowUs());
    const ink = this.#commit.begin(PREPARE_BYTES + promise.length + 8);
    const from = ink.end;
    this.#writer.frame = this.#commit.lastFrame + 1;
    encodePrepare(ink, transaction, promise);
    return this.#done(ink, from, from, 1);
  }

  resolve(transaction: string, isKept: boolean): Seq {
    const promise = this.#writer.prepared.get(transaction);
    if (promise === null) return this.seq;
    this.#checkOpen();
    const ink = this.#commit.begin(promise.length + PREPARE_BYTES);
    const from = ink.end;
    const before = this.seq;
    if (isKept)
      writePromised(ink, promise, this, this.#writer, (at) => this.#writer.apply(ink, at, this.seq + 1));
    const at = ink.end;
    encodeResolve(ink, transaction, isKept);
    return this.#done(ink, from, at, this.seq + 1 - before);
  }

  prepared(): readonly string[] {
    return this.#writer.prepared.names;
  }

  durable(seq: Seq = this.seq): Promise<void> {
    return this.#commit.durable(Math.min(seq, this.seq));
  }

  room(): Promise<void> {
    return this.#room.wait();
  }

  snapshot(): Snapshot {
    return this.#hold();
  }

  take(max: number): readonly Applied[] {
    const taken = this.#pending.take(max);
    if (taken.length > 0) this.progressed();
    return taken;
  }

  get pending(): number {
    return this.#pending.count;
  }

  checkpoint(derived: readonly Derived[]): Promise<void> {
    assert(!this.#closed, "a closed graph writes no checkpoint");
    const next = this.#checkpointing.then(() => this.#saveCheckpoint(derived));
    this.#checkpointing = next.catch(() => undefined);
    return next;
  }

  get usedBytes(): number {
    return this.#writer.usedBytes;
  }

  get waitingForReaders(): number {
    return this.#writer.reclaim.waiting;
  }

  share(): SharedGraph {
    const free = this.#cells.indexOf(false);
    const cell = free < 0 ? this.#cells.length : free;
    assert(cell < LIMITS.memoryReadersMax, "a graph is read by at most LIMITS.memoryReadersMax threads");
    this.#cells[cell] = true;
    return { buffers: this.tables.buffers, cell };
  }

  unshare({ cell }: SharedGraph): void {
    repin(this.tables, cell, null);
    this.#cells[cell] = false;
    this.#reclaimSoon();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#checkpointing;
    try {
      if (this.#commit.failure === null) await this.durable();
    } finally {
      await this.#commit.idle();
      await this.#files.log.close();
      this.#files.lock.release();
      this.#files.lock.close();
    }
  }

  /** Something was taken, or got to the disk: there may be room now, and something to free. */
  progressed(): void {
    this.#room.changed();
    this.#reclaimSoon();
  }

  /** Does the one change that was encoded at `at`; returns its seq. */
  #done(ink: Ink, from: number, at: number, count: number): Seq {
    this.#writer.apply(ink, at, this.seq + 1);
    this.#shown(from, count);
    return this.seq;
  }

  #shown(from: number, count: number): void {
    this.#writer.publish();
    this.#commit.added(count, from);
    this.#reclaimSoon();
  }

  #nowUs(): number {
    return this.#clock.wallMs() * 1000;
  }

  /** Throws OPD4002. */
  #checkEnds(changes: readonly Change[]): void {
    const missing = findMissingEnd(changes, (id) => this.slotOf(id) >= 0);
    if (missing !== null) throw absent(missing);
  }

  /** Throws OPD4004. */
  #checkOpen(): void {
    assert(!this.#closed, "a closed graph takes no changes");
    if (this.#commit.failure !== null) throw this.#commit.failure;
  }

  /** Throws OPD4003, OPD4004. */
  #admit(changes: number): void {
    this.#checkOpen();
    if (this.#isFull(changes))
      throw new OpError(
        "OPD4003",
        `${this.#pending.count} changes wait for the indexes, ${this.#commit.backlogBytes} bytes for the disk`,
      );
  }

  #isFull(changes: number): boolean {
    const { prepared } = this.#writer;
    return (
      this.#pending.count + prepared.changes + changes > LIMITS.memoryPendingMax ||
      this.#commit.backlogBytes + prepared.bytes > LIMITS.memoryBacklogBytesMax
    );
  }

  #hold(): HeldReader {
    const seq = this.seq;
    this.#held.set(seq, (this.#held.get(seq) ?? 0) + 1);
    return new HeldReader(this.tables, { ...this.totals }, () => {
      const left = this.#held.get(seq)! - 1;
      if (left > 0) this.#held.set(seq, left);
      else this.#held.delete(seq);
      this.#reclaimSoon();
    });
  }

  async #saveCheckpoint(derived: readonly Derived[]): Promise<void> {
    if (this.#commit.failure !== null) throw this.#commit.failure;
    await saveCheckpoint(this.#options, this.#files, () => this.#hold(), derived);
  }

  /** In a turn of its own: views that were given out in this one stay. */
  #reclaimSoon(): void {
    const { reclaim } = this.#writer;
    if (this.#reclaiming || reclaim.waiting === 0) return;
    if (!reclaim.isDue(this.#oldestSeq(), this.#takenSeq())) return;
    this.#reclaiming = true;
    setImmediate(() => {
      this.#reclaiming = false;
      reclaim.run(this.#oldestSeq(), this.#takenSeq(), this.seq, RECLAIM_MAX);
      this.#reclaimSoon();
    });
  }

  /** Whoever reads reads at this seq or a later one. */
  #oldestSeq(): Seq {
    const [held = Infinity] = this.#held.keys();
    return Math.min(this.seq, held, oldestPin(this.tables, this.#cells.length));
  }

  /** Derived indexes know every change up to this one. */
  #takenSeq(): Seq {
    return (this.#pending.oldestSeq ?? this.seq + 1) - 1;
  }
}

function absent(id: ConceptId): OpError {
  return new OpError("OPD4002", `concept ${hexOf(id)} does not exist`);
}
