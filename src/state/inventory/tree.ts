// Documents being written: values put at their address, as nested tables that reading the document finds again.

import { tableOf, type DocTable, type DocValue, type Schema } from "../../plugin/plugin.ts";
import type { Address } from "../address.ts";

/** A document that grows. Fields of open records nest at each dot, as a document says them. */
export interface Tree {
  /** Names the item, so that it is at least present. */
  item(place: Address): void;
  put(place: Address, value: DocValue): void;
  /** Something a document cannot say, with the reason. */
  unsaid(address: string, why: string): void;
  document(): DocTable;
}

type Branch = { [name: string]: DocValue };

export function tree(schemas: ReadonlyMap<string, Schema>): Tree {
  const plugins = branch();
  const unknown: DocTable[] = [];

  const child = (parent: Branch, name: string): Branch => (parent[name] ??= branch()) as Branch;
  const owner = ({ plugin, resource, key }: Address): Branch => {
    const self = child(plugins, plugin);
    return resource === null ? self : child(child(self, resource), key!);
  };
  return {
    item: (place) => void owner(place),
    put(place, value) {
      const { plugin, resource, field } = place;
      const schema = schemas.get(plugin)?.resources.get(resource ?? "");
      const isOpen = schema?.openFields === true && !schema.fields.has(field!);
      const names = isOpen ? steps(field!, schema.openLevels ?? Infinity) : [field!];
      let at = owner(place);
      for (const name of names.slice(0, -1)) at = child(at, name);
      at[names.at(-1)!] = value;
    },
    unsaid: (address, why) =>
      void unknown.push(
        tableOf([
          ["address", address],
          ["reason", why],
        ]),
      ),
    document: () =>
      tableOf([
        ["version", 1],
        ["plugins", plugins],
        ...(unknown.length === 0 ? [] : [["_unknown", unknown] as const]),
      ]),
  };
}

/** The tables a dotted name leads through, at most `levels` of them: what lies deeper is a key with dots in it. */
function steps(field: string, levels: number): readonly string[] {
  const names = field.split(".");
  return names.length <= levels ? names : [...names.slice(0, levels - 1), names.slice(levels - 1).join(".")];
}

function branch(): Branch {
  return Object.create(null) as Branch;
}
