// One call that changes something, or its rehearsal: for one item, or for many at once where the mapping says `batch`.
// It is sent once. What comes back is an outcome: done, failed with the service's reason, or unknown; a deadline that
// passes and a service that leaves are unknown, and the caller reads again.

import { assert } from "../../../base/assert.ts";
import { OpError } from "../../../base/error.ts";
import { DBusError, type DBusValue, type MethodInfo } from "../../../host/dbus/dbus.ts";
import type { Meaning, Outcome, ViaCall } from "../../plugin.ts";
import { toDocument } from "../../value/value.ts";
import { isOneOf, type Answer } from "./answer.ts";
import { runFlow, type FlowEnd } from "./flow.ts";
import { outcomeOf } from "./meaning.ts";
import { checkCount, flowOf, flowRequest, messageOf } from "./method.ts";
import type { Flow, ReplyCheck, Step, Template } from "../model.ts";
import { buildHere, show, type Scope } from "./resolve.ts";
import { findMethod, type Runtime } from "./runtime.ts";
import type { Subject } from "./subject.ts";
import { bodyTerm, membersOf, sameWire, walk, type Row, type Term } from "./term.ts";

/** For whom a step is run: the item, and its scope with what this run knows. */
export interface Party {
  readonly subject: Subject;
  readonly scope: Scope;
}

export interface Sent {
  readonly outcome: Outcome;
  readonly rows: readonly Row[];
  readonly reply: Answer | null;
  /** Unknown, but the service is gone: nothing goes on behind our back. */
  readonly vanished: boolean;
}

/** Sends one step for these parties: several only for a `batch` step. Throws OpError before anything was sent. */
export async function sendStep(
  runtime: Runtime,
  step: Step,
  parties: readonly Party[],
  rehearse = false,
): Promise<Sent> {
  const [first] = parties;
  const args = rehearse ? step.simulate : step.args;
  if (first === undefined || args === null)
    return { outcome: { outcome: "done" }, rows: [], reply: null, vanished: false };
  const { path, interfaces } = await placeOf(step, first.subject);
  const body = (info: MethodInfo): Promise<readonly DBusValue[]> => bodyFor(info, args, parties);
  const target = { path, interfaces, member: step.call, deadlineMs: step.deadlineMs };
  try {
    if (step.flow !== null) {
      const flow = flowOf(runtime, step.flow);
      return ofFlow(
        runtime,
        flow,
        await runFlow(runtime, flow, flowRequest(runtime, flow, target, body, first.scope)),
      );
    }
    const at = await findMethod(runtime, path, interfaces, step.call);
    const reply = await runtime.ctx.bus.call(messageOf(runtime, at, await body(at.info), step.deadlineMs));
    return { outcome: checked(step.ok, reply), rows: [], reply, vanished: false };
  } catch (error) {
    if (!(error instanceof DBusError)) throw error;
    return { outcome: outcomeOf(runtime.mapping, error), rows: [], reply: null, vanished: false };
  }
}

/** The arguments of one call: a one-element list holding a reference gets an element per party, the rest is equal. */
async function bodyFor(
  info: MethodInfo,
  args: readonly Template[],
  parties: readonly Party[],
): Promise<readonly DBusValue[]> {
  checkCount(info, args);
  const body: DBusValue[] = [];
  for (const [at, template] of args.entries()) {
    const built: DBusValue[] = [];
    for (const party of parties)
      built.push(await buildHere(template, info.in[at]?.signature ?? "", party.scope));
    const [value, ...others] = built;
    assert(value !== undefined, `${info.name} is sent for an item`);
    if (isPerItem(template)) body.push(unique(built.flat() as readonly DBusValue[]));
    else if (others.every((other) => sameWire(other, value))) body.push(value);
    else
      throw new OpError(
        "OPD6052",
        `argument ${at} of ${info.name} differs between items that one call has to serve`,
      );
  }
  return body;
}

function isPerItem(template: Template): boolean {
  return template.kind === "list" && template.items.length === 1 && template.items[0]?.kind === "reference";
}

/** The first of each. Nearly always names and ids: their texts find the few that can be the same. */
function unique(values: readonly DBusValue[]): readonly DBusValue[] {
  const alike = new Map<string, DBusValue[]>();
  return values.filter((value) => {
    const text = typeof value === "object" ? "" : String(value);
    const others = alike.get(text) ?? [];
    if (others.some((other) => sameWire(other, value))) return false;
    alike.set(text, others);
    others.push(value);
    return true;
  });
}

/** Where a step is sent. Throws OPD6051 when the item has no object yet. */
async function placeOf(
  step: Step,
  subject: Subject,
): Promise<{ readonly path: string; readonly interfaces: readonly string[] }> {
  const place = subject.place(step.place);
  const path = await subject.path(place);
  if (path === undefined)
    throw new OpError("OPD6051", `${step.call}: its object is not there`, { where: place.name });
  return { path, interfaces: place.interfaces };
}

function ofFlow(runtime: Runtime, flow: Flow, end: FlowEnd): Sent {
  if (end.end === "refused")
    return { outcome: outcomeOf(runtime.mapping, end.error), rows: [], reply: null, vanished: false };
  if (end.end === "unknown") {
    return {
      outcome: { outcome: "unknown", reason: end.reason },
      rows: [],
      reply: null,
      vanished: end.vanished,
    };
  }
  if (end.ok) return { outcome: { outcome: "done" }, rows: end.rows, reply: end.reply, vanished: false };
  const meaning: Meaning = (end.code === null ? undefined : flow.errors.get(end.code)) ?? "failed";
  const outcome: Outcome =
    meaning === "done" ? { outcome: "done" } : { outcome: "failed", reason: end.text, meaning };
  return { outcome, rows: end.rows, reply: end.reply, vanished: false };
}

/** Conditions on the reply: argument number first, then keys or members; `*` = each. */
function checked(checks: readonly ReplyCheck[], reply: Answer): Outcome {
  const body = bodyTerm(reply.signature, reply.body);
  for (const check of checks) {
    const [argument, ...path] = check.path;
    const start =
      body !== undefined && reply.body.length > 1
        ? walk(body, argument === undefined ? [] : [argument])
        : body;
    for (const found of start === undefined ? [] : reach(start, path)) {
      if (isOneOf("columns" in found ? found.whole : found, check.values)) continue;
      const value = "columns" in found ? found.whole : found;
      const text = `answered ${JSON.stringify(toDocument(value.signature, value.value), (_, part: unknown) => (typeof part === "bigint" ? String(part) : part))}`;
      return { outcome: "failed", reason: text, meaning: "failed" };
    }
  }
  return { outcome: "done" };
}

function reach(term: Term, path: readonly (string | number)[]): readonly Term[] {
  const [step, ...rest] = path;
  if (step === undefined) return [term];
  if (step === "*") return membersOf(term).flatMap((member) => reach(member, rest));
  const found = walk(term, [step]);
  return found === undefined ? [] : reach(found, rest);
}

/** The call as a plan shows it. What has no value yet is {"$later": NAME}. */
export async function viaOf(runtime: Runtime, step: Step, party: Party): Promise<ViaCall> {
  const { subject, scope } = party;
  const flow = step.flow === null ? null : flowOf(runtime, step.flow);
  const opened = flow !== null && flow.open !== null;
  const place = subject.place(step.place);
  const path = opened ? undefined : await subject.path(place);
  const known = opened ? runtime.memory.interfaces.get(flow.interface)?.methods.get(step.call) : undefined;
  const at = path === undefined ? null : await findMethod(runtime, path, place.interfaces, step.call);
  const info = known ?? at?.info;
  const args = [];
  for (const [index, template] of step.args.entries())
    args.push(await show(template, info?.in[index]?.signature ?? "v", scope));
  return Object.freeze({
    destination: runtime.mapping.service,
    path: path ?? (opened ? `(${flow.name})` : "(later)"),
    interface: opened ? flow.interface : (at?.interface ?? place.interfaces[0] ?? ""),
    member: step.call,
    args,
  });
}

/** Why the arguments cannot be built although everything they need is there; null when they can, or later. */
export async function faultOfArgs(runtime: Runtime, step: Step, party: Party): Promise<OpError | null> {
  const { subject, scope } = party;
  const flow = step.flow === null ? null : flowOf(runtime, step.flow);
  const isOpened = flow !== null && flow.open !== null;
  const place = subject.place(step.place);
  const path = isOpened ? undefined : await subject.path(place);
  const opened = isOpened ? runtime.memory.interfaces.get(flow.interface)?.methods.get(step.call) : undefined;
  const info =
    opened ??
    (path === undefined ? undefined : (await findMethod(runtime, path, place.interfaces, step.call)).info);
  if (info === undefined) return null;
  for (const [at, template] of step.args.entries()) {
    try {
      await buildHere(template, info.in[at]?.signature ?? "", scope);
    } catch (error) {
      if (!(error instanceof OpError)) throw error;
      if (error.code !== "OPD6051") return error;
    }
  }
  return null;
}
