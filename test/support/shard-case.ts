// Sharded spaces in tests: real shards on any disk, ids that are at home where a test wants them, and what such a space holds as
// one plain value.

import { systemClock, type Clock } from "../../src/base/clock.ts";
import { openGraphSpace } from "../../src/memory/namespace/open-graph.ts";
import { newHomeOf } from "../../src/memory/shard/home.ts";
import { openShards, type ShardedSpace } from "../../src/memory/shard/shard.ts";
import type { Disk } from "../../src/store/file/file.ts";
import { noMetrics } from "../../src/telemetry/metrics/metrics.ts";
import { idNamed } from "./graph-case.ts";

export const SHARDS_FOLDER = "/shards";

/** The vector of every question. */
export const ASKED = Float32Array.of(1, 0.25, -0.5);

export function openShardsOn(
  disk: Disk,
  shards = 3,
  clock: Clock = systemClock,
  directory = SHARDS_FOLDER,
): Promise<ShardedSpace> {
  return openShards({
    name: "test",
    directory,
    disk,
    clock,
    shards,
    openPart: (folder) => {
      try {
        disk.mkdir(folder, 0o700);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      return openGraphSpace({
        name: "test",
        directory: folder,
        disk,
        clock,
        metrics: noMetrics,
        tell: () => undefined,
      });
    },
  });
}

/** `count` names whose concepts are at home in that shard. */
export function namesAt(shard: number, shards: number, count: number): readonly string[] {
  const homeOf = newHomeOf(shards);
  const names: string[] = [];
  for (let number = 0; names.length < count; number++)
    if (homeOf(idNamed(`n${number}`)) === shard) names.push(`n${number}`);
  return names;
}
