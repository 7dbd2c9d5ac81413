// A namespace's ground of several shards: the space over them (shard/shard.ts), and what a namespace asks beyond a space: its
// meanings, its traces and its snapshots by slots of the whole, and one dimension of vectors for all of them.

import { LIMITS } from "../../base/limits.ts";
import { makeFolder, notWritten } from "../graph/files.ts";
import type { Meanings } from "../index/meaning.ts";
import type { Change, Seq } from "../model.ts";
import type { Traces } from "../recall/traces.ts";
import { newShardMeanings } from "../shard/meanings.ts";
import { openShardsAs, ShardedSpace, type Shards } from "../shard/shard.ts";
import type { Durability, SpaceStats } from "../space.ts";
import type { VectorsStatus } from "../vector/model.ts";
import { FINDINGS_MAX, type Checked } from "./check.ts";
import type { GraphSpace } from "./graph-space.ts";
import type { Ground, GroundOptions } from "./ground.ts";
import { openGraphSpace } from "./open-graph.ts";
import { bytesBelow } from "./sizes.ts";

/** Throws OPD4301 (it has another number of shards) and what `openShards` and opening a graph throw. */
export function openSharded(options: GroundOptions, shards: number): Promise<Ground> {
  const { disk } = options;
  const openPart = (directory: string, shard: number): Promise<GraphSpace> => {
    try {
      makeFolder(disk, directory);
    } catch (error) {
      throw notWritten(directory, error);
    }
    return openGraphSpace({ ...options, name: `${options.name}/${shard}`, directory });
  };
  return openShardsAs({ ...options, shards, openPart }, (of) => new ShardedGround(options, of));
}

class ShardedGround extends ShardedSpace<GraphSpace> implements Ground {
  readonly meanings: Meanings;
  readonly traces: Pick<Traces, "of" | "set" | "watch">;
  readonly rebuilt: readonly string[];
  readonly #options: GroundOptions;

  constructor(options: GroundOptions, of: Shards<GraphSpace>) {
    super(options, of);
    this.#options = options;
    this.meanings = newShardMeanings(this.parts.map(({ meanings }) => meanings));
    this.traces = tracesOf(this.parts.map(({ traces }) => traces));
    // Of a shard that nothing was written to there was nothing to be made again.
    const written = this.parts.filter(({ reader }) => reader.seq > 0);
    this.rebuilt = [...new Set(written.flatMap(({ rebuilt }) => rebuilt))];
    // Each made again without the others may have begun with a vector that is skipped in the whole.
    const most = this.parts.reduce((one, other) =>
      other.vectors().vectors > one.vectors().vectors ? other : one,
    );
    this.#takeDimension(most.vectors().dimension);
  }

  get savedSeq(): Seq {
    return this.parts.reduce((sum, part) => sum + part.savedSeq, 0);
  }

  /** The first vector of all shards says how many numbers those of all of them have. */
  override async apply(
    changes: readonly Change[],
    durability?: Durability,
    current?: () => readonly Change[],
  ): Promise<Seq> {
    for (const change of changes)
      if (change.kind === "learn" && change.concept.vector !== null)
        this.#takeDimension(this.vectors().dimension ?? lengthOf(change.concept.vector));
    const seq = await super.apply(changes, durability, current);
    // Until it is seen the dimension is that of the vectors that are gone.
    if (changes.some(({ kind }) => kind === "clear")) await this.reached();
    return seq;
  }

  async rewrite(changes: () => readonly Change[]): Promise<void> {
    await this.apply(changes(), "durable", changes);
  }

  async durable(): Promise<void> {
    await Promise.all(this.parts.map((part) => part.durable()));
  }

  forgetVectors(): void {
    for (const part of this.parts) part.forgetVectors();
  }

  vectors(): Pick<VectorsStatus, "dimension" | "entries" | "building"> {
    const all = this.parts.map((part) => part.vectors());
    const building = all.flatMap((one) => one.building ?? []);
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
    return {
      dimension: all.find(({ dimension }) => dimension !== null)?.dimension ?? null,
      entries: sum(all.map(({ entries }) => entries)),
      building:
        building.length === 0
          ? null
          : { done: sum(building.map(({ done }) => done)), total: sum(building.map(({ total }) => total)) },
    };
  }

  logBytes(): number {
    return this.parts.reduce((sum, part) => sum + part.logBytes(), 0);
  }

  override stats(): SpaceStats {
    const { disk, directory } = this.#options;
    // The layout and the decisions, too.
    return { ...super.stats(), diskBytes: bytesBelow(disk, directory) };
  }

  async check(): Promise<Checked> {
    let [files, records] = [0, 0];
    const findings: string[] = [];
    for (const [shard, part] of this.parts.entries()) {
      const checked = await part.check();
      files += checked.files;
      records += checked.records;
      findings.push(...checked.findings.map((text) => `shard ${shard}: ${text}`));
    }
    return { files, records, concepts: this.reader.size, findings: findings.slice(0, FINDINGS_MAX) };
  }

  #takeDimension(dimension: number | null): void {
    if (dimension !== null) for (const part of this.parts) part.takeDimension(dimension);
  }
}

/** null = it will be refused. */
function lengthOf({ length }: Float32Array): number | null {
  return length >= 1 && length <= LIMITS.memoryDimensionsMax ? length : null;
}

function tracesOf(parts: readonly Traces[]): Pick<Traces, "of" | "set" | "watch"> {
  const shards = parts.length;
  const row = (slot: number): number => Math.floor(slot / shards);
  return {
    of: (slot) => parts[slot % shards]!.of(row(slot)),
    set: (slot, trace) => parts[slot % shards]!.set(row(slot), trace),
    watch(gone) {
      for (const [shard, part] of parts.entries())
        part.watch((slot) => gone(slot === null ? null : slot * shards + shard));
    },
  };
}
