// "Did you mean" for items that are not there: the keys are listed only once a document has named a wrong one, because
// a document reads nothing that it does not name. What cannot be listed gives no hint.

import type { Fault } from "../../base/error.ts";
import { nearest } from "../../base/nearest.ts";
import type { Plugin, Schema, Scope } from "../../plugin/plugin.ts";
import { parseAddress } from "../address.ts";
import { takeInventory, type ContextOf } from "../inventory/inventory.ts";

/** The same faults, with the nearest key as the hint of each that names an item which is not there (OPD2103). */
export async function withNearest(
  faults: readonly Fault[],
  plugins: ReadonlyMap<string, Plugin>,
  contextOf: ContextOf,
  schemas: ReadonlyMap<string, Schema>,
): Promise<readonly Fault[]> {
  const missing = new Map<Fault, { plugin: string; resource: string; key: string }>();
  const scopes = new Map<string, { resources: Map<string, { keys: "all"; fields: readonly string[] }> }>();
  for (const fault of faults) {
    if (fault.code !== "OPD2103" || fault.address === undefined) continue;
    const { plugin, resource, key } = parseAddress(fault.address);
    if (resource === null || key === null) continue;
    missing.set(fault, { plugin, resource, key });
    const scope = scopes.get(plugin) ?? { resources: new Map() };
    scope.resources.set(resource, { keys: "all", fields: [] });
    scopes.set(plugin, scope);
  }
  if (missing.size === 0) return faults;
  const { reading } = await takeInventory(plugins, scopes satisfies ReadonlyMap<string, Scope>, contextOf, {
    schemas,
  });
  return faults.map((fault) => {
    const place = missing.get(fault);
    if (place === undefined) return fault;
    const keys = reading.observed.get(place.plugin)?.resources.get(place.resource)?.items.keys() ?? [];
    const near = nearest(place.key, [...keys]);
    return near === null ? fault : { ...fault, hint: `did you mean ${JSON.stringify(near)}?` };
  });
}
