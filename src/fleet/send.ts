// One snapshot to one target: each part is received aside, asked for the UUID it was received from, and read again on both
// sides; only then the whole gets its name. Whatever happens on the way, what is under a name was compared.

import { join } from "node:path";
import { OpError } from "../base/error.ts";
import { visible } from "../base/visible.ts";
import { identityOf, transfer } from "../host/btrfs/btrfs.ts";
import {
  byAge,
  emptyAside,
  formatName,
  makeAside,
  place,
  type Snapshot,
  type Subvolumes,
} from "../store/snapshot/snapshot.ts";
import { treeDigest } from "./tree-digest.ts";

export interface Sent {
  readonly name: string;
  /** What it was sent as a difference from; null = all of it. */
  readonly from: string | null;
  /** Bytes of the streams. */
  readonly sizeBytes: number;
}

export interface Way {
  readonly subvolumes: Subvolumes;
  /** The source's folder of snapshots. */
  readonly source: string;
  /** The target's real path. */
  readonly target: string;
  readonly signal: AbortSignal;
}

/** `there`: what the target has of the source's snapshots. Throws OPD5301, OPD5302, OPD5404, OPD5405. */
export async function sendSnapshot(way: Way, snapshot: Snapshot, there: readonly Snapshot[]): Promise<Sent> {
  const { subvolumes, source, target, signal } = way;
  const name = formatName(snapshot);
  const aside = makeAside(target);
  try {
    let sizeBytes = 0;
    let base: string | null = null;
    for (const part of snapshot.parts) {
      const from = join(source, name, part);
      const parent = await parentOf(way, snapshot, part, there);
      base ??= parent;
      sizeBytes += await transfer({
        from,
        parent: parent === null ? null : join(source, parent, part),
        into: aside,
        signal,
      });
      await compare(from, join(aside, part), signal);
    }
    await subvolumes.sync(target);
    // Another run may have been first: then its copy, compared like ours, stands.
    if (!place(aside, join(target, name))) await emptyAside(subvolumes, aside);
    return { name, from: base, sizeBytes };
  } catch (error) {
    await emptyAside(subvolumes, aside).catch(() => undefined); // the next run sweeps it
    throw error;
  }
}

/** The nearest older snapshot, else the nearest newer one, whose part both sides have, by Received UUID: its name. */
async function parentOf(
  { source, target }: Way,
  snapshot: Snapshot,
  part: string,
  there: readonly Snapshot[],
): Promise<string | null> {
  const common = there.filter(({ parts }) => parts.includes(part));
  const older = common.filter((other) => byAge(other, snapshot) < 0).sort((a, b) => byAge(b, a));
  const newer = common.filter((other) => byAge(other, snapshot) > 0).sort(byAge);
  for (const other of [...older, ...newer]) {
    const name = formatName(other);
    const [ours, theirs] = await Promise.all([
      identityOf(join(source, name, part)),
      identityOf(join(target, name, part)),
    ]);
    if (theirs.receivedUuid === (ours.receivedUuid ?? ours.uuid)) return name;
  }
  return null;
}

async function compare(from: string, copy: string, signal: AbortSignal): Promise<void> {
  const [ours, theirs] = await Promise.all([identityOf(from), identityOf(copy)]);
  if (!theirs.readOnly || theirs.receivedUuid !== (ours.receivedUuid ?? ours.uuid))
    throw new OpError("OPD5404", `${visible(copy)} was not received to its end`);
  const [here, there] = await Promise.all([treeDigest(from, signal), treeDigest(copy, signal)]);
  if (here !== there) throw new OpError("OPD5405", `${visible(copy)} differs from ${visible(from)}`);
}
