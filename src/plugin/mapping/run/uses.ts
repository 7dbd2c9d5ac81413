// Which fields a recipe takes from the document: those of its `$want` references, directly or through the conditions
// and arguments of the sources it names. They need no write of their own after a creation. Pure.

import type { Recipe, Resource, Template } from "../model.ts";

export function usedFields(resource: Resource, recipe: Recipe): ReadonlySet<string> {
  const fields = new Set<string>();
  const seen = new Set<string>();
  const visit = (template: Template): void => {
    if (template.kind === "list") template.items.forEach(visit);
    else if (template.kind === "table") [...template.entries.values()].forEach(visit);
    else if (template.kind === "typed") visit(template.value);
    else if (template.kind === "reference") {
      const { root, name } = template.reference;
      if (root === "want" && name !== null) fields.add(name);
      if (root === "source" && name !== null && !seen.has(name)) {
        seen.add(name);
        const source = resource.sources.get(name);
        if (source === undefined) return;
        if (source.fetch.kind === "call") source.fetch.args.forEach(visit);
        [...source.where.values()].forEach(visit);
      }
    }
  };
  for (const step of recipe.steps) step.args.forEach(visit);
  return fields;
}
