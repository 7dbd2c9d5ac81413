// A document laid beside what was observed: every difference once, in document order, without judging it. diff.ts
// makes changes and drift of them, verify.ts mismatches: what is planned and what is verified can never disagree.
// Pure, except that `digestOf` may read a secret's source.

import type { Fault } from "../../base/error.ts";
import {
  equalDoc,
  type DocValue,
  type FieldSchema,
  type Item,
  type ObservedResource,
} from "../../plugin/plugin.ts";
import type { Reading as Value, ResourceSchema, Schema } from "../../plugin/plugin.ts";
import { formatAddress, type Address } from "../address.ts";
import { merged } from "../inventory/partial.ts";
import type { Document, Reading, Wanted, WantedItem, WantedResource } from "../model.ts";

interface Common {
  /** With the item's own key, also where the document gives an alias. */
  readonly place: Address;
  /** null where the resource is not in the schema, or the place is the plugin itself. */
  readonly schema: ResourceSchema | null;
}
export type Difference =
  | (Common & {
      readonly kind: "field";
      readonly field: FieldSchema | null;
      readonly wanted: Wanted;
      /** The whole value the field shall have. */
      readonly after: DocValue;
      /** null = known to be absent. */
      readonly found: Value | null;
      /** Nobody can read this field, by its schema: it is written when asked for and never verified. */
      readonly blind: boolean;
      readonly item: WantedItem | null;
    })
  | (Common & { readonly kind: "missing"; readonly item: WantedItem })
  | (Common & { readonly kind: "latest"; readonly item: WantedItem; readonly found: Item })
  | (Common & {
      readonly kind: "extra";
      readonly found: Item;
      readonly at: WantedItem["at"];
      /** By `exclusive`, not by its own name. */
      readonly implied: boolean;
    })
  | (Common & { readonly kind: "pending" });

export interface Comparison {
  readonly differences: readonly Difference[];
  /** Wishes that hold. */
  readonly held: number;
  readonly faults: readonly Fault[];
}

/** Keyed digest of what a secret's reference stands for now; null when its source cannot be read, which the one who
 * gives this function reports. Asked once for every secret that the document names. */
export type DigestOf = (place: Address, reference: DocValue) => string | null;

/** Compares the plugins of `document` that are in `reading`; those that could not be read are the caller's matter. */
export function compare(document: Document, reading: Reading, digestOf: DigestOf): Comparison {
  const differences: Difference[] = [];
  const faults: Fault[] = [];
  let held = 0;

  for (const wanted of document.plugins.values()) {
    const observed = reading.observed.get(wanted.plugin);
    const schema = reading.schemas.get(wanted.plugin);
    if (observed === undefined || schema === undefined) continue;
    const self: Address = { plugin: wanted.plugin, resource: null, key: null, field: null };
    compareFields(self, wanted.self, observed.self?.fields, schema, null, null);
    for (const [name, resource] of wanted.resources) {
      compareResource(wanted.plugin, name, resource, observed.resources.get(name), schema);
    }
  }
  return { differences, held, faults };

  function compareResource(
    plugin: string,
    name: string,
    wanted: WantedResource,
    found: ObservedResource | undefined,
    schema: Schema,
  ): void {
    const resource = schema.resources.get(name) ?? null;
    const keysOf = aliases(found);
    /** Own key -> the item of the document that gives an alias for it. */
    const aliased = new Map<string, WantedItem>();
    for (const item of wanted.items.values()) {
      const own = found?.items.get(item.key);
      const keys = own === undefined ? keysOf(item.key) : [];
      const key = keys[0] ?? item.key;
      const place: Address = { plugin, resource: name, key, field: null };
      const twin = aliased.get(key) ?? (keys.length === 0 ? undefined : wanted.items.get(key));
      if (keys.length > 1) faults.push(ambiguous(place, item, keys));
      else if (twin !== undefined) faults.push(namedTwice(place, item, twin));
      else compareItem(place, item, own ?? found?.items.get(key), schema, resource);
      if (keys.length > 0) aliased.set(key, item);
    }
    if (wanted.exclusive === null) return;
    if (found === undefined || !found.complete) {
      faults.push(incomplete({ plugin, resource: name, key: null, field: null }, wanted.exclusive.at));
      return;
    }
    for (const [key, item] of found.items) {
      if (wanted.items.has(key) || aliased.has(key)) continue;
      const place = { plugin, resource: name, key, field: null };
      differences.push({
        kind: "extra",
        place,
        schema: resource,
        found: item,
        at: wanted.exclusive.at,
        implied: true,
      });
    }
  }

  function compareItem(
    place: Address,
    item: WantedItem,
    found: Item | undefined,
    schema: Schema,
    resource: ResourceSchema | null,
  ): void {
    if (item.ensure === "removed") {
      if (found === undefined) held += 1;
      else differences.push({ kind: "extra", place, schema: resource, found, at: item.at, implied: false });
      return;
    }
    if (found === undefined && resource?.anyKey !== true) {
      differences.push({ kind: "missing", place, schema: resource, item });
      for (const [name, { value, reset }] of item.fields) {
        if (!reset && resource?.fields.get(name)?.secret === true) digestOf({ ...place, field: name }, value);
      }
      return;
    }
    if (found?.pending === true) differences.push({ kind: "pending", place, schema: resource });
    if (item.ensure === "latest" && found !== undefined) {
      differences.push({ kind: "latest", place, schema: resource, item, found });
    } else if (item.fields.size === 0 || item.ensureSaid) held += 1;
    compareFields(place, item.fields, found?.fields, schema, resource, item);
  }

  function compareFields(
    owner: Address,
    wishes: ReadonlyMap<string, Wanted>,
    found: ReadonlyMap<string, Value> | undefined,
    schema: Schema,
    resource: ResourceSchema | null,
    item: WantedItem | null,
  ): void {
    const fields = owner.resource === null ? schema.self : resource?.fields;
    for (const [name, wanted] of wishes) {
      const field = fields?.get(name) ?? null;
      // What is not listed in a resource that takes any key has its defaults.
      const value =
        found === undefined && field?.default !== undefined ? { known: field.default } : found?.get(name);
      const target = wanted.reset ? (field?.default ?? null) : wanted.value;
      if (holds(owner, name, field, wanted.reset, target, value)) {
        held += 1;
        continue;
      }
      const place = { ...owner, field: name };
      const blind =
        field !== null && (!field.readable || field.secret) && (value === undefined || "unknown" in value);
      const now = value !== undefined && "known" in value ? value.known : null;
      const after = wanted.reset ? target : merged(target, now, field?.kind ?? "value");
      const common = { kind: "field", place, schema: resource, field, wanted, after } as const;
      differences.push({ ...common, found: value ?? null, blind, item });
    }
  }

  function holds(
    owner: Address,
    name: string,
    field: FieldSchema | null,
    reset: boolean,
    target: DocValue,
    value: Value | undefined,
  ): boolean {
    const secret = field?.secret === true && !reset ? digestOf({ ...owner, field: name }, target) : null;
    if (value === undefined) return target === null && field?.readable !== false;
    if ("unknown" in value) return false;
    if ("digest" in value) return value.digest === secret;
    return equalDoc(target, value.known, reset ? "value" : (field?.kind ?? "value"));
  }
}

/** The items that have a name as an alias. Indexed only once one is asked for: most documents give own keys. */
function aliases(found: ObservedResource | undefined): (name: string) => readonly string[] {
  let byAlias: Map<string, string[]> | null = null;
  return (name) => {
    if (byAlias === null) {
      byAlias = new Map<string, string[]>();
      for (const [key, item] of found?.items ?? []) {
        for (const alias of item.aliases) byAlias.set(alias, [...(byAlias.get(alias) ?? []), key]);
      }
    }
    return byAlias.get(name) ?? [];
  };
}

function ambiguous(place: Address, item: WantedItem, keys: readonly string[]): Fault {
  return {
    code: "OPD2101",
    message: `"${item.key}" fits ${keys.length} items: ${keys.map((key) => JSON.stringify(key)).join(", ")}`,
    at: item.at,
    address: formatAddress({ ...place, key: item.key }),
    hint: `write one of these keys instead`,
  };
}

function namedTwice(place: Address, item: WantedItem, twin: WantedItem): Fault {
  const there = `${twin.at.file}:${twin.at.line}:${twin.at.column}`;
  return {
    code: "OPD2102",
    message: `"${item.key}" and "${twin.key}" (${there}) are the same item, "${place.key}"`,
    at: item.at,
    address: formatAddress(place),
    hint: "keep one of them",
  };
}

function incomplete(place: Address, at: WantedItem["at"]): Fault {
  return {
    code: "OPD2111",
    message: `not all ${place.resource ?? "items"} could be listed, so nothing can be said of those that are not named`,
    at,
    address: formatAddress(place),
    hint: "leave out `exclusive`, or try again",
  };
}
