// The journal: what was begun and may not have ended. A transaction is begun before the first effect, notes are added
// before and after each effect, and an end closes it. What is open at the next start was interrupted. The values are the
// owner's: the journal knows no plan. It stays small: what is closed is dropped, what stays open is moved to the front.
//
//   a frame of the log (docs/design/log.md, kind JRNL):   type 1 begin, 2 note, 3 end
//   its payload:   id, 16 hex digits in ASCII | value, canonical JSON in UTF-8 (an end has none)

import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { canonicalJson, plainOf, readText, type PlainTable } from "../../base/text/text.ts";
import type { Disk } from "../file/file.ts";
import { spanned } from "../../telemetry/trace/span.ts";
import { openLog, type Frame, type LogRecord } from "../log/log.ts";
import { placeOf, type JournalPlace } from "./place.ts";

export { placeFault } from "./place.ts";

export interface Transaction {
  readonly id: string;
  readonly begin: PlainTable;
  /** In the order they were written. */
  readonly notes: readonly PlainTable[];
}

export interface Journal {
  /** Where it lies now. Throws OPD5002. */
  place(): JournalPlace;
  /** Transactions without an end, oldest first, as of the last refresh. Throws OPD5201. */
  pending(): readonly Transaction[];
  /** Reads what other processes wrote since. */
  refresh(): Promise<void>;
  /** Durable when it resolves, together with `notes`. Throws OPD5002, OPD5004. */
  begin(id: string, value: PlainTable, notes?: readonly PlainTable[]): Promise<void>;
  /** `durable` false: written, and durable with the next durable one; enough for what only tells more. */
  note(id: string, value: PlainTable, durable: boolean): Promise<void>;
  /** Closes a transaction. Not durable by itself: an end that is lost leaves it pending, and resolving it again is harmless. */
  end(id: string): Promise<void>;
  /** Space for that many more bytes is there. */
  reserve(sizeBytes: number): Promise<void>;
  close(): Promise<void>;
}

export interface JournalOptions {
  /** A private folder, made by the caller (store/file). */
  readonly directory: string;
  readonly disk: Disk;
  readonly clock: Clock;
  /** Never writes and takes no lock: to see what is pending. */
  readonly readOnly?: boolean;
}

const BEGIN = 1;
const NOTE = 2;
const END = 3;
const ID_BYTES = 16;

/** What is open, as it was written: values are read when somebody asks, for at most starts nothing is open. */
interface Open {
  begin: Buffer;
  notes: Buffer[];
}

/** Opens the journal, made where there is none. Throws OPD5003, OPD5201, and of a read-only one OPD5002 where none is. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const open = new Map<string, Open>();
  /** Seq of the record that comes next. */
  let next = 0;
  /** Bytes of the records that are on disk, dropped ones apart: about what a start reads. */
  let usedBytes = 0;
  const log = await openLog({
    directory: options.directory,
    kind: "JRNL",
    disk: options.disk,
    clock: options.clock,
    segmentBytesFirst: LIMITS.journalSegmentBytes,
    segmentBytesMax: LIMITS.journalSegmentBytes,
    follow,
    ...(options.readOnly === true ? { readOnly: true } : {}),
  });
  return Object.freeze({
    place: () => placeOf(options.directory),
    pending: () => [...open].map(([id, { begin, notes }]) => readTransaction(id, begin, notes)),
    async refresh() {
      await log.refresh();
      catchUp(log.next);
    },
    async begin(id: string, value: PlainTable, notes: readonly PlainTable[] = []) {
      const frames = [frame(BEGIN, id, value), ...notes.map((note) => frame(NOTE, id, note))];
      await spanned("storage", "journal begin", () => log.append(frames));
    },
    async note(id: string, value: PlainTable, durable: boolean) {
      const frames = [frame(NOTE, id, value)];
      await spanned("storage", "journal note", () => (durable ? log.append(frames) : log.note(frames)));
    },
    async end(id: string) {
      await spanned("storage", "journal end", async () => {
        await log.note([{ type: END, payload: Buffer.from(id, "latin1") }]);
        await makeSmaller();
      });
    },
    reserve: (sizeBytes: number) => log.reserve(sizeBytes),
    close: () => log.close(),
  });

  /** Records that were dropped before they were read (this process slept): whatever is still open was written again
   * behind them, so what is known from before them counts no more. */
  function catchUp(seq: number): void {
    if (seq !== next) {
      open.clear();
      usedBytes = 0;
    }
    next = seq;
  }

  function follow({ type, payload, seq }: LogRecord): void {
    catchUp(seq);
    next = seq + 1;
    const id = Buffer.from(payload.subarray(0, ID_BYTES)).toString("latin1");
    const value = Buffer.from(payload.subarray(ID_BYTES));
    usedBytes += payload.length;
    if (type === BEGIN) {
      // One that is open already was moved to the front: its notes follow again.
      open.delete(id);
      open.set(id, { begin: value, notes: [] });
    } else if (type === NOTE) open.get(id)?.notes.push(value);
    else if (type === END) open.delete(id);
    else throw unreadable(`record ${seq} is of kind ${type}`);
  }

  /** Drops what is closed. What is still open (of a bus that is away, say) is written again before, so that it cannot
   * keep everything behind it on disk. */
  async function makeSmaller(): Promise<void> {
    const openBytes = [...open.values()].flatMap(({ begin, notes }) => [begin, ...notes]);
    const neededBytes = openBytes.reduce((sum, { length }) => sum + length + ID_BYTES, 0);
    if (usedBytes < LIMITS.journalSegmentBytes + 2 * neededBytes) return;
    let first = log.next;
    if (open.size > 0) {
      first = await log.append((seq) => {
        catchUp(seq);
        return [...open].flatMap(([id, { begin, notes }]) => [
          { type: BEGIN, payload: payloadOf(id, begin) },
          ...notes.map((note) => ({ type: NOTE, payload: payloadOf(id, note) })),
        ]);
      });
    }
    await log.dropBefore(first);
    usedBytes = neededBytes;
  }
}

function frame(type: number, id: string, value: PlainTable): Frame {
  return { type, payload: payloadOf(id, Buffer.from(canonicalJson(value))) };
}

function payloadOf(id: string, value: Buffer): Buffer {
  assert(/^[0-9a-f]{16}$/.test(id), "the id of a transaction is 16 hex digits");
  return Buffer.concat([Buffer.from(id, "latin1"), value]);
}

function readTransaction(id: string, begin: Buffer, notes: readonly Buffer[]): Transaction {
  return { id, begin: tableIn(id, begin), notes: notes.map((note) => tableIn(id, note)) };
}

/** What was written passed its checksum: if it cannot be read, another version wrote it. */
function tableIn(id: string, bytes: Buffer): PlainTable {
  const { root, faults } = readText(`journal ${id}`, bytes.toString("utf8"), "canonical");
  const value = root === null || faults.length > 0 ? null : plainOf(root);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw unreadable(`${id} holds no table`);
  return value as PlainTable;
}

function unreadable(why: string): OpError {
  return new OpError("OPD5201", `the journal cannot be understood: ${why}`, {
    hint: "use the version of op-dbus that wrote it",
  });
}
