// Copies of the snapshots on other file systems of this machine. Each target gets what retention would keep of its own
// snapshots and ours together, oldest first, as differences from what both sides have, and is then pruned by the same
// rules. Targets do not know of each other: one that fails stops no other. A run that was interrupted anywhere is finished
// by the next. Keys are never below what is sent.

import { realpathSync } from "node:fs";
import { join } from "node:path";
import { asOpError, OpError } from "../base/error.ts";
import type { Amounts } from "../base/calendar.ts";
import { visible } from "../base/visible.ts";
import { identityOf } from "../host/btrfs/btrfs.ts";
import {
  belowFloor,
  byAge,
  formatName,
  judgeAll,
  prune,
  readSnapshots,
  SNAPSHOTS_FOLDER,
  sweepAside,
  type Floor,
  type Snapshot,
  type Subvolumes,
} from "../store/snapshot/snapshot.ts";
import { marksOf, writeMark } from "./marks.ts";
import { sendSnapshot, type Sent } from "./send.ts";
import { isInside, openTarget } from "./target.ts";

export { marksOf } from "./marks.ts";

export interface ReplicateOptions {
  readonly subvolumes: Subvolumes;
  readonly stateDir: string;
  /** Where the keys lie. */
  readonly keysDir: string;
  readonly uid: number;
  readonly targets: readonly string[];
  readonly amounts: Amounts;
  readonly floor: Floor;
  readonly signal: AbortSignal;
}

export interface Replicated {
  readonly target: string;
  readonly sent: readonly Sent[];
  /** Snapshots that its retention, or lack of space, removed there. */
  readonly removed: readonly string[];
  /** The newest snapshot that both sides have: what the next transfer goes on from. */
  readonly newest: string | null;
  readonly fault: OpError | null;
}

/** One result a target, in their order. Throws OPD5401, OPD5402: then nothing was sent anywhere. */
export async function replicate(options: ReplicateOptions): Promise<readonly Replicated[]> {
  const { subvolumes, stateDir, keysDir, targets } = options;
  const source = join(stateDir, SNAPSHOTS_FOLDER);
  if (isInside(realpathOr(keysDir), realpathOr(stateDir)))
    throw new OpError("OPD5402", `the keys in ${visible(keysDir)} lie inside the state directory`, {
      where: keysDir,
    });
  if (subvolumes.look(source) === null)
    throw new OpError("OPD5401", "there are no snapshots here to replicate", { hint: "op-dbus snapshots" });
  const origin = (await identityOf(source)).uuid;
  // At the same time, each to its own disk; but the marks, one file, one after the other.
  const results = await Promise.all([...new Set(targets)].map((target) => toTarget(options, origin, target)));
  for (const { target, newest } of results) if (newest !== null) await writeMark(source, target, newest);
  return results;
}

async function toTarget(options: ReplicateOptions, origin: string, target: string): Promise<Replicated> {
  const { subvolumes, stateDir, uid, signal, floor, amounts } = options;
  const source = join(stateDir, SNAPSHOTS_FOLDER);
  const sent: Sent[] = [];
  const removed: string[] = [];
  let both: Snapshot[] = [];
  const newest = (): string | null => (both.length === 0 ? null : formatName(both.toSorted(byAge).at(-1)!));
  const tidy = async (path: string): Promise<boolean> => {
    const name = newest();
    const needed = new Map(name === null ? [] : [[name, "the next transfer goes on from it"]]);
    const pruned = await prune(subvolumes, path, { amounts, floor, needed });
    removed.push(...pruned.removed);
    return pruned.tight;
  };
  try {
    const known = marksOf(source).has(target);
    const path = await openTarget(subvolumes, target, { origin, stateDir, uid, known });
    await sweepAside(subvolumes, path);
    const { wanted, there } = compared(subvolumes, source, path, amounts);
    both = there;
    for (const snapshot of wanted) {
      if (belowFloor(subvolumes.space(path), floor) && (await tidy(path))) throw full(target);
      sent.push(await sendSnapshot({ subvolumes, source, target: path, signal }, snapshot, both));
      both.push(snapshot);
    }
    await tidy(path);
    return { target, sent, removed, newest: newest(), fault: null };
  } catch (error) {
    const fault = signal.aborted
      ? new OpError("OPD5404", `interrupted while sending to ${visible(target)}`, { where: target })
      : asOpError(error);
    return { target, sent, removed, newest: newest(), fault };
  }
}

/** What both sides have (`there`), and what only the source has and the target would keep (`wanted`), oldest first. */
function compared(
  subvolumes: Subvolumes,
  source: string,
  target: string,
  amounts: Amounts,
): { readonly wanted: readonly Snapshot[]; readonly there: Snapshot[] } {
  const ours = readSnapshots(subvolumes, source).snapshots;
  const theirs = readSnapshots(subvolumes, target).snapshots;
  const named = new Set(theirs.map(formatName));
  const lacking = ours.filter((snapshot) => !named.has(formatName(snapshot)));
  const kept = new Set(
    judgeAll([...theirs, ...lacking], { amounts, needed: new Map() })
      .filter((verdict) => verdict.kept)
      .map(({ name }) => name),
  );
  return {
    wanted: lacking.filter((snapshot) => kept.has(formatName(snapshot))),
    there: ours.filter((snapshot) => named.has(formatName(snapshot))),
  };
}

function full(target: string): OpError {
  return new OpError("OPD5403", `${visible(target)} has less free space than snapshots must leave`, {
    where: target,
  });
}

function realpathOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
