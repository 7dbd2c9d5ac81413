// Segment files: finding them, opening one, making the next one. A segment appears whole: zeros and header are on disk
// under another name before it gets its own, so nobody ever sees half of one.

import { constants } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../../base/file.ts";
import type { Disk } from "../file/file.ts";
import { damaged, notOurs } from "./faults.ts";
import { decodeHeader, encodeHeader, HEADER_BYTES, PAGE_BYTES, type SegmentHeader } from "./format.ts";
import type { LogOptions } from "./model.ts";

export interface Segment extends SegmentHeader {
  readonly fd: number;
  readonly path: string;
  /** The file, whatever its name is given to later. */
  readonly inode: number;
}

type Where = Pick<LogOptions, "directory" | "disk" | "kind" | "readOnly">;

const NAME = /^([0-9]{16})\.log$/;
/** What is under way; left behind by a crash, it is made anew by the next who needs it. */
const UNFINISHED = "segment.new";
const CHUNK_BYTES = 256 * 1024;

export function segmentPath(directory: string, first: number): string {
  return join(directory, `${String(first).padStart(16, "0")}.log`);
}

/** The first seq of each segment, ascending; a folder that is not there has none. Throws OPD5003. */
export function listSegments(disk: Disk, directory: string): number[] {
  try {
    return disk
      .list(directory)
      .map((name) => Number(NAME.exec(name)?.[1] ?? -1))
      .filter((first) => first >= 0);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw damaged(directory, 0, `it cannot be read (${errnoOf(error)})`);
  }
}

/**
 * Opens the segment that begins with record `first`; null when there is none. `id`: the log it must be of. Throws OPD5001
 * for what is no file of ours, OPD5003 for what is no whole segment of this log.
 */
export function openSegment(where: Where, first: number, id: Uint8Array | null): Segment | null {
  const path = segmentPath(where.directory, first);
  const fd = openFile(where.disk, path, where.readOnly === true);
  if (fd === null) return null;
  try {
    const stats = where.disk.stat(fd);
    if (!stats.isFile()) throw notOurs(path, "ELOOP");
    const bytes = Buffer.alloc(HEADER_BYTES);
    const got = readFully(where.disk, fd, bytes, 0);
    const header = decodeHeader(bytes.subarray(0, got), where.kind);
    if (typeof header === "string") throw damaged(path, 0, header);
    if (header.first !== first) throw damaged(path, 32, `it begins with record ${header.first}`);
    if (id !== null && header.id.compare(id) !== 0) throw damaged(path, 16, "it belongs to another log");
    if (stats.size !== header.sizeBytes)
      throw damaged(path, stats.size, `it has ${stats.size} bytes and was made with ${header.sizeBytes}`);
    return { ...header, fd, path, inode: stats.ino };
  } catch (error) {
    where.disk.close(fd);
    throw error;
  }
}

function openFile(disk: Disk, path: string, readOnly: boolean): number | null {
  try {
    // A FIFO in its place would keep us waiting for whoever writes into it.
    return disk.open(path, (readOnly ? constants.O_RDONLY : constants.O_RDWR) | constants.O_NONBLOCK);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT") return null;
    if (["ELOOP", "EACCES", "EISDIR", "ENXIO"].includes(errno)) throw notOurs(path, errno);
    throw damaged(path, 0, `it cannot be opened (${errno})`);
  }
}

/** Reads until `into` is full or the file ends; returns how much. Throws errors of the operating system. */
export function readFully(disk: Disk, fd: number, into: Uint8Array, position: number): number {
  let total = 0;
  while (total < into.length) {
    const count = disk.read(fd, into.subarray(total), position + total);
    if (count === 0) break;
    total += count;
  }
  return total;
}

/**
 * Makes the segment whose first record is `first`; an empty one of this name is replaced. The caller syncs the folder.
 * Throws errors of the operating system; then it is not there.
 */
export async function makeSegment(
  where: Where,
  first: number,
  id: Uint8Array,
  sizeBytes: number,
): Promise<void> {
  const { disk, directory, kind } = where;
  const unfinished = join(directory, UNFINISHED);
  const fd = disk.open(unfinished, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o600);
  try {
    try {
      const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, sizeBytes));
      encodeHeader(kind, id, first, sizeBytes).copy(chunk);
      for (let at = 0; at < sizeBytes; at += chunk.length) {
        await disk.writeAsync(fd, chunk.subarray(0, Math.min(chunk.length, sizeBytes - at)), at);
        if (at === 0) chunk.fill(0, 0, HEADER_BYTES);
      }
      await disk.fdatasyncAsync(fd);
    } finally {
      disk.close(fd);
    }
    disk.rename(unfinished, segmentPath(directory, first));
  } catch (error) {
    removeQuietly(disk, unfinished);
    throw error;
  }
}

/** What cannot be removed is made anew or replaced by the next who makes a segment. */
function removeQuietly(disk: Disk, path: string): void {
  try {
    disk.unlink(path);
  } catch {
    return;
  }
}

/** How large the next segment is: as large as all before it together, within the limits, and with room for a batch. */
export function nextSizeBytes(options: LogOptions, beforeBytes: number, roomBytes: number): number {
  const { segmentBytesFirst, segmentBytesMax } = options;
  const wanted = Math.min(Math.max(segmentBytesFirst, beforeBytes), segmentBytesMax);
  const pages = Math.ceil(Math.max(wanted, HEADER_BYTES + roomBytes) / PAGE_BYTES);
  return pages * PAGE_BYTES;
}
