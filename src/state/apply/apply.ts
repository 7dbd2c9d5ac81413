// A plan is carried out: group after group, each outcome known before the next one starts, each call recorded before it
// is made. The first failure, an interruption or a verification that fails puts everything back. The caller holds the
// lock and has shown the plan; what is reported is what was read, never what was hoped.

import type { Clock } from "../../base/clock.ts";
import { asOpError, OpError, type Fault } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { DocValue, Outcome, Plugin, PluginContext } from "../../plugin/plugin.ts";
import type { ApplyEvent, Step } from "./event.ts";
import type { ContextOf } from "../inventory/inventory.ts";
import type { Plan, Reading, Report, Verification } from "../model.ts";
import { addressOf } from "../plan/order.ts";
import type { AskProbe, Recorder } from "../ports.ts";
import type { ProbeOutcome } from "../probe.ts";
import { probeFault, runProbes } from "./probes.ts";
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
  /** Ctrl-C: the action under way is finished, nothing else is started, all is put back. An OpError as its reason is why. */
  readonly signal: AbortSignal;
  readonly verify: boolean;
  readonly verifyTimeoutMs: number;
  readonly recorder: Recorder;
  /** Timed commit: it ends as "held" when all is done and verified, and services keep their checkpoints that long;
   * probes are left to whoever commits. null = it commits at once. */
  readonly hold: { readonly timeoutMs: number } | null;
  /** Called when the begin is recorded and nothing is called yet. When it rejects, nothing was changed. */
  readonly arm: (() => Promise<void>) | null;
  readonly ask: AskProbe;
  events(event: ApplyEvent): void;
}

/** What was done so far. */
interface Running {
  readonly started: Started[];
  /** Plugin -> handle of the checkpoint that it holds open. */
  readonly armed: Map<string, DocValue>;
  verification: Verification | null;
  probes: readonly ProbeOutcome[];
}

/** Never rejects for what services do. `end` and `faults` say what became of it; see `reportError`. */
export async function applyPlan(given: ApplyInput): Promise<Report> {
  const input = { ...given, events: unfailing(given.events) };
  const { plan, signal, hold, recorder } = input;
  if (plan.actions.length === 0) return unchanged([]);
  if (signal.aborted) return unchanged([{ code: "OPD2123", message: "interrupted before the first action" }]);
  const groups = groupsOf(plan.actions, input.plugins);
  const refused = await begin(input, groups[0]!);
  if (refused !== null) return unchanged([refused]);

  const running: Running = { started: [], armed: new Map(), verification: null, probes: [] };
  const done = (end: "done" | "held"): Report => ({ ...sumOf(running), rollback: null, end, faults: [] });
  let fault = (await callAll(input, groups, running)) ?? (await checkAll(input, running));
  if (fault === null && hold !== null) {
    fault = await kept(recorder.held(done("held")));
    if (fault === null) return done("held");
  }
  fault ??= await commit(input, running.armed);
  fault ??= await kept(recorder.end(done("done")));
  return fault === null ? done("done") : await goBack(input, running, fault);
}

function unchanged(faults: readonly Fault[]): Report {
  return { results: [], verification: null, rollback: null, probes: [], end: "unchanged", faults };
}

function sumOf({
  started,
  verification,
  probes,
}: Running): Pick<Report, "results" | "verification" | "probes"> {
  return { results: started.flatMap(({ results }) => results), verification, probes };
}

/** Records what will be done, and has the guard started. Nothing is called before. */
async function begin({ recorder, plan, reading, arm }: ApplyInput, first: Group): Promise<Fault | null> {
  try {
    await recorder.begin(plan, reading, idsOf(first));
  } catch (error) {
    return faultOf(error);
  }
  try {
    await arm?.();
    return null;
  } catch (error) {
    await kept(recorder.forget());
    return faultOf(error);
  }
}

/** Group after group, up to the first fault. */
async function callAll(input: ApplyInput, groups: readonly Group[], running: Running): Promise<Fault | null> {
  const { recorder, signal } = input;
  for (const [n, group] of groups.entries()) {
    const said = n === 0 ? null : await kept(recorder.intent(idsOf(group)));
    const stopped = said ?? interrupted(signal) ?? (await armNative(input, group, running.armed));
    if (stopped !== null) return stopped;
    const results = await applyGroup(input, group, sumOf(running).results.length);
    running.started.push({ group, results });
    const bad = results.find(({ outcome }) => outcome.outcome !== "done");
    const unkept = await kept(recorder.outcome(results));
    if (bad !== undefined) return notDone(addressOf(bad.action), bad.outcome);
    if (unkept !== null) return unkept;
  }
  return interrupted(signal);
}

/** Is it as it should be? Read, and asked of the probes unless that is left to the guard. */
async function checkAll(input: ApplyInput, running: Running): Promise<Fault | null> {
  const { signal, clock, ask, hold } = input;
  if (input.verify) {
    const verification = (running.verification = await verified(input));
    const fault = interrupted(signal) ?? (verification.holds ? null : differs(verification));
    if (fault !== null) return fault;
  }
  const { probes } = input.plan.document;
  if (probes.length === 0 || hold !== null) return null;
  running.probes = await runProbes(probes, ask, clock, signal);
  return interrupted(signal) ?? probeFault(running.probes);
}

/** What cannot be recorded while putting back is said, and stops nothing: the machine comes first. */
async function goBack(input: ApplyInput, running: Running, fault: Fault): Promise<Report> {
  const { recorder } = input;
  const unkept = await kept(recorder.rollingBack(fault.message));
  const rollback = await rollBack({
    ...input,
    document: input.plan.document,
    before: input.reading,
    started: running.started,
    armed: running.armed,
    timeoutMs: input.verifyTimeoutMs,
    reason: fault.message,
  });
  const end = rollback.left.length === 0 ? "restored" : "left";
  const report = (faults: readonly Fault[]): Report => ({ ...sumOf(running), rollback, end, faults });
  const faults = unkept === null || unkept.message === fault.message ? [fault] : [fault, unkept];
  const unended = await kept(recorder.end(report(faults)));
  return report(
    unended === null || faults.some(({ message }) => message === unended.message)
      ? faults
      : [...faults, unended],
  );
}

/** The fault of a record that could not be kept; null = it is. */
async function kept(record: Promise<void>): Promise<Fault | null> {
  try {
    await record;
    return null;
  } catch (error) {
    return { code: "OPD2124", message: asOpError(error).message };
  }
}

function faultOf(error: unknown): Fault {
  const { code, message, hint } = asOpError(error);
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

function idsOf({ actions }: Group): readonly string[] {
  return actions.map(({ id }) => id);
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
async function armNative(
  input: ApplyInput,
  { plugin, actions }: Group,
  armed: Map<string, DocValue>,
): Promise<Fault | null> {
  const wanted = actions.some(({ undo }) => undo === "native");
  if (!wanted || plugin.checkpoint === null || armed.has(plugin.name)) return null;
  const { hold, recorder } = input;
  const timeoutMs = hold === null ? LIMITS.checkpointTimeoutMs : hold.timeoutMs + LIMITS.checkpointSlackMs;
  try {
    const { handle } = await plugin.checkpoint.create(input.contextOf(plugin), timeoutMs);
    armed.set(plugin.name, handle);
    input.events({ type: "checkpoint_armed", by: "service", plugin: plugin.name, timeoutMs });
    return await kept(recorder.native(plugin.name, handle));
  } catch (error) {
    return { code: "OPD2120", message: `no checkpoint: ${asOpError(error).message}`, address: plugin.name };
  }
}

/** A checkpoint that is committed is no way back any more. */
async function commit(input: ApplyInput, armed: Map<string, DocValue>): Promise<Fault | null> {
  for (const [name, handle] of armed) {
    const plugin = input.plugins.get(name)!;
    const outcome = await plugin.checkpoint!.commit(input.contextOf(plugin), handle).catch(unanswered);
    if (outcome.outcome !== "done") return notDone(name, outcome);
    armed.delete(name);
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

function interrupted({ aborted, reason }: AbortSignal): Fault | null {
  if (!aborted) return null;
  return reason instanceof OpError ? faultOf(reason) : { code: "OPD2122", message: "interrupted" };
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
