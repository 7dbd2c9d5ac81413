// One thing to do to one item: what an action of a mapping carries, frozen, for apply and undo. A deed knows its way
// (recipe, property, elements, record) for a wished value; the way back is a deed of the same kind made from what was
// read before. Pure.

import { assert } from "../../../base/assert.ts";
import type { DocValue, Item, Reading as Shown, SideEffect } from "../../plugin.ts";
import { isTable } from "../../doc.ts";
import type { ItemDetail } from "./observe.ts";
import type { Field, Recipe, Resource, Source } from "../model.ts";
import type { Raw } from "./reading.ts";
import type { Found } from "./resolve.ts";
import type { Term } from "./term.ts";

/** How a deed is done. */
export type Way =
  | { readonly kind: "recipe"; readonly recipe: Recipe }
  | { readonly kind: "property"; readonly property: string; readonly action: string | null }
  | { readonly kind: "elements"; readonly add: Recipe | null; readonly remove: Recipe | null };

export interface Deed {
  readonly resource: Resource;
  readonly key: string | null;
  readonly verb: "create" | "update" | "delete";
  /** null for whole items. */
  readonly field: string | null;
  readonly way: Way;
  /** As listed while planning; undefined where it is to be looked for. */
  readonly item: Term | undefined;
  /** What describes an item that is to be created. */
  readonly candidate: Term | undefined;
  /** The value to write; null for whole items and for what a record loses. */
  readonly after: DocValue;
  readonly before: Shown | null;
  readonly want: ReadonlyMap<string, DocValue>;
  readonly now: ReadonlyMap<string, Raw>;
  /** All fields as shown before, for the way back from a deletion. */
  readonly fields: ReadonlyMap<string, Shown>;
  readonly also: readonly SideEffect[];
  /** What planning read for this item: apply sends what was shown. */
  readonly sources: ReadonlyMap<Source, Found>;
}

/** The way to write a field; null when a document cannot change it. */
export function wayTo(
  resource: Resource,
  field: Field | undefined,
  name: string,
  after: DocValue,
): Way | null {
  if (field === undefined || field.write.kind === "record") {
    return resource.record === null || resource.write === null
      ? null
      : { kind: "recipe", recipe: resource.write };
  }
  const { write } = field;
  switch (write.kind) {
    case "recipe":
      return { kind: "recipe", recipe: write.recipe };
    case "property":
      return {
        kind: "property",
        property: field.read.kind === "property" ? field.read.property : name,
        action: write.action,
      };
    case "when": {
      const recipe = write.cases.get(String(after));
      return recipe === undefined ? null : { kind: "recipe", recipe };
    }
    case "elements":
      return { kind: "elements", add: write.add, remove: write.remove };
    case "read-only":
    case "all":
      return null;
  }
}

/** Deeds of one way may share a run: one call for many fields of an item, or for many items. */
export function wayName(deed: Deed): string {
  const { way, resource } = deed;
  const room = resource.name ?? "self";
  if (way.kind !== "recipe") return `${room}/${deed.key ?? ""}.${deed.field ?? ""}`;
  const { recipe } = way;
  const name = recipe.name ?? `${recipe.at.line}:${recipe.at.column}`;
  return recipe.steps[0]?.batch === true ? `${room} ${name}` : `${room}/${deed.key ?? ""} ${name}`;
}

/** The deed that puts things back, or why there is none. */
export function inverseOf(deed: Deed, now: Item | null): Deed | { readonly none: string } {
  if (deed.verb === "create") {
    const recipe = deed.resource.delete;
    if (recipe === null) return { none: "what was created cannot be deleted through this service" };
    return {
      ...deed,
      verb: "delete",
      way: { kind: "recipe", recipe },
      item: itemOf(now),
      after: null,
      before: null,
      now: rawOf(now),
      sources: new Map(),
    };
  }
  if (deed.verb === "delete") {
    const recipe = deed.resource.create;
    if (recipe === null) return { none: "what was deleted cannot be created through this service" };
    return {
      ...deed,
      verb: "create",
      way: { kind: "recipe", recipe },
      item: undefined,
      want: knownOf(deed.fields),
      now: new Map(),
      sources: new Map(),
    };
  }
  return inverseUpdate(deed, now);
}

function inverseUpdate(deed: Deed, now: Item | null): Deed | { readonly none: string } {
  const { before, field, resource } = deed;
  if (field === null) return { none: "nothing is known of the value before" };
  if (before !== null && "unknown" in before)
    return { none: `the value before could not be read: ${before.unknown}` };
  if (before !== null && "digest" in before) return { none: "the secret before is not kept" };
  const after = before === null ? null : before.known;
  const way = wayTo(resource, resource.fields.get(field), field, after);
  if (way === null || (isTable(after) && "$foreign" in after))
    return { none: "the value before cannot be written" };
  if (after === null && resource.record === null) return { none: "the item did not exist before" };
  const want = new Map([[field, after]]);
  const shown: Shown = { known: deed.after };
  return {
    ...deed,
    way,
    after,
    before: shown,
    want,
    item: itemOf(now) ?? deed.item,
    now: now === null ? deed.now : rawOf(now),
    sources: new Map(),
  };
}

export function itemOf(item: Item | null): Term | undefined {
  return item === null ? undefined : (item.detail as ItemDetail).item;
}

export function rawOf(item: Item | null): ReadonlyMap<string, Raw> {
  return item === null ? new Map() : (item.detail as ItemDetail).raw;
}

export function knownOf(fields: ReadonlyMap<string, Shown>): ReadonlyMap<string, DocValue> {
  return new Map(
    [...fields].flatMap(([name, shown]) => ("known" in shown ? [[name, shown.known] as const] : [])),
  );
}

/** The deed of an action. Only this plugin reads it. */
export function deedOf(action: { readonly detail: unknown }): Deed {
  const deed = action.detail as Deed | null;
  assert(
    typeof deed === "object" && deed !== null && "way" in deed,
    "an action comes back to its own plugin",
  );
  return deed;
}
