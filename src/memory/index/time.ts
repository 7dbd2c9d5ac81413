// Concepts by the time they were made: ranges, and the newest. Slots lie in chunks of at most 512, sorted by time, then slot; the
// clock mostly goes forwards, so a concept mostly goes to the end. Each time stands once, in a column by slot: 12 bytes a
// concept. A concept keeps its time when it is learned again.

import { join } from "node:path";
import type { Disk } from "../../store/file/file.ts";
import type { Applied, Slot } from "../model.ts";
import type { Derived, GraphReader } from "../ports.ts";
import { Column } from "./column.ts";
import { readColumns, writeColumns } from "./file.ts";

const CHUNK_SLOTS = 512;
const KIND = "time";

interface Chunk {
  readonly slots: Uint32Array;
  /** Never 0 for a chunk in the list. */
  count: number;
}

export interface TimeIndex extends Derived {
  readonly size: number;
  /** Slots made within the range, both ends inclusive (microseconds since 1970), oldest first. */
  range(fromUs: number, toUs: number, limit: number): readonly Slot[];
  /** Slots of the newest concepts, newest first. */
  recent(limit: number): readonly Slot[];
}

export function newTimeIndex(disk: Disk): TimeIndex {
  return new Times(disk);
}

class Times implements TimeIndex {
  readonly name = KIND;
  size = 0;
  readonly #disk: Disk;
  /** Microseconds since 1970 + 1 by slot; 0 = not in the index. */
  #stamps = new Column(Float64Array);
  #chunks: Chunk[] = [];

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  apply(changes: readonly Applied[], graph: GraphReader): void {
    for (const { kind, slot } of changes) {
      if (kind === "clear") this.#clear();
      else this.#set(slot, graph.has(slot) ? graph.createdUs(slot) + 1 : 0);
    }
  }

  range(fromUs: number, toUs: number, limit: number): readonly Slot[] {
    const slots: Slot[] = [];
    if (this.#chunks.length === 0) return slots;
    const stamps = this.#stamps.view;
    let chunk = this.#chunkFor(fromUs + 1, 0);
    let at = this.#placeIn(this.#chunks[chunk]!, fromUs + 1, 0);
    for (; chunk < this.#chunks.length && slots.length < limit; chunk++, at = 0) {
      const { slots: held, count } = this.#chunks[chunk]!;
      for (; at < count && slots.length < limit; at++) {
        if (stamps[held[at]!]! > toUs + 1) return slots;
        slots.push(held[at]!);
      }
    }
    return slots;
  }

  recent(limit: number): readonly Slot[] {
    const slots: Slot[] = [];
    for (let chunk = this.#chunks.length - 1; chunk >= 0; chunk--) {
      const { slots: held, count } = this.#chunks[chunk]!;
      for (let at = count - 1; at >= 0; at--) {
        if (slots.length >= limit) return slots;
        slots.push(held[at]!);
      }
    }
    return slots;
  }

  async save(folder: string): Promise<void> {
    const slots = new Uint32Array(this.size);
    let at = 0;
    for (const chunk of this.#chunks) {
      slots.set(chunk.slots.subarray(0, chunk.count), at);
      at += chunk.count;
    }
    const stamps = new Float64Array(this.size);
    for (let n = 0; n < slots.length; n++) stamps[n] = this.#stamps.view[slots[n]!]!;
    const columns = [new Uint8Array(slots.buffer), new Uint8Array(stamps.buffer)];
    await writeColumns(this.#disk, join(folder, KIND), KIND, columns);
  }

  async load(folder: string): Promise<boolean> {
    const [slotBytes, stampBytes] = readColumns(this.#disk, join(folder, KIND), KIND) ?? [];
    if (slotBytes === undefined || stampBytes === undefined) return false;
    if (slotBytes.length * 2 !== stampBytes.length) return false;
    this.#clear();
    const slots = new Uint32Array(slotBytes.buffer);
    const stamps = new Float64Array(stampBytes.buffer);
    for (let n = 0; n < slots.length; n++) {
      this.#stamps.reach(slots[n]!);
      this.#stamps.view[slots[n]!] = stamps[n]!;
    }
    for (let from = 0; from < slots.length; from += CHUNK_SLOTS)
      this.#chunks.push(newChunk(slots.subarray(from, from + CHUNK_SLOTS)));
    this.size = slots.length;
    return true;
  }

  #clear(): void {
    this.#stamps = new Column(Float64Array);
    this.#chunks = [];
    this.size = 0;
  }

  /** `stamp` 0 takes it out. */
  #set(slot: Slot, stamp: number): void {
    this.#stamps.reach(slot);
    const before = this.#stamps.view[slot]!;
    if (before === stamp) return;
    if (before !== 0) this.#remove(before, slot);
    this.#stamps.view[slot] = stamp;
    if (stamp !== 0) this.#insert(stamp, slot);
  }

  #insert(stamp: number, slot: Slot): void {
    this.size++;
    if (this.#chunks.length === 0) this.#chunks.push(newChunk(new Uint32Array()));
    let index = this.#chunkFor(stamp, slot);
    let chunk = this.#chunks[index]!;
    if (chunk.count === CHUNK_SLOTS) {
      // At the very end a full chunk stays full; elsewhere both halves have room.
      const last = index === this.#chunks.length - 1 && this.#placeIn(chunk, stamp, slot) === CHUNK_SLOTS;
      const keeps = last ? CHUNK_SLOTS : CHUNK_SLOTS / 2;
      this.#chunks.splice(index + 1, 0, newChunk(chunk.slots.subarray(keeps)));
      chunk.count = keeps;
      if (this.#placeIn(chunk, stamp, slot) === keeps) chunk = this.#chunks[++index]!;
    }
    const at = this.#placeIn(chunk, stamp, slot);
    chunk.slots.copyWithin(at + 1, at, chunk.count);
    chunk.slots[at] = slot;
    chunk.count++;
  }

  #remove(stamp: number, slot: Slot): void {
    this.size--;
    const index = this.#chunkFor(stamp, slot);
    const chunk = this.#chunks[index]!;
    const at = this.#placeIn(chunk, stamp, slot);
    chunk.slots.copyWithin(at, at + 1, chunk.count);
    chunk.count--;
    if (chunk.count === 0) this.#chunks.splice(index, 1);
  }

  /** The last chunk that does not begin behind it; the first if all do. */
  #chunkFor(stamp: number, slot: Slot): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#isBefore(stamp, slot, this.#chunks[middle]!.slots[0]!)) high = middle - 1;
      else low = middle;
    }
    return low;
  }

  /** The first place in the chunk that does not come before it. */
  #placeIn({ slots, count }: Chunk, stamp: number, slot: Slot): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      const held = slots[middle]!;
      const heldStamp = this.#stamps.view[held]!;
      if (heldStamp < stamp || (heldStamp === stamp && held < slot)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isBefore(stamp: number, slot: Slot, held: Slot): boolean {
    const heldStamp = this.#stamps.view[held]!;
    return stamp < heldStamp || (stamp === heldStamp && slot < held);
  }
}

function newChunk(slots: Uint32Array): Chunk {
  const chunk = { slots: new Uint32Array(CHUNK_SLOTS), count: slots.length };
  chunk.slots.set(slots);
  return chunk;
}
