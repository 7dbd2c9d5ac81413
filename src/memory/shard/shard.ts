// Several shards as one space: concepts are spread over them by their ids (home.ts), a question goes to all of them and the best of
// their answers are the answer, and what changes more than one of them is done in all or in none (plan.ts, transact.ts). How
// many there are is decided when it is made and stands in its folder (layout.ts).
//
// DIRECTORY/layout       the number of shards
// DIRECTORY/decisions/   the coordinator's log
// DIRECTORY/shard-000/   a space of its own, and so on
//
// Scores: of vectors they are comparable by themselves; of text they are computed from the counts of all shards together.

import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Disk } from "../../store/file/file.ts";
import { openDecisions, type Decisions } from "./decisions.ts";
import { newHomeOf, type HomeOf } from "./home.ts";
import { readLayout, writeLayout } from "./layout.ts";
import type { Part } from "./model.ts";
import { countStubs } from "./reader.ts";
import { ShardedSpace, type Shards } from "./space.ts";
import { Coordinator } from "./transact.ts";

export type { Part } from "./model.ts";
export { ShardedSpace, type Shards } from "./space.ts";

export interface ShardsOptions<P extends Part> {
  readonly name: string;
  /** A private folder, made by the caller. */
  readonly directory: string;
  readonly disk: Disk;
  readonly clock: Clock;
  /** 1..LIMITS.memoryShardsMax. */
  readonly shards: number;
  /** Opens the space in that folder, which it makes where it is missing. */
  readonly openPart: (directory: string, shard: number) => Promise<P>;
}

/** Throws OPD4301 (it has another number of shards), OPD4004, OPD4006, OPD5001 to OPD5005, and what opening a part does. */
export function openShards<P extends Part>(options: ShardsOptions<P>): Promise<ShardedSpace<P>> {
  return openShardsAs(options, (of) => new ShardedSpace(options, of));
}

/** The same, as a space that can do more: `make` is handed what it is made of, when all that a crash left is resolved. */
export async function openShardsAs<P extends Part, S>(
  options: ShardsOptions<P>,
  make: (of: Shards<P>) => S,
): Promise<S> {
  const { directory, disk, clock, shards } = options;
  const known = readLayout(disk, directory);
  checkShards(known ?? shards, shards);
  if (known === null) writeLayout(disk, directory, shards);
  const parts: P[] = [];
  let decisions: Decisions | null = null;
  try {
    for (let shard = 0; shard < shards; shard++)
      parts.push(await options.openPart(join(directory, folderOf(shard)), shard));
    // Behind the locks of the parts, so nobody else has it.
    decisions = await openDecisions(directory, disk, clock);
    const coordinator = new Coordinator(parts, decisions);
    await coordinator.recover();
    const homeOf: HomeOf = newHomeOf(shards);
    const counts = {
      ...countStubs(
        parts.map(({ graph }) => graph),
        homeOf,
      ),
    };
    return make({ parts, homeOf, counts, coordinator, decisions });
  } catch (error) {
    await Promise.allSettled([...parts.map((part) => part.close()), decisions?.close()]);
    throw error;
  }
}

function folderOf(shard: number): string {
  return `shard-${String(shard).padStart(3, "0")}`;
}

function checkShards(known: number, wanted: number): void {
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > LIMITS.memoryShardsMax)
    throw new OpError("OPD4301", `${wanted} is no number of shards: 1 to ${LIMITS.memoryShardsMax}`);
  if (known !== wanted)
    throw new OpError("OPD4301", `it has ${known} shards, and would be opened with ${wanted}`, {
      now: "nothing was changed",
    });
}
