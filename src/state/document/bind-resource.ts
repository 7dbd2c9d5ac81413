// What a document says of one resource: its items, as a table or as the short list of keys that shall be there, and
// whether there shall be no others.

import { LIMITS } from "../../base/limits.ts";
import type { Located, LocatedTable } from "../../base/text/text.ts";
import type { ResourceSchema } from "../../plugin/plugin.ts";
import { formatAddress } from "../address.ts";
import { bindItem } from "./bind-item.ts";
import { UNKNOWN_KEY } from "./document.ts";
import { kindName, type DocumentFaults } from "./document-faults.ts";
import type { WantedItem, WantedResource } from "../model.ts";

/** `values`: one, or a table and lists of several files. Adds OPD1102, OPD2002 and the faults of the items. */
export function bindResource(
  plugin: string,
  schema: ResourceSchema,
  values: readonly Located[],
  faults: DocumentFaults,
): WantedResource {
  const [first] = values as readonly [Located, ...Located[]];
  const items = new Map<string, WantedItem>();
  let exclusive: WantedResource["exclusive"] = null;
  for (const located of values) {
    const { value } = located;
    if (value instanceof Map) {
      exclusive = bindExclusive(value, faults);
      bindTable(plugin, schema, value, items, faults);
    }
  }
  for (const located of values) {
    if (Array.isArray(located.value))
      bindList(plugin, schema, located.value as readonly Located[], items, faults);
    else if (!(located.value instanceof Map)) {
      const address = { plugin, resource: schema.name, key: null, field: null };
      faults.add(
        "OPD2002",
        located.at,
        `${schema.name} is a table of items, this is ${kindName(located.value)}`,
        {
          address,
          hint: `write [plugins.${plugin}.${schema.name}] and a line KEY = {} for each`,
        },
      );
    }
  }
  return { items, exclusive, at: first.keyAt ?? first.at };
}

function bindTable(
  plugin: string,
  schema: ResourceSchema,
  table: LocatedTable,
  items: Map<string, WantedItem>,
  faults: DocumentFaults,
): void {
  for (const [key, located] of table) {
    if (key === UNKNOWN_KEY || (isSwitch(key) && !(located.value instanceof Map))) continue;
    const item = bindItem(plugin, schema, key, located, faults);
    if (item !== null) items.set(key, item);
  }
}

function isSwitch(key: string): boolean {
  return key === "exclusive" || key === "max_removals";
}

/** `exclusive` and `max_removals` of a resource; an item may have such a key too, and is a table then. */
function bindExclusive(table: LocatedTable, faults: DocumentFaults): WantedResource["exclusive"] {
  const exclusive = table.get("exclusive");
  const most = table.get("max_removals");
  const cap = most?.value ?? LIMITS.removalsDefault;
  if (most !== undefined && !(most.value instanceof Map)) {
    if (typeof cap !== "number" || !Number.isInteger(cap) || cap < 0)
      faults.add("OPD2002", most.at, "max_removals is a number of items, 0 or more");
    else if (exclusive?.value !== true)
      faults.add("OPD2002", most.keyAt ?? most.at, "max_removals without exclusive = true removes nothing");
  }
  if (exclusive === undefined || exclusive.value instanceof Map) return null;
  if (typeof exclusive.value !== "boolean") {
    faults.add("OPD2002", exclusive.at, `exclusive is true or false, this is ${kindName(exclusive.value)}`);
    return null;
  }
  const maxRemovals = typeof cap === "number" ? cap : LIMITS.removalsDefault;
  return exclusive.value ? { maxRemovals, at: exclusive.keyAt ?? exclusive.at } : null;
}

/** The list form: each text is a key that shall be there. */
function bindList(
  plugin: string,
  schema: ResourceSchema,
  list: readonly Located[],
  items: Map<string, WantedItem>,
  faults: DocumentFaults,
): void {
  const here = new Map<string, Located>();
  for (const located of list) {
    const { value: key, at } = located;
    if (typeof key !== "string" || key === "") {
      faults.add(
        "OPD2002",
        at,
        `the short list of ${schema.name} holds keys as texts, this is ${kindName(key)}`,
      );
      continue;
    }
    const address = { plugin, resource: schema.name, key, field: null };
    const twin = here.get(key)?.at;
    if (twin !== undefined) {
      const hint = `it is first at ${twin.file}:${twin.line}:${twin.column}`;
      faults.add("OPD1102", at, `${JSON.stringify(key)} stands twice in the list`, { address, hint });
    }
    here.set(key, located);
    const there = items.get(key);
    if (there === undefined)
      items.set(key, { key, ensure: "present", ensureSaid: false, fields: new Map(), at });
    else if (there.ensure === "removed") {
      const hint = `it shall be removed at ${there.at.file}:${there.at.line}:${there.at.column}`;
      faults.add("OPD2006", at, `${formatAddress(address)} shall be there, and shall not`, { address, hint });
    }
  }
}
