// What can be wrong with a mapping without a bus, beyond its keys: references (placement.ts), circles (cycles.ts),
// fields (check-fields.ts), and the literals and rehearsals of its calls.

import { isSingleType } from "../../../host/dbus/dbus.ts";
import { tableOf } from "../../doc.ts";
import type { DocValue } from "../../plugin.ts";
import { toWire } from "../../value/value.ts";
import { checkFields } from "./check-fields.ts";
import { checkCycles } from "./cycles.ts";
import type { Mapping, Recipe, Resource, Source, Step, Template } from "../model.ts";
import { checkPlacement } from "./placement.ts";
import { hintFor, type FaultList } from "./read-keys.ts";

/** Reports every fault of a mapping that needs no bus to be seen. */
export function checkStatic(mapping: Mapping, list: FaultList): void {
  checkPlacement(mapping, list);
  checkCycles(mapping, list);
  for (const resource of [mapping.self, ...mapping.resources.values()]) {
    checkFields(resource, list);
    checkEffects(mapping, resource, list);
  }
  for (const step of stepsOf(mapping)) checkStep(step, list);
  for (const source of sourcesOf(mapping)) {
    if (source.fetch.kind === "call") for (const template of source.fetch.args) checkTyped(template, list);
  }
  checkNames(mapping, list);
}

/** Every step of a mapping, named recipes once. */
export function stepsOf(mapping: Mapping): readonly Step[] {
  const recipes = new Set<Recipe>();
  const add = (...some: readonly (Recipe | null)[]): void =>
    some.forEach((one) => one !== null && recipes.add(one));
  const { checkpoint } = mapping;
  if (checkpoint !== null) add(checkpoint.create, checkpoint.commit, checkpoint.rollback, checkpoint.extend);
  for (const resource of [mapping.self, ...mapping.resources.values()]) add(...recipesOf(resource));
  const flows = [...mapping.flows.values()].flatMap(({ open, once, first }) => [open, once, first]);
  return [...flows.filter((step) => step !== null), ...[...recipes].flatMap(({ steps }) => steps)];
}

/** Every recipe of a resource: its named ones, its own, and those of its fields. */
function recipesOf(resource: Resource): readonly (Recipe | null)[] {
  const fields = [...resource.fields.values()].flatMap(({ write }) => {
    if (write.kind === "recipe") return [write.recipe];
    if (write.kind === "when") return [...write.cases.values()];
    return write.kind === "elements" ? [write.add, write.remove] : [];
  });
  const { create, delete: remove, write, refresh, repair } = resource;
  return [...resource.recipes.values(), create, remove, write, refresh, repair, ...fields];
}

/** Every source of a mapping, those in place included. */
export function sourcesOf(mapping: Mapping): readonly Source[] {
  return [mapping.self, ...mapping.resources.values()].flatMap((resource) => [
    ...resource.sources.values(),
    ...[resource.key, resource.alias, ...[...resource.fields.values()].map(({ read }) => read)].flatMap(
      (read) => (read?.kind === "source" ? [read.source] : []),
    ),
  ]);
}

/** Names of the flows that the calls of a resource use. */
export function flowsOf(mapping: Mapping, resource: Resource): readonly string[] {
  const steps = recipesOf(resource).flatMap((recipe) => recipe?.steps ?? []);
  const sources = sourcesOf({ ...mapping, self: resource, resources: new Map() });
  return [...new Set([...steps, ...sources].flatMap(({ flow }) => flow ?? []))];
}

function checkStep(step: Step, list: FaultList): void {
  for (const template of [...step.args, ...(step.simulate ?? [])]) checkTyped(template, list);
  if (step.simulate === null) return;
  const { args, simulate } = step;
  if (args.length !== simulate.length) {
    list.add(
      step.at,
      `"simulate" of ${step.call} has ${simulate.length} arguments, "args" has ${args.length}`,
    );
  } else if (!simulate.some((template, at) => differs(template, args[at]))) {
    list.add(step.at, `"simulate" of ${step.call} is no different from "args": it would not be a rehearsal`);
  }
}

/** True when both are constants and not the same: what the read-only guard can tell apart. */
function differs(one: Template, other: Template | undefined): boolean {
  return one.kind === "constant" && other?.kind === "constant" && one.value !== other.value;
}

/** `{ "$y" = 300 }` can never be sent. */
function checkTyped(template: Template, list: FaultList): void {
  if (template.kind === "list") for (const item of template.items) checkTyped(item, list);
  if (template.kind === "table") for (const entry of template.entries.values()) checkTyped(entry, list);
  // a signature that is none was reported where it was read
  if (template.kind !== "typed" || !isSingleType(template.signature)) return;
  const value = constantOf(template.value);
  const result = value === undefined ? null : toWire("v", tableOf([[`$${template.signature}`, value]]));
  if (result !== null && "fault" in result)
    list.add(template.at, `this value can never be sent: ${result.fault}`);
}

/** The value of a template without references. */
export function constantOf(template: Template): DocValue | undefined {
  switch (template.kind) {
    case "constant":
      return template.value;
    case "reference":
      return undefined;
    case "typed": {
      const value = constantOf(template.value);
      return value === undefined ? undefined : tableOf([[`$${template.signature}`, value]]);
    }
    case "list": {
      const items = template.items.map(constantOf);
      return items.every((item) => item !== undefined) ? items : undefined;
    }
    case "table": {
      const entries = [...template.entries].map(([key, entry]) => [key, constantOf(entry)] as const);
      const known = entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
      return known.length === entries.length ? tableOf(known) : undefined;
    }
  }
}

function checkEffects(mapping: Mapping, resource: Resource, list: FaultList): void {
  const { effects } = resource;
  if (effects === null) return;
  const steps = recipesOf(resource).flatMap((recipe) => recipe?.steps ?? []);
  const flows = steps.filter((step) => step.simulate !== null).map((step) => step.flow);
  const columns = new Set(
    flows.flatMap((flow) => [...(mapping.flows.get(flow ?? "")?.rows.values() ?? [])].flat()),
  );
  if (flows.length === 0)
    list.add(effects.at, '"effects" say what a simulation means, and no step has "simulate"');
  else if (effects.column !== "" && !columns.has(effects.column)) {
    list.add(
      effects.at,
      `"effects" name the column "${effects.column}", which no simulation has`,
      hintFor(effects.column, columns),
    );
  }
}

function checkNames(mapping: Mapping, list: FaultList): void {
  for (const [name, resource] of mapping.resources) {
    if (name === "self")
      list.add(resource.at, 'a resource cannot be called "self": that is the plugin itself');
    const field = mapping.self.fields.get(name);
    if (field !== undefined) list.add(field.at, `"${name}" is both a field of [self] and a resource`);
  }
  const known = ["self", ...mapping.resources.keys()];
  for (const name of mapping.checkpoint?.covers ?? []) {
    if (known.includes(name)) continue;
    list.add(
      mapping.checkpoint?.at ?? mapping.self.at,
      `"covers" names "${name}", which is no resource`,
      hintFor(name, known),
    );
  }
}
