// Does deeds. Fields that share a recipe are written by one run of it, items that may share a call by one call; steps
// go in order, one call in flight. Every outcome is told, nothing is thrown for what the service says. An unknown
// outcome is settled by reading, never by sending again; a failed flow is repaired once where the mapping says how.

import { assert } from "../../../base/assert.ts";
import { OpError } from "../../../base/error.ts";
import { DBusError, Variant } from "../../../host/dbus/dbus.ts";
import type { Outcome } from "../../plugin.ts";
import { wayName, type Deed } from "./deed.ts";
import { startReading } from "./items.ts";
import { holds, lookAt } from "./look.ts";
import { outcomeOf } from "./meaning.ts";
import type { Recipe, Step } from "../model.ts";
import { elementLocals, listOf, runsOf, without, type Run } from "./runs.ts";
import { findProperty, type Runtime } from "./runtime.ts";
import { sendStep, type Sent } from "./step.ts";
import { Subject, withLocals } from "./subject.ts";

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
