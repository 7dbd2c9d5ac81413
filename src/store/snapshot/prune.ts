// Pruning: what the rules drop is removed, and below the free-space floor the oldest of what they keep, too. One that
// cannot be removed does not stop the others. Nothing but our own snapshots is touched (folder.ts says which they are).

import { OpError } from "../../base/error.ts";
import type { Amounts } from "../../base/calendar.ts";
import { sweepAside, takeApart } from "./aside.ts";
import { readSnapshots, type Snapshot } from "./folder.ts";
import { formatName } from "./name.ts";
import { judge, type Verdict } from "./retention.ts";
import { belowFloor, makeRoom, type Floor } from "./space.ts";
import type { Subvolumes } from "./subvolumes.ts";

export interface Rules {
  readonly amounts: Amounts;
  readonly floor: Floor;
  /** Name -> what the caller needs it for: kept by the rules; under the floor it goes like others. */
  readonly needed: ReadonlyMap<string, string>;
}

export interface Pruned {
  readonly removed: readonly string[];
  /** Of these, those that the rules would have kept: they went for space. */
  readonly forSpace: readonly string[];
  /** Still below the floor. */
  readonly tight: boolean;
  /** What could not be removed and why. */
  readonly faults: readonly string[];
}

/** Snapshots of the cache are rotated by number; everything else follows the calendar. */
const CACHE_AMOUNTS: Amounts = Object.freeze({ newest: 24 });
/** What snapshots of the cache are for, and the subvolume that they hold. */
export const CACHE = "cache";

/** A verdict for every snapshot, newest first. */
export function judgeAll(
  snapshots: readonly Snapshot[],
  { amounts, needed }: Pick<Rules, "amounts" | "needed">,
): readonly Verdict<Snapshot>[] {
  const cache = snapshots.filter(({ what }) => what === CACHE);
  const rest = snapshots.filter(({ what }) => what !== CACHE);
  return [...judge(rest, amounts, needed), ...judge(cache, CACHE_AMOUNTS, needed)].sort((a, b) =>
    a.name < b.name ? 1 : -1,
  );
}

export async function prune(subvolumes: Subvolumes, folder: string, rules: Rules): Promise<Pruned> {
  const faults = [...(await sweepAside(subvolumes, folder))];
  const remove = async (name: string): Promise<boolean> => {
    try {
      await takeApart(subvolumes, folder, name);
      return true;
    } catch (error) {
      faults.push(`${name}: ${error instanceof OpError ? error.message : String(error)}`);
      return false;
    }
  };
  const verdicts = judgeAll(readSnapshots(subvolumes, folder).snapshots, rules);
  const removed: string[] = [];
  for (const { name, kept } of verdicts.toReversed()) if (!kept && (await remove(name))) removed.push(name);
  if (removed.length > 0 && belowFloor(subvolumes.space(folder), rules.floor))
    await subvolumes.settle(folder);
  const forSpace = await makeRoom(subvolumes, folder, rules.floor, sparable(verdicts), remove);
  const tight = belowFloor(subvolumes.space(folder), rules.floor);
  return { removed: [...removed, ...forSpace], forSpace, tight, faults };
}

/** Of what the rules keep, what may go for space, oldest first: never the newest, never what a person asked to keep. */
function sparable(verdicts: readonly Verdict<Snapshot>[]): readonly string[] {
  const [, ...older] = verdicts.filter(({ kept }) => kept);
  return older
    .map(({ snapshot }) => snapshot)
    .filter(({ what }) => !what.startsWith("keep-"))
    .map(formatName)
    .reverse();
}
