// The graph of the memory: durable and buffered writes, reads, visibility, start and size, at a million concepts (and ten with
// OP_DBUS_LONG=1), against LMDB, node:sqlite and a plain fdatasync loop with the same records on the same disk.

import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { systemClock as clock } from "../src/base/clock.ts";
import { openGraph, type OwnGraph } from "../src/memory/graph/graph.ts";
import { systemDisk as disk } from "../src/store/file/file.ts";
import { scanLog } from "../src/store/log/log.ts";
import { best, figure, median, type Figure, type Measured } from "./figure.ts";
import { lmdbStore, rawDurableUs, sqliteStore, type Store } from "./memory-graph-peers.ts";
import { CONTENT, numberedConcept, numberedId } from "./memory-graph-record.ts";
import { nowMs, type WatcherTask } from "./memory-graph-thread.ts";

type Progress = (text: string) => void;
const LONG = process.env["OP_DBUS_LONG"] === "1";
const MILLION = 1_000_000;
const BATCH = 5000;
const CALLERS = 64;
const LOOKS = 200_000;
const WATCHED = 500;

const row = (measured: Omit<Measured, "bench">): Figure => figure({ bench: "memory", ...measured });

export async function memoryGraphBench(rounds: number, progress: Progress): Promise<readonly Figure[]> {
  // Not tmpdir(): where that is memory, a sync costs nothing.
  const scratch = mkdtempSync("/var/tmp/op-dbus-bench-");
  try {
    return [...(await writing(scratch, rounds, progress)), ...(await holding(scratch, progress))];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Writes that wait for the disk, in turns with the peers. */
async function writing(scratch: string, rounds: number, progress: Progress): Promise<Figure[]> {
  const graph = await openIn(scratch, "writing");
  const [lmdb, sqlite] = [lmdbStore(scratch), sqliteStore(scratch)];
  const us = { batch: [], callers: [], lmdb: [], sqlite: [], raw: [], learn: [] } as Record<string, number[]>;
  let next = 0;
  for (let round = 1; round <= rounds; round++) {
    progress(`memory, graph: round ${round} of ${rounds}`);
    us["batch"]!.push(await batches(graph, next, 20 * BATCH));
    next += 20 * BATCH;
    us["learn"]!.push(learnP50(graph, next));
    next += BATCH;
    us["callers"]!.push(await callers(graph, next, 4 * BATCH));
    next += 4 * BATCH;
    if (lmdb !== null) us["lmdb"]!.push(storeBatches(lmdb, next, 4 * BATCH));
    us["sqlite"]!.push(storeBatches(sqlite, next, 4 * BATCH));
    us["raw"]!.push(await rawDurableUs(scratch, CONTENT, 300));
  }
  await Promise.all([graph.close(), lmdb?.close(), sqlite.close()]);
  const [batch, unit] = [best(us["batch"]!), "us/concept"];
  const work = `durable learn, batches of ${BATCH} (300 K/s)`;
  return [
    row({
      work,
      value: batch,
      unit,
      peer: "LMDB",
      peerValue: lmdb === null ? null : best(us["lmdb"]!),
      goal: { max: 3.33 },
    }),
    row({ work, value: batch, unit, peer: "node:sqlite", peerValue: best(us["sqlite"]!) }),
    row({
      work: `durable learn, ${CALLERS} callers that wait (100 K/s)`,
      value: best(us["callers"]!),
      unit,
      peer: "write + fdatasync of one",
      peerValue: best(us["raw"]!),
      goal: { max: 10 },
    }),
    row({
      work: "learn, buffered, p50",
      value: best(us["learn"]!),
      unit: "us",
      peer: "",
      peerValue: null,
      goal: { max: 3 },
    }),
  ];
}

/** A graph of a million, or ten: how it grows, how it reads, how it starts. */
async function holding(scratch: string, progress: Progress): Promise<Figure[]> {
  const sizes = LONG ? [MILLION, 10 * MILLION] : [MILLION];
  let graph = await openIn(scratch, "holding");
  const figures: Figure[] = [];
  const small = { write: await batches(graph, 0, 100_000), read: readP50(graph, 100_000) };
  let has = 100_000;
  for (const size of sizes) {
    const name = `${size / MILLION} M`;
    progress(`memory, graph: growing to ${name}`);
    await batches(graph, has, size - has - 100_000);
    const write = await batches(graph, size - 100_000, 100_000);
    has = size;
    const read = readP50(graph, size);
    const bytes = graph.usedBytes / size - CONTENT.length;
    const lmdbUs = size === MILLION ? await lmdbRead(join(scratch, "peer"), size) : null;
    const grown = { peer: "at 100 K", goal: { timesMax: 2 } } as const;
    figures.push(
      row({
        work: `read of a concept by id, p50, at ${name}`,
        value: read,
        unit: "us",
        peer: "LMDB",
        peerValue: lmdbUs,
        goal: { max: size === MILLION ? 1 : 2.5 },
      }),
      row({ work: `the same`, value: read, unit: "us", ...grown, peerValue: small.read }),
      row({
        work: `durable learn in batches, at ${name}`,
        value: write,
        unit: "us/concept",
        ...grown,
        peerValue: small.write,
      }),
      row({
        work: `memory of a concept beyond its content, at ${name}`,
        value: bytes,
        unit: "bytes",
        peer: "",
        peerValue: null,
        goal: { max: 200 },
        note: "of a concept without associations; each takes 64 bytes",
      }),
      await visible(graph, size, name),
    );
    has += WATCHED;
    progress(`memory, graph: starting with ${name}`);
    await graph.close();
    const scanUs = await timedUs(() =>
      scanLog({ directory: join(scratch, "holding", "log"), kind: "GRPH", disk, clock }),
    );
    const replayUs = await timedUs(async () => void (graph = await openIn(scratch, "holding")));
    figures.push(
      row({
        work: `recovery from the log, ${name} (1 M/s)`,
        value: replayUs / has,
        unit: "us/record",
        peer: "reading the log alone",
        peerValue: scanUs / has,
        goal: { max: 1 },
      }),
    );
    graph.take(Infinity);
    const pause = await pausesOf(() => graph.checkpoint([]));
    figures.push(
      row({
        work: `longest pause of the loop while a checkpoint is written, ${name}`,
        value: pause.longestMs,
        unit: "ms",
        peer: "the whole checkpoint",
        peerValue: pause.allMs,
      }),
      row({
        work: "the same, as processor time of the loop's thread",
        value: pause.longestCpuMs,
        unit: "ms",
        peer: "",
        peerValue: null,
        goal: { max: 10 },
      }),
    );
    await graph.close();
    const openUs = await timedUs(async () => void (graph = await openIn(scratch, "holding")));
    figures.push(
      row({
        work: `open of ${name} from a checkpoint`,
        value: openUs / 1000,
        unit: "ms",
        peer: "recovery from the log",
        peerValue: replayUs / 1000,
        ...(size === MILLION ? { goal: { max: 500 } } : {}),
      }),
    );
  }
  await graph.close();
  return figures;
}

async function openIn(scratch: string, name: string): Promise<OwnGraph> {
  const directory = join(scratch, name);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return openGraph({ directory, disk, clock });
}

/** Microseconds a concept. While one batch is on its way to the disk the next one is learned. */
async function batches(graph: OwnGraph, first: number, count: number): Promise<number> {
  const begun = performance.now();
  let before = Promise.resolve();
  for (let n = 0; n < count; n++) {
    graph.learn(numberedConcept(first + n));
    if (n % BATCH !== BATCH - 1) continue;
    graph.take(BATCH);
    const durable = graph.durable();
    await before;
    before = durable;
  }
  await graph.durable();
  return ((performance.now() - begun) * 1000) / count;
}

async function callers(graph: OwnGraph, first: number, count: number): Promise<number> {
  const begun = performance.now();
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < count) {
      const seq = graph.learn(numberedConcept(first + next++));
      if (next % 1000 === 0) graph.take(1000);
      await graph.durable(seq);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return ((performance.now() - begun) * 1000) / count;
}

function learnP50(graph: OwnGraph, first: number): number {
  const us: number[] = [];
  for (let n = 0; n < BATCH; n++) {
    const concept = numberedConcept(first + n);
    const begun = performance.now();
    graph.learn(concept);
    us.push((performance.now() - begun) * 1000);
  }
  graph.take(BATCH);
  return median(us);
}

function storeBatches(store: Store, first: number, count: number): number {
  const begun = performance.now();
  for (let n = 0; n < count; n += BATCH)
    store.write(
      Array.from({ length: BATCH }, (_, at) => numberedId(first + n + at)),
      CONTENT,
    );
  return ((performance.now() - begun) * 1000) / count;
}

/** From the id to a copy of all that the concept has; ids in an order that no cache knows. */
function readP50(graph: OwnGraph, size: number): number {
  return lookP50(size, (id) => graph.concept(graph.slotOf(id)) !== null);
}

function lookP50(size: number, look: (id: Uint8Array) => boolean): number {
  const us: number[] = [];
  for (let n = 0; n < LOOKS; n++) {
    const id = numberedId((n * 7919 * 31) % size);
    const begun = performance.now();
    const found = look(id);
    us.push((performance.now() - begun) * 1000);
    if (!found) throw new Error(`concept ${(n * 7919 * 31) % size} is missing`);
  }
  return median(us);
}

/** null = LMDB is absent. */
async function lmdbRead(scratch: string, size: number): Promise<number | null> {
  mkdirSync(scratch);
  const store = lmdbStore(scratch);
  if (store === null) return null;
  const ids = Array.from({ length: size }, (_, n) => numberedId(n)).toSorted((a, b) => Buffer.compare(a, b));
  for (let n = 0; n < size; n += 100_000) store.write(ids.slice(n, n + 100_000), CONTENT);
  const us = lookP50(size, (id) => store.read(id) !== undefined);
  await store.close();
  return us;
}

/** How long after `learn` begins another thread sees the concept: the median of some hundred. */
async function visible(graph: OwnGraph, first: number, name: string): Promise<Figure> {
  const shared = graph.share();
  const begunMs = new SharedArrayBuffer(8 * WATCHED);
  const workerData: WatcherTask = { shared, begunMs, first };
  const worker = new Worker(join(import.meta.dirname, "memory-graph-thread.ts"), { workerData });
  await once(worker, "message");
  const answer = once(worker, "message") as Promise<[Float64Array]>;
  const begun = new Float64Array(begunMs);
  for (let n = 0; n < WATCHED; n++) {
    await clock.sleep(1);
    begun[n] = nowMs();
    graph.learn(numberedConcept(first + n));
  }
  const [tookMs] = await answer;
  graph.unshare(shared);
  graph.take(WATCHED);
  await worker.terminate();
  const sorted = [...tookMs].toSorted((a, b) => a - b);
  return row({
    work: `learn to seen by another thread, p50, at ${name}`,
    value: median(sorted),
    unit: "ms",
    peer: "p99",
    peerValue: sorted[Math.floor(WATCHED * 0.99)]!,
    goal: { max: 1 },
  });
}

async function timedUs(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) * 1000;
}

interface Pauses {
  readonly longestMs: number;
  /** Of the thread itself: what it spent, not what others kept it waiting. */
  readonly longestCpuMs: number;
  readonly allMs: number;
}

/** The longest time in which nobody else had a turn while `work` was under way. */
async function pausesOf(work: () => Promise<void>): Promise<Pauses> {
  let isDone = false;
  let longestMs = 0;
  let longestCpuMs = 0;
  const watch = (async () => {
    for (let [before, cpuBefore] = [performance.now(), cpuMs()]; !isDone;) {
      await new Promise((resolve) => setImmediate(resolve));
      const [now, cpu] = [performance.now(), cpuMs()];
      longestMs = Math.max(longestMs, now - before);
      longestCpuMs = Math.max(longestCpuMs, cpu - cpuBefore);
      [before, cpuBefore] = [now, cpu];
    }
  })();
  const allUs = await timedUs(work);
  isDone = true;
  await watch;
  return { longestMs, longestCpuMs, allMs: allUs / 1000 };
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
