// Does deeds. Fields that share a recipe are written by one run of it, items that may share a call by one call; steps
// go in order, one call in flight. Every outcome is told, nothing is thrown for what the service says. An unknown
// outcome is settled by reading, never by sending again; a failed flow is repaired once where the mapping says how.

import { assert } from "../../../base/assert.ts";
import { OpError } from "../../../base/error.ts";
import { DBusError, Variant, type DBusValue } from "../../../host/dbus/dbus.ts";
import { isTable } from "../../doc.ts";
import { keyOfDoc } from "../../equal.ts";
import type { DocValue, Outcome } from "../../plugin.ts";
import { splitText } from "../../value/text-form.ts";
import { wayName, type Deed } from "./deed.ts";
import { findItem, startReading } from "./items.ts";
import { holds, lookAt } from "./look.ts";
import { outcomeOf } from "./meaning.ts";
import type { Recipe, Step } from "../model.ts";
import { isUnknown, type Reading } from "./reading.ts";
import { mergeRecord } from "./record.ts";
import { findProperty, type Runtime } from "./runtime.ts";
import { sendStep, type Party, type Sent } from "./step.ts";
import { Subject, withLocals, type Locals } from "./subject.ts";
import { wireOf } from "./term.ts";

/** The deeds of one run of a recipe for one item. */
interface Run extends Party {
  readonly deeds: readonly Deed[];
}

export async function perform(runtime: Runtime, deeds: readonly Deed[]): Promise<readonly Outcome[]> {
  const outcomes = new Map<Deed, Outcome>();
  for (const group of groupsOf(deeds)) {
    for (const [deed, outcome] of await performGroup(runtime, group)) outcomes.set(deed, outcome);
  }
  return deeds.map(
    (deed) => outcomes.get(deed) ?? { outcome: "failed", reason: "it was not reached", meaning: "failed" },
  );
}

/** Deeds of the same way, in the order of the first of each. */
export function groupsOf(deeds: readonly Deed[]): readonly (readonly Deed[])[] {
  const groups = new Map<string, Deed[]>();
  for (const deed of deeds) {
    const name = wayName(deed);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [deed]);
    else group.push(deed);
  }
  return [...groups.values()];
}

async function performGroup(runtime: Runtime, deeds: readonly Deed[]): Promise<ReadonlyMap<Deed, Outcome>> {
  const [first] = deeds;
  const outcomes = new Map<Deed, Outcome>();
  if (first === undefined) return outcomes;
  try {
    const runs = await runsOf(startReading(runtime), deeds);
    const results =
      first.way.kind === "recipe"
        ? await runRecipe(runtime, first.way.recipe, runs)
        : await runAlone(runtime, runs);
    // Healed first: what an interrupted call left may be completed by it, and the look afterwards tells.
    const healed = [...results.values()].some((sent) => needsRepair(first, sent));
    if (healed) await repair(runtime, first);
    for (const [run, sent] of results) {
      const outcome = sent.outcome.outcome === "failed" ? forgiven(first, sent.outcome) : sent.outcome;
      const isOpen = outcome.outcome === "unknown" || (outcome.outcome === "failed" && healed);
      for (const deed of run.deeds)
        outcomes.set(deed, isOpen ? await settle(runtime, deed, { ...sent, outcome }) : outcome);
    }
  } catch (error) {
    for (const deed of deeds) if (!outcomes.has(deed)) outcomes.set(deed, failureOf(runtime, error));
  }
  return outcomes;
}

/** What was wrong before anything was sent, or a read in between that failed. */
function failureOf(runtime: Runtime, error: unknown): Outcome {
  if (error instanceof DBusError) return outcomeOf(runtime.mapping, error);
  if (error instanceof OpError && error.kind !== "bug")
    return { outcome: "failed", reason: error.message, meaning: "invalid" };
  throw error;
}

/** `absent` is done for a deletion, and "changed meanwhile" for a write. */
function forgiven(deed: Deed, outcome: Extract<Outcome, { outcome: "failed" }>): Outcome {
  if (outcome.meaning !== "absent") return outcome;
  if (deed.verb === "delete") return { outcome: "done" };
  return { ...outcome, reason: `changed meanwhile: ${outcome.reason}` };
}

/** The machine decides what an unanswered call did, and what a failed one did that was repaired since. */
async function settle(runtime: Runtime, deed: Deed, { outcome, vanished }: Sent): Promise<Outcome> {
  if (outcome.outcome === "done") return outcome;
  try {
    if (holds(deed, await lookAt(runtime, deed))) return { outcome: "done" };
    if (vanished) return { outcome: "failed", reason: outcome.reason, meaning: "unavailable" };
  } catch (error) {
    return {
      outcome: "unknown",
      reason: `${outcome.reason}; reading again: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  return outcome;
}

function needsRepair(deed: Deed, sent: Sent): boolean {
  const hasFlow = deed.way.kind === "recipe" && deed.way.recipe.steps.some((step) => step.flow !== null);
  if (!hasFlow || deed.resource.repair === null) return false;
  return sent.vanished || (sent.outcome.outcome === "failed" && sent.outcome.meaning === "failed");
}

/** Once, and whatever comes of it: verification tells. */
async function repair(runtime: Runtime, deed: Deed): Promise<void> {
  if (deed.resource.repair !== null)
    await runPlain(
      runtime,
      deed.resource.repair,
      new Subject(startReading(runtime), deed.resource, null, undefined),
    );
}

/** A recipe that belongs to no item: refresh, repair. */
export async function runPlain(runtime: Runtime, recipe: Recipe, subject: Subject): Promise<Outcome> {
  try {
    for (const step of recipe.steps) {
      const { outcome } = await sendStep(runtime, step, [{ subject, scope: withLocals(subject, {}) }]);
      if (outcome.outcome !== "done") return outcome;
    }
    return { outcome: "done" };
  } catch (error) {
    return failureOf(runtime, error);
  }
}

async function runRecipe(
  runtime: Runtime,
  recipe: Recipe,
  runs: readonly Run[],
): Promise<ReadonlyMap<Run, Sent>> {
  const results = new Map<Run, Sent>();
  let going = runs;
  for (const step of recipe.steps) {
    for (const [run, sent] of await runStep(runtime, step, going)) results.set(run, sent);
    going = going.filter((run) => results.get(run)?.outcome.outcome === "done");
  }
  return results;
}

async function runStep(runtime: Runtime, step: Step, runs: readonly Run[]): Promise<ReadonlyMap<Run, Sent>> {
  const results = new Map<Run, Sent>();
  if (step.batch && runs.length > 0) {
    const sent = await sendStep(runtime, step, runs);
    for (const run of runs) results.set(run, sent);
    return results;
  }
  for (const run of runs) results.set(run, await sendStep(runtime, step, [run]));
  return results;
}

/** Properties and set elements: one run, its calls one after the other; the first that is not done ends it. */
async function runAlone(runtime: Runtime, runs: readonly Run[]): Promise<ReadonlyMap<Run, Sent>> {
  const results = new Map<Run, Sent>();
  for (const run of runs) {
    const [deed] = run.deeds;
    if (deed === undefined) continue;
    results.set(
      run,
      deed.way.kind === "property"
        ? await setProperty(runtime, run.subject, deed)
        : await runElements(runtime, run.subject, deed),
    );
  }
  return results;
}

async function setProperty(runtime: Runtime, subject: Subject, deed: Deed): Promise<Sent> {
  const { ctx, mapping } = runtime;
  assert(deed.way.kind === "property" && deed.field !== null, "the deed sets a property");
  const place = subject.place(deed.resource.object);
  const path = await subject.path(place);
  const at =
    path === undefined ? undefined : await findProperty(runtime, path, place.interfaces, deed.way.property);
  if (at === undefined)
    throw new OpError("OPD6050", `${deed.way.property} is not there`, { where: mapping.service });
  const value = new Variant(
    at.info.signature,
    subject.wish(deed.field, deed.after).wire(at.info.signature).value,
  );
  const nothing = { rows: [], reply: null, vanished: false };
  try {
    await ctx.bus.call({
      destination: mapping.service,
      path: at.path,
      interface: "org.freedesktop.DBus.Properties",
      member: "Set",
      signature: "ssv",
      body: [at.interface, deed.way.property, value],
      deadlineMs: mapping.deadlineMs,
      interactive: ctx.interactive,
    });
    return { outcome: { outcome: "done" }, ...nothing };
  } catch (error) {
    return { outcome: outcomeOf(mapping, error), ...nothing };
  }
}

/** Additions before removals: a refused addition must cost nothing. */
async function runElements(runtime: Runtime, subject: Subject, deed: Deed): Promise<Sent> {
  const { way } = deed;
  assert(way.kind === "elements", "the deed changes a set");
  const before = listOf(deed.before !== null && "known" in deed.before ? deed.before.known : null);
  const after = listOf(deed.after);
  let last: Sent = { outcome: { outcome: "done" }, rows: [], reply: null, vanished: false };
  for (const [recipe, elements] of [
    [way.add, without(after, before)],
    [way.remove, without(before, after)],
  ] as const) {
    for (const element of elements) {
      if (recipe === null)
        throw new OpError(
          "OPD6059",
          `${deed.field ?? ""}: elements cannot be ${recipe === way.add ? "added" : "removed"}`,
        );
      for (const step of recipe.steps) {
        last = await sendStep(runtime, step, [
          { subject, scope: withLocals(subject, elementLocals(subject, deed, element)) },
        ]);
        if (last.outcome.outcome !== "done") return last;
      }
    }
  }
  return last;
}

export function without(list: readonly DocValue[], others: readonly DocValue[]): readonly DocValue[] {
  const known = new Set(others.map(keyOfDoc));
  return list.filter((element) => !known.has(keyOfDoc(element)));
}

export function listOf(doc: DocValue): readonly DocValue[] {
  return Array.isArray(doc) ? (doc as readonly DocValue[]) : [];
}

/** `$element` in the element type of the field, and the parts of its text. */
export function elementLocals(subject: Subject, deed: Deed, element: DocValue): Locals {
  const name = deed.field ?? "";
  const now = deed.now.get(name);
  const type = now === undefined || isUnknown(now) ? "as" : now.signature;
  const shape = deed.resource.fields.get(name)?.text ?? null;
  const parts = shape === null || typeof element !== "string" ? null : splitText(shape, element);
  const list = subject.wish(name, [element]);
  const wish = {
    doc: element,
    secret: false,
    wire: (signature: string | null) => {
      const target = signature === null || signature === "v" ? type.slice(1) : signature;
      const made = list.wire(`a${target}`).value as readonly DBusValue[];
      return new Variant(target, made[0] ?? "");
    },
  };
  return parts === null ? { element: wish } : { element: wish, parts };
}

/** One run per item: its deeds together. */
export async function runsOf(reading: Reading, deeds: readonly Deed[]): Promise<readonly Run[]> {
  const byItem = new Map<string, Deed[]>();
  for (const deed of deeds) {
    const group = byItem.get(deed.key ?? "");
    if (group === undefined) byItem.set(deed.key ?? "", [deed]);
    else group.push(deed);
  }
  const [first] = deeds;
  if (first !== undefined && byItem.size > 1)
    reading.ahead.set(first.resource.name ?? "", new Set(byItem.keys()));
  const runs: Run[] = [];
  for (const group of byItem.values()) runs.push(await runFor(reading, group));
  return runs;
}

async function runFor(reading: Reading, deeds: readonly Deed[]): Promise<Run> {
  const [deed] = deeds;
  assert(deed !== undefined, "a run has a deed");
  const { resource, key } = deed;
  const want = new Map(deeds.flatMap((each) => [...each.want]));
  for (const each of deeds) if (each.field !== null && each.after !== null) want.set(each.field, each.after);
  // The newest of something is not bound to what is there now: `$want` must not fall back to it.
  const isLatest = deed.verb === "update" && deed.field === null;
  const now = new Map(deeds.flatMap((each) => [...each.now]));
  const looked =
    deed.item === undefined && deed.verb !== "create" && key !== null
      ? await findItem(reading, resource, key)
      : null;
  const subject = new Subject(
    reading,
    resource,
    key,
    deed.item ?? looked?.item,
    { want, now, anew: isLatest },
    deed.sources,
  );
  return { subject, scope: withLocals(subject, await localsFor(subject, deeds)), deeds };
}

async function localsFor(subject: Subject, deeds: readonly Deed[]): Promise<Locals> {
  const [deed] = deeds;
  const { resource } = subject;
  if (deed === undefined) return {};
  if (resource.record !== null && (deed.verb === "create" || deed.way.kind === "recipe")) {
    const record = deed.verb === "create" ? undefined : await subject.record();
    const changed = new Map(
      deeds.flatMap((each) => (each.field === null ? [...each.want] : [[each.field, each.after] as const])),
    );
    const signature = record === undefined ? "a{sa{sv}}" : wireOf(record).signature;
    const merged = mergeRecord(resource, signature, record, changed);
    return { record: merged, changes: mergeRecord(resource, signature, undefined, changed) };
  }
  if (deed.field === null) return {};
  const single = deeds.length === 1 ? { value: subject.wish(deed.field, deed.after) } : {};
  if (deed.verb !== "update") return single;
  return { ...single, changes: pairsOf(subject, deeds) };
}

/** What changes, as pairs of property and value: `a(sv)`. */
function pairsOf(subject: Subject, deeds: readonly Deed[]): Locals["changes"] & object {
  const doc: DocValue = deeds.map((deed) => [deed.field ?? "", isTable(deed.after) ? null : deed.after]);
  return {
    doc,
    secret: false,
    wire: () => {
      const pairs = deeds.map((deed): DBusValue => {
        const read = subject.resource.fields.get(deed.field ?? "")?.read;
        const property = read?.kind === "property" ? read.property : (deed.field ?? "");
        return [property, subject.wish(deed.field ?? "", deed.after).wire(null)];
      });
      return new Variant("a(sv)", pairs);
    },
  };
}
