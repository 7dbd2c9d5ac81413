// From changes to actions, with all reads that an honest answer needs and none that changes anything: values are
// checked against the mapping and against what the service lists, items that are to be created must be offered, the
// service rehearses where it can, polkit is asked where wished. What cannot be done is a fault, told all at once.

import { OpError } from "../../../base/error.ts";
import { LIMITS } from "../../../base/limits.ts";
import { isTable } from "../../doc.ts";
import type {
  Action,
  Change,
  Observed,
  PlanFault,
  PluginPlan,
  SideEffect,
  Undo,
  ViaCall,
} from "../../plugin.ts";
import { actionOf, nameOf, type Draft } from "./action.ts";
import { authorize, polkitOf } from "./authorize.ts";
import { inverseOf, type Deed } from "./deed.ts";
import { isSecret } from "./field.ts";
import { startReading } from "./items.ts";
import type { Recipe, Step } from "../model.ts";
import { unreachable } from "./observe.ts";
import { order } from "./order.ts";
import { groupsOf } from "./perform.ts";
import { elementLocals, listOf, runsOf, without } from "./runs.ts";
import type { Reading } from "./reading.ts";
import { show } from "./resolve.ts";
import type { Runtime } from "./runtime.ts";
import { announcedBy, describe, rehearse } from "./simulate.ts";
import { faultOfArgs, viaOf } from "./step.ts";
import { Subject, withLocals } from "./subject.ts";
import { deedsOf, refuse } from "./wishes.ts";

export async function plan(
  runtime: Runtime,
  observed: Observed,
  changes: readonly Change[],
): Promise<PluginPlan> {
  const reading = startReading(runtime);
  const faults: PlanFault[] = [];
  const drafts: Draft[] = [];
  announce(runtime, reading, changes);
  for (const change of changes) {
    try {
      for (const deed of await deedsOf(runtime, reading, observed, change)) {
        drafts.push({
          deed,
          change,
          via: [],
          undo: "none",
          fidelity: "computed",
          also: [],
          sources: new Map(),
        });
      }
    } catch (error) {
      faults.push(faultOf(runtime, error, change));
    }
  }
  const ordered = order(runtime.mapping, drafts);
  const byDeed = new Map(ordered.map((draft) => [draft.deed, draft]));
  for (const group of groupsOf(ordered.map((draft) => draft.deed))) {
    const members = group.flatMap((deed) => byDeed.get(deed) ?? []);
    try {
      await finish(runtime, reading, members);
      faults.push(
        ...(await rehearse(runtime, reading, group, changes, (deed, also) =>
          simulated(byDeed.get(deed), also),
        )),
      );
    } catch (error) {
      faults.push(...(await blame(runtime, reading, members, error)));
    }
  }
  const authorization = await authorize(
    runtime,
    ordered.flatMap((draft) => polkitOf(draft.deed)),
  );
  return Object.freeze({
    actions: ordered.map((draft) => actionOf(runtime, draft, ordered, authorization)),
    faults,
  });
}

/** A call for many is refused as a whole: each item is rehearsed alone, so that the line at fault is shown. */
async function blame(
  runtime: Runtime,
  reading: Reading,
  members: readonly Draft[],
  error: unknown,
): Promise<readonly PlanFault[]> {
  const [first] = members;
  if (first === undefined) throw error;
  const faults: PlanFault[] = [];
  const isRefused = error instanceof OpError && error.code === "OPD6067";
  if (isRefused && members.length > 1 && members.length <= LIMITS.rehearsedAloneMax) {
    for (const { deed, change } of members) {
      try {
        await announcedBy(runtime, reading, [deed]);
      } catch (alone) {
        faults.push(faultOf(runtime, alone, change));
      }
    }
  }
  return faults.length > 0 ? faults : [faultOf(runtime, error, first.change)];
}

function simulated(draft: Draft | undefined, also: readonly SideEffect[]): void {
  if (draft === undefined) return;
  draft.fidelity = "simulated";
  draft.also = also;
}

/** Sources that take many keys are asked once for all keys whose candidates will be needed. */
function announce(runtime: Runtime, reading: Reading, changes: readonly Change[]): void {
  for (const { resource, key } of changes) {
    if (resource === null || key === null) continue;
    if ((runtime.mapping.resources.get(resource)?.candidate ?? null) === null) continue;
    reading.ahead.set(resource, new Set([...(reading.ahead.get(resource) ?? []), key]));
  }
}

function faultOf(runtime: Runtime, error: unknown, change: Change): PlanFault {
  const shown = unreachable(runtime, error);
  if (
    !(shown instanceof OpError) ||
    shown.kind === "bug" ||
    shown.kind === "cancelled" ||
    shown.kind === "unavailable"
  )
    throw shown;
  const at = change.at === undefined ? {} : { at: change.at };
  const hint = shown.hint === undefined ? {} : { hint: shown.hint };
  return {
    code: shown.code,
    message: shown.message,
    address: addressOf(runtime, change),
    change,
    ...at,
    ...hint,
  };
}

function addressOf(runtime: Runtime, change: Change): string {
  return `${runtime.mapping.plugin}:${nameOf(change.resource, change.key, change.field)}`;
}

// ---- via, undo

async function finish(runtime: Runtime, reading: Reading, drafts: readonly Draft[]): Promise<void> {
  for (const run of await runsOf(
    reading,
    drafts.map((draft) => draft.deed),
  )) {
    for (const deed of run.deeds) {
      const draft = drafts.find((each) => each.deed === deed);
      if (draft === undefined) continue;
      for (const [step, scope] of stepsOf(run, deed)) {
        const fault = await faultOfArgs(runtime, step, { subject: run.subject, scope });
        if (fault !== null) throw fault;
        draft.via.push(await viaOf(runtime, step, { subject: run.subject, scope }));
      }
      if (deed.way.kind === "property") {
        // Built once before anything is sent: what does not fit the type is a fault of the plan.
        run.subject.wish(deed.field ?? "", deed.after).wire(null);
        draft.via.push(await viaProperty(runtime, run.subject, deed));
      }
      draft.sources = await run.subject.known();
      draft.undo = await undoOf(reading, deed);
      if (
        deed.field !== null &&
        (deed.resource.fields.get(deed.field)?.read.kind === "none" || isSecret(deed.resource, deed.field))
      )
        draft.fidelity = "opaque";
    }
  }
}

function stepsOf(
  run: Awaited<ReturnType<typeof runsOf>>[number],
  deed: Deed,
): readonly (readonly [Step, typeof run.scope])[] {
  const { way } = deed;
  if (way.kind === "recipe") return way.recipe.steps.map((step) => [step, run.scope] as const);
  if (way.kind === "property") return [];
  const before = listOf(deed.before !== null && "known" in deed.before ? deed.before.known : null);
  const after = listOf(deed.after);
  const each = (
    recipe: Recipe | null,
    elements: readonly Action["after"][],
  ): readonly (readonly [Step, typeof run.scope])[] =>
    elements.flatMap((element) => {
      if (recipe === null)
        return refuse("OPD6059", `${deed.field}: this set can only ${way.add === null ? "shrink" : "grow"}`);
      return recipe.steps.map(
        (step) => [step, withLocals(run.subject, elementLocals(run.subject, deed, element))] as const,
      );
    });
  return [...each(way.add, without(after, before)), ...each(way.remove, without(before, after))];
}

async function viaProperty(runtime: Runtime, subject: Subject, deed: Deed): Promise<ViaCall> {
  const place = subject.place(deed.resource.object);
  const property = deed.way.kind === "property" ? deed.way.property : "";
  return Object.freeze({
    destination: runtime.mapping.service,
    path: (await subject.path(place)) ?? "(later)",
    interface: "org.freedesktop.DBus.Properties",
    member: "Set",
    args: [place.interfaces[0] ?? "", property, deed.after],
  });
}

/** How far the way back goes: a value that cannot be said again is none. */
async function undoOf(reading: Reading, deed: Deed): Promise<Undo> {
  if (deed.way.kind === "recipe" && deed.way.recipe.steps.some((step) => step.risk === "irreversible"))
    return "none";
  if (reading.runtime.mapping.checkpoint?.covers.includes(deed.resource.name ?? "") === true) return "native";
  // The field of an item that this plan creates goes with it.
  if (
    deed.verb === "update" &&
    deed.item === undefined &&
    deed.resource.name !== null &&
    !deed.resource.anyKey &&
    deed.resource.delete !== null
  )
    return "compensate";
  if (deed.verb === "update" && deed.field === null) return "none";
  const back = inverseOf(deed, null);
  if ("none" in back) return "none";
  if (deed.verb === "delete" && (await isSuperseded(reading, deed))) return "none";
  if (deed.verb !== "update") return "compensate";
  if (back.way.kind !== "recipe") return "inverse";
  const subject = new Subject(reading, deed.resource, deed.key, deed.item, {
    want: back.want,
    now: deed.now,
  });
  for (const step of back.way.recipe.steps) {
    for (const template of step.args) {
      const locals =
        deed.field === null || back.after === null ? {} : { value: subject.wish(deed.field, back.after) };
      if (
        hasLater(
          await show(
            template,
            "v",
            withLocals(subject, { ...locals, changes: subject.wish(deed.field ?? "", back.after) }),
          ),
        )
      )
        return "none";
    }
  }
  return "inverse";
}

/** Is something else offered under its name now? Then that, and not this, is what would come back. */
async function isSuperseded(reading: Reading, { resource, key, item }: Deed): Promise<boolean> {
  if (resource.candidate === null) return false;
  try {
    const offered = await new Subject(reading, resource, key, undefined).candidate();
    return offered !== undefined && describe(resource, offered) !== describe(resource, item);
  } catch (error) {
    // Several are offered: this one may be among them.
    if (error instanceof OpError && error.code === "OPD6057") return false;
    throw error;
  }
}

function hasLater(doc: Action["after"]): boolean {
  if (Array.isArray(doc)) return doc.some((member: Action["after"]) => hasLater(member));
  return isTable(doc) && "$later" in doc;
}
