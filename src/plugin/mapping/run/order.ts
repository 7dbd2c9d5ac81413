// The order of deeds: resources by their `after`; in each, creations first, then fields by their `after`, and deletions
// at the very end, the other way round. Deeds that share a call stand together. Pure.

import type { Mapping } from "../model.ts";
import { wayName, type Deed } from "./deed.ts";

export function order<T extends { readonly deed: Deed }>(
  mapping: Mapping,
  drafts: readonly T[],
): readonly T[] {
  const rank = ranksOf(["", ...mapping.resources.keys()], (name) => mapping.resources.get(name)?.after ?? []);
  const place = (draft: T): readonly number[] => {
    const { resource, verb, field } = draft.deed;
    const of = rank.get(resource.name ?? "") ?? 0;
    if (verb === "delete") return [1, -of, 0];
    const fields = ranksOf([...resource.fields.keys()], (name) => resource.fields.get(name)?.after ?? []);
    return [0, of, verb === "create" ? -1 : (fields.get(field ?? "") ?? 0)];
  };
  const placed = drafts.map((draft, at) => ({ draft, at, key: place(draft) }));
  placed.sort((a, b) => compare(a.key, b.key) || a.at - b.at);
  // Deeds of one way stand together, at the place of their first.
  const names = [...new Set(placed.map((each) => wayName(each.draft.deed)))];
  return names.flatMap((name) =>
    placed.filter((each) => wayName(each.draft.deed) === name).map((each) => each.draft),
  );
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [at, value] of a.entries()) {
    const difference = value - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** How many others each name comes after, at least. The checker has excluded cycles. */
function ranksOf(
  names: readonly string[],
  after: (name: string) => readonly string[],
): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  const rank = (name: string, depth: number): number => {
    const known = ranks.get(name);
    if (known !== undefined || depth > names.length) return known ?? 0;
    const value = Math.max(-1, ...after(name).map((other) => rank(other, depth + 1))) + 1;
    ranks.set(name, value);
    return value;
  };
  for (const name of names) rank(name, 0);
  return ranks;
}
