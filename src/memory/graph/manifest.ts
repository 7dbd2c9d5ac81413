// What a checkpoint is made of, as a text file: one line of JSON and one with the CRC-32 of it. It is written last, so a
// checkpoint that has one is whole. Checksums are those of zlib: 4 GB/s here, where the log's CRC-32C makes 0.6, and a start
// reads everything through them.

import { constants } from "node:fs";
import { crc32 } from "node:zlib";
import { errnoOf } from "../../base/file.ts";
import type { Disk } from "../../store/file/file.ts";
import type { Applied } from "../model.ts";
import { damaged, manifestFile } from "./files.ts";

export interface CheckpointFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly crc: number;
}

export interface Manifest {
  readonly version: 1;
  /** Which of the two folders. */
  readonly folder: 0 | 1;
  /** The state is that at this seq. */
  readonly seq: number;
  /** No frame of the log before this one has a change that is not in the checkpoint. */
  readonly logNext: number;
  readonly slotEnd: number;
  readonly edgeEnd: number;
  /** What derived indexes, as saved beside it, have not been told: [seq, kind, slot]. */
  readonly pending: readonly (readonly [number, Applied["kind"], number])[];
  readonly files: readonly CheckpointFile[];
}

const SIZE_BYTES_MAX = 64 * 1024 * 1024;

/** null = there is none yet. Throws OPD4006. */
export function readManifest(disk: Disk, directory: string): Manifest | null {
  const path = manifestFile(directory);
  let text = "";
  try {
    const fd = disk.open(path, constants.O_RDONLY);
    try {
      const bytes = Buffer.alloc(Math.min(disk.stat(fd).size, SIZE_BYTES_MAX));
      for (let at = 0; at < bytes.length;) {
        const count = disk.read(fd, bytes.subarray(at), at);
        if (count === 0) throw damaged(path, "it was cut off while it was read");
        at += count;
      }
      text = bytes.toString("utf8");
    } finally {
      disk.close(fd);
    }
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw damaged(path, `it cannot be read (${errnoOf(error) || String(error)})`);
  }
  const [json = ""] = text.split("\n");
  if (text !== `${json}\n${sumOf(json)}\n`) throw damaged(path, "it does not have its checksum");
  const manifest = JSON.parse(json) as Manifest;
  if (manifest.version !== 1) throw damaged(path, `it has version ${manifest.version}, known is 1`);
  return manifest;
}

/** From here on this checkpoint counts, for sure once the folder is synced. Throws errors of the operating system. */
export async function writeManifest(disk: Disk, directory: string, manifest: Manifest): Promise<void> {
  const path = manifestFile(directory);
  const json = JSON.stringify(manifest);
  const fd = disk.open(`${path}.new`, constants.O_CREAT | constants.O_TRUNC | constants.O_WRONLY);
  try {
    await disk.writeAsync(fd, Buffer.from(`${json}\n${sumOf(json)}\n`), 0);
    await disk.fdatasyncAsync(fd);
  } finally {
    disk.close(fd);
  }
  disk.rename(`${path}.new`, path);
}

function sumOf(json: string): string {
  return crc32(json).toString(16).padStart(8, "0");
}
