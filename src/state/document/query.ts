// What is, said as a document: reading it back and planning it finds nothing to change. What could not be read, and
// every secret, is left out and listed under `_unknown` with the reason. Pure.

import type { DocTable, Item, Observed, Schema } from "../../plugin/plugin.ts";
import { formatAddress, type Address } from "../address.ts";
import { tree } from "../inventory/tree.ts";

/** By plugin name: what was observed of it, how it can be said, and why others are wholly unknown. */
export function queryDocument(
  observed: ReadonlyMap<string, Observed>,
  schemas: ReadonlyMap<string, Schema>,
  away: ReadonlyMap<string, string> = new Map(),
): DocTable {
  const out = tree(schemas);
  for (const [plugin, { self, resources }] of observed) {
    if (self !== null) say({ plugin, resource: null, key: null, field: null }, self);
    for (const [resource, { items }] of resources) {
      for (const [key, item] of items) {
        const place = { plugin, resource, key, field: null };
        out.item(place);
        say(place, item);
      }
    }
  }
  for (const [plugin, reason] of away) out.unsaid(plugin, reason);
  return out.document();

  function say(owner: Address, item: Item): void {
    for (const [field, value] of item.fields) {
      const place = { ...owner, field };
      if ("unknown" in value) out.unsaid(formatAddress(place), value.unknown);
      else if ("digest" in value) out.unsaid(formatAddress(place), "a secret");
      // A null would ask for the default; what is absent is left out.
      else if (value.known !== null) out.put(place, value.known);
    }
  }
}
