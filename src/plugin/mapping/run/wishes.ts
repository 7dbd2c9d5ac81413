// From changes to deeds: is the field writable, the value allowed here, the present value one that can be put back, the
// item one that the service offers? Reads, never changes. What cannot be done is thrown with what was looked for and
// the nearest name.

import type { Code } from "../../../base/codes.ts";
import { OpError } from "../../../base/error.ts";
import { nearest } from "../../../base/nearest.ts";
import { isTable } from "../../doc.ts";
import { isForeign } from "../../value/field-form.ts";
import type { Change, DocValue, Item, Observed } from "../../plugin.ts";
import { valueFault } from "./check-value.ts";
import { itemOf, rawOf, wayTo, type Deed, type Way } from "./deed.ts";
import { shownAs } from "./field.ts";
import { listItems } from "./items.ts";
import type { Field, Recipe, Resource } from "../model.ts";
import type { Reading } from "./reading.ts";
import type { Runtime } from "./runtime.ts";
import { describe, offeredAs } from "./simulate.ts";
import { elementsOf } from "./source.ts";
import { Subject } from "./subject.ts";
import type { Term } from "./term.ts";
import { usedFields } from "./uses.ts";

export function refuse(code: Code, message: string, hint?: string): never {
  throw new OpError(code, message, hint === undefined ? {} : { hint });
}

/** The deeds of one change. Throws OpError for what cannot be done, with a hint. */
export async function deedsOf(
  runtime: Runtime,
  reading: Reading,
  observed: Observed,
  change: Change,
): Promise<readonly Deed[]> {
  const { mapping } = runtime;
  const resource = change.resource === null ? mapping.self : mapping.resources.get(change.resource);
  if (resource === undefined) refuse("OPD6059", `${mapping.plugin} has no ${change.resource}`);
  const seen =
    change.resource === null
      ? observed.self
      : (observed.resources.get(change.resource)?.items.get(change.key ?? "") ?? null);
  switch (change.verb) {
    case "update":
      return updates(reading, resource, change, seen);
    case "create":
      return creation(reading, resource, change);
    case "delete": {
      if (resource.delete === null)
        refuse("OPD6059", `${resource.name} cannot be deleted through this service`);
      return [
        deedFor(resource, change, seen, {
          verb: "delete",
          field: null,
          way: recipeWay(resource.delete),
          after: null,
        }),
      ];
    }
    case "latest":
      return latest(reading, resource, change, seen);
  }
}

function recipeWay(recipe: Recipe): Way {
  return { kind: "recipe", recipe };
}

function deedFor(
  resource: Resource,
  change: Change,
  seen: Item | null,
  own: Pick<Deed, "verb" | "field" | "way" | "after">,
): Deed {
  return {
    resource,
    key: change.key,
    item: itemOf(seen),
    candidate: undefined,
    before: change.before,
    want: change.want,
    now: rawOf(seen),
    fields: seen?.fields ?? new Map(),
    also: [],
    sources: new Map(),
    ...own,
  };
}

async function updates(
  reading: Reading,
  resource: Resource,
  change: Change,
  seen: Item | null,
): Promise<readonly Deed[]> {
  const name = change.field ?? "";
  const field = resource.fields.get(name);
  if (field?.write.kind === "all") {
    const all = field.write.fields.map((each) =>
      updates(reading, resource, { ...change, field: each, before: shownOf(resource, seen, each) }, seen),
    );
    return (await Promise.all(all)).flat();
  }
  const after = change.reset ? defaultOf(resource, field, name) : change.after;
  const before = change.before !== null && "known" in change.before ? change.before.known : null;
  if (before !== null && isForeign(before)) {
    const foreign = isTable(before) ? String(before["$foreign"]) : "";
    refuse("OPD6055", `${name} is ${foreign} here, which can be neither changed nor put back`);
  }
  const way = wayTo(resource, field, name, after);
  if (way === null)
    refuse(
      "OPD6059",
      `${name} cannot be ${field?.write.kind === "when" ? `set to ${String(after)}` : "written"}`,
    );
  const subject = new Subject(reading, resource, change.key, itemOf(seen), {
    want: change.want,
    now: rawOf(seen),
  });
  const fault = field === undefined || after === null ? null : await valueFault(subject, field, after);
  if (fault !== null) refuse("OPD6054", fault.message, fault.hint);
  const isCreated =
    way.kind === "recipe" && way.recipe.name !== null && way.recipe.name === resource.create?.name;
  if (isCreated && resource.candidate !== null && (await subject.candidate()) === undefined)
    await refuseMissing(reading, resource, change, itemOf(seen));
  return [deedFor(resource, change, seen, { verb: "update", field: name, way, after })];
}

/** The field as it was read with the item; for fields behind one that stands for several. */
function shownOf(resource: Resource, seen: Item | null, name: string): Change["before"] {
  const shown = seen?.fields.get(name);
  if (shown !== undefined) return shown;
  const raw = rawOf(seen).get(name);
  return raw === undefined ? null : shownAs(resource, name, raw);
}

function defaultOf(resource: Resource, field: Field | undefined, name: string): Change["after"] {
  if (field !== undefined && field.default !== null) return field.default.value;
  if (resource.record !== null) return null;
  return refuse("OPD6061", `${name} has no default that is known`);
}

/** The item, then the fields that its creation does not take. */
async function creation(reading: Reading, resource: Resource, asked: Change): Promise<readonly Deed[]> {
  const change: Change = { ...asked, want: wantOf(resource, asked) };
  const key = change.key ?? "";
  if (resource.create === null)
    await refuseUnknown(reading, resource, key, `there is no ${key} in ${resource.name}`);
  const recipe = resource.create;
  if (recipe === null) return [];
  const subject = new Subject(reading, resource, key, undefined, { want: change.want, now: new Map() });
  const candidate = await subject.candidate();
  if (resource.candidate !== null && candidate === undefined) await refuseMissing(reading, resource, change);
  const after = offeredAs(resource, candidate, change.want);
  const whole = { verb: "create", field: null, way: recipeWay(recipe), after } as const;
  const create: Deed = { ...deedFor(resource, change, null, whole), candidate };
  const taken = usedFields(resource, recipe);
  const later: Deed[] = [];
  for (const [name, after] of change.want) {
    const field = resource.fields.get(name);
    if (field === undefined || after === null) continue;
    const fault = await valueFault(subject, field, after);
    if (fault !== null) refuse("OPD6054", `${name}: ${fault.message}`, fault.hint);
    const way = wayTo(resource, field, name, after);
    if (
      taken.has(name) ||
      way === null ||
      (way.kind === "recipe" && way.recipe === recipe) ||
      resource.record !== null
    )
      continue;
    if (way.kind === "recipe" && way.recipe.name !== null && way.recipe.name === recipe.name) continue;
    later.push(
      deedFor(resource, { ...change, before: null }, null, { verb: "update", field: name, way, after }),
    );
  }
  return [create, ...later];
}

/** Not offered at all, or only otherwise than the document wants it; `here`: the item that is there already. */
async function refuseMissing(
  reading: Reading,
  resource: Resource,
  change: Change,
  here?: Term,
): Promise<never> {
  const key = change.key ?? "";
  const other = await new Subject(reading, resource, key, undefined).candidate();
  if (other === undefined && here === undefined)
    return refuseUnknown(
      reading,
      resource,
      key,
      `${key} is not offered: the service was asked for exactly this name`,
    );
  const wanted = [...change.want].map(([name, value]) => `${name} ${String(value)}`);
  const offered =
    other === undefined
      ? `${describe(resource, here)} is here, and nothing else is offered`
      : `offered: ${describe(resource, other)}`;
  return refuse("OPD6056", `${key} is not offered with ${wanted.join(", ")}`, offered);
}

async function refuseUnknown(
  reading: Reading,
  resource: Resource,
  key: string,
  message: string,
): Promise<never> {
  const known = [...(await listItems(reading, resource)).keys(), ...(await offeredKeys(reading, resource))];
  const near = nearest(key, known);
  const hints = [
    near === null ? null : `did you mean ${near}?`,
    resource.refresh === null ? null : "its lists may be old: apply --refresh reads them anew",
  ];
  return refuse("OPD6056", message, hints.filter((hint) => hint !== null).join("; ") || undefined);
}

/** Keys of what could be created, where the service lists them. */
async function offeredKeys(reading: Reading, resource: Resource): Promise<readonly string[]> {
  const { offers, key } = resource;
  if (offers === null || key === null) return [];
  const rows = elementsOf(await new Subject(reading, resource, null, undefined).look(offers));
  const keys = rows.map((row) => new Subject(reading, resource, null, row).text(key));
  return (await Promise.all(keys)).flatMap((each) => each ?? []);
}

/** What the document says of a new item; called by an alias, it gets that name. */
function wantOf(resource: Resource, change: Change): ReadonlyMap<string, DocValue> {
  const { alias, record } = resource;
  if (alias?.kind !== "reference" || record === null || change.key === null) return change.want;
  const { root, name, path } = alias.reference;
  if (root !== record.root || name !== record.name) return change.want;
  const field = path.slice(record.path.length).join(".");
  const isSaid =
    [...change.want.keys()].some((said) => said === field) ||
    isTable(change.want.get(String(path[0])) ?? null);
  return isSaid ? change.want : new Map([[field, change.key], ...change.want]);
}

/** Newer than what is there, if the service offers such a thing; else there is nothing to do. */
async function latest(
  reading: Reading,
  resource: Resource,
  change: Change,
  seen: Item | null,
): Promise<readonly Deed[]> {
  if (resource.create === null || resource.candidate === null)
    refuse("OPD6059", `${resource.name} cannot say what is the newest`);
  const subject = new Subject(reading, resource, change.key, undefined, {
    want: change.want,
    now: new Map(),
  });
  const candidate = await subject.candidate();
  if (candidate === undefined) return [];
  return [
    deedFor(resource, change, seen, {
      verb: "update",
      field: null,
      way: recipeWay(resource.create),
      after: offeredAs(resource, candidate, change.want),
    }),
  ];
}
