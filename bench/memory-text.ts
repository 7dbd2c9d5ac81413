// (x) Search by words: a million texts of twelve words drawn by Zipf from 50,000, queries of one to three words drawn the same
// way, the ten best; beside SQLite's FTS5 on the same texts and queries in the same run (bm25, in memory, no stemming).
// OP_DBUS_BENCH_TEXTS sets another number of texts.

import { DatabaseSync } from "node:sqlite";
import { systemDisk } from "../src/store/file/file.ts";
import type { GraphReader } from "../src/memory/ports.ts";
import { newTextIndex, type TextIndex } from "../src/memory/text/text.ts";
import { absent, figure, type Figure, type Goal } from "./figure.ts";

const TEXTS = Number(process.env["OP_DBUS_BENCH_TEXTS"] ?? 1_000_000);
const WORDS = 50_000;
const WORDS_PER_TEXT = 12;
const QUERIES = 300;
const BATCH = 1000;

export function memoryTextBench(rounds: number, progress: (text: string) => void): readonly Figure[] {
  const draw = zipf(1);
  const texts = Array.from({ length: TEXTS }, () => draw(WORDS_PER_TEXT));
  const queries = Array.from({ length: QUERIES }, (_, at) => draw(1 + (at % 3)));

  progress(`memory-text: ${TEXTS} texts`);
  const ours = built(texts);
  const fts = builtFts(texts);
  const us = { ours: [] as number[], fts: [] as number[] };
  for (let round = 1; round <= rounds; round++) {
    progress(`memory-text: round ${round} of ${rounds}`);
    us.ours = fastest(us.ours, queries, (query) => ours.index.search(query, { limit: 10 }));
    if (fts !== null && round === 1) us.fts = fastest(us.fts, queries, fts.search);
  }
  const text = `${TEXTS / 1e6} M texts`;
  const row = (work: string, unit: string, value: number, peer: number | undefined, goal?: Goal): Figure =>
    figure({
      bench: "memory",
      work,
      value,
      unit,
      peer: "SQLite FTS5",
      peerValue: peer ?? null,
      ...(goal === undefined ? {} : { goal }),
    });
  return [
    row(`text search, p50, ${text}`, "us", at(us.ours, 0.5)!, at(us.fts, 0.5), { max: 10_000 }),
    row(`text search, p99, ${text}`, "us", at(us.ours, 0.99)!, at(us.fts, 0.99)),
    row(`text taken into the index, CPU, ${text}`, "us/text", ours.usEach, fts?.usEach),
    row(`longest batch of ${BATCH} texts, CPU`, "ms", ours.longestMs, undefined),
    row(`memory of the text index, ${text}`, "bytes/text", ours.bytesEach, undefined),
    ...(fts === null ? [absent("memory", "text search", "SQLite FTS5", "this Node has no FTS5")] : []),
  ];
}

interface Built {
  readonly usEach: number;
}

function built(
  texts: readonly string[],
): Built & { readonly index: TextIndex; readonly longestMs: number; readonly bytesEach: number } {
  const contents = texts.map((text) => Buffer.from(text));
  const graph = { contentView: (slot: number) => contents[slot] ?? null } as unknown as GraphReader;
  const before = process.memoryUsage().arrayBuffers;
  const index = newTextIndex(systemDisk);
  const begunUs = cpuUs();
  let longestMs = 0;
  for (let first = 0; first < texts.length; first += BATCH) {
    const changes = Array.from({ length: Math.min(BATCH, texts.length - first) }, (_, more) => ({
      seq: first + more + 1,
      kind: "put" as const,
      slot: first + more,
    }));
    const batchBegunUs = cpuUs();
    index.apply(changes, graph);
    longestMs = Math.max(longestMs, (cpuUs() - batchBegunUs) / 1000);
  }
  const usEach = (cpuUs() - begunUs) / texts.length;
  globalThis.gc?.();
  const bytesEach = (process.memoryUsage().arrayBuffers - before) / texts.length;
  return { index, usEach, longestMs, bytesEach };
}

function builtFts(
  texts: readonly string[],
): (Built & { readonly search: (query: string) => unknown }) | null {
  const database = new DatabaseSync(":memory:");
  try {
    database.exec("create virtual table texts using fts5(content, content='', columnsize=1)");
  } catch {
    return null;
  }
  const begunUs = cpuUs();
  database.exec("begin");
  const insert = database.prepare("insert into texts(rowid, content) values (?, ?)");
  texts.forEach((text, slot) => insert.run(slot, text));
  database.exec("commit");
  const usEach = (cpuUs() - begunUs) / texts.length;
  const select = database.prepare(
    "select rowid, bm25(texts) from texts where texts match ? order by bm25(texts) limit 10",
  );
  return { usEach, search: (query) => select.all(query.split(" ").join(" OR ")) };
}

/** CPU time of this thread: both work in it alone, but for the collector of garbage. */
function cpuUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

/** Microseconds of each query, or what it was before where that was less. */
function fastest(
  before: readonly number[],
  queries: readonly string[],
  search: (query: string) => unknown,
): number[] {
  return queries.map((query, number) => {
    const begun = performance.now();
    search(query);
    return Math.min((performance.now() - begun) * 1000, before[number] ?? Number.POSITIVE_INFINITY);
  });
}

function at(values: readonly number[], share: number): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)];
}

/** Texts of words by their rank, the n-th drawn with probability 1 / n. The words are no English: stems change nothing. */
function zipf(seed: number): (words: number) => string {
  const upTo = new Float64Array(WORDS);
  let sum = 0;
  for (let rank = 0; rank < WORDS; rank++) upTo[rank] = sum += 1 / (rank + 1);
  let state = seed >>> 0;
  const random = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const word = (): string => {
    const wanted = random() * sum;
    let [low, high] = [0, WORDS - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (upTo[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return `w${low.toString(36)}`;
  };
  return (words) => Array.from({ length: words }, word).join(" ");
}
