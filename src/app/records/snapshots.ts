// Snapshots of the state directory: taken when they are due, pruned after that, both by the settings. An apply never
// fails because of them: what goes wrong is a word to the person.

import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { asOpError } from "../../base/error.ts";
import { btrfsSubvolumes } from "../../host/btrfs/btrfs.ts";
import { marksOf } from "../../fleet/replicate.ts";
import {
  batched,
  belowFloor,
  isDue,
  prune,
  readSnapshots,
  SNAPSHOTS_FOLDER,
  takeSnapshot,
  type Floor,
  type Pruned,
  type Rules,
  type Subvolumes,
  type Taken,
} from "../../store/snapshot/snapshot.ts";
import type { Talk } from "../../api/api.ts";
import type { Parts } from "../parts.ts";
import { makeStateFolder } from "./state-folder.ts";

/** What came of making one. `taken` null: `why` says it. */
export interface Snapped {
  readonly taken: Taken | null;
  readonly why: string | null;
  readonly pruned: Pruned | null;
}

/** After an apply that recorded something. Never rejects; what goes wrong is told as a warning. */
export async function snapshotAfterApply(parts: Parts, talk: Pick<Talk, "tell">): Promise<void> {
  for (const message of await whenDue(parts, true))
    talk.tell({ type: "diagnostic", severity: "warning", message });
}

/** For a scheduler, once a minute or more often. Never rejects; returns what a person should know. */
export async function snapshotTick(parts: Parts): Promise<readonly string[]> {
  return await whenDue(parts, false);
}

/** Takes one now, whatever the interval says, and prunes. Throws OPD5001, OPD5002, OPD5301, OPD5302. */
export async function snapshotNow(parts: Parts, what: string): Promise<Snapped> {
  const { stateDir } = parts.configured.config;
  const { subvolumes, lacks } = await snapshotGround(parts);
  const none = (why: string, pruned: Pruned | null = null): Snapped => ({ taken: null, why, pruned });
  if (lacks !== null) return none(lacks);
  const folder = await makeStateFolder(stateDir, SNAPSHOTS_FOLDER, parts.who.uid);
  const rules = rulesOf(parts);
  if (belowFloor(subvolumes.space(folder), rules.floor)) {
    const pruned = await prune(subvolumes, folder, rules);
    if (pruned.tight) return none("there is less free space than snapshots must leave", pruned);
  }
  const taken = await takeSnapshot(subvolumes, stateDir, what, parts.clock.wallMs());
  if (taken === null) return none("there are no records in subvolumes yet");
  return { taken, why: null, pruned: await prune(subvolumes, folder, rules) };
}

/** Where snapshots lie, and what the file system of the state directory (or of where it will be made) lacks for them. */
export async function snapshotGround(parts: Parts): Promise<{
  readonly subvolumes: Subvolumes;
  readonly folder: string;
  /** An existing folder on that file system. */
  readonly ground: string;
  readonly lacks: string | null;
}> {
  const { stateDir } = parts.configured.config;
  const subvolumes = btrfsSubvolumes(parts.who.uid);
  const folder = join(stateDir, SNAPSHOTS_FOLDER);
  const ground = existing(resolve(stateDir));
  return { subvolumes, folder, ground, lacks: await subvolumes.lacks(ground) };
}

function existing(path: string): string {
  return existsSync(path) ? path : existing(dirname(path));
}

/** What decides over the snapshots here: the settings, and what replicas go on from. */
export function rulesOf(parts: Parts): Rules {
  const { config } = parts.configured;
  const marks = marksOf(join(config.stateDir, SNAPSHOTS_FOLDER));
  const needed = config.replicateTargets.flatMap((target): [string, string][] => {
    const name = marks.get(target);
    return name === undefined ? [] : [[name, `the replica at ${target} goes on from it`]];
  });
  return { amounts: config.snapshotRetention, floor: floorOf(parts), needed: new Map(needed) };
}

export function floorOf({ configured: { config } }: Parts): Floor {
  return { freeBytesMin: config.snapshotFreeBytesMin, freePercentMin: config.snapshotFreePercentMin };
}

/** By what they are for and where: a daemon has parts for each who asks, and one state directory. */
const batches = new Map<string, () => Promise<Snapped>>();

async function whenDue(parts: Parts, operations: boolean): Promise<readonly string[]> {
  try {
    const { snapshotInterval, stateDir } = parts.configured.config;
    if (snapshotInterval === "off") return [];
    const { subvolumes, lacks, folder } = await snapshotGround(parts);
    if (lacks !== null) return [];
    const { lastMs } = readSnapshots(subvolumes, folder);
    if (!isDue(snapshotInterval, lastMs, parts.clock.wallMs(), operations)) return [];
    const what = operations ? "apply" : "time";
    const take = batches.get(`${what} ${stateDir}`) ?? batched(() => snapshotNow(parts, what));
    batches.set(`${what} ${stateDir}`, take);
    return wordsOf(await take());
  } catch (error) {
    return [`no snapshot: ${asOpError(error).message}`];
  }
}

/** What a person should know of one that was made by itself. */
function wordsOf({ taken, why, pruned }: Snapped): readonly string[] {
  const { faults = [], forSpace = [] } = pruned ?? {};
  return [
    ...(taken === null && pruned !== null ? [`no snapshot: ${why}`] : []),
    ...(forSpace.length > 0 ? [`${forSpace.length} older snapshots were removed to free space`] : []),
    ...(taken?.without ?? []).map((name) => `${name} is no subvolume: no snapshot holds it`),
    ...faults,
  ];
}
