// The memory of a state directory, opened when it is first needed: by a command for itself, by the daemon once for all its
// clients. Who only reads makes none. Each use keeps at most one snapshot, of the export it is in the middle of.

import { join } from "node:path";
import { systemClock } from "../../base/clock.ts";
import { isThere } from "../../base/file.ts";
import { OpError } from "../../base/error.ts";
import type { Config, Who } from "../../base/settings.ts";
import type { Memory, OwnSpace, Snapshot } from "../../memory/memory.ts";
import type { Metrics } from "../../telemetry/metrics/metrics.ts";
import { noTracer, type Tracer } from "../../telemetry/trace/trace.ts";

export interface MemoryKeeper {
  /** Whether one was ever made. */
  exists(): boolean;
  /** Made where it is missing. Throws OPD4008 (another process has it), and what opening it does. */
  open(): Promise<Memory>;
  /** What is open now. */
  readonly memory: Memory | null;
  close(): Promise<void>;
}

export interface KeeperInput {
  readonly config: Pick<Config, "stateDir" | "memoryEmbed" | "memoryRecall" | "memoryShards">;
  readonly who: Who;
  /** Of a daemon: it keeps what the memory tells of itself. */
  readonly metrics: Metrics | null;
  readonly tracer?: Tracer;
}

export function memoryKeeper({ config, who, metrics, tracer = noTracer }: KeeperInput): MemoryKeeper {
  let opening: Promise<Memory> | null = null;
  let memory: Memory | null = null;
  let closed = false;
  async function load(): Promise<Memory> {
    const [{ openMemory, newEmbedder }, { makeStateFolder }, { systemDisk }] = await Promise.all([
      import("../../memory/memory.ts"),
      import("../records/state-folder.ts"),
      import("../../store/file/file.ts"),
    ]);
    const maker = config.memoryEmbed;
    const embedder = newEmbedder(
      maker === "none" || maker === "lexical"
        ? { level: maker }
        : { level: "http", url: maker, clock: systemClock, random: Math.random },
    );
    return await openMemory({
      directory: await makeStateFolder(config.stateDir, "@memory", who.uid),
      uid: who.uid,
      disk: systemDisk,
      clock: systemClock,
      embedder,
      recall: config.memoryRecall,
      shards: config.memoryShards,
      tracer,
      ...(metrics === null ? {} : { metrics, monitored: true }),
    });
  }
  return {
    exists: () => memory !== null || isThere(join(config.stateDir, "@memory", "default")),
    get memory() {
      return memory;
    },
    async open() {
      if (closed) throw new OpError("OPD4012", "the memory is closed");
      opening ??= load();
      // One that failed is tried anew: who had it may be gone by then.
      opening.catch(() => (opening = null));
      return (memory = await opening);
    },
    async close() {
      closed = true;
      const open = await opening?.catch(() => null);
      await open?.close();
      memory = null;
    },
  };
}

/** One client's use of it. */
export interface MemoryUse {
  /** For reading. Throws OPD4011 where there is no memory, or no such namespace. */
  read(namespace: string): Promise<OwnSpace>;
  write(namespace: string): Promise<OwnSpace>;
  /** For reading all of it. Throws OPD4011. */
  all(): Promise<Memory>;
  /** Of an export that goes on from call to call: a new one with the first, none after the last. */
  snapshotOf(space: OwnSpace, first: boolean): Snapshot;
  released(): void;
  close(): Promise<void>;
}

/** `shared`: that of the process, which outlives this use. */
export function memoryUse(own: () => MemoryKeeper, shared: MemoryKeeper | undefined): MemoryUse {
  let keeper: MemoryKeeper | null = shared ?? null;
  let held: { readonly space: OwnSpace; readonly snapshot: Snapshot } | null = null;
  const kept = (): MemoryKeeper => (keeper ??= own());
  const released = (): void => {
    held?.snapshot.release();
    held = null;
  };
  const all = async (): Promise<Memory> => {
    if (!kept().exists())
      throw new OpError("OPD4011", "nothing was remembered here yet", { hint: "op-dbus memory import FILE" });
    return await kept().open();
  };
  return {
    all,
    async read(namespace) {
      const space = await (await all()).find(namespace);
      if (space !== null) return space;
      throw new OpError("OPD4011", `there is no namespace ${namespace}`, { hint: "op-dbus memory stats" });
    },
    write: async (namespace) => await (await kept().open()).space(namespace),
    snapshotOf(space, first) {
      if (first) released();
      if (held !== null && held.space !== space) released();
      held ??= { space, snapshot: space.snapshot() };
      return held.snapshot;
    },
    released,
    async close() {
      released();
      if (shared === undefined) await keeper?.close();
    },
  };
}
