// Which documents of a segment hold a term, and how often, as bytes:
//
//   posting   varint (document - the one before - 1) * 2 + (often > 1) | varint often - 2, where often > 1
//   block     128 postings; "the one before" of its first is the last of the block before it, -1 in the first
//   entry     a block, in a list of more than one: u32 last document | u32 where its bytes begin | u32 most often
//             | u32 length of the shortest document | u32 smallest slot
//
// varint: 7 bits a byte, the lowest first, the highest bit set in all but the last. From an entry follows how well a document of
// that block can score at best, so most blocks of common words are never read.

export const BLOCK_POSTINGS = 128;
export const ENTRY_WORDS = 5;
const LAST_DOC = 0;
const BYTES_AT = 1;
const OFTEN_MAX = 2;
const LENGTH_MIN = 3;
const SLOT_MIN = 4;

/** The list of one term: `bytes` from `at` to `end`, `entries` (counted in entries) from `entryAt` to `entryEnd`; no entries
 * where there is one block. */
export interface Postings {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly end: number;
  readonly entries: Uint32Array;
  readonly entryAt: number;
  readonly entryEnd: number;
}

/** `value` < 2^31. Returns where the next byte goes. */
export function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  let next = at;
  for (; rest > 127; rest >>>= 7) bytes[next++] = (rest & 127) | 128;
  bytes[next++] = rest;
  return next;
}

export function varintBytes(value: number): number {
  return value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : value < 268_435_456 ? 4 : 5;
}

/** Reads a block whose bytes are [at, end) into `docs` and `often`; returns how many postings there are. */
export function readBlock(
  { bytes }: Postings,
  at: number,
  end: number,
  docBefore: number,
  docs: Uint32Array,
  often: Uint32Array,
): number {
  let doc = docBefore;
  let count = 0;
  let next = at;
  while (next < end) {
    let value = bytes[next++]!;
    if (value > 127) {
      value &= 127;
      let shift = 7;
      for (; bytes[next]! > 127; shift += 7) value |= (bytes[next++]! & 127) << shift;
      value |= bytes[next++]! << shift;
    }
    doc += (value >>> 1) + 1;
    docs[count] = doc;
    if ((value & 1) === 0) often[count++] = 1;
    else {
      let more = bytes[next++]!;
      if (more > 127) {
        more &= 127;
        let shift = 7;
        for (; bytes[next]! > 127; shift += 7) more |= (bytes[next++]! & 127) << shift;
        more |= bytes[next++]! << shift;
      }
      often[count++] = more + 2;
    }
  }
  return count;
}

/** One field of an entry. */
export const entryField = {
  lastDoc: (list: Postings, entry: number): number => list.entries[entry * ENTRY_WORDS + LAST_DOC]!,
  bytesAt: (list: Postings, entry: number): number => list.entries[entry * ENTRY_WORDS + BYTES_AT]!,
  oftenMax: (list: Postings, entry: number): number => list.entries[entry * ENTRY_WORDS + OFTEN_MAX]!,
  lengthMin: (list: Postings, entry: number): number => list.entries[entry * ENTRY_WORDS + LENGTH_MIN]!,
  slotMin: (list: Postings, entry: number): number => list.entries[entry * ENTRY_WORDS + SLOT_MIN]!,
};

/** Calls `block` for every block of a list, read into `docs` and `often`. */
export function* blocksOf(list: Postings, docs: Uint32Array, often: Uint32Array): Generator<number, void> {
  if (list.entryAt === list.entryEnd) {
    if (list.at < list.end) yield readBlock(list, list.at, list.end, -1, docs, often);
    return;
  }
  for (let entry = list.entryAt; entry < list.entryEnd; entry++) {
    const end = entry + 1 < list.entryEnd ? entryField.bytesAt(list, entry + 1) : list.end;
    const before = entry > list.entryAt ? entryField.lastDoc(list, entry - 1) : -1;
    yield readBlock(list, entryField.bytesAt(list, entry), end, before, docs, often);
  }
}

/** Writes lists one behind the other. The arrays are as large as it can get; what is not written takes no memory. */
export class PostingsWriter {
  readonly bytes: Uint8Array;
  readonly entries: Uint32Array;
  sizeBytes = 0;
  entryCount = 0;
  /** Of the list that is being written. */
  postings = 0;
  #firstEntry = 0;
  #inBlock = 0;
  #doc = -1;
  #often = 0;
  #length = 0;
  #slot = 0;

  constructor(bytesMax: number, entriesMax: number) {
    this.bytes = new Uint8Array(bytesMax);
    this.entries = new Uint32Array(entriesMax * ENTRY_WORDS);
  }

  begin(): void {
    this.postings = 0;
    this.#firstEntry = this.entryCount;
    this.#inBlock = 0;
    this.#doc = -1;
  }

  /** Documents ascend within a list. */
  add(doc: number, often: number, length: number, slot: number): void {
    if (this.#inBlock === BLOCK_POSTINGS) this.#endBlock();
    if (this.#inBlock === 0) {
      this.entries[this.entryCount * ENTRY_WORDS + BYTES_AT] = this.sizeBytes;
      this.#often = often;
      this.#length = length;
      this.#slot = slot;
    } else {
      if (often > this.#often) this.#often = often;
      if (length < this.#length) this.#length = length;
      if (slot < this.#slot) this.#slot = slot;
    }
    const step = (doc - this.#doc - 1) * 2;
    this.sizeBytes = putVarint(this.bytes, this.sizeBytes, often > 1 ? step + 1 : step);
    if (often > 1) this.sizeBytes = putVarint(this.bytes, this.sizeBytes, often - 2);
    this.#doc = doc;
    this.#inBlock++;
    this.postings++;
  }

  /** A list of one block keeps no entry. */
  end(): void {
    if (this.#inBlock > 0) this.#endBlock();
    if (this.entryCount - this.#firstEntry === 1) this.entryCount--;
  }

  #endBlock(): void {
    const at = this.entryCount * ENTRY_WORDS;
    this.entries[at + LAST_DOC] = this.#doc;
    this.entries[at + OFTEN_MAX] = this.#often;
    this.entries[at + LENGTH_MIN] = this.#length;
    this.entries[at + SLOT_MIN] = this.#slot;
    this.entryCount++;
    this.#inBlock = 0;
  }
}
