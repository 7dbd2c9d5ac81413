// The way back: what an apply did is undone in reverse order, past every failure, by the service's own checkpoint first
// where it has one; then the machine is read, and that reading alone says whether it is as before. Not interruptible.

import type { Clock } from "../../base/clock.ts";
import { asOpError } from "../../base/error.ts";
import type { Action, DocValue, Outcome, Plugin, PluginContext } from "../../plugin/plugin.ts";
import { formatAddress } from "../address.ts";
import { leftFrom, scopesTouched } from "../inventory/before.ts";
import type { ApplyEvent } from "./event.ts";
import { takeInventory, type ContextOf } from "../inventory/inventory.ts";
import type { ActionResult, Document, Mismatch, Reading, Report } from "../model.ts";
import { addressOf } from "../plan/order.ts";
import { runGroup, type Group } from "./run.ts";
import { settle, watchAll } from "../inventory/settle.ts";
import { spanned } from "../../telemetry/trace/span.ts";

export interface RollbackInput {
  readonly document: Document;
  /** The inventory that the plan was made from. */
  readonly before: Reading;
  /** What was started, in order, with its outcomes. */
  readonly started: readonly Started[];
  /** Checkpoints that are armed: plugin name -> the service's handle. */
  readonly armed: ReadonlyMap<string, DocValue>;
  readonly plugins: ReadonlyMap<string, Plugin>;
  readonly contextOf: ContextOf;
  readonly clock: Clock;
  /** How long values may take to come back. */
  readonly timeoutMs: number;
  readonly reason: string;
  events(event: ApplyEvent): void;
}
export interface Started {
  readonly group: Group;
  readonly results: readonly ActionResult[];
}
export type Rollback = NonNullable<Report["rollback"]>;

export function rollBack(input: RollbackInput): Promise<Rollback> {
  return spanned(
    "rollback",
    "rollback",
    () => rollingBack(input),
    ({ left }) => left.length > 0,
  );
}

async function rollingBack(input: RollbackInput): Promise<Rollback> {
  const { started, before, plugins, clock } = input;
  const contextOf: ContextOf = (plugin) => unstoppable(input.contextOf(plugin));
  const done = started.flatMap(({ results }) => results);
  input.events({ type: "rollback_start", reason: input.reason, steps: done.length });

  const results: ActionResult[] = [];
  const rolledBack = new Set<string>();
  for (const { group } of started.toReversed()) {
    const { plugin } = group;
    const ctx = contextOf(plugin);
    let { actions } = group;
    if (input.armed.has(plugin.name)) {
      if (!rolledBack.has(plugin.name)) await nativeRollback(plugin, ctx, input.armed.get(plugin.name)!);
      rolledBack.add(plugin.name);
      const left = await leftNow(input, contextOf, done);
      actions = actions.filter((action) => left.some(({ address }) => within(address, addressOf(action))));
    }
    results.push(...(await undo({ plugin, actions: actions.toReversed() }, input, ctx)));
  }
  // A checkpoint without an action behind it is open all the same.
  for (const [name, handle] of input.armed) {
    const plugin = plugins.get(name)!;
    if (!rolledBack.has(name)) await nativeRollback(plugin, contextOf(plugin), handle);
  }

  const hopeless = new Set(
    results.filter(({ outcome }) => outcome.outcome === "failed").flatMap(({ action }) => placesOf(action)),
  );
  const scopes = scopesTouched(input.document, done);
  const { result, attempts, elapsedMs } = await settle({
    attempt: () =>
      spanned(
        "verify",
        "verify",
        () => leftNow(input, contextOf, done),
        (left) => left.length > 0,
      ),
    settled: (left) => left.every(({ address }) => [...hopeless].some((failed) => within(address, failed))),
    watch: (changed) => watchAll(plugins, scopes, contextOf, changed),
    clock,
    timeoutMs: input.timeoutMs,
  });
  const left = [...result, ...hidden(results, result)];
  const end = left.length === 0 ? "restored" : "left";
  input.events({ type: "rollback_complete", end, left });
  const checked = readsIn(before, scopes.keys());
  const verification = { holds: left.length === 0, checked, mismatches: left, attempts, elapsedMs };
  return { results, verification, left };
}

/** The addresses that an action changes: its own, and those of what came along. */
export function placesOf(
  action: Pick<Action, "plugin" | "resource" | "key" | "field" | "also">,
): readonly string[] {
  const { plugin } = action;
  const along = action.also.map(({ resource, key }) => formatAddress({ plugin, resource, key, field: null }));
  return [addressOf(action), ...along];
}

/** What a service could not clear away and does not list either (a package that is only half installed): a reading
 * shows nothing, and the plugin knows better. */
function hidden(results: readonly ActionResult[], left: readonly Mismatch[]): readonly Mismatch[] {
  return results.flatMap(({ action, outcome }) => {
    const address = addressOf(action);
    const isShown = left.some((each) => within(each.address, address));
    if (action.verb !== "create" || outcome.outcome !== "failed" || isShown) return [];
    return [{ address, wanted: null, found: { unknown: outcome.reason } }];
  });
}

async function leftNow(
  { before, document, plugins }: RollbackInput,
  contextOf: ContextOf,
  done: readonly ActionResult[],
): Promise<readonly Mismatch[]> {
  const scopes = scopesTouched(document, done);
  const { reading } = await takeInventory(plugins, scopes, contextOf, { schemas: before.schemas });
  return leftFrom(before, reading, done, scopes);
}

/** One call for what can be undone; what cannot is said so and not tried. */
async function undo(
  group: Group,
  input: RollbackInput,
  ctx: PluginContext,
): Promise<readonly ActionResult[]> {
  const possible = group.actions.filter((action) => action.undo !== "none");
  const run = {
    ctx,
    clock: input.clock,
    schema: input.before.schemas.get(group.plugin.name),
    timeoutMs: input.timeoutMs,
  };
  const results = possible.length === 0 ? [] : await runGroup("undo", { ...group, actions: possible }, run);
  const impossible: Outcome = {
    outcome: "failed",
    reason: "there is no way back from it",
    meaning: "unsupported",
  };
  return [
    ...results,
    ...group.actions
      .filter((action) => action.undo === "none")
      .map((action) => ({ action, outcome: impossible, elapsedMs: 0 })),
  ];
}

/** Whatever it answers, the reading afterwards decides. */
export async function nativeRollback(plugin: Plugin, ctx: PluginContext, handle: DocValue): Promise<Outcome> {
  try {
    return await plugin.checkpoint!.rollback(ctx, handle);
  } catch (error) {
    return { outcome: "unknown", reason: asOpError(error).message };
  }
}

/** Ctrl-C is why things are put back; it must not stop that. */
export function unstoppable(ctx: PluginContext): PluginContext {
  return { ...ctx, signal: new AbortController().signal };
}

/** Is `address` that of the action, or of a field of the item it makes or removes? */
export function within(address: string, action: string): boolean {
  return address === action || address.startsWith(`${action}.`) || action.startsWith(`${address}.`);
}

export function readsIn(reading: Reading, plugins: Iterable<string>): number {
  let reads = 0;
  for (const plugin of plugins) {
    const observed = reading.observed.get(plugin);
    reads += observed?.self?.fields.size ?? 0;
    for (const { items } of observed?.resources.values() ?? []) {
      for (const item of items.values()) reads += 1 + item.fields.size;
    }
  }
  return reads;
}
