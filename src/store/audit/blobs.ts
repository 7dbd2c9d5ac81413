// Content-addressed values: blobs/ab/abcdef… holds the bytes whose SHA-256 is that name. Written once, durable before the
// entry that binds them, never changed, never removed.

import { hash } from "node:crypto";
import { join } from "node:path";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Disk } from "../file/file.ts";
import { readWhole, writeWhole } from "./derived.ts";

export function blobPath(digest: string): string {
  return `blobs/${digest.slice(0, 2)}/${digest}`;
}

export class Blobs {
  readonly #disk: Disk;
  readonly #directory: string;

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  /** Durable when it returns; hex SHA-256. Throws OPD5002. */
  put(content: Uint8Array): string {
    const digest = hash("sha256", content);
    // One that is there may be what a power cut left of it.
    if (this.#read(digest) === null)
      writeWhole(this.#disk, join(this.#directory, blobPath(digest)), content, true);
    return digest;
  }

  /** Throws OPD5101 when it is missing or has another content. */
  get(digest: string): Buffer {
    const content = this.#read(digest);
    if (content === null)
      throw new OpError("OPD5101", `the blob ${digest} is missing or has another content`, {
        where: join(this.#directory, blobPath(digest)),
      });
    return content;
  }

  #read(digest: string): Buffer | null {
    // It may be a stranger's word: no path is made of what is no digest.
    if (!/^[0-9a-f]{64}$/.test(digest)) return null;
    const content = readWhole(this.#disk, join(this.#directory, blobPath(digest)), LIMITS.blobSizeBytesMax);
    return content !== null && hash("sha256", content) === digest ? content : null;
  }
}

/** What is wrong with the blob `digest`; null = nothing. */
export function blobFault(disk: Disk, directory: string, digest: string): string | null {
  if (!/^[0-9a-f]{64}$/.test(digest)) return "it is no digest";
  try {
    const content = readWhole(disk, join(directory, blobPath(digest)), LIMITS.blobSizeBytesMax);
    if (content === null) return "it is missing";
    return hash("sha256", content) === digest ? null : "it has another content";
  } catch (error) {
    if (error instanceof OpError) return error.message;
    throw error;
  }
}
