// Which reference may stand where: the table "References" of docs/design/mapping.md, applied to a whole mapping. A place
// with a reference in its path is judged where it is used, because that decides whose source or item is meant.

import type { Mapping, Place, Recipe, Reference, Resource, Root, Source, Step } from "../model.ts";
import { columnsOf } from "./columns.ts";
import { hintFor, type FaultList } from "./read-keys.ts";
import { referencesIn } from "./reference.ts";

/** One spot of the file: which roots have a meaning there, and whose sources. `resource` null: the service itself. */
interface Spot {
  readonly roots: ReadonlySet<Root>;
  readonly resource: Resource | null;
  /** In words, after "cannot be used in ...". */
  readonly where: string;
  /** Parts that `$element` has; null = any or none. */
  readonly parts?: readonly string[] | null;
}

const FOUND: readonly Root[] = ["item", "source"];
const ASKED: readonly Root[] = ["key", "item", "source"];
const DONE: readonly Root[] = [...ASKED, "want", "now", "interactive"];

/** Reports every reference that dangles or stands where it has no meaning. */
export function checkPlacement(mapping: Mapping, list: FaultList): void {
  for (const flow of mapping.flows.values()) {
    const step = { roots: new Set<Root>(), resource: null, where: `a step of [flow.${flow.name}]` };
    for (const one of [flow.open, flow.once, flow.first]) if (one !== null) checkStep(one, step);
    const end = { roots: new Set<Root>(["reply"]), resource: null, where: `the end of [flow.${flow.name}]` };
    for (const match of flow.end.match.values())
      for (const reference of referencesIn(match)) check(reference, end);
  }
  if (mapping.checkpoint !== null) {
    const { create, commit, rollback, extend } = mapping.checkpoint;
    const roots: readonly Root[] = ["interactive", "timeout_s"];
    checkSteps(create, { roots: new Set(roots), resource: null, where: '"create" in [checkpoint]' });
    const later = { roots: new Set<Root>([...roots, "reply"]), resource: null, where: "[checkpoint]" };
    for (const recipe of [commit, rollback, extend]) if (recipe !== null) checkSteps(recipe, later);
  }
  for (const resource of [mapping.self, ...mapping.resources.values()]) checkResource(resource);

  function checkResource(resource: Resource): void {
    const what = resource.name === null ? "[self]" : `[resource.${resource.name}]`;
    const spot = (where: string, roots: readonly Root[], more: readonly Root[] = []): Spot => {
      const allowed = [...roots, ...more].filter(
        (root) => resource.name !== null || (root !== "key" && root !== "item"),
      );
      return { roots: new Set(allowed), resource, where: `${where}${where === "" ? "" : " "}${what}` };
    };
    for (const key of ["list", "get", "candidate", "offers"] as const) {
      const reference = resource[key];
      if (reference !== null) check(reference, spot(`"${key}" in`, ["source"]));
    }
    if (resource.record !== null) check(resource.record, spot('"record" in', FOUND));
    for (const key of ["key", "alias"] as const) {
      const read = resource[key];
      if (read?.kind === "reference") check(read.reference, spot(`"${key}" in`, FOUND));
      if (read?.kind === "source")
        checkSource(read.source, `"${key}" in ${what}`, spot(`"${key}" in`, FOUND));
    }
    for (const source of resource.sources.values()) {
      checkSource(source, `source "${source.name}" of ${what}`, spot(`source "${source.name}" of`, ASKED));
    }
    checkFields(resource, what, spot);
    checkRecipes(resource, spot);
  }

  function checkFields(resource: Resource, what: string, spot: SpotMaker): void {
    const object = mapping.places.get(resource.object);
    if (object !== undefined) checkPlace(object, spot('"object" in', ASKED), resource.at);
    for (const field of resource.fields.values()) {
      const name = `field "${field.name}" of`;
      const { read, write, check: rule } = field;
      if (read.kind === "reference") check(read.reference, spot(`"read" of ${name}`, FOUND));
      if (read.kind === "source")
        checkSource(read.source, `"read" of ${name} ${what}`, spot(`"read" of ${name}`, ASKED));
      if (rule !== null && rule.in !== null && "root" in rule.in)
        check(rule.in, spot(`"check" of ${name}`, FOUND));
      if (write.kind === "recipe") checkInPlace(write.recipe, spot(`"write" of ${name}`, DONE, ["value"]));
      if (write.kind === "when") {
        for (const recipe of write.cases.values())
          checkInPlace(recipe, spot(`"when" of ${name}`, DONE, ["value"]));
      }
      if (write.kind === "elements") {
        for (const recipe of [write.add, write.remove]) {
          if (recipe === null) continue;
          checkInPlace(recipe, {
            ...spot(`"add" and "remove" of ${name}`, DONE, ["element"]),
            parts: field.text?.parts ?? null,
          });
        }
      }
    }
  }

  function checkRecipes(resource: Resource, spot: SpotMaker): void {
    const record: readonly Root[] = resource.record === null ? ["changes"] : ["record", "changes"];
    for (const recipe of resource.recipes.values()) {
      const { fields, elements } = usesOf(resource, recipe);
      const more: Root[] = [...record];
      if (fields === 1 && elements === 0) more.push("value");
      if (fields === 0 && elements > 0) more.push("element");
      checkSteps(recipe, spot(`recipe "${recipe.name}" of`, DONE, more));
    }
    const recipes = { create: record, write: record, delete: [] } as const;
    for (const key of ["create", "write", "delete"] as const) {
      const recipe = resource[key];
      if (recipe !== null) checkInPlace(recipe, spot(`"${key}" in`, DONE, recipes[key]));
    }
    for (const key of ["refresh", "repair"] as const) {
      const recipe = resource[key];
      if (recipe !== null) checkInPlace(recipe, spot(`"${key}" in`, ["interactive", "source"]));
    }
  }

  /** Named recipes are checked once, at their own place. */
  function checkInPlace(recipe: Recipe, spot: Spot): void {
    if (recipe.name === null) checkSteps(recipe, spot);
  }

  function checkSteps(recipe: Recipe, spot: Spot): void {
    for (const step of recipe.steps) checkStep(step, spot);
  }

  function checkStep(step: Step, spot: Spot): void {
    for (const template of [...step.args, ...(step.simulate ?? [])]) {
      for (const reference of referencesIn(template)) check(reference, spot);
    }
    const place = mapping.places.get(step.place);
    if (place !== undefined) checkPlace(place, spot, step.at);
  }

  function checkSource(source: Source, what: string, spot: Spot): void {
    const templates = source.fetch.kind === "call" ? source.fetch.args : [];
    for (const template of [...templates, ...(source.path === null ? [] : [source.path])]) {
      for (const reference of referencesIn(template)) check(reference, spot);
    }
    const wanted = { ...spot, roots: new Set<Root>([...spot.roots, "want"]), where: `"where" of ${what}` };
    const columns = columnsOf(mapping, source);
    for (const [column, template] of source.where) {
      for (const reference of referencesIn(template)) check(reference, wanted);
      if (columns !== null && !columns.has(column)) {
        list.add(
          template.at,
          `"where" of ${what} names the column "${column}", which it does not have`,
          hintFor(column, columns),
        );
      }
    }
    const place = mapping.places.get(source.place);
    if (place !== undefined && source.path === null && source.fetch.kind !== "of")
      checkPlace(place, spot, source.at);
    if (source.fetch.kind === "of" && !mapping.resources.has(source.fetch.resource)) {
      const { resource } = source.fetch;
      list.add(
        source.at,
        `${what} is of the resource "${resource}", which does not exist`,
        hintFor(resource, mapping.resources.keys()),
      );
    }
  }

  function checkPlace(place: Place, spot: Spot, at: Reference["at"]): void {
    if (place.name === "service") return;
    for (const reference of referencesIn(place.path)) {
      const dangling =
        reference.root === "source" && !(spot.resource?.sources.has(reference.name ?? "") ?? false);
      if (!dangling && spot.roots.has(reference.root)) continue;
      list.add(
        at,
        `the place "${place.name}" lies at ${reference.text}, which has no meaning in ${spot.where}`,
      );
    }
  }

  function check(reference: Reference, spot: Spot): void {
    const { root, name, text, at, path } = reference;
    if (root === "source") {
      const source = spot.resource?.sources.get(name ?? "");
      if (!spot.roots.has(root))
        list.add(at, `${text} cannot be used in ${spot.where}: there are no sources`);
      else if (source === undefined) {
        const known = [...(spot.resource?.sources.keys() ?? []), ...spot.roots].filter(
          (one) => one !== "source",
        );
        list.add(
          at,
          `${text} refers to nothing: ${spot.where.replace(/^.*(?=\[)/, "")} has no source "${name}"`,
          hintFor(name ?? "", known),
        );
      } else checkColumn(reference, columnsOf(mapping, source), path);
      return;
    }
    if (!spot.roots.has(root)) {
      const allowed = [...spot.roots].filter((one) => one !== "source").map((one) => `$${one}`);
      list.add(
        at,
        `${text} cannot be used in ${spot.where}`,
        allowed.length === 0 ? undefined : `possible here: ${allowed.join(", ")}`,
      );
    } else if (
      root === "item" &&
      spot.resource?.list?.root === "source" &&
      spot.resource.list.path.length === 0
    ) {
      const source = spot.resource.sources.get(spot.resource.list.name ?? "");
      if (source !== undefined) checkColumn(reference, columnsOf(mapping, source), path);
    } else if (root === "element" && spot.parts !== undefined) {
      const [part] = path;
      const parts = spot.parts ?? [];
      if (part !== undefined && !parts.includes(String(part))) {
        list.add(
          at,
          `${text} refers to nothing: the field's "text" has no part "${part}"`,
          hintFor(String(part), parts),
        );
      }
    }
  }

  function checkColumn(
    reference: Reference,
    columns: ReadonlySet<string> | null,
    path: Reference["path"],
  ): void {
    const [column] = path;
    if (columns === null || typeof column !== "string" || columns.has(column)) return;
    list.add(
      reference.at,
      `${reference.text} refers to nothing: there is no column "${column}"`,
      hintFor(column, columns),
    );
  }
}

type SpotMaker = (where: string, roots: readonly Root[], more?: readonly Root[]) => Spot;

/** How many fields use a named recipe to write, and how many for their elements. */
function usesOf(resource: Resource, recipe: Recipe): { readonly fields: number; readonly elements: number } {
  let fields = 0;
  let elements = 0;
  for (const { write } of resource.fields.values()) {
    const whole =
      write.kind === "recipe" ? [write.recipe] : write.kind === "when" ? [...write.cases.values()] : [];
    if (whole.includes(recipe)) fields++;
    if (write.kind === "elements" && (write.add === recipe || write.remove === recipe)) elements++;
  }
  return { fields, elements };
}
