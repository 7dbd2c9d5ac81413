// How many shards a namespace has, and which function finds the home of a concept: written once, when it is made, because with
// others every concept would be looked for where it is not.
//
// layout      {"version":1,"hash":"rendezvous-murmur3-1","shards":4}
//             CRC-32 of that line, 8 hex digits

import { constants } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { errnoOf } from "../../base/file.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Disk } from "../../store/file/file.ts";
import { damaged, notWritten } from "../graph/files.ts";
import { HOME_HASH } from "./home.ts";

interface Layout {
  readonly version: 1;
  readonly hash: string;
  readonly shards: number;
}

const SIZE_BYTES_MAX = 4096;
const layoutFile = (directory: string): string => join(directory, "layout");

/** The number of shards; null = there is no layout: the folder has none, or belongs to a graph of its own. Throws OPD4006. */
export function readLayout(disk: Disk, directory: string): number | null {
  const path = layoutFile(directory);
  const bytes = Buffer.alloc(SIZE_BYTES_MAX);
  let sizeBytes = 0;
  try {
    const fd = disk.open(path, constants.O_RDONLY);
    try {
      sizeBytes = disk.read(fd, bytes, 0);
    } finally {
      disk.close(fd);
    }
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw damaged(path, `it cannot be read (${errnoOf(error) || String(error)})`);
  }
  const text = bytes.toString("utf8", 0, sizeBytes);
  const [json = ""] = text.split("\n");
  if (text !== withSum(json)) throw damaged(path, "it does not have its checksum");
  const { version, hash, shards } = JSON.parse(json) as Layout;
  if (version !== 1) throw damaged(path, `it has version ${version}, known is 1`);
  if (hash !== HOME_HASH) throw damaged(path, `its hash is another one than ${HOME_HASH}`);
  if (!Number.isInteger(shards) || shards < 1 || shards > LIMITS.memoryShardsMax)
    throw damaged(path, `${shards} is no number of shards`);
  return shards;
}

/** On disk when it returns. Throws OPD4004. */
export function writeLayout(disk: Disk, directory: string, shards: number): void {
  const path = layoutFile(directory);
  const layout: Layout = { version: 1, hash: HOME_HASH, shards };
  try {
    const fd = disk.open(`${path}.new`, constants.O_CREAT | constants.O_TRUNC | constants.O_WRONLY);
    try {
      disk.write(fd, Buffer.from(withSum(JSON.stringify(layout))), 0);
      disk.fdatasync(fd);
    } finally {
      disk.close(fd);
    }
    disk.rename(`${path}.new`, path);
    disk.syncFolder(directory);
  } catch (error) {
    throw notWritten(path, error);
  }
}

function withSum(json: string): string {
  return `${json}\n${crc32(json).toString(16).padStart(8, "0")}\n`;
}
