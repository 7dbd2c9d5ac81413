// The program of the threads that work with usearch: one searches a mapped file, another makes the next one. It answers
// each request in its order; what usearch throws is its answer. Traps of usearch 2.25 that shape this: a mapped file must
// not be written again (each is a new one); a key that is there twice throws; `search` returns as many entries as it looks
// at when it is asked for as many, which is how `ef` is set by the call; 0 threads means all of the machine's.

import { chmodSync, closeSync, fdatasyncSync, fstatSync, openSync, readSync } from "node:fs";
import { setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { crc32 } from "node:zlib";
import type { Index, MetricKind, ScalarKind } from "usearch";
import { assert } from "../../base/assert.ts";
import type { Answer, FromThread, IndexShape, Reply, Request, Sum, ToThread } from "./usearch.ts";

/** Plain: copied into the thread. */
export interface ThreadData {
  /** What is imported for usearch: "usearch". */
  readonly module: string;
  /** Added to the nice value of the thread: a build yields to who searches. */
  readonly nice: number;
}

const PIECE_BYTES = 8 * 1024 * 1024;

const data = workerData as ThreadData;
const port = parentPort;
assert(port !== null, "the thread of usearch has somebody who started it");
if (data.nice > 0) setPriority(data.nice);

let viewed: Index | null = null;
let begun: Index | null = null;

/** Answers of this turn, which go together: to wake the other thread takes as long as a search. */
const ready: Reply[] = [];

port.on("message", ({ ask, request }: ToThread) => {
  answer(request).then(
    (given) => reply({ ask, answer: given }),
    (error: unknown) => {
      const failed = error instanceof Error ? error.message : String(error);
      reply({ ask, failed, absent: request.kind === "hello" });
    },
  );
});

function reply(one: Reply): void {
  if (ready.push(one) > 1) return;
  setImmediate(() => {
    const all = ready.splice(0);
    port?.postMessage((all.length === 1 ? all[0]! : all) satisfies FromThread);
  });
}

async function answer(request: Request): Promise<Answer> {
  switch (request.kind) {
    case "hello":
      await usearch();
      return { ok: true };
    case "view": {
      if (request.sum !== null && !isSame(sumOf(request.path), request.sum)) return { ok: false };
      const index = await newIndex(request.shape);
      index.view(request.path);
      viewed = index;
      return { ok: true, size: index.size() };
    }
    case "prove":
      return { ok: await proven(request.path, request.sum) };
    case "search": {
      assert(viewed !== null, "a file is viewed before it is searched");
      const { keys } = viewed.search(request.query, request.wanted, 1);
      return { ok: true, slots: slotsOf(keys) };
    }
    case "begin":
      begun = await newIndex(request.shape);
      if (request.path !== null) begun.load(request.path);
      if (request.remove.length > 0) begun.remove(BigUint64Array.from(request.remove, BigInt));
      return { ok: true };
    case "add":
      assert(begun !== null, "an index is begun before it grows");
      begun.add(BigUint64Array.from(request.slots, BigInt), request.rows, request.threads);
      return { ok: true };
    case "save":
      assert(begun !== null, "an index is begun before it is saved");
      begun.save(request.path);
      begun = null;
      return { ok: true, sum: synced(request.path) };
  }
}

/** Keys are slots, 64 bits wide: the lower halves, without a BigInt for each. */
function slotsOf(keys: BigUint64Array): Uint32Array {
  const halves = new Uint32Array(keys.buffer, keys.byteOffset, 2 * keys.length);
  const slots = new Uint32Array(keys.length);
  for (let i = 0; i < slots.length; i++) slots[i] = halves[2 * i]!;
  return slots;
}

/** Taken from the module that was named: its types are those of usearch. */
async function usearch(): Promise<typeof import("usearch")> {
  return data.module === "usearch" ? import("usearch") : import(data.module);
}

async function newIndex(shape: IndexShape): Promise<Index> {
  const { Index } = await usearch();
  return new Index({
    dimensions: shape.dimension,
    metric: "cos" as MetricKind,
    quantization: (shape.kind === "int8" ? "i8" : "f16") as ScalarKind,
    connectivity: shape.connectivity,
    expansion_add: shape.expansionAdd,
    // As many as are wanted are looked at, so the call decides.
    expansion_search: 1,
    multi: false,
  });
}

/** Ours alone, and on the disk. */
function synced(path: string): Sum {
  chmodSync(path, 0o600);
  const fd = openSync(path, "r+");
  try {
    fdatasyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return sumOf(path);
}

function sumOf(path: string): Sum {
  const pieces = summing(path);
  for (;;) {
    const { value, done } = pieces.next();
    if (done === true) return value;
  }
}

function isSame(one: Sum, other: Sum): boolean {
  return one.sizeBytes === other.sizeBytes && one.crc32 === other.crc32;
}

/** Who searches waits for one piece at most. */
async function proven(path: string, sum: Sum): Promise<boolean> {
  const pieces = summing(path);
  for (;;) {
    const { value, done } = pieces.next();
    if (done === true) return isSame(value, sum);
    await new Promise(setImmediate);
  }
}

/** The sum of a file, a piece a turn. */
function* summing(path: string): Generator<null, Sum> {
  const fd = openSync(path, "r");
  try {
    const piece = Buffer.alloc(PIECE_BYTES);
    let [crc, at] = [0, 0];
    const { size } = fstatSync(fd);
    while (at < size) {
      const read = readSync(fd, piece, 0, piece.length, at);
      if (read === 0) break;
      crc = crc32(piece.subarray(0, read), crc);
      at += read;
      yield null;
    }
    return { sizeBytes: at, crc32: crc };
  } finally {
    closeSync(fd);
  }
}
