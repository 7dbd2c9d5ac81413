// The index in a checkpoint, one file `text`. Little-endian u32 throughout; a column of bytes is filled with zeros to whole words.
//
//   head      "OPDT" | format, 1 | WORDS_VERSION | segments
//   segment   documents | terms | postings | dead documents | bytes of termLists, text, postings | words of entries
//             | slots | lengths | termListAt | termLists | textAt | postingsAt | entryAt | text | postings | entries | living | dead
//   end       CRC-32 (ISO 3309) of all before it
//
// What these are: segment.ts. A file that is not exactly this is not used: the index is made again.

import { constants } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { Disk } from "../../store/file/file.ts";
import type { Segment } from "./segment.ts";
import { WORDS_VERSION } from "./words.ts";

const MAGIC = 0x5444504f;
const FORMAT = 1;
const HEAD_WORDS = 4;
const SEGMENT_WORDS = 8;
const NAME = "text";
/** Bytes between two turns of the event loop. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** As the segments are at the call. Throws what the disk throws. */
export async function saveSegments(disk: Disk, folder: string, segments: readonly Segment[]): Promise<void> {
  const parts: Uint8Array[] = [bytesOf(Uint32Array.of(MAGIC, FORMAT, WORDS_VERSION, segments.length))];
  for (const segment of segments) {
    const { slots, living, weight, deadCount, termLists, text, postings, entries } = segment;
    const sizes = [termLists.length, text.length, postings.length, entries.length];
    parts.push(bytesOf(Uint32Array.of(slots.length, living.length, weight, deadCount, ...sizes)));
    // These two alone change while this waits for the disk.
    const now = { ...segment, living: living.slice(), dead: segment.dead.slice() };
    for (const { name } of columns(slots.length, living.length, sizes)) parts.push(...padded(now[name]));
  }
  const fd = disk.open(join(folder, NAME), constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
  try {
    let at = 0;
    let sum = 0;
    for (const part of parts) {
      for (let from = 0; from < part.length; from += CHUNK_BYTES) {
        const chunk = part.subarray(from, from + CHUNK_BYTES);
        sum = crc32(chunk, sum);
        await disk.writeAsync(fd, chunk, at);
        at += chunk.length;
      }
    }
    await disk.writeAsync(fd, bytesOf(Uint32Array.of(sum)), at);
  } finally {
    disk.close(fd);
  }
}

/** null = there is none, or it cannot be used. */
export async function loadSegments(disk: Disk, folder: string): Promise<readonly Segment[] | null> {
  let fd: number;
  try {
    fd = disk.open(join(folder, NAME), constants.O_RDONLY);
  } catch {
    return null;
  }
  try {
    return await readSegments(disk, fd);
  } catch {
    // The disk cannot read it: what it held can be made again.
    return null;
  } finally {
    disk.close(fd);
  }
}

async function readSegments(disk: Disk, fd: number): Promise<readonly Segment[] | null> {
  const sizeBytes = disk.stat(fd).size;
  let at = 0;
  let sum = 0;
  /** null = the file has not so many. */
  const read = async (count: number): Promise<Uint8Array | null> => {
    if (count > sizeBytes - 4 - at) return null;
    const bytes = new Uint8Array(count);
    for (let from = 0; from < count;) {
      const got = disk.read(fd, bytes.subarray(from, from + CHUNK_BYTES), at);
      if (got === 0) return null;
      from += got;
      at += got;
      if (count > CHUNK_BYTES) await new Promise((resolve) => setImmediate(resolve));
    }
    sum = crc32(bytes, sum);
    return bytes;
  };
  const head = wordsOf(await read(HEAD_WORDS * 4));
  if (head === null || head[0] !== MAGIC || head[1] !== FORMAT || head[2] !== WORDS_VERSION) return null;

  const segments: Segment[] = [];
  for (let number = 0; number < head[3]!; number++) {
    const facts = wordsOf(await read(SEGMENT_WORDS * 4));
    if (facts === null) return null;
    const [documents, terms, weight, deadCount, ...sizes] = facts as unknown as [
      number,
      number,
      number,
      number,
      ...number[],
    ];
    const made: Partial<Record<ColumnName, Uint8Array | Uint32Array>> = {};
    for (const { name, wide, length } of columns(documents, terms, sizes)) {
      const bytes = await read(wide ? length * 4 : (length + 3) & ~3);
      if (bytes === null) return null;
      made[name] = wide ? wordsOf(bytes)! : bytes.subarray(0, length);
    }
    segments.push({ ...(made as Columns), weight, deadCount });
  }
  if (at !== sizeBytes - 4) return null;
  const end = new Uint8Array(4);
  return disk.read(fd, end, at) === 4 && wordsOf(end)![0] === sum ? segments : null;
}

type Columns = Omit<Segment, "weight" | "deadCount">;
type ColumnName = keyof Columns;
interface Column {
  readonly name: ColumnName;
  /** u32, not bytes. */
  readonly wide: boolean;
  readonly length: number;
}

function columns(documents: number, terms: number, sizes: readonly number[]): readonly Column[] {
  const [termLists = 0, text = 0, postings = 0, entries = 0] = sizes;
  const of = (name: ColumnName, length: number, wide = true): Column => ({ name, wide, length });
  return [
    of("slots", documents),
    of("lengths", documents),
    of("termListAt", documents + 1),
    of("termLists", termLists, false),
    of("textAt", terms + 1),
    of("postingsAt", terms + 1),
    of("entryAt", terms + 1),
    of("text", text, false),
    of("postings", postings, false),
    of("entries", entries),
    of("living", terms),
    of("dead", (documents + 31) >>> 5),
  ];
}

function bytesOf(array: Uint8Array | Uint32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function wordsOf(bytes: Uint8Array | null): Uint32Array | null {
  return bytes === null ? null : new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
}

function padded(array: Uint8Array | Uint32Array): readonly Uint8Array[] {
  const bytes = bytesOf(array);
  return bytes.length % 4 === 0 ? [bytes] : [bytes, new Uint8Array(4 - (bytes.length % 4))];
}
