// (y) Paths: a random graph of a million associations between 200,000 concepts, the shortest path between pairs that lie 3 to 6
// steps apart, beside what one writes without thinking, a breadth-first search with a Map and a Set over neighbour lists
// that are ready in memory. The same pairs, the same run. And the best path, ten paths, and what the small indexes cost.
// OP_DBUS_BENCH_LINKS sets another number of associations.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../src/base/clock.ts";
import { openGraph, type OwnGraph } from "../src/memory/graph/graph.ts";
import { newAttributeIndex } from "../src/memory/index/attribute.ts";
import { newMeaningIndex } from "../src/memory/index/meaning.ts";
import { newTimeIndex } from "../src/memory/index/time.ts";
import type { Applied, Change, ConceptId, Slot } from "../src/memory/model.ts";
import type { GraphReader } from "../src/memory/ports.ts";
import { analyze } from "../src/memory/reason/analyze.ts";
import { bestPath } from "../src/memory/reason/best-path.ts";
import { shortestPath } from "../src/memory/reason/path.ts";
import { shortestPaths } from "../src/memory/reason/paths.ts";
import { Meter, runNow } from "../src/memory/reason/search.ts";
import { systemDisk } from "../src/store/file/file.ts";
import { best, figure, median, type Figure } from "./figure.ts";

const LINKS = Number(process.env["OP_DBUS_BENCH_LINKS"] ?? 1_000_000);
const CONCEPTS = LINKS / 5;
const DEPTHS = [3, 4, 5, 6];
const PAIRS = 20;
const BATCH = 1000;
const PEER = "BFS with Map and Set";

interface Pair {
  readonly from: Slot;
  readonly to: Slot;
}

export async function memoryReasonBench(
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  const scratch = mkdtempSync("/var/tmp/op-dbus-bench-");
  try {
    progress(`memory-reason: ${CONCEPTS} concepts, ${LINKS} associations`);
    const draw = seeded(1);
    const { graph, puts } = await randomGraph(join(scratch, "graph"), draw);
    const figures = [
      ...(await paths(graph, draw, rounds, progress)),
      ...indexes(graph, puts, rounds, progress),
    ];
    await graph.close();
    return figures;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function paths(
  graph: GraphReader,
  draw: (below: number) => number,
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  const lists = neighbourLists(graph);
  const pairs = pairsByDepth(graph, draw);
  const rows: Figure[] = [];
  const row = (work: string, value: readonly number[], peerValue: readonly number[]): Figure =>
    figure({ bench: "memory", work, value: best(value), unit: "us", peer: PEER, peerValue: best(peerValue) });
  for (const [depth, some] of pairs) {
    if (some.length === 0) continue;
    const ours: number[] = [];
    const peer: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      progress(`memory-reason: depth ${depth}, round ${round} of ${rounds}`);
      ours.push(
        medianUs(some, ({ from, to }) => runNow(shortestPath(graph, from, to, { depthMax: 6 }, new Meter()))),
      );
      peer.push(medianUs(some, ({ from, to }) => plainSearch(lists, from, to, 6)));
    }
    rows.push(row(`shortest path, ${depth} steps, p50, ${LINKS / 1e6} M associations`, ours, peer));
  }
  const near = pairs.get(4)!;
  const alone = (work: string, search: (pair: Pair) => void): Figure => {
    progress(`memory-reason: ${work}`);
    return row(`${work}, p50, ${LINKS / 1e6} M associations`, [medianUs(near, search)], []);
  };
  const options = { depthMax: 6 };
  return [
    ...rows,
    alone("ten shortest paths, 4 steps", ({ from, to }) =>
      runNow(shortestPaths(graph, from, to, { ...options, pathsMax: 10 }, new Meter())),
    ),
    alone("best path by confidence, 4 steps", ({ from, to }) =>
      runNow(bestPath(graph, from, to, options, new Meter())),
    ),
  ];
}

function indexes(
  graph: GraphReader,
  puts: readonly Applied[],
  rounds: number,
  progress: (text: string) => void,
): readonly Figure[] {
  const kinds = [
    ["time", newTimeIndex],
    ["attribute", newAttributeIndex],
    ["meaning", newMeaningIndex],
  ] as const;
  return kinds.map(([name, make]) => {
    progress(`memory-reason: index by ${name}`);
    const us = Array.from({ length: rounds }, () => {
      const index = make(systemDisk);
      // CPU time: the work is one long computation, and the machine may have others.
      const before = process.cpuUsage();
      for (let at = 0; at < puts.length; at += BATCH) index.apply(puts.slice(at, at + BATCH), graph);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / puts.length;
    });
    return figure({
      bench: "memory",
      work: `a concept taken into the index by ${name}`,
      value: best(us),
      unit: "us of CPU",
      peer: "",
      peerValue: null,
    });
  });
}

async function randomGraph(
  directory: string,
  draw: (below: number) => number,
): Promise<{ readonly graph: OwnGraph; readonly puts: readonly Applied[] }> {
  mkdirSync(directory, { mode: 0o700 });
  const graph = await openGraph({ directory, disk: systemDisk, clock: systemClock });
  const puts: Applied[] = [];
  const make = async (count: number, change: (n: number) => Change): Promise<void> => {
    for (let at = 0; at < count; at += BATCH) {
      await graph.room();
      graph.apply(Array.from({ length: Math.min(BATCH, count - at) }, (_, n) => change(at + n)));
      puts.push(...graph.take(BATCH));
    }
    await graph.durable();
  };
  const semantic = analyze("The server must run since 2020.");
  await make(CONCEPTS, (n) => ({
    kind: "learn",
    concept: {
      id: idOf(n),
      content: Buffer.from(`Concept ${n} of a random graph`),
      vector: null,
      strength: 1,
      confidence: 1,
      attributes: new Map([
        ["group", String(n % 1000)],
        ["number", String(n)],
      ]),
      semantic,
    },
  }));
  await make(LINKS, () => {
    const [source, target] = [idOf(draw(CONCEPTS)), idOf(draw(CONCEPTS))];
    const confidence = (1 + draw(100)) / 101;
    return { kind: "associate", association: { source, target, type: 0, confidence, weight: 1 } };
  });
  return { graph, puts };
}

function idOf(n: number): ConceptId {
  const id = Buffer.alloc(16);
  id.writeUInt32BE(n, 12);
  // Ids of a table of hashes are spread; here by a multiplication that no two numbers share.
  id.writeUInt32LE(Math.imul(n, 0x9e3779b1) >>> 0, 0);
  return id;
}

/** What the peer walks: neighbours either way, an array a concept. */
function neighbourLists(graph: GraphReader): ReadonlyMap<Slot, readonly Slot[]> {
  const lists = new Map<Slot, Slot[]>();
  for (let slot = 0; slot < graph.slotEnd; slot++) {
    const list: Slot[] = [];
    for (let edge = graph.firstOut(slot); edge !== 0; edge = graph.nextOut(edge))
      list.push(graph.target(edge));
    for (let edge = graph.firstIn(slot); edge !== 0; edge = graph.nextIn(edge)) list.push(graph.source(edge));
    lists.set(slot, list);
  }
  return lists;
}

function plainSearch(
  lists: ReadonlyMap<Slot, readonly Slot[]>,
  from: Slot,
  to: Slot,
  depthMax: number,
): readonly Slot[] | null {
  const before = new Map<Slot, Slot>();
  const seen = new Set([from]);
  let level = [from];
  for (let depth = 0; depth < depthMax && level.length > 0; depth++) {
    const next: Slot[] = [];
    for (const slot of level)
      for (const neighbour of lists.get(slot)!) {
        if (seen.has(neighbour)) continue;
        seen.add(neighbour);
        before.set(neighbour, slot);
        if (neighbour === to) return wayBack(before, from, to);
        next.push(neighbour);
      }
    level = next;
  }
  return null;
}

function wayBack(before: ReadonlyMap<Slot, Slot>, from: Slot, to: Slot): readonly Slot[] {
  const way = [to];
  while (way[0] !== from) way.unshift(before.get(way[0]!)!);
  return way;
}

/** PAIRS pairs of each depth, as many as there are among a bounded number of draws. */
function pairsByDepth(
  graph: GraphReader,
  draw: (below: number) => number,
): ReadonlyMap<number, readonly Pair[]> {
  const pairs = new Map<number, Pair[]>(DEPTHS.map((depth) => [depth, []]));
  for (let tries = 0; tries < 20_000 && [...pairs.values()].some(({ length }) => length < PAIRS); tries++) {
    const from = draw(CONCEPTS);
    // Pairs drawn at random are hardly ever near: every other one is walked to.
    const to = tries % 2 === 0 ? draw(CONCEPTS) : walked(graph, from, 3 + (tries % 4), draw);
    const { found } = runNow(shortestPath(graph, from, to, { depthMax: 6 }, new Meter()));
    const some = pairs.get(found[0]?.edges.length ?? 0);
    if (some !== undefined && some.length < PAIRS) some.push({ from, to });
  }
  return pairs;
}

function walked(graph: GraphReader, from: Slot, steps: number, draw: (below: number) => number): Slot {
  let slot = from;
  for (let step = 0; step < steps; step++) {
    let edge = graph.firstOut(slot);
    for (let skip = draw(4); skip > 0 && edge !== 0; skip--) edge = graph.nextOut(edge);
    if (edge !== 0) slot = graph.target(edge);
  }
  return slot;
}

function medianUs(pairs: readonly Pair[], search: (pair: Pair) => unknown): number {
  return median(
    pairs.map((pair) => {
      const begun = performance.now();
      search(pair);
      return (performance.now() - begun) * 1000;
    }),
  );
}

/** mulberry32 */
function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
