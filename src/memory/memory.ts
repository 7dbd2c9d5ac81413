// The memory: namespaces, each a folder with a graph and its indexes, opened when somebody asks for them. One process has it
// open. It remembers; it is not asked for the truth about the machine, and nothing that changes the machine waits for it.
//
// DIRECTORY/lock       held by the process that has the memory open
// DIRECTORY/NAME/      a namespace: graph/files.ts has what lies in it
// DIRECTORY/_events/   what the memory tells of itself (monitor/monitor.ts)

import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { OpError } from "../base/error.ts";
import { LIMITS } from "../base/limits.ts";
import { visible } from "../base/visible.ts";
import { makePrivate, type Disk, type FileLock } from "../store/file/file.ts";
import { noMetrics, type Metrics } from "../telemetry/metrics/metrics.ts";
import { noTracer, type Tracer } from "../telemetry/trace/trace.ts";
import type { Embedder } from "./embed/model.ts";
import { MONITOR_NAMESPACE, newMonitor, type Monitor } from "./monitor/monitor.ts";
import type { StorageEvent } from "./monitor/event.ts";
import type { OwnSpace } from "./namespace/model.ts";
import { openNamespace } from "./namespace/namespace.ts";
import { notWritten } from "./graph/files.ts";

export { newEmbedder, type Embedder } from "./embed/embed.ts";
export { hexOf, idOfContent, legacyId, parseId } from "./graph/id.ts";
export { exportLines, type ExportPage } from "./transfer/export.ts";
export { importFile, type ImportReport } from "./transfer/import.ts";
export { analyze } from "./reason/analyze.ts";
export { learnTexts } from "./learn.ts";
export type { Checked } from "./namespace/check.ts";
export type { SpaceSemanticPath } from "./namespace/ask.ts";
export type { OwnSpace } from "./namespace/model.ts";
export type { Snapshot } from "./ports.ts";
export type { SearchOptions, SpaceFilter, SpaceStats } from "./space.ts";

export const DEFAULT_NAMESPACE = "default";

export interface MemoryOptions {
  /** Made where it is missing. */
  readonly directory: string;
  readonly uid: number;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly embedder: Embedder;
  readonly metrics?: Metrics;
  /** Keep what it tells of itself as concepts, too. */
  readonly monitored?: boolean;
  /** Whether a search that does not say is a recall (recall/recall.ts). */
  readonly recall?: boolean;
  readonly tracer?: Tracer;
  /** How many shards a namespace gets when it is made, 1 to LIMITS.memoryShardsMax; one that is there keeps what it has. */
  readonly shards?: number;
}

export interface Memory {
  /** Sorted; the default one is always among them. */
  namespaces(): readonly string[];
  /** For reading: null = there is none of that name. Throws OPD4009, and what opening a namespace does. */
  find(name: string): Promise<OwnSpace | null>;
  /** For writing: made where it is missing. Throws OPD4009, OPD4010, and what opening a namespace does. */
  space(name: string): Promise<OwnSpace>;
  /** What is not as it should be, a sentence each. */
  alerts(): readonly string[];
  /** One turn of what its open namespaces do by themselves: to be called every some seconds by who keeps it open. */
  tend(): Promise<void>;
  /** Checkpoints of all namespaces that are open. */
  flush(): Promise<void>;
  /** The same, and the end. Idempotent. */
  close(): Promise<void>;
}

const NAME = /^[a-z0-9_-]{1,64}$/;

/** Throws OPD4008 (another process has it), OPD5001, OPD5002, and what opening the default namespace does. */
export async function openMemory(options: MemoryOptions): Promise<Memory> {
  const { directory, disk, uid } = options;
  makePrivate(disk, directory, uid);
  const lock = takeLock(disk, directory);
  const memory = new Namespaces(options, lock);
  try {
    await memory.begin();
    return memory;
  } catch (error) {
    await memory.close().catch(() => undefined);
    throw error;
  }
}

class Namespaces implements Memory {
  readonly #options: MemoryOptions;
  readonly #lock: FileLock;
  readonly #open = new Map<string, Promise<OwnSpace>>();
  /** Those of `#open` that are open by now. */
  readonly #ready = new Map<string, OwnSpace>();
  #monitor: Monitor | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: MemoryOptions, lock: FileLock) {
    this.#options = options;
    this.#lock = lock;
  }

  async begin(): Promise<void> {
    await this.#opened(DEFAULT_NAMESPACE);
    if (this.#options.monitored !== true) return;
    const { clock, metrics = noMetrics } = this.#options;
    this.#monitor = newMonitor(await this.#opened(MONITOR_NAMESPACE), metrics, clock);
  }

  namespaces(): readonly string[] {
    const { disk, directory } = this.#options;
    return disk.list(directory).filter((name) => NAME.test(name) && name !== "lock");
  }

  async find(name: string): Promise<OwnSpace | null> {
    checkName(name);
    return this.#open.has(name) || this.namespaces().includes(name) ? await this.#opened(name) : null;
  }

  async space(name: string): Promise<OwnSpace> {
    checkName(name);
    if (name.startsWith("_"))
      throw new OpError("OPD4009", `${name} is kept for what the memory tells of itself`);
    const known = this.namespaces();
    if (!this.#open.has(name) && !known.includes(name) && known.length >= LIMITS.memoryNamespacesMax)
      throw new OpError("OPD4010", `there are ${known.length} namespaces, and ${name} is not among them`);
    return await this.#opened(name);
  }

  alerts(): readonly string[] {
    const all = [...this.#ready.values()].map((space) => space.stats());
    const most = (name: string): number =>
      Math.max(0, ...all.map(({ reconciler }) => Number(reconciler[name])));
    const refused = all.reduce((sum, one) => sum + one.refused, 0);
    const queue = {
      utilization: most("queueUtilization"),
      estimatedLagMs: most("estimatedLagMs"),
      refused,
    };
    return this.#monitor?.alerts(queue) ?? [];
  }

  async tend(): Promise<void> {
    for (const space of this.#ready.values()) await space.tend();
  }

  async flush(): Promise<void> {
    await this.#monitor?.flush();
    for (const space of this.#ready.values()) await space.flush();
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    await this.#monitor?.flush();
    this.#monitor = null;
    const opening = await Promise.allSettled(this.#open.values());
    const spaces = opening.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const closed = await Promise.allSettled(spaces.map((space) => space.close()));
    this.#options.embedder.close();
    this.#lock.release();
    this.#lock.close();
    for (const one of closed) if (one.status === "rejected") throw one.reason;
  }

  async #opened(name: string): Promise<OwnSpace> {
    if (this.#closing !== null) throw new OpError("OPD4012", "the memory is being closed");
    const known = this.#open.get(name);
    if (known !== undefined) return await known;
    const opening = this.#openOne(name);
    this.#open.set(name, opening);
    try {
      const space = await opening;
      this.#ready.set(name, space);
      return space;
    } catch (error) {
      // What was wrong may be put right: the next one tries again.
      this.#open.delete(name);
      throw error;
    }
  }

  async #openOne(name: string): Promise<OwnSpace> {
    const { directory, disk, clock, embedder, metrics = noMetrics, uid } = this.#options;
    const { recall = false, tracer = noTracer, shards = 1 } = this.#options;
    const path = join(directory, name);
    makePrivate(disk, path, uid);
    const tell = (event: StorageEvent): void => this.#monitor?.record(name, event);
    // What the memory says of itself has no vectors, is not counted twice, and is bounded: one graph holds it.
    const own = name === MONITOR_NAMESPACE;
    return await openNamespace({
      name,
      directory: path,
      disk,
      clock,
      embedder,
      metrics: own ? noMetrics : metrics,
      tell,
      recall: recall && !own,
      tracer,
      shards: own ? 1 : shards,
    });
  }
}

/** Throws OPD4009. */
function checkName(name: string): void {
  if (!NAME.test(name) || name === "lock")
    throw new OpError("OPD4009", `${visible(name.slice(0, 80))} is no name of a namespace`);
}

function takeLock(disk: Disk, directory: string): FileLock {
  const path = join(directory, "lock");
  let lock: FileLock | null = null;
  try {
    lock = disk.lock(path);
    if (lock.take()) return lock;
  } catch (error) {
    throw notWritten(path, error);
  }
  const holder = lock.holder();
  lock.close();
  const who = holder === null ? "another process" : `process ${visible(holder)}`;
  throw new OpError("OPD4008", `the memory is open in ${who}`, { where: path, now: "nothing was changed" });
}
