// Writing a checkpoint: the tables as a snapshot sees them, close together. It reads through the snapshot, some hundred
// kilobytes at a time, and lets others run while these are written; so changes go on meanwhile, and no pause is longer than
// it takes to fill one buffer. The files are what restore.ts reads straight into the tables:
//
// slots     rows 0 … of 48 bytes as in tables.ts; version = slot + 1, no chain; zeros where nothing is
// versions  rows 1 … of 32 bytes, that of slot n in row n + 1; no older one; body counts from 1, as in the arena
// edges     rows 1 … of 64 bytes; links lead over what is not there; zeros where nothing is
// bodies    one behind the other, in the order of the slots

import { constants } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { crc32 } from "node:zlib";
import type { Disk } from "../../store/file/file.ts";
import { ARENA_BEGIN_BYTES } from "./arena.ts";
import { bodySizeBytes } from "./body.ts";
import type { CheckpointFile } from "./manifest.ts";
import type { HeldReader } from "./reader.ts";
import {
  ACCESS_COUNT,
  ACCESSED,
  BODY,
  EDGE_DOUBLES,
  EDGE_WORDS,
  FIRST_IN,
  FIRST_OUT,
  NEXT_IN,
  NEXT_OUT,
  OLDER,
  PREVIOUS_IN,
  PREVIOUS_OUT,
  REMOVED,
  SLOT_DOUBLES,
  SLOT_WORDS,
  VERSION,
  VERSION_WORDS,
} from "./tables.ts";

const BUFFER_BYTES = 128 * 1024;
const READ_BYTES = 1024 * 1024;

/** Writes the four files into `folder`. Throws errors of the operating system. */
export async function writeTables(
  disk: Disk,
  folder: string,
  snapshot: HeldReader,
  edgeEnd: number,
): Promise<CheckpointFile[]> {
  const open = (name: string): Sheet => new Sheet(disk, folder, name);
  const [slots, versions, edges, bodies] = ["slots", "versions", "edges", "bodies"].map(open) as [
    Sheet,
    Sheet,
    Sheet,
    Sheet,
  ];
  try {
    let bodyAt = ARENA_BEGIN_BYTES;
    for (let slot = 0; slot < snapshot.slotEnd; slot++) {
      bodyAt += writeSlot(snapshot, slot, slots, versions, bodyAt);
      if (slots.isFull || versions.isFull) {
        await slots.flush();
        await versions.flush();
      }
    }
    for (let slot = 0; slot < snapshot.slotEnd; slot++)
      if (!writeBody(snapshot, slot, bodies)) await writeBodyLater(snapshot, slot, bodies);
    for (let edge = 1; edge < edgeEnd; edge++) {
      writeEdge(snapshot, edge, edges);
      if (edges.isFull) await edges.flush();
    }
    return await Promise.all([slots, versions, edges, bodies].map((sheet) => sheet.finish()));
  } finally {
    for (const sheet of [slots, versions, edges, bodies]) sheet.close();
  }
}

/** Returns the bytes of its body. */
function writeSlot(
  snapshot: HeldReader,
  slot: number,
  slots: Sheet,
  versions: Sheet,
  bodyAt: number,
): number {
  const { tables } = snapshot;
  const version = snapshot.versionOf(slot);
  const at = slots.take(SLOT_WORDS * 4) >>> 2;
  const own = versions.take(VERSION_WORDS * 4) >>> 2;
  if (version === 0) {
    slots.words.fill(0, at, at + SLOT_WORDS);
    versions.words.fill(0, own, own + VERSION_WORDS);
    return 0;
  }
  const from = slot * SLOT_WORDS;
  for (let n = 0; n < 4; n++) slots.words[at + n] = tables.slotWords[from + n]!;
  slots.words.fill(0, at + 4, at + SLOT_WORDS);
  slots.words[at + VERSION] = slot + 1;
  slots.words[at + FIRST_OUT] = snapshot.firstOut(slot);
  slots.words[at + FIRST_IN] = snapshot.firstIn(slot);
  slots.words[at + ACCESS_COUNT] = tables.slotWords[from + ACCESS_COUNT]!;
  slots.doubles[at / 2 + ACCESSED] = tables.slotDoubles[slot * SLOT_DOUBLES + ACCESSED]!;
  const held = version * VERSION_WORDS;
  for (let n = 0; n < VERSION_WORDS; n++) versions.words[own + n] = tables.versionWords[held + n]!;
  versions.words[own + OLDER] = 0;
  versions.words[own + BODY] = bodyAt / 8;
  return bodySizeBytes(tables.arenaWords, tables.versionWords[held + BODY]! * 2);
}

/** False when there is no room for it in the buffer. */
function writeBody(snapshot: HeldReader, slot: number, bodies: Sheet): boolean {
  const version = snapshot.versionOf(slot);
  if (version === 0) return true;
  const { arenaWords, versionWords } = snapshot.tables;
  const from = versionWords[version * VERSION_WORDS + BODY]! * 2;
  const sizeBytes = bodySizeBytes(arenaWords, from);
  if (sizeBytes > bodies.roomBytes) return false;
  const at = bodies.take(sizeBytes) >>> 2;
  for (let n = 0; n < sizeBytes / 4; n++) bodies.words[at + n] = arenaWords[from + n]!;
  return true;
}

async function writeBodyLater(snapshot: HeldReader, slot: number, bodies: Sheet): Promise<void> {
  await bodies.flush();
  if (writeBody(snapshot, slot, bodies)) return;
  const { arenaWords, versionWords, buffers } = snapshot.tables;
  const from = versionWords[snapshot.versionOf(slot) * VERSION_WORDS + BODY]! * 8;
  await bodies.writeLarge(new Uint8Array(buffers.arena, from, bodySizeBytes(arenaWords, from / 4)));
}

function writeEdge(snapshot: HeldReader, edge: number, edges: Sheet): void {
  const at = edges.take(EDGE_WORDS * 4) >>> 2;
  if (!snapshot.hasEdge(edge)) return void edges.words.fill(0, at, at + EDGE_WORDS);
  const from = edge * EDGE_WORDS;
  const { edgeWords } = snapshot.tables;
  for (let n = 0; n < EDGE_WORDS; n++) edges.words[at + n] = edgeWords[from + n]!;
  edges.doubles[(at * EDGE_DOUBLES) / EDGE_WORDS + REMOVED] = Infinity;
  edges.words[at + NEXT_OUT] = snapshot.nextOut(edge);
  edges.words[at + NEXT_IN] = snapshot.nextIn(edge);
  edges.words[at + PREVIOUS_OUT] = 0;
  edges.words[at + PREVIOUS_IN] = 0;
}

/** A file that is written forward through a buffer, and its checksum. */
class Sheet {
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #disk: Disk;
  readonly #name: string;
  #fd: number;
  #used = 0;
  #written = 0;
  #crc = 0;

  constructor(disk: Disk, folder: string, name: string) {
    const buffer = new ArrayBuffer(BUFFER_BYTES);
    this.#bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.#disk = disk;
    this.#name = name;
    this.#fd = disk.open(join(folder, name), constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY);
  }

  get roomBytes(): number {
    return BUFFER_BYTES - this.#used;
  }

  /** No room for a row. */
  get isFull(): boolean {
    return this.roomBytes < EDGE_WORDS * 4;
  }

  /** The next so many bytes of the buffer, to be written by the caller. */
  take(sizeBytes: number): number {
    const at = this.#used;
    this.#used += sizeBytes;
    return at;
  }

  async flush(): Promise<void> {
    if (this.#used === 0) return;
    await this.#write(this.#bytes.subarray(0, this.#used));
    this.#used = 0;
    // A write to the page cache may be over before anybody else had a turn.
    await setImmediate();
  }

  /** The buffer is empty. */
  async writeLarge(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += READ_BYTES) await this.#write(bytes.slice(at, at + READ_BYTES));
  }

  async finish(): Promise<CheckpointFile> {
    await this.flush();
    await this.#disk.fdatasyncAsync(this.#fd);
    return { name: this.#name, sizeBytes: this.#written, crc: this.#crc };
  }

  close(): void {
    if (this.#fd >= 0) this.#disk.close(this.#fd);
    this.#fd = -1;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#crc = crc32(bytes, this.#crc);
    await this.#disk.writeAsync(this.#fd, bytes, this.#written);
    this.#written += bytes.length;
  }
}

/** Syncs and sums the files that others put into the folder. Throws errors of the operating system. */
export async function sumOthers(
  disk: Disk,
  folder: string,
  own: readonly CheckpointFile[],
): Promise<CheckpointFile[]> {
  const names = disk.list(folder).filter((name) => !own.some((file) => file.name === name));
  const files: CheckpointFile[] = [];
  for (const name of names) {
    const fd = disk.open(join(folder, name), constants.O_RDWR);
    try {
      await disk.fdatasyncAsync(fd);
      const sizeBytes = disk.stat(fd).size;
      const crc = await sumOf(disk, fd, sizeBytes, new Uint8Array(READ_BYTES));
      files.push({ name, sizeBytes, crc });
    } finally {
      disk.close(fd);
    }
  }
  return files;
}

/** The checksum of an open file's first `sizeBytes`; -1 when it has fewer. */
export async function sumOf(disk: Disk, fd: number, sizeBytes: number, buffer: Uint8Array): Promise<number> {
  let crc = 0;
  for (let at = 0; at < sizeBytes;) {
    const count = disk.read(fd, buffer.subarray(0, Math.min(buffer.length, sizeBytes - at)), at);
    if (count === 0) return -1;
    crc = crc32(buffer.subarray(0, count), crc);
    at += count;
    await setImmediate();
  }
  return crc;
}
