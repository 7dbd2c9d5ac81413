// Taking a file over: an export of this memory, or storage.dat of the original engine. Some concepts at a time, each part one
// transaction; what cannot be taken is told with its place and passed over, and all else is learned. Taken over again it gives
// the same: concepts and associations replace what they were.

import { constants } from "node:fs";
import { asOpError, OpError } from "../../base/error.ts";
import { errnoOf } from "../../base/file.ts";
import { LIMITS } from "../../base/limits.ts";
import { visible } from "../../base/visible.ts";
import type { Disk } from "../../store/file/file.ts";
import { ASSOCIATION_TYPES, type Change, type ConceptId } from "../model.ts";
import type { OwnSpace } from "../namespace/model.ts";
import { analyze } from "../reason/analyze.ts";
import { changesOf, headOf } from "./line.ts";
import { MAGIC, readStorageDat, type ReadAt, type StoredItem } from "./storage-dat.ts";

export interface ImportReport {
  readonly format: "json-lines" | "storage.dat";
  readonly concepts: number;
  readonly associations: number;
  readonly vectors: number;
  /** Of all that could not be taken, the first ones: "byte 4711" or "line 3", and why. */
  readonly faults: readonly { readonly at: string; readonly why: string }[];
  readonly refused: number;
}

const FAULTS_MAX = 100;
const CHANGES_EACH = 1000;
const BYTES_EACH = LIMITS.memoryTransactionBytesMax / 4;
const PIECE_BYTES = 1024 * 1024;
/** A content of the largest size, as base64 or escaped, and a vector. */
const LINE_BYTES_MAX = 64 * 1024 * 1024;

/** Throws OPD4601 (no such file, or no file), OPD4003, OPD4004, and when `signal` fires OPD4513. */
export async function importFile(
  space: OwnSpace,
  disk: Disk,
  path: string,
  signal: AbortSignal,
): Promise<ImportReport> {
  const fd = opened(disk, path);
  try {
    const read: ReadAt = (from, sizeBytes) => readAt(disk, fd, from, sizeBytes);
    const taking = new Taking(space, signal);
    const legacy = read(0, MAGIC.length).toString("latin1") === MAGIC;
    await (legacy ? takeStored(buffered(read), taking) : takeLines(read, taking));
    return { format: legacy ? "storage.dat" : "json-lines", ...(await taking.end()) };
  } finally {
    disk.close(fd);
  }
}

function opened(disk: Disk, path: string): number {
  try {
    const fd = disk.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (disk.stat(fd).isFile()) return fd;
    disk.close(fd);
  } catch (error) {
    throw new OpError("OPD4601", `${visible(path)} cannot be read: ${errnoOf(error)}`, {
      where: path,
      cause: error,
    });
  }
  throw new OpError("OPD4601", `${visible(path)} is no file`, { where: path });
}

/** What is under way to the graph, and what was counted so far. */
class Taking {
  concepts = 0;
  associations = 0;
  vectors = 0;
  refused = 0;
  readonly faults: { at: string; why: string }[] = [];
  readonly space: OwnSpace;
  readonly #signal: AbortSignal;
  #waiting: { readonly at: string; readonly changes: readonly Change[] }[] = [];
  #sizeBytes = 0;
  #adopt: (vector: Float32Array) => boolean = () => true;

  constructor(space: OwnSpace, signal: AbortSignal) {
    this.space = space;
    this.#signal = signal;
  }

  /** `line`: the first of an export, which names who made its vectors. Throws OPD4601. */
  vectorsOf(line: string | null): void {
    const head = line === null ? null : headOf(line);
    if (head === null)
      throw new OpError("OPD4601", "line 1: it is neither storage.dat nor the first line of an export");
    if (head.vectors !== null) this.#adopt = this.space.adopt(head.vectors);
  }

  /** With vectors that may lie beside those that are here; without them where they may not. */
  own(changes: readonly Change[]): readonly Change[] {
    return changes.map((change) => {
      if (change.kind !== "learn" || change.concept.vector === null) return change;
      const { concept } = change;
      return this.#adopt(change.concept.vector)
        ? change
        : { ...change, concept: { ...concept, vector: null } };
    });
  }

  fault(at: string, why: string): void {
    this.refused++;
    if (this.faults.length < FAULTS_MAX) this.faults.push({ at, why });
  }

  async put(at: string, changes: readonly Change[]): Promise<void> {
    this.#waiting.push({ at, changes: changes.map((change) => this.#counted(change)) });
    for (const change of changes)
      this.#sizeBytes +=
        change.kind === "learn"
          ? change.concept.content.length + (change.concept.vector?.byteLength ?? 0)
          : 64;
    if (this.#waiting.length >= CHANGES_EACH || this.#sizeBytes >= BYTES_EACH) await this.flush();
  }

  /** Taken over again it is read as often as it was, not twice as often. */
  #counted(change: Change): Change {
    if (change.kind !== "access") return change;
    const known = this.space.get(change.id)?.accessCount ?? 0;
    return { ...change, count: Math.max(0, change.count - known) };
  }

  /** Together, and where that is refused one by one, so that only what is wrong is passed over. */
  async flush(): Promise<void> {
    const waiting = this.#waiting;
    [this.#waiting, this.#sizeBytes] = [[], 0];
    if (waiting.length === 0) return;
    if (this.#signal.aborted) throw new OpError("OPD4513", "the import was ended; what it took is kept");
    try {
      await this.space.apply(
        waiting.flatMap(({ changes }) => changes),
        "buffered",
      );
      for (const { changes } of waiting) this.#count(changes);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      for (const { at, changes } of waiting) await this.#one(at, changes);
    }
  }

  async #one(at: string, changes: readonly Change[]): Promise<void> {
    try {
      await this.space.apply(changes, "buffered");
      this.#count(changes);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.fault(at, asOpError(error).message);
    }
  }

  #count(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind === "learn") this.concepts++;
      if (change.kind === "learn" && change.concept.vector !== null) this.vectors++;
      if (change.kind === "associate") this.associations++;
    }
  }

  async end(): Promise<Omit<ImportReport, "format">> {
    await this.flush();
    await this.space.durable();
    const { concepts, associations, vectors, refused } = this;
    const numberOf = (at: string): number => Number(at.split(" ")[1]);
    const faults = this.faults.toSorted((a, b) => numberOf(a.at) - numberOf(b.at));
    return { concepts, associations, vectors, faults, refused };
  }
}

/** Of what is wrong in itself, and not of a memory that takes nothing. */
function isRefusal(error: unknown): boolean {
  return error instanceof OpError && (error.code === "OPD4001" || error.code === "OPD4002");
}

async function takeLines(read: ReadAt, taking: Taking): Promise<void> {
  let number = 0;
  for (const line of linesOf(read)) {
    number++;
    const at = `line ${number}`;
    if (number === 1) {
      taking.vectorsOf(line);
      continue;
    }
    if (line === "") continue;
    if (line === null) taking.fault(at, `it has more than ${LINE_BYTES_MAX} bytes`);
    else
      try {
        await taking.put(at, taking.own(changesOf(line)));
      } catch (error) {
        if (!(error instanceof OpError && error.code === "OPD4602")) throw error;
        taking.fault(at, error.message);
      }
  }
  if (number === 0) throw new OpError("OPD4601", "line 1: the file is empty");
}

/** null = a line that is too long; its bytes are passed over. */
function* linesOf(read: ReadAt): Generator<string | null> {
  let rest: Buffer[] = [];
  let size = 0;
  for (let at = 0; ;) {
    const piece = read(at, PIECE_BYTES);
    at += piece.length;
    let from = 0;
    for (let end = piece.indexOf(10, from); end >= 0; end = piece.indexOf(10, from)) {
      const whole = size + end - from > LINE_BYTES_MAX ? null : [...rest, piece.subarray(from, end)];
      yield whole && Buffer.concat(whole).toString();
      [rest, size, from] = [[], 0, end + 1];
    }
    size += piece.length - from;
    rest = size > LINE_BYTES_MAX ? [] : [...rest, piece.subarray(from)];
    if (piece.length > 0) continue;
    if (size > 0) yield size > LINE_BYTES_MAX ? null : Buffer.concat(rest).toString();
    return;
  }
}

async function takeStored(read: ReadAt, taking: Taking): Promise<void> {
  let learned = false;
  for (const item of readStorageDat(read)) {
    const at = `byte ${item.at}`;
    if (item.kind === "fault") taking.fault(at, item.why);
    else if (item.kind === "concept")
      await taking.put(
        at,
        conceptChanges(item, (why) => taking.fault(at, why)),
      );
    else if (item.kind === "edge") {
      const { source, target, confidence } = item;
      const association = { source, target, type: ASSOCIATION_TYPES.semantic, confidence, weight: 1 };
      await taking.put(at, [{ kind: "associate", association }]);
    } else {
      if (!learned) await taking.flush();
      learned = true;
      const change = withVector(taking.space, item.id, item.vector);
      if (change === null) taking.fault(at, "a vector of no concept");
      else {
        await taking.put(at, [change]);
        // The concept was counted before.
        taking.concepts--;
      }
    }
  }
}

/** Its time is that of the import: what the file has is none. */
function conceptChanges(
  { id, content, strength, confidence, accesses, attributes }: Extract<StoredItem, { kind: "concept" }>,
  fault: (why: string) => void,
): readonly Change[] {
  const concept = {
    id,
    content,
    vector: null,
    strength,
    confidence,
    attributes: attributesIn(attributes, fault),
    semantic: analyze(content.toString()),
  };
  const learned: Change = { kind: "learn", concept };
  return accesses === 0 ? [learned] : [learned, { kind: "access", id, count: accesses }];
}

function attributesIn(text: string, fault: (why: string) => void): ReadonlyMap<string, string> {
  if (text === "" || text === "null") return new Map();
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null)
      return new Map(
        Object.entries(value).map(([key, one]) => [key, typeof one === "string" ? one : JSON.stringify(one)]),
      );
  } catch {
    // Said below.
  }
  fault("its attributes are no object of JSON; it was learned without them");
  return new Map();
}

function withVector(space: OwnSpace, id: ConceptId, vector: Float32Array): Change | null {
  const concept = space.get(id);
  return concept === null || vector.length === 0 ? null : { kind: "learn", concept: { ...concept, vector } };
}

function readAt(disk: Disk, fd: number, from: number, sizeBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  let size = 0;
  while (size < sizeBytes) {
    const count = disk.read(fd, bytes.subarray(size), from + size);
    if (count === 0) break;
    size += count;
  }
  return bytes.subarray(0, size);
}

/** Small reads come out of pieces. What is given is a copy. */
function buffered(read: ReadAt): ReadAt {
  let piece: Buffer = Buffer.alloc(0);
  let begin = 0;
  return (from, sizeBytes) => {
    if (sizeBytes > PIECE_BYTES / 4) return read(from, sizeBytes);
    if (from < begin || from + sizeBytes > begin + piece.length)
      [piece, begin] = [read(from, PIECE_BYTES), from];
    return Buffer.from(piece.subarray(from - begin, from - begin + sizeBytes));
  };
}
