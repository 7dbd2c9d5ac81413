// The way back of an apply whose process is gone, from what its journal says alone: the services' own checkpoints first,
// then the document that undoes it, planned anew against the machine as it is, and past every failure. It keeps no
// journal of its own: killed, it is begun again and finds less to do. What a document cannot say (a value that was not
// set, a secret, a version that is gone) is found by reading and listed. Not interruptible.

import type { Clock } from "../../base/clock.ts";
import type { Fault } from "../../base/error.ts";
import type { DocValue, Plugin, Schema } from "../../plugin/plugin.ts";
import { leftFrom, type Tried } from "../inventory/before.ts";
import { bindDocument } from "../document/bind.ts";
import { parseDocument } from "../document/document.ts";
import { takeInventory, type ContextOf } from "../inventory/inventory.ts";
import type { ActionResult, Mismatch, Plan, Reading, Verification } from "../model.ts";
import { makePlan } from "../plan/plan.ts";
import type { JournalBegin, JournalNote, RecordedAction } from "./recorded.ts";
import { notedOutcomes } from "./recording.ts";
import { revertDocument } from "../plan/revert.ts";
import { nativeRollback, placesOf, readsIn, unstoppable, within } from "../apply/rollback.ts";
import { groupsOf, runGroup } from "../apply/run.ts";
import { settle, watchAll } from "../inventory/settle.ts";
import { readingFrom, scopesOfActions, touchedIn } from "../inventory/touched.ts";

/** All that is needed to put back, held in memory: a guard has it before anything is changed. */
export interface WayBack {
  readonly begin: JournalBegin;
  /** The plugins of its actions that are here. */
  readonly plugins: ReadonlyMap<string, Plugin>;
  readonly schemas: ReadonlyMap<string, Schema>;
}
export interface PutBackInput extends WayBack {
  readonly notes: readonly JournalNote[];
  /** Begun in this boot: else the checkpoints of services are not those that were armed. */
  readonly sameBoot: boolean;
  /** Contexts on a connection that may change things. */
  readonly contextOf: ContextOf;
  readonly clock: Clock;
  /** How long values may take to come back. */
  readonly timeoutMs: number;
}
export interface PutBack {
  readonly results: readonly ActionResult[];
  readonly verification: Verification;
  /** Addresses that are not as before, with what is there now. */
  readonly left: readonly Mismatch[];
}

/** The actions that may have been done: those whose intent is in the journal. */
export function startedIn(
  { actions }: JournalBegin,
  notes: readonly JournalNote[],
): readonly RecordedAction[] {
  const ids = new Set(notes.flatMap((note) => (note.type === "intent" ? note.ids : [])));
  return actions.filter(({ id }) => ids.has(id));
}

/** What was there before, of what `actions` touch. */
export function beforeOf({ begin, schemas }: WayBack, actions: readonly RecordedAction[]): Reading {
  const plugins = new Set(actions.map(({ plugin }) => plugin));
  return touchedIn(readingFrom(Object.entries(begin.before), schemas, plugins), actions);
}

/** What is there now, of what `actions` touch. Plugins that cannot be read are left out. */
export async function readTouched(
  { plugins, schemas, contextOf }: Pick<PutBackInput, "plugins" | "schemas" | "contextOf">,
  actions: readonly RecordedAction[],
): Promise<Reading> {
  const { reading } = await takeInventory(plugins, scopesOfActions(actions), contextOf, { schemas });
  return touchedIn(reading, actions);
}

/** Every address that is not as before, or that nobody can see. Only reads. */
export async function leftNow(
  input: Omit<WayBack, "begin"> & Pick<PutBackInput, "notes" | "contextOf">,
  started: readonly RecordedAction[],
  before: Reading,
): Promise<readonly Mismatch[]> {
  const outcomes = notedOutcomes(input.notes);
  const tried = started.map((action): Tried => {
    const failed = outcomes.get(action.id)?.outcome === "failed";
    return { action, outcome: { outcome: failed ? "failed" : "unknown" } };
  });
  return leftFrom(before, await readTouched(input, started), tried, scopesOfActions(started));
}

/** Never rejects for what services do. */
export async function putBack(given: PutBackInput): Promise<PutBack> {
  const input: PutBackInput = { ...given, contextOf: (plugin) => unstoppable(given.contextOf(plugin)) };
  const { notes, plugins, contextOf, clock, timeoutMs } = input;
  const started = startedIn(input.begin, notes);
  const before = beforeOf(input, started);
  const native = await nativeBack(input);
  const results = await documentBack(input, started, before);

  const coming = results.flatMap(({ action, outcome }) =>
    outcome.outcome === "failed" ? [] : placesOf(action),
  );
  const mayCome = ({ address }: Mismatch): boolean =>
    native.some((plugin) => address === plugin || address.startsWith(`${plugin}:`)) ||
    coming.some((place) => within(address, place));
  const scopes = scopesOfActions(started);
  const { result, attempts, elapsedMs } = await settle({
    attempt: () => leftNow(input, started, before),
    settled: (left) => !left.some(mayCome),
    watch: (changed) => watchAll(plugins, ofPlugins(scopes, plugins), contextOf, changed),
    clock,
    timeoutMs,
  });
  const checked = readsIn(before, scopes.keys());
  const verification = { holds: result.length === 0, checked, mismatches: result, attempts, elapsedMs };
  return { results, verification, left: result };
}

/** Names of the plugins whose service was told to go back: what it holds, and whether it still holds it, only it knows. */
async function nativeBack({ notes, plugins, contextOf, sameBoot }: PutBackInput): Promise<readonly string[]> {
  const told: string[] = [];
  for (const { plugin: name, handle } of sameBoot ? nativesIn(notes).toReversed() : []) {
    const plugin = plugins.get(name);
    if (plugin === undefined || plugin.checkpoint === null) continue;
    const outcome = await nativeRollback(plugin, contextOf(plugin), handle);
    if (outcome.outcome !== "failed") told.push(name);
  }
  return told;
}

/** The checkpoints of services that were armed. */
export function nativesIn(
  notes: readonly JournalNote[],
): readonly { readonly plugin: string; readonly handle: DocValue }[] {
  return notes.flatMap((note) => (note.type === "native" ? [note] : []));
}

/** Plans and does what is left to do. What the plan refuses is left out, so that it cannot keep the rest from going back. */
async function documentBack(
  input: PutBackInput,
  started: readonly RecordedAction[],
  before: Reading,
): Promise<readonly ActionResult[]> {
  const { plugins, schemas } = input;
  const inReach = started.filter(({ plugin }) => schemas.has(plugin) && plugins.has(plugin));
  return await goBackFrom(input, inReach.toReversed(), before);
}

/** A fault that is about none of the actions is looked for in either half of them: each round has fewer of them. */
async function goBackFrom(
  input: PutBackInput,
  actions: readonly RecordedAction[],
  before: Reading,
): Promise<readonly ActionResult[]> {
  if (actions.length === 0) return [];
  const { plan, faults } = await planBack(input, actions, before);
  if (plan !== null) return await carriedOut(input, plan);
  const rest = actions.filter((action) => !faults.some((fault) => isAbout(fault, action)));
  if (rest.length < actions.length) return await goBackFrom(input, rest, before);
  if (actions.length === 1) return [];
  const half = actions.length >> 1;
  return [
    ...(await goBackFrom(input, actions.slice(0, half), before)),
    ...(await goBackFrom(input, actions.slice(half), before)),
  ];
}

async function carriedOut(
  { plugins, contextOf, clock, timeoutMs, schemas }: PutBackInput,
  { actions }: Plan,
): Promise<readonly ActionResult[]> {
  const results: ActionResult[] = [];
  for (const group of groupsOf(actions, plugins)) {
    const schema = schemas.get(group.plugin.name);
    const run = { ctx: contextOf(group.plugin), clock, schema, timeoutMs };
    results.push(...(await runGroup("apply", group, run)));
  }
  return results;
}

async function planBack(
  { plugins, contextOf, schemas }: PutBackInput,
  actions: readonly RecordedAction[],
  before: Reading,
): Promise<{ readonly plan: Plan | null; readonly faults: readonly Fault[] }> {
  const sources = [
    { file: "the way back", format: "json", text: revertDocument({ actions }, before) },
  ] as const;
  const { raw, faults } = parseDocument(sources);
  if (raw === null || faults.length > 0) return { plan: null, faults };
  const bound = bindDocument(raw, schemas, sources);
  if (bound.document === null) return { plan: null, faults: bound.faults };
  return await makePlan({ document: bound.document, plugins, contextOf, schemas });
}

function isAbout({ address }: Fault, action: RecordedAction): boolean {
  if (address === undefined) return false;
  return address === action.plugin || placesOf(action).some((place) => within(address, place));
}

function ofPlugins<T>(
  scopes: ReadonlyMap<string, T>,
  plugins: ReadonlyMap<string, Plugin>,
): ReadonlyMap<string, T> {
  return new Map([...scopes].filter(([name]) => plugins.has(name)));
}
