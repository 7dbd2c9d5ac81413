// The calls of a mapping against the members that the service has: steps, sources and flows.

import { parseSingleType, type MethodInfo } from "../../../host/dbus/dbus.ts";
import type { Position } from "../../../base/error.ts";
import { toWire } from "../../value/value.ts";
import { checkFit } from "./fit.ts";
import { flowTarget, memberOf, near, quiet, targetOf, type Live, type Target } from "./live.ts";
import type { Flow, Literal, Recipe, Resource, Source, Step, Template } from "../model.ts";
import { rowTypes, shapeOfSource, type Around } from "./shape.ts";

const OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager";

export function checkRecipe(live: Live, recipe: Recipe | null, around: Around): void {
  for (const step of recipe?.steps ?? []) checkStep(live, step, { ...around, named: recipe?.name !== null });
}

/** Member, arguments, rehearsal, reply conditions, polkit action. Gives the types of the reply. */
export function checkStep(
  live: Live,
  step: Step,
  around: Around,
  target?: Target,
): readonly string[] | undefined {
  const method = memberOf(live, target ?? calledAt(live, step), "methods", step.call, step.at);
  checkAction(live, step.action, step.at);
  if (method === null) return undefined;
  checkArguments(live, method, step.args, step.at, around);
  if (step.simulate !== null) checkArguments(live, method, step.simulate, step.at, around);
  const reply = method.out.map(({ signature }) => signature);
  for (const { path, values, at } of step.ok) {
    const [argument, ...rest] = path;
    const type = typeof argument === "number" ? reply[argument] : undefined;
    if (type === undefined) {
      live.fault(at, `"ok" of ${step.call}: there is no argument ${argument}, the reply has ${reply.length}`);
    } else if (rest.length === 0) checkLiterals(live, values, type, `"ok" of ${step.call}`);
  }
  checkEnd(live, step, reply);
  return reply;
}

/** A polkit action must be one that polkit knows. */
export function checkAction(live: Live, action: string | null, at: Position): void {
  if (action === null || live.view.actions === null || live.view.actions.has(action)) return;
  live.fault(at, `polkit knows no action "${action}"`, near(action, live.view.actions));
}

/** The call of a source, its arguments and columns. */
export function checkSource(live: Live, resource: Resource, source: Source, around: Around): void {
  const { fetch, at, flow } = source;
  const target =
    flow === null
      ? targetOf(live.mapping, source.place, source.path)
      : calledAt(live, { place: source.place, flow });
  const what = source.name === null ? "this source" : `source "${source.name}"`;
  if (source.path !== null) checkFit(live, source.path, "o", `the path of ${what}`, around);
  switch (fetch.kind) {
    case "of":
      return;
    case "objects":
      memberOf(live, { ...target, interfaces: [OBJECT_MANAGER] }, "methods", "GetManagedObjects", at);
      return;
    case "property":
      memberOf(live, target, "properties", fetch.property, at);
      break;
    case "call": {
      const method = memberOf(live, target, "methods", fetch.call, at);
      if (method === null) return;
      checkArguments(live, method, fetch.args, at, around);
      if (flow === null && method.out.length === 0) live.fault(at, `${what}: ${fetch.call} replies nothing`);
    }
  }
  checkColumns(live, resource, source, what);
}

function checkColumns(live: Live, resource: Resource, source: Source, what: string): void {
  const shape = shapeOfSource(live, resource, { ...source, parts: new Map(), one: false });
  if (source.columns === null || shape.signature === null) return;
  const row = shape.element ?? shape;
  const members =
    row.columns === undefined || row.signature === null
      ? null
      : parseSingleType(row.signature).children.length;
  if (members === null) {
    live.fault(source.at, `${what} has columns, but what it gives has none: ${shape.signature}`);
  } else if (members !== source.columns.length) {
    live.fault(
      source.at,
      `${what} names ${source.columns.length} columns, but ${row.signature} has ${members}`,
    );
  }
}

/** Signals, properties and steps of a flow. */
export function checkFlow(live: Live, flow: Flow): void {
  const target = flowTarget(live.mapping, flow.name);
  const what = `[flow.${flow.name}]`;
  const around: Around = { resource: null };
  if (flow.open !== null) {
    const reply = checkStep(live, flow.open, around);
    if (reply !== undefined && (reply.length !== 1 || reply[0] !== "o")) {
      live.fault(flow.open.at, `${flow.open.call} must reply an object path, it replies "${reply.join("")}"`);
    }
  }
  if (flow.once !== null) checkStep(live, flow.once, around);
  if (flow.first !== null) checkStep(live, flow.first, around, target);
  for (const [signal, columns] of flow.rows) {
    const info = memberOf(live, target, "signals", signal, flow.at);
    const args = info?.args.map(({ signature }) => signature);
    if (args !== undefined && rowTypes(args, columns.length) === null) {
      live.fault(
        flow.at,
        `${what}: "${signal}" has ${columns.length} columns here, but its arguments are "${args.join("")}"`,
      );
    }
  }
  const end = memberOf(live, target, "signals", flow.end.signal, flow.end.at);
  for (const [argument, values] of flow.end.ok) {
    const type = argumentOf(live, end, argument, flow.end.at, `"ok" of ${what}`);
    if (type !== null) checkLiterals(live, values, type, `"ok" of ${what}`);
  }
  for (const argument of flow.end.match.keys())
    argumentOf(live, end, argument, flow.end.at, `"match" of ${what}`);
  if (flow.fail !== null) {
    const fail = memberOf(live, target, "signals", flow.fail.signal, flow.fail.at);
    for (const argument of [flow.fail.code, flow.fail.text]) {
      if (argument !== null) argumentOf(live, fail, argument, flow.fail.at, `"fail" of ${what}`);
    }
  }
  if (flow.progress !== null) memberOf(live, target, "properties", flow.progress, flow.at);
  if (flow.cancel !== null) {
    memberOf(live, target, "methods", flow.cancel.call, flow.cancel.at);
    const condition =
      flow.cancel.if === null ? null : memberOf(live, target, "properties", flow.cancel.if, flow.cancel.at);
    if (condition !== null && condition.signature !== "b") {
      live.fault(
        flow.cancel.at,
        `"if" of ${what}: ${condition.name} is a ${condition.signature}, not true or false`,
      );
    }
  }
}

/** Each of `values` must be something the type can hold. */
export function checkLiterals(live: Live, values: readonly Literal[], signature: string, what: string): void {
  for (const { value, at } of values) {
    const result = toWire(signature, value);
    if ("fault" in result) live.fault(at, `${what}: ${result.fault}`);
  }
}

function checkArguments(
  live: Live,
  method: MethodInfo,
  args: readonly Template[],
  at: Position,
  around: Around,
): void {
  if (args.length !== method.in.length) {
    const types = method.in.map(({ signature }) => signature).join("");
    live.fault(
      at,
      `${method.name} takes ${method.in.length} arguments ("${types}"), ${args.length} are given`,
    );
    return;
  }
  args.forEach((template, index) => {
    const argument = method.in[index];
    const name = argument === undefined || argument.name === "" ? "" : ` (${argument.name})`;
    if (argument !== undefined)
      checkFit(live, template, argument.signature, `argument ${index}${name} of ${method.name}`, around);
  });
}

/** `$reply` in the end of a flow is the reply of each call that uses it. */
function checkEnd(live: Live, step: Step, reply: readonly string[]): void {
  const flow = step.flow === null ? undefined : live.mapping.flows.get(step.flow);
  if (flow === undefined || flow.end.match.size === 0) return;
  const end = memberOf(
    quiet(live),
    flowTarget(live.mapping, flow.name),
    "signals",
    flow.end.signal,
    flow.end.at,
  );
  for (const [argument, template] of flow.end.match) {
    const type = end?.args[argument]?.signature;
    if (type !== undefined)
      checkFit(live, template, type, `${step.call}, "match" of [flow.${flow.name}]`, {
        resource: null,
        reply,
      });
  }
}

function argumentOf(
  live: Live,
  signal: { readonly name: string; readonly args: readonly { readonly signature: string }[] } | null,
  argument: number,
  at: Position,
  what: string,
): string | null {
  if (signal === null) return null;
  const type = signal.args[argument]?.signature;
  if (type === undefined)
    live.fault(at, `${what}: ${signal.name} has ${signal.args.length} arguments, there is no ${argument}`);
  return type ?? null;
}

/** A flow that opens an object takes the call there. */
function calledAt(live: Live, { place, flow }: Pick<Step, "place" | "flow">): Target {
  const opens = flow !== null && live.mapping.flows.get(flow)?.open !== null;
  return opens ? flowTarget(live.mapping, flow) : targetOf(live.mapping, place);
}
