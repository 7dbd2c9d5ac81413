// The ways out that are files: one that is written on and rotated, and one that is replaced whole. Bytes that did not all
// fit on the disk are taken back, so a file never ends in half a line.

import { constants } from "node:fs";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { errnoOf, writeFileAtomically } from "../../base/file.ts";
import type { Outcome, Payload, Transport } from "./sender.ts";

export interface Rotation {
  readonly path: string;
  /** A file that would grow beyond is renamed to `PATH.1`, that one to `PATH.2`, and so on. */
  readonly sizeBytesMax: number;
  /** How many there are, the one that is written on included. */
  readonly filesMax: number;
}

const TAKEN: Outcome = Object.freeze({ end: "taken", refusedItems: 0, why: "" });

/** `head`: the first bytes of each file. */
export function rotatingFile({ path, sizeBytesMax, filesMax }: Rotation, head: string): Transport {
  let file: FileHandle | null = null;
  let sizeBytes = 0;

  async function ready(more: number): Promise<FileHandle> {
    if (file !== null && sizeBytes > head.length && sizeBytes + more > sizeBytesMax) {
      await file.close();
      file = null;
      await rotate(path, filesMax);
    }
    if (file !== null) return file;
    const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = constants;
    const opened = await open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK, 0o600);
    const facts = await opened.stat();
    if (!facts.isFile()) {
      await opened.close();
      throw new Error(`${path} is no regular file`);
    }
    file = opened;
    sizeBytes = facts.size;
    if (sizeBytes === 0) await append(opened, Buffer.from(head));
    // What another run left may be full already.
    return sizeBytes > head.length && sizeBytes + more > sizeBytesMax ? await ready(more) : opened;
  }

  async function append(to: FileHandle, bytes: Uint8Array): Promise<void> {
    try {
      await to.writeFile(bytes);
      sizeBytes += bytes.length;
    } catch (error) {
      await to.truncate(sizeBytes);
      throw error;
    }
  }

  return Object.freeze({
    async send({ bytes }: Payload): Promise<Outcome> {
      await append(await ready(bytes.length), bytes);
      return TAKEN;
    },
    close: () => void file?.close().catch(() => undefined),
  });
}

async function rotate(path: string, filesMax: number): Promise<void> {
  if (filesMax === 1) return await rm(path);
  const name = (number: number): string => (number === 0 ? path : `${path}.${number}`);
  for (let number = filesMax - 1; number > 0; number--) {
    try {
      await rename(name(number - 1), name(number));
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
    }
  }
}

/** For node_exporter's textfile collector: read by others, so 0644, and only ever seen whole. */
export function wholeFile(path: string): Transport {
  return Object.freeze({
    async send({ bytes }: Payload): Promise<Outcome> {
      await writeFileAtomically(path, bytes, 0o644);
      return TAKEN;
    },
    close: () => undefined,
  });
}
