// The file of a derived index: columns of numbers, little-endian, one checksum over all of it.
//
//    0  "OPDI"  | kind, 4 letters
//    8  u32 version = 1                 | 12  u32 CRC-32 (zlib) of all from byte 16 on
//   16  u32 n = number of columns       | 20  u32 0
//   24  n x u64 length of a column in bytes
//       the columns, each filled up with zeros to a multiple of 8
//
// What is damaged, absent, of another kind or version is not there: an index is made again from the graph. The checkpoint that
// the file is part of syncs it.

import { constants } from "node:fs";
import { crc32 } from "node:zlib";
import { OpError } from "../../base/error.ts";
import type { Disk } from "../../store/file/file.ts";

const VERSION = 1;
const HEADER_BYTES = 24;
const SUMMED_FROM = 16;
/** What is written, or summed, between two turns of the loop. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** Writes a new file. `columns` must not change until it is done. Throws OPD4004. */
export async function writeColumns(
  disk: Disk,
  path: string,
  kind: string,
  columns: readonly Uint8Array[],
): Promise<void> {
  const header = Buffer.alloc(HEADER_BYTES + 8 * columns.length);
  header.write(`OPDI${kind}`, 0, "latin1");
  header.writeUInt32LE(VERSION, 8);
  header.writeUInt32LE(columns.length, 16);
  for (const [n, { length }] of columns.entries())
    header.writeBigUInt64LE(BigInt(length), HEADER_BYTES + 8 * n);
  try {
    const fd = disk.open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
    try {
      let sum = crc32(header.subarray(SUMMED_FROM));
      let at = header.length;
      for (const column of columns)
        for (let from = 0; from < column.length; from += PIECE_BYTES) {
          const piece = padded(column.subarray(from, from + PIECE_BYTES));
          sum = crc32(piece, sum);
          await disk.writeAsync(fd, piece, at);
          at += piece.length;
        }
      header.writeUInt32LE(sum, 12);
      await disk.writeAsync(fd, header, 0);
    } finally {
      disk.close(fd);
    }
  } catch (cause) {
    throw new OpError("OPD4004", "an index could not be written", { where: path, cause });
  }
}

/** The columns that `writeColumns` wrote, each in a buffer of its own, or null: there is nothing that can be used. */
export function readColumns(
  disk: Disk,
  path: string,
  kind: string,
): readonly Uint8Array<ArrayBuffer>[] | null {
  const file = wholeFile(disk, path);
  if (file === null || file.length < HEADER_BYTES) return null;
  if (file.toString("latin1", 0, 8) !== `OPDI${kind}` || file.readUInt32LE(8) !== VERSION) return null;
  if (file.readUInt32LE(12) !== crc32(file.subarray(SUMMED_FROM))) return null;
  const columns: Uint8Array<ArrayBuffer>[] = [];
  const count = file.readUInt32LE(16);
  let at = HEADER_BYTES + 8 * count;
  for (let n = 0; n < count; n++) {
    const length = Number(file.readBigUInt64LE(HEADER_BYTES + 8 * n));
    columns.push(new Uint8Array(file.subarray(at, at + length)));
    at += length + paddingOf(length);
  }
  return at === file.length ? columns : null;
}

function wholeFile(disk: Disk, path: string): Buffer | null {
  try {
    const fd = disk.open(path, constants.O_RDONLY);
    try {
      const file = Buffer.alloc(disk.stat(fd).size);
      let at = 0;
      for (let read = 1; at < file.length && read > 0; at += read)
        read = disk.read(fd, file.subarray(at), at);
      return at === file.length ? file : null;
    } finally {
      disk.close(fd);
    }
  } catch {
    // Whatever the reason is: without the file the index is made again.
    return null;
  }
}

/** Only the last piece of a column has an odd length. */
function padded(piece: Uint8Array): Uint8Array {
  const padding = paddingOf(piece.length);
  return padding === 0 ? piece : Buffer.concat([piece, Buffer.alloc(padding)]);
}

function paddingOf(length: number): number {
  return -length & 7;
}
