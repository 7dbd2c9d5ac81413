// What waits for itself: sources that need each other, items that are needed to find items, and `after` in a circle.

import type { Position } from "../../../base/error.ts";
import type { Mapping, Reference, Resource, Root, Source } from "../model.ts";
import { hintFor, type FaultList } from "./read-keys.ts";
import { referencesIn } from "./reference.ts";

/** Reports every circle once, at one of its members, with the way round. */
export function checkCycles(mapping: Mapping, list: FaultList): void {
  const sources = new Map<string, { readonly needs: readonly string[]; readonly at: Position }>();
  for (const resource of [mapping.self, ...mapping.resources.values()]) {
    for (const [name, source] of resource.sources) {
      sources.set(label(resource, name), { needs: needsOf(mapping, resource, source), at: source.at });
    }
    checkPhases(mapping, resource, list);
    checkAfter(`fields of ${titleOf(resource)}`, resource.fields, list);
  }
  reportCircles(sources, "sources wait for each other", list);
  checkAfter("resources", mapping.resources, list);
}

interface Ordered {
  readonly after: readonly string[];
  readonly at: Position;
}

function checkAfter(what: string, members: ReadonlyMap<string, Ordered>, list: FaultList): void {
  for (const member of members.values()) {
    for (const before of member.after) {
      if (members.has(before)) continue;
      list.add(
        member.at,
        `"after" names "${before}", which is not among the ${what}`,
        hintFor(before, members.keys()),
      );
    }
  }
  const graph = [...members].map(([name, { after, at }]) => [name, { needs: after, at }] as const);
  reportCircles(new Map(graph), `${what} come after each other`, list);
}

/** Names of a circle that are shown; of a longer one the middle is left out. */
const SHOWN = 6;

/** Depth first, each node once; an edge back into the current way is a circle. Not recursive: a way may be long. */
function reportCircles(
  graph: ReadonlyMap<string, { readonly needs: readonly string[]; readonly at: Position }>,
  what: string,
  list: FaultList,
): void {
  const seen = new Set<string>();
  const way: { readonly name: string; readonly needs: Iterator<string> }[] = [];
  const onWay = new Set<string>();
  for (const start of graph.keys()) {
    enter(start);
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const next = top.needs.next();
      if (next.done === true) {
        way.pop();
        onWay.delete(top.name);
      } else if (onWay.has(next.value)) report(next.value);
      else enter(next.value);
    }
  }

  function enter(name: string): void {
    const node = graph.get(name);
    if (node === undefined || seen.has(name)) return;
    seen.add(name);
    onWay.add(name);
    way.push({ name, needs: node.needs.values() });
  }

  function report(name: string): void {
    const names = way.map((one) => one.name);
    const circle = [...names.slice(names.indexOf(name)), name];
    const shown = circle.length <= SHOWN ? circle : [...circle.slice(0, SHOWN - 2), "...", name];
    const at = graph.get(name)?.at;
    if (at !== undefined) list.add(at, `${what}: ${shown.join(" -> ")}`);
  }
}

/** The sources that a source reads first, as labels. */
function needsOf(mapping: Mapping, resource: Resource, source: Source): readonly string[] {
  const own = referencesOf(mapping, source).flatMap((reference) => sourceLabels(resource, [reference]));
  if (source.fetch.kind !== "of") return own;
  const other = mapping.resources.get(source.fetch.resource);
  return other === undefined ? own : [...own, ...sourceLabels(other, [other.list, other.get])];
}

function sourceLabels(resource: Resource, references: readonly (Reference | null)[]): readonly string[] {
  return references.flatMap((reference) =>
    reference?.root === "source" ? [label(resource, reference.name ?? "")] : [],
  );
}

/** All references that fetching a source evaluates, those of its place included. */
function referencesOf(mapping: Mapping, source: Source): readonly Reference[] {
  const path =
    source.fetch.kind === "of" ? null : (source.path ?? mapping.places.get(source.place)?.path ?? null);
  const args = source.fetch.kind === "call" ? source.fetch.args : [];
  return [...args, ...(path === null ? [] : [path]), ...source.where.values()].flatMap(referencesIn);
}

/** Listing comes before items and keys, looking one up or finding a candidate before the item. */
function checkPhases(mapping: Mapping, resource: Resource, list: FaultList): void {
  const phases = [
    { start: resource.list, what: "list", missing: ["key", "item", "want"] },
    { start: resource.get, what: "get", missing: ["item"] },
    { start: resource.candidate, what: "candidate", missing: ["item"] },
    { start: resource.offers, what: "offers", missing: ["key", "item", "want"] },
  ] as const satisfies readonly { readonly missing: readonly Root[]; readonly [key: string]: unknown }[];
  for (const { start, what, missing } of phases) {
    if (start?.root !== "source") continue;
    const seen = new Set<string>();
    const open = [start.name ?? ""];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const source = resource.sources.get(name);
      if (source === undefined || seen.has(name)) continue;
      seen.add(name);
      for (const reference of referencesOf(mapping, source)) {
        if (reference.root === "source") open.push(reference.name ?? "");
        else if (missing.some((root) => root === reference.root)) {
          const message = `source "${name}" uses ${reference.text}, but "${what}" of ${titleOf(resource)} needs it before that is known`;
          list.add(source.at, message);
        }
      }
      if (source.fetch.kind === "of" && what === "list") {
        list.add(
          source.at,
          `source "${name}" needs a key, but "list" of ${titleOf(resource)} is read before there is one`,
        );
      }
    }
  }
}

function label(resource: Resource, source: string): string {
  return resource.name === null ? `$${source}` : `${resource.name}.$${source}`;
}

function titleOf(resource: Resource): string {
  return resource.name === null ? "[self]" : `[resource.${resource.name}]`;
}
