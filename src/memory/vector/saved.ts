// What a checkpoint keeps of the vectors, one file: which slots have one, what the index file says of each, and which index
// file that is. The index file stays where it is, for it never changes and is large: a checkpoint neither copies nor sums it.
//
//   vector.marks   an index file (memory/index/file.ts) of kind VECT with three columns:
//                  u32 dimension, 0 = none yet | u32 kind: 0 int8, 1 float16 | u32 connectivity | u32 expansionAdd |
//                  u32 CRC-32 of the index file | u32 0 | f64 its size in bytes
//                  its name, nothing = there is none
//                  a byte a slot: marks.ts

import { join } from "node:path";
import type { Disk } from "../../store/file/file.ts";
import { readColumns, writeColumns } from "../index/file.ts";
import { isBaseName } from "./files.ts";
import type { IndexShape, Sum } from "./usearch.ts";

const [KIND, NAME] = ["VECT", "vector.marks"];
const KINDS = ["int8", "float16"] as const;

export interface SavedBase {
  /** In the folder of the index files. */
  readonly name: string;
  readonly shape: IndexShape;
  readonly sum: Sum;
}

export interface Saved {
  /** 0 = none yet. */
  readonly dimension: number;
  readonly marks: Uint8Array;
  readonly base: SavedBase | null;
}

/** Throws OPD4004. */
export async function writeSaved(
  disk: Disk,
  folder: string,
  { dimension, marks, base }: Saved,
): Promise<void> {
  const head = new ArrayBuffer(32);
  new Uint32Array(head, 0, 5).set([
    dimension,
    base === null ? 0 : KINDS.indexOf(base.shape.kind),
    base?.shape.connectivity ?? 0,
    base?.shape.expansionAdd ?? 0,
    base?.sum.crc32 ?? 0,
  ]);
  new Float64Array(head, 24, 1)[0] = base?.sum.sizeBytes ?? 0;
  const columns = [new Uint8Array(head), Buffer.from(base?.name ?? ""), marks];
  await writeColumns(disk, join(folder, NAME), KIND, columns);
}

/** null = there is nothing that can be used. */
export function readSaved(disk: Disk, folder: string): Saved | null {
  const [head, called, marks] = readColumns(disk, join(folder, NAME), KIND) ?? [];
  if (head?.length !== 32 || called === undefined || marks === undefined) return null;
  const [dimension = 0, kind = 0, connectivity = 0, expansionAdd = 0, crc32 = 0] = new Uint32Array(
    head.buffer,
    0,
    5,
  );
  const name = Buffer.from(called).toString();
  if (!isBaseName(name)) return { dimension, marks, base: null };
  const shape = { dimension, kind: KINDS[kind] ?? "int8", connectivity, expansionAdd };
  const sizeBytes = new Float64Array(head.buffer, 24, 1)[0]!;
  return { dimension, marks, base: { name, shape, sum: { sizeBytes, crc32 } } };
}
