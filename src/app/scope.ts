// Addresses of a query, as what to read of each plugin and what to show of what was read. Pure.

import type { Item, Observed, Schema, Scope } from "../plugin/plugin.ts";
import { matches, parsePattern, type Address, type Pattern } from "../state/state.ts";

/** The plugin names that patterns begin with; null when one of them leaves it open (`*:…`). */
export function pluginsNamed(patterns: readonly Pattern[]): readonly string[] | null {
  const names = patterns.map(pluginOf);
  return names.includes(null) ? null : [...new Set(names as string[])];
}

/** Reads patterns. Throws OPD2010. */
export function readPatterns(texts: readonly string[]): readonly Pattern[] {
  return texts.map(parsePattern);
}

function pluginOf({ globs }: Pattern): string | null {
  const first = globs[0];
  return first === null || first === undefined || first.pieces.length !== 1 ? null : first.pieces[0]!;
}

/** What must be read of one plugin so that every match is there: exact keys where a pattern gives them, else all. */
export function scopeOf(schema: Schema, patterns: readonly Pattern[]): Scope {
  const here = patterns.filter((pattern) => [null, schema.plugin].includes(pluginOf(pattern)));
  const resources = new Map<string, { keys: "all" | string[]; fields: "all" }>();
  let self = here.length === 0;
  for (const pattern of here) {
    const [, second, third] = pattern.globs;
    if (second === undefined) self = true;
    for (const field of schema.self.keys())
      if (matches(pattern, place(schema, null, null, field))) self = true;
    for (const resource of schema.resources.keys()) {
      if (second !== undefined && second !== null && !mayName(second, resource)) continue;
      const key = second === null || third === null || third?.mark !== "/" ? null : exact(third);
      const before = resources.get(resource);
      if (key === null || before?.keys === "all") resources.set(resource, { keys: "all", fields: "all" });
      else resources.set(resource, { keys: [...(before?.keys ?? []), key], fields: "all" });
    }
  }
  if (here.length === 0)
    for (const resource of schema.resources.keys()) resources.set(resource, { keys: "all", fields: "all" });
  return { ...(self ? { self: "all" as const } : {}), resources };
}

/** The same before there is a schema, for the plugins of which patterns name fields or keys only; others are absent. */
export function needsOf(patterns: readonly Pattern[]): ReadonlyMap<string, Scope> {
  const needs = new Map<
    string,
    { self: "all"; resources: Map<string, { keys: "all" | string[]; fields: "all" }> }
  >();
  const open = new Set<string | null>();
  for (const pattern of patterns) {
    const name = pluginOf(pattern);
    const [, second, third] = pattern.globs;
    const resource = second === undefined || second === null ? null : exact(second);
    const isItem = third !== undefined && third !== null && third.mark === "/";
    const key = isItem ? exact(third) : null;
    // One name alone may be a resource: then all of it.
    if (name === null || resource === null) open.add(name);
    else {
      const need = needs.get(name) ?? { self: "all", resources: new Map() };
      needs.set(name, need);
      // One name alone may be that of a resource: then all of it.
      const before = need.resources.get(resource)?.keys;
      const keys = key === null || before === "all" ? "all" : [...(before ?? []), key];
      need.resources.set(resource, { keys, fields: "all" });
    }
  }
  if (open.has(null)) return new Map();
  for (const name of open) if (name !== null) needs.delete(name);
  return needs;
}

function mayName(glob: NonNullable<Pattern["globs"][number]>, name: string): boolean {
  return exact(glob) === null || exact(glob) === name;
}
function exact(glob: NonNullable<Pattern["globs"][number]>): string | null {
  return glob.pieces.length === 1 ? glob.pieces[0]! : null;
}

/** Without the fields and items that no pattern matches; no patterns = everything. */
export function matching(observed: Observed, patterns: readonly Pattern[]): Observed {
  if (patterns.length === 0) return observed;
  const hit = (address: Address): boolean => patterns.some((pattern) => matches(pattern, address));
  const { plugin, self, resources } = observed;
  /** `keys`: what the item may be called. */
  const chosen = (item: Item, resource: string | null, keys: readonly (string | null)[]): Item => ({
    ...item,
    fields: new Map(
      [...item.fields].filter(([field]) => keys.some((key) => hit({ plugin, resource, key, field }))),
    ),
  });
  const kept = [...resources].map(([name, resource]) => {
    const items = [...resource.items].map(([key, item]) => {
      return [key, chosen(item, name, [item.key, ...item.aliases])] as const;
    });
    const named = items.filter(
      ([, item]) =>
        item.fields.size > 0 ||
        [item.key, ...item.aliases].some((key) => hit({ plugin, resource: name, key, field: null })),
    );
    return [name, { ...resource, items: new Map(named) }] as const;
  });
  return { ...observed, self: self === null ? null : chosen(self, null, [null]), resources: new Map(kept) };
}

function place(schema: Schema, resource: string | null, key: string | null, field: string | null): Address {
  return { plugin: schema.plugin, resource, key, field };
}
