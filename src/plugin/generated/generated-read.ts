// Reading the objects of a generated plugin: one item per object, one reading per property. What cannot be read, or
// cannot be said in a document, is unknown with its reason; secrets leave as digests.

import { LIMITS } from "../../base/limits.ts";
import { canonicalJson } from "../../base/text/text.ts";
import type { DBusValue, PropertyInfo } from "../../host/dbus/dbus.ts";
import { isSecret, OBJECTS, propertiesOf, type NamedProperty } from "./generated-schema.ts";
import { inParallel } from "../discover/in-parallel.ts";
import {
  secretPlace,
  type DocValue,
  type Item,
  type ObservedResource,
  type PluginContext,
  type Reading,
} from "../plugin.ts";
import { readProperties, type WireReading } from "../discover/read-properties.ts";
import { toDocument, toWire } from "../value/value.ts";
import type { DiscoveredObject, Walk } from "../discover/walk.ts";

/** Every asked object of the walk that has a property; complete when all were asked and none was left out. */
export async function readObjects(
  ctx: PluginContext,
  plugin: string,
  { owner, walk }: { readonly owner: string; readonly walk: Walk },
  keys: "all" | readonly string[],
  fields: "all" | readonly string[],
): Promise<ObservedResource> {
  const asked = keys === "all" ? null : new Set(keys);
  const wanted = walk.objects.filter(({ path }) => asked === null || asked.has(path));
  const items = await inParallel(wanted, LIMITS.discoverCallsParallelMax, (object) =>
    readItem(ctx, owner, object, propertiesOf(object.interfaces.values()), fields, (field) =>
      secretPlace(plugin, OBJECTS, object.path, field),
    ),
  );
  const withFields = items.filter((item) => fields !== "all" || item.fields.size > 0);
  return {
    complete: keys === "all" && walk.notes.length === 0,
    items: new Map(withFields.map((item) => [item.key, item])),
  };
}

/** One object. `placeOf` names a field for the digest of a secret. */
export async function readItem(
  ctx: PluginContext,
  owner: string,
  object: DiscoveredObject,
  properties: readonly NamedProperty[],
  fields: "all" | readonly string[],
  placeOf: (field: string) => string,
): Promise<Item> {
  const asked = fields === "all" ? null : new Set(fields);
  const wanted = properties.filter(({ field }) => asked === null || asked.has(field));
  const byInterface = Map.groupBy(wanted, ({ info }) => info.name);
  const place = {
    name: owner,
    path: object.path,
    deadlineMs: LIMITS.discoverCallDeadlineMs,
    signal: ctx.signal,
  };
  const readings = new Map<string, Reading>();
  await inParallel([...byInterface.values()], LIMITS.discoverCallsParallelMax, async (group) => {
    const [first] = group;
    if (first === undefined) return;
    const values = await readProperties(ctx.bus, place, first.info);
    for (const { field, property } of group) {
      readings.set(field, readingOf(ctx, placeOf(field), property, values.get(property.name)));
    }
  });
  // In the order of the introspection, not of the answers.
  const ordered = new Map(
    wanted.flatMap(({ field }) => (readings.has(field) ? [[field, readings.get(field) as Reading]] : [])),
  );
  return { key: object.path, aliases: [], fields: ordered, pending: false, path: object.path, detail: null };
}

function readingOf(
  ctx: PluginContext,
  place: string,
  property: PropertyInfo,
  wire: WireReading | undefined,
): Reading {
  if (wire === undefined) return { unknown: "the service did not say" };
  if ("unknown" in wire) return wire;
  const known = sayable(property.signature, wire.value);
  if ("unknown" in known || !isSecret(property)) return known;
  return { digest: ctx.secretDigest(place, canonicalJson(known.known)) };
}

/** The document value, if a document can give it back: file descriptors, and depths beyond the wire's, cannot. */
function sayable(signature: string, wire: DBusValue): { known: DocValue } | { unknown: string } {
  const doc = toDocument(signature, wire);
  if (!/[hv]/.test(signature)) return { known: doc };
  const back = toWire(signature, doc);
  return "fault" in back ? { unknown: `cannot be said in a document: ${back.fault}` } : { known: doc };
}
