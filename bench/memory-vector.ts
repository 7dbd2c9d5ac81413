// (m) Vectors: microseconds a search at a recall of 0.98, beside usearch called directly, in the same run, on the same
// index file, in the thread that asks; milliseconds from opening what a checkpoint kept to the first answer; what making the
// index file costs. 100,000 vectors, and with OP_DBUS_LONG=1 a million. The vectors, their true nearest and the index file
// are kept in /var/tmp: made once, some ten minutes for the million.

import {
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  closeSync,
} from "node:fs";
import { join } from "node:path";
import type { Index } from "usearch";
import { systemClock } from "../src/base/clock.ts";
import type { GraphReader } from "../src/memory/ports.ts";
import { encode } from "../src/memory/vector/codes.ts";
import { openVectors, type Vectors } from "../src/memory/vector/vector.ts";
import { systemDisk as disk } from "../src/store/file/file.ts";
import { newPlainGraph } from "../test/support/plain-graph.ts";
import { absent, best, figure, type Figure } from "./figure.ts";
import { DIMENSIONS, vectorSet } from "./vector-set.ts";

const CACHE = "/var/tmp/op-dbus-vector-set";
const LONG = process.env["OP_DBUS_LONG"] === "1";
const SIZES = LONG ? [100_000, 1_000_000] : [100_000];
const [QUERIES, K, TOGETHER] = [200, 10, 16];
const RECALL = 0.98;
const EFS = [16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];
const PEER = "usearch called directly";

type Progress = (text: string) => void;
type Search = (query: Float32Array, ef: number) => Promise<readonly number[]> | readonly number[];

export async function memoryVectorBench(rounds: number, progress: Progress): Promise<readonly Figure[]> {
  mkdirSync(CACHE, { recursive: true });
  const figures: Figure[] = [];
  for (const size of SIZES) figures.push(...(await sized(size, rounds, progress)));
  if (!LONG) figures.push(absent("memory", "vectors: 1,000,000", PEER, "measured with OP_DBUS_LONG=1"));
  return figures;
}

async function sized(size: number, rounds: number, progress: Progress): Promise<Figure[]> {
  progress(`vectors: ${size} are made, or read`);
  const [rows, asked] = [cachedSet(size, 42), cachedSet(QUERIES, 4242)];
  const graph = graphOf(rows);
  const queries = Array.from({ length: QUERIES }, (_, n) => row(asked, n));
  const truth = cachedTruth(size, rows, queries, progress);
  const kept = join(CACHE, `index-${size}`);
  const build = existsSync(kept) ? null : await made(size, graph, kept, progress);
  const work = (text: string): string => `vectors, ${size.toLocaleString("en")}: ${text}`;

  const readyMs: number[] = [];
  let vectors = await ready(size, graph, kept, queries[0]!, readyMs);
  for (let round = 1; round < rounds; round++) {
    await vectors.close();
    vectors = await ready(size, graph, kept, queries[0]!, readyMs);
  }
  const direct = await viewed(folderOf(size));
  const ours: Search = async (query, ef) =>
    (await vectors.search(query, { k: K, ef })).map(({ slot }) => slot);
  const peer: Search = (query, ef) => nearest(direct, rows, query, ef);
  const byDefault = recallOf(await all(queries, (query) => vectors.search(query, { k: K })), truth);
  const [oursEf, peerEf] = [await efFor(ours, queries, truth), await efFor(peer, queries, truth)];
  const us = {
    ours: [] as number[],
    peer: [] as number[],
    byDefault: [] as number[],
    together: [] as number[],
  };
  for (let round = 1; round <= rounds; round++) {
    progress(`vectors: round ${round} of ${rounds}`);
    us.ours.push(await p50(queries, (query) => ours(query, oursEf)));
    us.peer.push(await p50(queries, (query) => peer(query, peerEf)));
    us.together.push(await usEach(queries, (query) => ours(query, oursEf)));
    us.byDefault.push(await p50(queries, (query) => vectors.search(query, { k: K })));
  }
  await vectors.close();
  const bench = "memory";
  return [
    figure({
      bench,
      work: work(`search, recall >= ${RECALL} (ef ${oursEf}, directly ${peerEf})`),
      value: best(us.ours),
      unit: "us",
      peer: PEER,
      peerValue: best(us.peer),
      goal: { timesMax: 1.2 },
      missed: "to the other thread and back: some 40 us where a core is idle, 80 where none is",
    }),
    figure({
      bench,
      work: work(`the same, ${TOGETHER} at a time`),
      value: best(us.together),
      unit: "us/search",
      peer: PEER,
      peerValue: best(us.peer),
      goal: { timesMax: 1.2 },
    }),
    figure({
      bench,
      work: work("search as it is by default"),
      value: best(us.byDefault),
      unit: "us",
      peer: "",
      peerValue: null,
    }),
    figure({
      bench,
      work: work("of the true ten nearest, not found by default"),
      value: 100 * (1 - byDefault),
      unit: "%",
      peer: "the exact search",
      peerValue: 0,
      goal: { max: 2 },
    }),
    figure({
      bench,
      work: work("from opening to the first answer"),
      value: best(readyMs),
      unit: "ms",
      peer: "",
      peerValue: null,
      ...(size >= 1_000_000 && { goal: { max: 200 } }),
    }),
    build === null
      ? absent(bench, work("making the index file"), "", `kept in ${kept} from a run before`)
      : figure({
          bench,
          work: work("making the index file"),
          value: build,
          unit: "us/vector",
          peer: "",
          peerValue: null,
        }),
    await scanned(size, rows, queries, truth, rounds),
  ];
}

/** Microseconds of a search without an index file. */
async function scanned(
  size: number,
  rows: Float32Array,
  queries: readonly Float32Array[],
  truth: readonly (readonly number[])[],
  rounds: number,
): Promise<Figure> {
  const graph = graphOf(rows);
  const vectors = await open(size, graph, Infinity);
  applyAll(vectors, graph, size);
  const few = queries.slice(0, size > 200_000 ? 40 : QUERIES);
  const us: number[] = [];
  for (let round = 0; round < rounds; round++)
    us.push(await p50(few, (query) => vectors.search(query, { k: K })));
  const found = recallOf(await all(few, (query) => vectors.search(query, { k: K })), truth);
  await vectors.close();
  return figure({
    bench: "memory",
    work: `vectors, ${size.toLocaleString("en")}: exact scan`,
    value: best(us),
    unit: "us",
    peer: "",
    peerValue: null,
    note: `recall ${found.toFixed(4)}`,
  });
}

function open(size: number, graph: GraphReader, indexFrom: number): Promise<Vectors> {
  const directory = folderOf(size);
  return openVectors({ graph, directory, disk, clock: systemClock, indexFrom, threads: 2 });
}

/** Milliseconds until what a checkpoint kept gives its first answer, into `ms`. */
async function ready(
  size: number,
  graph: GraphReader,
  folder: string,
  query: Float32Array,
  ms: number[],
): Promise<Vectors> {
  const begun = performance.now();
  const vectors = await open(size, graph, 1000);
  if (!(await vectors.load(folder))) throw new Error(`${folder} cannot be used: remove it`);
  await vectors.search(query, { k: K });
  ms.push(performance.now() - begun);
  return vectors;
}

/** Microseconds a vector; keeps what was made. */
async function made(size: number, graph: GraphReader, folder: string, progress: Progress): Promise<number> {
  rmSync(folderOf(size), { recursive: true, force: true });
  const vectors = await open(size, graph, 1000);
  const begun = performance.now();
  applyAll(vectors, graph, size);
  const told = setInterval(() => {
    const { done, total } = vectors.status().building ?? { done: 0, total: 0 };
    progress(`vectors: index file, ${done} of ${total}`);
  }, 20_000);
  await vectors.settled();
  clearInterval(told);
  const us = ((performance.now() - begun) * 1000) / size;
  rmSync(`${folder}.new`, { recursive: true, force: true });
  mkdirSync(`${folder}.new`);
  await vectors.save(`${folder}.new`);
  renameSync(`${folder}.new`, folder);
  await vectors.close();
  return us;
}

function applyAll(vectors: Vectors, graph: GraphReader, size: number): void {
  vectors.apply(
    Array.from({ length: size }, (_, slot) => ({ seq: slot + 1, kind: "put" as const, slot })),
    graph,
  );
}

/** Where the index file is. */
function folderOf(size: number): string {
  return join(CACHE, `files-${size}`);
}

async function viewed(folder: string): Promise<Index> {
  const { Index, MetricKind, ScalarKind } = await import("usearch");
  const index = new Index({
    dimensions: DIMENSIONS,
    metric: MetricKind.Cos,
    quantization: ScalarKind.I8,
    connectivity: 32,
    expansion_add: 200,
    expansion_search: 1,
    multi: false,
  });
  index.view(
    join(
      folder,
      readdirSync(folder).find((name) => name.startsWith("base-"))!,
    ),
  );
  return index;
}

/** What a caller does who uses usearch as it is: as many candidates as it looks at, the best of them measured in f32. */
function nearest(index: Index, rows: Float32Array, query: Float32Array, ef: number): number[] {
  const { keys } = index.search(encode(query)!.codes, Math.max(ef, 2 * K), 1);
  return [...keys.subarray(0, 2 * K)]
    .map((key) => ({ slot: Number(key), score: dot(query, rows, Number(key)) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, K)
    .map(({ slot }) => slot);
}

async function efFor(
  search: Search,
  queries: readonly Float32Array[],
  truth: readonly (readonly number[])[],
): Promise<number> {
  for (const ef of EFS) {
    const found = await all(queries, async (query) => (await search(query, ef)).map((slot) => ({ slot })));
    if (recallOf(found, truth) >= RECALL) return ef;
  }
  return EFS.at(-1)!;
}

async function all<T>(
  queries: readonly Float32Array[],
  search: (query: Float32Array) => Promise<T>,
): Promise<T[]> {
  const found: T[] = [];
  for (const query of queries) found.push(await search(query));
  return found;
}

async function p50(
  queries: readonly Float32Array[],
  search: (query: Float32Array) => unknown,
): Promise<number> {
  const us: number[] = [];
  for (const query of queries) {
    const begun = performance.now();
    await search(query);
    us.push((performance.now() - begun) * 1000);
  }
  return us.sort((a, b) => a - b)[us.length >> 1]!;
}

/** Microseconds a search, of many at a time. */
async function usEach(
  queries: readonly Float32Array[],
  search: (query: Float32Array) => unknown,
): Promise<number> {
  const begun = performance.now();
  for (let at = 0; at < queries.length; at += TOGETHER)
    await Promise.all(queries.slice(at, at + TOGETHER).map(search));
  return ((performance.now() - begun) * 1000) / queries.length;
}

function recallOf(
  found: readonly (readonly { readonly slot: number }[])[],
  truth: readonly (readonly number[])[],
): number {
  const hits = found.map((near, n) => near.filter(({ slot }) => truth[n]!.includes(slot)).length);
  return hits.reduce((sum, count) => sum + count, 0) / (found.length * K);
}

function graphOf(rows: Float32Array): GraphReader {
  return Object.assign(newPlainGraph(), { vectorView: (slot: number) => row(rows, slot) });
}

function row(rows: Float32Array, slot: number): Float32Array {
  return rows.subarray(slot * DIMENSIONS, (slot + 1) * DIMENSIONS);
}

function dot(query: Float32Array, rows: Float32Array, slot: number): number {
  const from = slot * DIMENSIONS;
  let [even, odd] = [0, 0];
  for (let i = 0; i < DIMENSIONS; i += 2) {
    even += query[i]! * rows[from + i]!;
    odd += query[i + 1]! * rows[from + i + 1]!;
  }
  return even + odd;
}

function cachedTruth(
  size: number,
  rows: Float32Array,
  queries: readonly Float32Array[],
  progress: Progress,
): readonly (readonly number[])[] {
  const path = join(CACHE, `nearest-${size}.json`);
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as number[][];
  progress(`vectors: the true nearest of ${size}`);
  const truth = queries.map((query) => {
    const scores = Float64Array.from({ length: size }, (_, slot) => dot(query, rows, slot));
    const least = scores.toSorted().at(-K)!;
    return Array.from(scores.keys()).filter((slot) => scores[slot]! >= least);
  });
  writeFileSync(path, JSON.stringify(truth));
  return truth;
}

function cachedSet(count: number, seed: number): Float32Array {
  const path = join(CACHE, `${seed}-${count}.f32`);
  if (!existsSync(path)) {
    writeFileSync(`${path}.new`, new Uint8Array(vectorSet(count, seed).buffer));
    renameSync(`${path}.new`, path);
  }
  const rows = new Float32Array(count * DIMENSIONS);
  const bytes = new Uint8Array(rows.buffer);
  const fd = openSync(path, "r");
  for (let at = 0; at < bytes.length;)
    at += readSync(fd, bytes, at, Math.min(bytes.length - at, 64 * 1024 * 1024), at);
  closeSync(fd);
  return rows;
}
