// (r) What recall adds to a search: with all dynamics on, ten answers out of forty candidates with vectors of 384 numbers, each
// associated with eight others, in a graph of 10,000; beside the same search without recall, whose own time is left out (it is
// given its hits). Everything off must cost nothing.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../src/base/clock.ts";
import { openGraph, type OwnGraph } from "../src/memory/graph/graph.ts";
import type { Change } from "../src/memory/model.ts";
import { DYNAMICS } from "../src/memory/recall/dynamics.ts";
import { newRecall, type Recall } from "../src/memory/recall/recall.ts";
import { newTraces } from "../src/memory/recall/traces.ts";
import type { Found, SearchOptions } from "../src/memory/space.ts";
import { systemDisk } from "../src/store/file/file.ts";
import { cognitivePatterns, createMetrics } from "../src/telemetry/metrics/metrics.ts";
import { noTracer } from "../src/telemetry/trace/trace.ts";
import { clusters, conceptOf, idOf } from "../test/support/vectors.ts";
import { best, figure, type Figure } from "./figure.ts";

const CONCEPTS = 10_000;
const DIMENSIONS = 384;
const ASSOCIATIONS = 8;
const SEARCHES = 500;
const LIMIT = 10;
const CANDIDATES = 4 * LIMIT;

export async function memoryRecallBench(
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  const scratch = join(import.meta.dirname, "..", ".cache");
  mkdirSync(scratch, { recursive: true });
  const directory = mkdtempSync(join(scratch, "memory-recall-"));
  try {
    progress(`memory-recall: ${CONCEPTS} concepts`);
    const graph = await openGraph({ directory, disk: systemDisk, clock: systemClock, derived: [] });
    fill(graph);
    await graph.durable();
    const recalls = { all: recallOf(graph, true), off: recallOf(graph, false) };
    const us = { all: [] as number[], off: [] as number[], plain: [] as number[] };
    for (let round = 1; round <= rounds; round++) {
      progress(`memory-recall: round ${round} of ${rounds}`);
      us.all.push(await usEach((plain) => recalls.all.search(plain, { limit: LIMIT })));
      us.off.push(await usEach((plain) => recalls.off.search(plain, { limit: LIMIT })));
      us.plain.push(await usEach((plain) => plain({ limit: LIMIT })));
    }
    await graph.close();
    const row = (work: string, value: number | null): Figure =>
      figure({
        bench: "memory",
        work,
        value,
        unit: "us CPU",
        peer: "the hits alone",
        peerValue: best(us.plain),
      });
    return [
      row(`recall, all dynamics, ${LIMIT} of ${CANDIDATES} hits`, best(us.all)),
      row("recall with every dynamic off", best(us.off)),
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function recallOf(graph: OwnGraph, on: boolean): Recall {
  const cognitive = cognitivePatterns(createMetrics());
  const dynamics = new Set(on ? DYNAMICS : []);
  const traces = newTraces(systemDisk);
  return newRecall({ reader: graph, traces, clock: systemClock, cognitive, tracer: noTracer, dynamics });
}

function fill(graph: OwnGraph): void {
  const vectors = clusters(CONCEPTS, DIMENSIONS, 1);
  const learned = vectors.map((vector, n): Change => ({ kind: "learn", concept: conceptOf(n, vector) }));
  for (let from = 0; from < CONCEPTS; from += 1000) {
    graph.apply(learned.slice(from, from + 1000));
    graph.take(Infinity);
  }
  const associated = vectors.flatMap((_, n): Change[] =>
    Array.from({ length: ASSOCIATIONS }, (_, k) => ({
      kind: "associate",
      association: {
        source: idOf(n),
        // Of its own cluster: those a fiftieth of all apart.
        target: idOf((n + (k + 1) * (CONCEPTS / 50)) % CONCEPTS),
        type: 0,
        confidence: 1,
        weight: 1,
      },
    })),
  );
  for (let from = 0; from < associated.length; from += 1000) {
    graph.apply(associated.slice(from, from + 1000));
    graph.take(Infinity);
  }
}

type Plain = (options: SearchOptions) => Promise<readonly Found[]>;

async function usEach(search: (plain: Plain) => Promise<readonly Found[]>): Promise<number> {
  const before = process.cpuUsage();
  for (let n = 0; n < SEARCHES; n++) {
    const first = (n * 7919) % CONCEPTS;
    // A cluster, as a search would find it.
    const hits = Array.from({ length: CANDIDATES }, (_, k) => ({
      id: idOf((first + k * (CONCEPTS / 50)) % CONCEPTS),
      score: 1 - k / 100,
    }));
    await search(async ({ limit }) => hits.slice(0, limit));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / SEARCHES;
}
