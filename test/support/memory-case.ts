// A memory in a scratch folder for tests: the real disk, the real clock, vectors of words.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { newEmbedder, openMemory, type Memory } from "../../src/memory/memory.ts";
import type { NewConcept } from "../../src/memory/model.ts";
import { systemDisk } from "../../src/store/file/file.ts";

const scratch: string[] = [];
process.once("exit", () => {
  for (const folder of scratch) rmSync(folder, { recursive: true, force: true });
});

/** A folder that goes with the process: no hook knows when a memory in it was closed. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "op-dbus-memory-"));
  scratch.push(folder);
  return folder;
}

export function openScratch(
  folder: string,
  more: { readonly monitored?: boolean; readonly shards?: number } = {},
): Promise<Memory> {
  return openMemory({
    directory: join(folder, "@memory"),
    uid: process.getuid!(),
    disk: systemDisk,
    clock: systemClock,
    embedder: newEmbedder({ level: "lexical" }),
    ...more,
  });
}

/** The id is the number, in its last byte. */
export function plainConcept(
  number: number,
  content: string,
  vector: readonly number[] | null = null,
): NewConcept {
  return {
    id: new Uint8Array(16).fill(number, 15),
    content: Buffer.from(content),
    vector: vector === null ? null : Float32Array.from(vector),
    strength: 1,
    confidence: 1,
    attributes: new Map(),
    semantic: null,
  };
}
