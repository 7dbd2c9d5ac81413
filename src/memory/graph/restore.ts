// Reading a checkpoint back: its files go straight into the tables, and only what is not in them is made again: the id index,
// the backward links, and the lists of free rows. Every byte passes its checksum first; what does not hold is damage, and
// nothing is believed of it.

import { constants } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { errnoOf } from "../../base/file.ts";
import type { Disk } from "../../store/file/file.ts";
import { ARENA_BEGIN_BYTES } from "./arena.ts";
import { sumOf } from "./checkpoint.ts";
import { damaged } from "./files.ts";
import { insertSlot } from "./id-index.ts";
import type { Manifest } from "./manifest.ts";
import { EDGE_WORDS, NEXT_IN, NEXT_OUT, PREVIOUS_IN, PREVIOUS_OUT } from "./tables.ts";
import { SLOT_WORDS, VERSION, VERSION_WORDS } from "./tables.ts";
import type { Writer } from "./writer.ts";

const CHUNK_BYTES = 4 * 1024 * 1024;
/** Rows between two moments in which others run. */
const SLICE_ROWS = 100_000;
const OWN = ["slots", "versions", "edges", "bodies"];

/** Fills the tables of a new writer. Throws OPD4006. */
export async function restoreTables(
  disk: Disk,
  folder: string,
  manifest: Manifest,
  writer: Writer,
): Promise<void> {
  const { slotEnd, edgeEnd, seq } = manifest;
  const bytes = OWN.map((name) => manifest.files.find((file) => file.name === name)?.sizeBytes ?? 0);
  const expected = [slotEnd * SLOT_WORDS * 4, slotEnd * VERSION_WORDS * 4, (edgeEnd - 1) * EDGE_WORDS * 4];
  if (expected.some((size, n) => size !== bytes[n])) throw damaged(folder, "its files have the wrong sizes");
  const arenaEnd = ARENA_BEGIN_BYTES + bytes[3]!;
  writer.tables.reserve({ slots: slotEnd, versions: slotEnd + 1, edges: edgeEnd, arenaBytes: arenaEnd });
  const { slots, versions, edges, arena } = writer.tables.buffers;
  const places = [
    [slots, 0],
    [versions, VERSION_WORDS * 4],
    [edges, EDGE_WORDS * 4],
    [arena, ARENA_BEGIN_BYTES],
  ] as const;
  const read = places.map(([buffer, at], n) => {
    const file = manifest.files.find(({ name }) => name === OWN[n])!;
    return readInto(disk, join(folder, file.name), new Uint8Array(buffer, at, file.sizeBytes), file.crc);
  });
  // Nobody reads into the tables any more when this is over, however it ends.
  const settled = Promise.allSettled(read);
  writer.arena.endBytes = arenaEnd;
  writer.versionEnd = slotEnd + 1;
  writer.edgeEnd = edgeEnd;
  Object.assign(writer.totals, { seq, slotEnd });
  try {
    // While the bodies are still read, which take longest.
    await read[0];
    await restoreSlots(writer);
    await read[2];
    await restoreEdges(writer);
  } finally {
    await settled;
  }
  await Promise.all(read);
}

async function restoreSlots({ tables, totals, reclaim }: Writer): Promise<void> {
  const { slotWords } = tables;
  for (let slot = 0; slot < totals.slotEnd; slot++) {
    if (slotWords[slot * SLOT_WORDS + VERSION] === 0) reclaim.freeVersions.push(slot + 1);
    else {
      totals.size++;
      insertSlot(tables, slot, ++reclaim.indexed);
    }
    if (slot % SLICE_ROWS === SLICE_ROWS - 1) await setImmediate();
  }
}

async function restoreEdges({ tables, totals, reclaim, edgeEnd }: Writer): Promise<void> {
  const { edgeWords, edgeDoubles } = tables;
  for (let edge = 1; edge < edgeEnd; edge++) {
    if (edgeDoubles[edge * 8] === 0) reclaim.freeEdges.push(edge);
    else {
      totals.associations++;
      const nextOut = edgeWords[edge * EDGE_WORDS + NEXT_OUT]!;
      const nextIn = edgeWords[edge * EDGE_WORDS + NEXT_IN]!;
      if (nextOut !== 0) edgeWords[nextOut * EDGE_WORDS + PREVIOUS_OUT] = edge;
      if (nextIn !== 0) edgeWords[nextIn * EDGE_WORDS + PREVIOUS_IN] = edge;
    }
    if (edge % SLICE_ROWS === 0) await setImmediate();
  }
}

async function readInto(disk: Disk, path: string, into: Uint8Array, wantedCrc: number): Promise<void> {
  try {
    const fd = disk.open(path, constants.O_RDONLY);
    try {
      let crc = 0;
      let reading = readChunk(disk, fd, into, 0);
      for (let at = 0; at < into.length;) {
        const count = await reading;
        if (count === 0) throw damaged(path, `it ends at byte ${at}`);
        const chunk = into.subarray(at, at + count);
        at += count;
        // The next one is read by another thread while this one is summed.
        reading = readChunk(disk, fd, into, at);
        crc = crc32(chunk, crc);
      }
      if (crc !== wantedCrc) throw damaged(path, "it does not have its checksum");
    } finally {
      disk.close(fd);
    }
  } catch (error) {
    if (errnoOf(error) === "") throw error;
    throw damaged(path, `it cannot be read (${errnoOf(error)})`);
  }
}

/** Returns how much it was: 0 at the end. */
async function readChunk(disk: Disk, fd: number, into: Uint8Array, at: number): Promise<number> {
  return at === into.length ? 0 : disk.readAsync(fd, into.subarray(at, at + CHUNK_BYTES), at);
}

/** Whether the files of a derived index are as they were written: those whose name is `name` or begins with `name.`. */
export async function holds(disk: Disk, folder: string, manifest: Manifest, name: string): Promise<boolean> {
  const files = manifest.files.filter((file) => file.name === name || file.name.startsWith(`${name}.`));
  for (const file of files)
    try {
      const fd = disk.open(join(folder, file.name), constants.O_RDONLY);
      try {
        if (disk.stat(fd).size !== file.sizeBytes) return false;
        const buffer = new Uint8Array(Math.min(CHUNK_BYTES, file.sizeBytes));
        if ((await sumOf(disk, fd, file.sizeBytes, buffer)) !== file.crc) return false;
      } finally {
        disk.close(fd);
      }
    } catch (error) {
      if (errnoOf(error) === "") throw error;
      return false;
    }
  return files.length > 0;
}
