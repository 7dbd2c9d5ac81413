// A plan is carried out: group after group, each outcome known before the next one starts. The first failure, an
// interruption or a verification that fails puts everything back. The caller holds the lock and has shown the plan;
// what is reported is what was read, never what was hoped.

import type { Clock } from "../base/clock.ts";
import { asOpError, type Fault } from "../base/error.ts";
import { LIMITS } from "../base/limits.ts";
import type { Outcome, Plugin, PluginContext } from "../plugin/plugin.ts";
import type { ApplyEvent, Step } from "./event.ts";
import type { ContextOf } from "./inventory.ts";
import type { Plan, Reading, Report, Verification } from "./model.ts";
import { addressOf } from "./order.ts";
import { rollBack, type Started } from "./rollback.ts";
import { groupsOf, runGroup, type Group } from "./run.ts";
import { verifyDocument } from "./verify.ts";

export interface ApplyInput {
  readonly plan: Plan;
  /** What the plan was made from: the state to go back to. */
  readonly reading: Reading;
  readonly plugins: ReadonlyMap<string, Plugin>;
  /** Plain objects with a connection that may change things; `progress` and `signal` are replaced. */
  readonly contextOf: ContextOf;
  readonly clock: Clock;
  /** Ctrl-C: the action under way is finished, nothing else is started, all is put back. */
  readonly signal: AbortSignal;
  readonly verify: boolean;
  readonly verifyTimeoutMs: number;
  events(event: ApplyEvent): void;
}

/** Never rejects for what services do. `end` and `faults` say what became of it; see `reportError`. */
export async function applyPlan(given: ApplyInput): Promise<Report> {
  const input = { ...given, events: unfailing(given.events) };
  const { plan, signal } = input;
  if (plan.actions.length === 0 || signal.aborted) {
    const faults: Fault[] =
      plan.actions.length === 0 ? [] : [{ code: "OPD2123", message: "interrupted before the first action" }];
    return { results: [], verification: null, rollback: null, end: "unchanged", faults };
  }
  const started: Started[] = [];
  const armed = new Map<string, unknown>();
  let verification: Verification | null = null;
  let fault: Fault | null = null;

  for (const group of groupsOf(plan.actions, input.plugins)) {
    fault = interrupted(signal) ?? (await arm(input, group, armed));
    if (fault !== null) break;
    const results = await applyGroup(input, group, started.flatMap((each) => each.results).length);
    started.push({ group, results });
    const bad = results.find(({ outcome }) => outcome.outcome !== "done");
    if (bad !== undefined) fault = notDone(addressOf(bad.action), bad.outcome);
    if (fault !== null) break;
  }
  fault ??= interrupted(signal);
  if (fault === null && input.verify) {
    verification = await verified(input);
    fault = interrupted(signal) ?? (verification.holds ? null : differs(verification));
  }
  fault ??= await commit(input, armed);

  const results = started.flatMap((each) => each.results);
  if (fault === null) return { results, verification, rollback: null, end: "done", faults: [] };
  const rollback = await rollBack({
    ...input,
    document: plan.document,
    before: input.reading,
    started,
    armed,
    timeoutMs: input.verifyTimeoutMs,
    reason: fault.message,
  });
  return {
    results,
    verification,
    rollback,
    end: rollback.left.length === 0 ? "restored" : "left",
    faults: [fault],
  };
}

async function applyGroup(input: ApplyInput, group: Group, before: number): Promise<Started["results"]> {
  const total = input.plan.actions.length;
  const steps: Step[] = group.actions.map((action) => ({ address: addressOf(action), action }));
  for (const [n, step] of steps.entries())
    input.events({ type: "apply_start", step, index: before + n + 1, total });
  const ctx: PluginContext = {
    ...input.contextOf(group.plugin),
    signal: input.signal,
    progress: (progress) => input.events({ type: "apply_progress", step: steps[0]!, progress }),
  };
  const schema = input.reading.schemas.get(group.plugin.name);
  const results = await runGroup("apply", group, {
    ctx,
    clock: input.clock,
    schema,
    timeoutMs: input.verifyTimeoutMs,
  });
  for (const [n, { outcome, elapsedMs }] of results.entries()) {
    const type = outcome.outcome === "done" ? "apply_complete" : "apply_failed";
    input.events({ type, step: steps[n]!, index: before + n + 1, total, outcome, elapsedMs });
  }
  return results;
}

/** The service's own checkpoint, once, before the first action that it would take back. */
async function arm(
  input: ApplyInput,
  { plugin, actions }: Group,
  armed: Map<string, unknown>,
): Promise<Fault | null> {
  const wanted = actions.some(({ undo }) => undo === "native");
  if (!wanted || plugin.checkpoint === null || armed.has(plugin.name)) return null;
  const timeoutMs = LIMITS.checkpointTimeoutMs;
  try {
    const { handle } = await plugin.checkpoint.create(input.contextOf(plugin), timeoutMs);
    armed.set(plugin.name, handle);
    input.events({ type: "checkpoint_armed", plugin: plugin.name, timeoutMs });
    return null;
  } catch (error) {
    return { code: "OPD2120", message: `no checkpoint: ${asOpError(error).message}`, address: plugin.name };
  }
}

async function commit(input: ApplyInput, armed: ReadonlyMap<string, unknown>): Promise<Fault | null> {
  for (const [name, handle] of armed) {
    const plugin = input.plugins.get(name)!;
    const outcome = await plugin.checkpoint!.commit(input.contextOf(plugin), handle).catch(unanswered);
    if (outcome.outcome !== "done") return notDone(name, outcome);
  }
  return null;
}

function unanswered(error: unknown): Outcome {
  return { outcome: "unknown", reason: asOpError(error).message };
}

/** The whole document, as far as it was planned: what held before must hold still. */
async function verified(input: ApplyInput): Promise<Verification> {
  const { plan, plugins, contextOf, clock, signal, events } = input;
  const { verification } = await verifyDocument({
    document: plan.document,
    plugins,
    contextOf,
    clock,
    signal,
    timeoutMs: input.verifyTimeoutMs,
    schemas: input.reading.schemas,
    selection: { targets: plan.targets.target, excludes: plan.targets.exclude },
    except: new Set(plan.drift.map(({ address }) => address)),
    onAttempt: ({ attempts: attempt, holds, mismatches, elapsedMs }) =>
      events({ type: "verify_attempt", attempt, holds, mismatches, elapsedMs }),
  });
  return verification;
}

/** Who listens (a closed pipe, say) must not decide what becomes of the machine. */
function unfailing(events: ApplyInput["events"]): ApplyInput["events"] {
  return (event) => {
    try {
      events(event);
    } catch {
      // The report is what counts; whoever cannot be told has lost the news, not the way back.
    }
  };
}

function interrupted(signal: AbortSignal): Fault | null {
  return signal.aborted ? { code: "OPD2122", message: "interrupted" } : null;
}

function notDone(address: string, outcome: Outcome): Fault {
  const reason = outcome.outcome === "done" ? "" : outcome.reason;
  const message = outcome.outcome === "unknown" ? `no outcome: ${reason}` : reason;
  return { code: "OPD2120", message, address };
}

function differs({ mismatches, attempts, elapsedMs }: Verification): Fault {
  const first = mismatches[0]!;
  const more = mismatches.length === 1 ? "" : `, and ${mismatches.length - 1} more`;
  const message = `${first.address} is not as wanted${more}, after ${attempts} readings in ${Math.round(elapsedMs)} ms`;
  return { code: "OPD2107", message, address: first.address };
}
