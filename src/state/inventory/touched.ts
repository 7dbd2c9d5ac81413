// What actions touch, and nothing else: what to read to see whether they were done, the part of a reading that counts,
// and that part as texts by address, which a journal keeps and another process reads again. Pure.

import { plainOf, readText } from "../../base/text/text.ts";
import { isTable, type DocValue, type Item, type Scope } from "../../plugin/plugin.ts";
import type { Observed, ObservedResource, Reading as Value } from "../../plugin/plugin.ts";
import { parseAddress, type Address } from "../address.ts";
import type { Reading } from "../model.ts";
import type { RecordedAction } from "../record/recorded.ts";

export type Touching = Pick<RecordedAction, "plugin" | "resource" | "key" | "field" | "also">;

/** Per plugin the fields and items that the actions change, side effects included. */
export function scopesOfActions(actions: readonly Touching[]): ReadonlyMap<string, Scope> {
  const scopes = new Map<string, { self: Set<string>; resources: Map<string, Wide> }>();
  for (const { plugin, resource, key, field, also } of actions) {
    const scope = scopes.get(plugin) ?? { self: new Set(), resources: new Map() };
    scopes.set(plugin, scope);
    if (resource === null) scope.self.add(field!);
    else widen(scope.resources, resource, key!, field === null ? "all" : [field]);
    for (const effect of also) widen(scope.resources, effect.resource, effect.key, []);
  }
  return new Map(
    [...scopes].map(([plugin, { self, resources }]) => [
      plugin,
      {
        ...(self.size === 0 ? {} : { self: [...self] }),
        ...(resources.size === 0 ? {} : { resources: new Map([...resources].map(narrow)) }),
      },
    ]),
  );
}

interface Wide {
  readonly keys: Set<string>;
  fields: "all" | Set<string>;
}

function widen(
  resources: Map<string, Wide>,
  resource: string,
  key: string,
  fields: "all" | readonly string[],
): void {
  const wide = resources.get(resource) ?? { keys: new Set(), fields: new Set() };
  resources.set(resource, wide);
  wide.keys.add(key);
  if (fields === "all") wide.fields = "all";
  else if (wide.fields !== "all") for (const field of fields) wide.fields.add(field);
}

function narrow([name, { keys, fields }]: readonly [string, Wide]) {
  return [name, { keys: [...keys], fields: fields === "all" ? fields : [...fields] }] as const;
}

/** The part of a reading that the actions touch; every plugin of theirs that was read is in it. */
export function touchedIn(reading: Reading, actions: readonly Touching[]): Reading {
  const observed = new Map<string, Observed>();
  for (const [plugin, own] of Map.groupBy(actions, (action) => action.plugin)) {
    const whole = reading.observed.get(plugin);
    if (whole === undefined) continue;
    const selfs = own.filter(({ resource }) => resource === null);
    const self = selfs.length === 0 || whole.self === null ? null : only(whole.self, selfs);
    const resources = [...byItem(own)].map(([name, byKey]): [string, ObservedResource] => {
      const items = [...(whole.resources.get(name)?.items ?? [])].flatMap(([key, item]) => {
        const touching = [item.key, ...item.aliases].flatMap((called) => byKey.get(called) ?? []);
        const isNamed = [item.key, ...item.aliases].some((called) => byKey.has(called));
        return isNamed ? [[key, only(item, touching)] as const] : [];
      });
      return [name, { complete: false, items: new Map(items) }];
    });
    observed.set(plugin, { ...whole, self, resources: new Map(resources) });
  }
  return { schemas: reading.schemas, observed };
}

/** Resource -> key -> the actions of that item; none for an item that only comes along. */
function byItem(actions: readonly Touching[]): ReadonlyMap<string, ReadonlyMap<string, readonly Touching[]>> {
  const resources = new Map<string, Map<string, Touching[]>>();
  const of = (resource: string, key: string): Touching[] => {
    const keys = resources.get(resource) ?? new Map<string, Touching[]>();
    resources.set(resource, keys);
    const list = keys.get(key) ?? [];
    keys.set(key, list);
    return list;
  };
  for (const action of actions) {
    if (action.resource !== null) of(action.resource, action.key!).push(action);
    for (const effect of action.also) of(effect.resource, effect.key);
  }
  return resources;
}

/** The item with the fields that are changed; all of them where it is made, removed or renewed as a whole. */
function only(item: Item, actions: readonly Touching[]): Item {
  if (actions.some(({ field }) => field === null)) return item;
  const fields = new Set(actions.map(({ field }) => field));
  return { ...item, fields: new Map([...item.fields].filter(([field]) => fields.has(field))) };
}

/** The reading that texts by address (those of `baseOf`) tell of. `plugins` are in it even if nothing is told of them. */
export function readingFrom(
  texts: Iterable<readonly [address: string, text: string]>,
  schemas: Reading["schemas"],
  plugins: Iterable<string> = [],
): Reading {
  const observed = new Map<string, Remembered>();
  const of = (plugin: string): Remembered => {
    const there = observed.get(plugin) ?? { plugin, self: null, resources: new Map(), owner: null };
    observed.set(plugin, there);
    return there;
  };
  for (const plugin of plugins) of(plugin);
  for (const [address, text] of texts)
    remember(of(parseAddress(address).plugin), parseAddress(address), text);
  return { schemas, observed };
}

interface Remembered extends Observed {
  self: Item | null;
  readonly resources: Map<string, { readonly complete: boolean; readonly items: Map<string, Item> }>;
}

function remember(observed: Remembered, { resource, key, field }: Address, text: string): void {
  const blank = (): Item => ({
    key: key ?? "",
    aliases: [],
    fields: new Map(),
    pending: false,
    detail: null,
  });
  let item: Item;
  if (resource === null || key === null) item = observed.self ??= blank();
  else {
    const there = observed.resources.get(resource) ?? { complete: false, items: new Map<string, Item>() };
    observed.resources.set(resource, there);
    item = there.items.get(key) ?? blank();
    there.items.set(key, item);
  }
  const value = field === null ? null : valueOf(text);
  if (value !== null) (item.fields as Map<string, Value>).set(field!, value);
}

/** null for what is no JSON. */
function valueOf(text: string): Value | null {
  const { root, faults } = readText("", text, "canonical");
  if (root === null || faults.length > 0) return null;
  const known = plainOf(root) as DocValue;
  if (!isTable(known) || Object.keys(known).length !== 1) return { known };
  const { digest, unknown } = known;
  if (typeof digest === "string") return { digest };
  return unknown === true ? { unknown: "it could not be read" } : { known };
}
