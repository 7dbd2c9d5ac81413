// One group of actions through its plugin, there or back: one outcome per action, whatever happens. An outcome that is
// unknown is never followed by the same call again: the machine is read, and what it shows decides.

import type { Clock } from "../../base/clock.ts";
import { asOpError } from "../../base/error.ts";
import {
  equalDoc,
  secretPlace,
  type Action,
  type Observed,
  type Outcome,
  type Plugin,
} from "../../plugin/plugin.ts";
import type { PluginContext, Schema, Scope } from "../../plugin/plugin.ts";
import type { ActionResult } from "../model.ts";
import { redacted } from "./redact.ts";
import { settle } from "../inventory/settle.ts";
import { beginSpan, spanned } from "../../telemetry/trace/span.ts";
import { addressOf } from "../plan/order.ts";

/** Actions that one call of the plugin does: same plugin, same group, standing together. */
export interface Group {
  readonly plugin: Plugin;
  readonly actions: readonly Action[];
}

export function groupsOf(actions: readonly Action[], plugins: ReadonlyMap<string, Plugin>): readonly Group[] {
  const groups: { plugin: Plugin; actions: Action[] }[] = [];
  for (const action of actions) {
    const last = groups.at(-1);
    const same = last?.actions[0]?.plugin === action.plugin && last.actions[0].group === action.group;
    if (same) last.actions.push(action);
    else groups.push({ plugin: plugins.get(action.plugin)!, actions: [action] });
  }
  return groups;
}

export interface Run {
  readonly ctx: PluginContext;
  readonly clock: Clock;
  readonly schema: Schema | undefined;
  /** How long a value may take to show after a call without an answer. */
  readonly timeoutMs: number;
}

/** Never rejects: what a plugin throws is an unknown outcome of the whole group. In a trace each action is a span; what
 * the one call of the plugin does stands under the first of them. */
export async function runGroup(
  verb: "apply" | "undo",
  group: Group,
  run: Run,
): Promise<readonly ActionResult[]> {
  const nameOf = (action: Action): string => `${verb === "undo" ? "undo " : ""}${addressOf(action)}`;
  const [first, ...others] = group.actions;
  const spans = others.map((action) => beginSpan("action", nameOf(action)));
  const results = await spanned(
    "action",
    first === undefined ? group.plugin.name : nameOf(first),
    () => resultsOf(verb, group, run),
    ([result]) => result !== undefined && isBad(result),
  );
  for (const [n, span] of spans.entries()) span?.end(isBad(results[n + 1]!));
  return results;
}

function isBad({ outcome }: ActionResult): boolean {
  return outcome.outcome !== "done";
}

async function resultsOf(verb: "apply" | "undo", group: Group, run: Run): Promise<readonly ActionResult[]> {
  const startMs = run.clock.monotonicMs();
  const outcomes = await outcomesOf(verb, group, run.ctx);
  const results: ActionResult[] = [];
  for (const [index, action] of group.actions.entries()) {
    const given = outcomes[index] ?? { outcome: "unknown", reason: "the plugin gave no outcome" };
    const decide = given.outcome === "unknown" && verb === "apply";
    const outcome = decide ? await lookedAt(group.plugin, action, given, run) : given;
    results.push({ action, outcome, elapsedMs: run.clock.monotonicMs() - startMs });
  }
  return results;
}

async function outcomesOf(
  verb: "apply" | "undo",
  group: Group,
  ctx: PluginContext,
): Promise<readonly Outcome[]> {
  let outcomes: readonly Outcome[];
  try {
    outcomes = await group.plugin[verb](ctx, group.actions);
  } catch (error) {
    const reason = asOpError(error).message;
    outcomes = group.actions.map(() => ({ outcome: "unknown", reason }));
  }
  return redacted(outcomes, group.actions, ctx);
}

/** done where the machine shows what was wanted, in time; else it stays unknown, and is undone like a failure. */
async function lookedAt(plugin: Plugin, action: Action, given: Outcome, run: Run): Promise<Outcome> {
  const scope = scopeOfAction(action);
  const { result } = await settle({
    attempt: async () => {
      const observed = await plugin.observe(run.ctx, scope).catch(() => null);
      return observed !== null && stands(action, observed, run);
    },
    settled: (holds) => holds,
    watch: (changed) => plugin.watch(run.ctx, scope, changed),
    clock: run.clock,
    timeoutMs: run.timeoutMs,
    signal: run.ctx.signal,
  });
  return result ? { outcome: "done" } : given;
}

function scopeOfAction({ resource, key, field }: Action): Scope {
  const fields = field === null ? [] : [field];
  if (resource === null || key === null) return { self: fields };
  return { resources: new Map([[resource, { keys: [key], fields }]]) };
}

/** Does the machine show what the action wanted? false also where that cannot be seen. */
function stands(action: Action, observed: Observed, { ctx, schema }: Run): boolean {
  const { plugin, resource, key, field, verb, after } = action;
  const item = resource === null ? observed.self : observed.resources.get(resource)?.items.get(key ?? "");
  if (verb === "delete") return item === undefined;
  if (item === undefined || item === null || item.pending) return false;
  if (verb === "create") return true;
  if (field === null) return false;
  const value = item.fields.get(field);
  if (value !== undefined && "digest" in value) {
    return value.digest === wantedDigest(ctx, secretPlace(plugin, resource, key, field), after);
  }
  const fields = resource === null ? schema?.self : schema?.resources.get(resource)?.fields;
  const kind = fields?.get(field)?.kind ?? "value";
  if (value === undefined) return after === null;
  return "known" in value && equalDoc(after, value.known, kind === "record" ? "value" : kind);
}

function wantedDigest(ctx: PluginContext, place: string, after: Action["after"]): string | null {
  const source = typeof after === "object" && after !== null && "secret" in after ? after["secret"] : null;
  return typeof source === "string" ? ctx.secretDigest(place, ctx.secretValue(source)) : null;
}
