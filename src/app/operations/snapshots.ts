// snapshots, snapshots create, snapshots prune: what there is and why it stays, one more, fewer.

import { showSetting } from "../../base/config.ts";
import { OpError } from "../../base/error.ts";
import { visible } from "../../base/visible.ts";
import { floorBytes, isLabel, judgeAll, prune, readSnapshots } from "../../store/snapshot/snapshot.ts";
import type { Bound } from "../bound.ts";
import { floorOf, rulesOf, snapshotGround, snapshotNow } from "../records/snapshots.ts";

export const list: Bound<"snapshots"> = async (parts) => {
  const { subvolumes, folder, ground, lacks } = await snapshotGround(parts);
  const { config } = parts.configured;
  const { snapshots, foreign } = readSnapshots(subvolumes, folder);
  const { freeBytes, sizeBytes } = subvolumes.space(ground);
  return {
    folder,
    lacks,
    interval: config.snapshotInterval,
    retention: showSetting(config, "snapshotRetention").slice(1, -1),
    space: { freeBytes, floorBytes: Math.round(floorBytes(sizeBytes, floorOf(parts))) },
    snapshots: judgeAll(snapshots, rulesOf(parts)).map(({ name, snapshot, kept, always, judgements }) => ({
      name,
      time: new Date(snapshot.atMs).toISOString(),
      what: snapshot.what,
      parts: snapshot.parts,
      kept,
      always,
      judgements,
    })),
    foreign,
  };
};

export const create: Bound<"snapshots.create"> = async (parts, { label, keep }) => {
  if (label !== null && !isLabel(label))
    throw new OpError(
      "OPD9001",
      `${visible(label)} is no label: lower case letters, digits and dashes, at most 35`,
    );
  const what = label ?? "manual";
  const { taken, why, pruned } = await snapshotNow(parts, keep ? `keep-${what}` : what);
  return { name: taken?.name ?? null, why, without: taken?.without ?? [], pruned };
};

export const pruneNow: Bound<"snapshots.prune"> = async (parts) => {
  const { subvolumes, folder, lacks } = await snapshotGround(parts);
  if (lacks !== null) return { pruned: null, why: lacks };
  if (subvolumes.look(folder) === null) return { pruned: null, why: "there are no snapshots yet" };
  return { pruned: await prune(subvolumes, folder, rulesOf(parts)), why: null };
};
