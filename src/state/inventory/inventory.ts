// What must be read for a document, and the reading of it: every plugin at the same time, each on its own deadlines.
// Only what a wish names is read. A service that is away is one fault; the others are read all the same.

import { asOpError, type Fault, type OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Observed, Plugin, PluginContext, Schema, Scope } from "../../plugin/plugin.ts";
import type { Document, Reading, WantedPlugin, WantedResource } from "../model.ts";

export type ContextOf = (plugin: Plugin) => PluginContext;

export interface InventoryOptions {
  /** Schemas that were read already, to bind the document; the others are read first. */
  readonly schemas?: ReadonlyMap<string, Schema>;
}

export interface Inventory {
  readonly reading: Reading;
  readonly faults: readonly Fault[];
  /** Plugins that are in `scopes` and not in `reading`, with the reason. */
  readonly unavailable: ReadonlyMap<string, OpError>;
}

/** Per plugin exactly what a document needs: its fields and keys, all keys where a set is exclusive, and all fields of
 * what may be removed or replaced by something newer: the way back needs them, and people see what goes. */
export function scopesOf(document: Document): ReadonlyMap<string, Scope> {
  return new Map([...document.plugins].map(([name, wanted]) => [name, scopeOf(wanted)]));
}

function scopeOf(wanted: WantedPlugin): Scope {
  const resources = new Map<string, ReturnType<typeof resourceScope>>();
  for (const [name, resource] of wanted.resources) resources.set(name, resourceScope(resource));
  return {
    ...(wanted.self.size > 0 ? { self: [...wanted.self.keys()] } : {}),
    ...(resources.size > 0 ? { resources } : {}),
  };
}

function resourceScope(wanted: WantedResource): {
  keys: "all" | readonly string[];
  fields: "all" | readonly string[];
} {
  const fields = new Set<string>();
  let wholly = wanted.exclusive !== null;
  for (const item of wanted.items.values()) {
    if (item.ensure !== "present") wholly = true;
    for (const field of item.fields.keys()) fields.add(field);
  }
  return {
    keys: wanted.exclusive === null ? [...wanted.items.keys()] : "all",
    fields: wholly ? "all" : [...fields],
  };
}

/** Reads `scopes` (plugin name -> what). Never rejects for what a service does: that is a fault with its code, and the
 * plugin is in `unavailable`. A name without a plugin is skipped: binding the document has reported it. */
export async function takeInventory(
  plugins: ReadonlyMap<string, Plugin>,
  scopes: ReadonlyMap<string, Scope>,
  contextOf: ContextOf,
  options: InventoryOptions = {},
): Promise<Inventory> {
  const schemas = new Map<string, Schema>();
  const observed = new Map<string, Observed>();
  const unavailable = new Map<string, OpError>();
  const names = [...scopes.keys()].filter((name) => plugins.has(name));

  async function read(name: string): Promise<void> {
    const plugin = plugins.get(name)!;
    try {
      const ctx = contextOf(plugin);
      schemas.set(name, options.schemas?.get(name) ?? (await plugin.schema(ctx)));
      observed.set(name, await plugin.observe(ctx, scopes.get(name)!));
    } catch (error) {
      unavailable.set(name, asOpError(error));
    }
  }
  await inParallel(names, LIMITS.inventoryParallelMax, read);

  const inOrder = <T>(map: ReadonlyMap<string, T>): Map<string, T> =>
    new Map(names.flatMap((name) => (map.has(name) ? [[name, map.get(name)!] as const] : [])));
  const failed = inOrder(unavailable);
  return {
    reading: { schemas: inOrder(schemas), observed: inOrder(observed) },
    faults: [...failed].flatMap(([name, error]) => faultsOf(name, error)),
    unavailable: failed,
  };
}

function faultsOf(plugin: string, error: OpError): readonly Fault[] {
  if (error.faults.length > 0) return error.faults;
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  return [{ code: error.code, message: `${plugin}: ${error.message}`, address: plugin, ...hint }];
}

/** Runs `work` on every member, at most `limit` at the same time. */
export async function inParallel<T>(
  members: readonly T[],
  limit: number,
  work: (member: T) => Promise<void>,
): Promise<void> {
  const queue = members.values();
  const lane = async (): Promise<void> => {
    for (const member of queue) await work(member);
  };
  await Promise.all(Array.from({ length: Math.min(limit, members.length) }, lane));
}
