// Apply and undo of one group of actions. Undo looks first: what already is as before is done, what was only half done
// is put back, and what a creation pulled in goes with it, in one batch, after the service was asked whether that would
// take anything else away.

import { OpError } from "../../../base/error.ts";
import type { Action, Item, Outcome } from "../../plugin.ts";
import { deedOf, inverseOf, wayName, type Deed } from "./deed.ts";
import { startReading } from "./items.ts";
import { holds, isAsBefore, isClearing, lookAt } from "./look.ts";
import { perform } from "./perform.ts";
import type { Runtime } from "./runtime.ts";
import { announcedBy } from "./simulate.ts";

export async function apply(runtime: Runtime, group: readonly Action[]): Promise<readonly Outcome[]> {
  const deeds = group.map(deedOf);
  const outcomes = await perform(runtime, deeds);
  for (const [at, deed] of deeds.entries())
    if (outcomes[at]?.outcome !== "done") runtime.memory.undone.add(deed);
  return outcomes;
}

export async function undo(runtime: Runtime, group: readonly Action[]): Promise<readonly Outcome[]> {
  const outcomes = new Map<Action, Outcome>();
  const backs: { readonly action: Action; readonly deed: Deed }[] = [];
  for (const action of group.toReversed()) {
    const back = await wayBack(runtime, deedOf(action));
    if ("outcome" in back) outcomes.set(action, back);
    else for (const deed of back.deeds) backs.push({ action, deed });
  }
  const stopped = await uninvited(
    runtime,
    backs.map((back) => back.deed),
  );
  const done =
    stopped === null
      ? await putBack(
          runtime,
          backs.map((back) => back.deed),
        )
      : backs.map(() => stopped);
  for (const [at, { action }] of backs.entries()) {
    const outcome = done[at];
    // One action may have several deeds (what it pulled in): the worst of them counts.
    if (outcome !== undefined && (outcomes.get(action) ?? { outcome: "done" }).outcome === "done")
      outcomes.set(action, outcome);
  }
  return group.map((action) => outcomes.get(action) ?? { outcome: "done" });
}

/** One call for many fails as a whole: what can be put back without the others is. */
async function putBack(runtime: Runtime, deeds: readonly Deed[]): Promise<readonly Outcome[]> {
  const outcomes = [...(await performAndLook(runtime, deeds))];
  for (const [at, deed] of deeds.entries()) {
    if (deeds.length === 1 || outcomes[at]?.outcome !== "failed") continue;
    outcomes[at] = (await uninvited(runtime, [deed], deeds)) ?? (await performAndLook(runtime, [deed]))[0]!;
  }
  return outcomes;
}

/** The machine has the last word: what is as it was is done, whatever the service says of its own trouble. */
async function performAndLook(runtime: Runtime, deeds: readonly Deed[]): Promise<readonly Outcome[]> {
  const outcomes = [...(await perform(runtime, deeds))];
  for (const [at, deed] of deeds.entries()) {
    if (outcomes[at]?.outcome !== "failed") continue;
    const isDone = isClearing(deed)
      ? !(await wouldDelete(runtime, deed))
      : holds(deed, await lookAt(runtime, deed));
    if (isDone) outcomes[at] = { outcome: "done" };
  }
  return outcomes;
}

/** A creation that failed half-way may have left what no listing shows (an unpacked, unconfigured package): the service
 * is asked whether deleting it would delete something. */
async function leftOver(runtime: Runtime, deed: Deed): Promise<Deed | null> {
  const back =
    deed.verb === "create" && deed.candidate !== undefined && runtime.memory.undone.has(deed)
      ? inverseOf(deed, null)
      : null;
  if (back === null || "none" in back) return null;
  const clearing: Deed = { ...back, item: deed.candidate };
  return (await wouldDelete(runtime, clearing)) ? clearing : null;
}

async function wouldDelete(runtime: Runtime, deed: Deed): Promise<boolean> {
  try {
    const announced = await announcedBy(runtime, startReading(runtime), [deed]);
    return announced?.some((each) => each.verb === "delete" && each.key === deed.key) === true;
  } catch (error) {
    // It refuses to delete what is not there: nothing is left.
    if (error instanceof OpError && error.kind !== "bug") return false;
    throw error;
  }
}

async function wayBack(runtime: Runtime, deed: Deed): Promise<Outcome | { readonly deeds: readonly Deed[] }> {
  let item: Item | null;
  try {
    item = await lookAt(runtime, deed);
  } catch (error) {
    if (!(error instanceof OpError) || error.kind === "bug") throw error;
    return { outcome: "unknown", reason: `cannot be read: ${error.message}` };
  }
  const deeds: Deed[] = [];
  const clearing = item === null ? await leftOver(runtime, deed) : null;
  if (clearing !== null) deeds.push(clearing);
  if (!isAsBefore(deed, item) && !goesWithItem(deed, item)) {
    const back = inverseOf(deed, item);
    if ("none" in back) return { outcome: "failed", reason: back.none, meaning: "unsupported" };
    deeds.push(back);
  }
  for (const effect of deed.also) {
    if (effect.verb !== "create") continue;
    const pulled: Deed = {
      ...deed,
      key: effect.key,
      verb: "create",
      item: undefined,
      candidate: undefined,
      want: new Map(),
      now: new Map(),
      also: [],
    };
    const there = await lookAt(runtime, pulled);
    const back = inverseOf(pulled, there);
    if (there !== null && !("none" in back)) deeds.push(back);
  }
  return { deeds };
}

/** A field written while its item was created has no value before: it goes with the item. */
function goesWithItem(deed: Deed, item: Item | null): boolean {
  if (deed.verb !== "update" || deed.item !== undefined || deed.resource.name === null) return false;
  return item === null || (deed.before === null && deed.resource.record === null && !deed.resource.anyKey);
}

/** Would putting back take away something that is not one of `all`? The service is asked where it can say so. */
async function uninvited(
  runtime: Runtime,
  deeds: readonly Deed[],
  all: readonly Deed[] = deeds,
): Promise<Outcome | null> {
  const deletions = deeds.filter((deed) => deed.verb === "delete");
  const ours = new Set(all.flatMap((deed) => (deed.verb === "delete" ? [deed.key] : [])));
  try {
    for (const name of new Set(deletions.map(wayName))) {
      const same = deletions.filter((deed) => wayName(deed) === name);
      const others = ((await announcedBy(runtime, startReading(runtime), same)) ?? []).filter(
        (each) => each.verb !== "create" && !ours.has(each.key),
      );
      if (others.length === 0) continue;
      return {
        outcome: "failed",
        reason: `it would also remove ${others.map((each) => each.key).join(", ")}`,
        meaning: "failed",
      };
    }
    return null;
  } catch (error) {
    if (!(error instanceof OpError) || error.kind === "bug") throw error;
    return { outcome: "failed", reason: error.message, meaning: "failed" };
  }
}
