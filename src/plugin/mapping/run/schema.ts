// What a document can say to a mapped plugin on this machine: the mapping's fields, the properties of the objects
// besides, their types from introspection, and what is read-only here because the mapping does not fit. Objects that
// come and go are sampled: one for each kind of name, so a mapping that names seven interfaces meets them.

import { LIMITS } from "../../../base/limits.ts";
import { DBusError, interfaceDigest, type InterfaceInfo } from "../../../host/dbus/dbus.ts";
import { isTable } from "../../doc.ts";
import type { DocValue, FieldSchema, ResourceSchema, Schema } from "../../plugin.ts";
import { checkView, viewOf } from "../live/check-live.ts";
import { pureFault } from "./check-value.ts";
import { formFor, isSecret, kindOfField } from "./field.ts";
import { matchesAny } from "../format/glob.ts";
import { startReading } from "./items.ts";
import { meaningOf } from "./meaning.ts";
import { flowTarget, targetOf, type Interfaces, type Live, type LiveView } from "../live/live.ts";
import type { Field, Resource } from "../model.ts";
import { unreachable } from "./observe.ts";
import type { Runtime } from "./runtime.ts";
import { shapeOfField, shapeOfReference } from "../live/shape.ts";
import { elementsOf } from "./source.ts";
import { Subject } from "./subject.ts";
import { textOf, walk, wireOf, type Term } from "./term.ts";
import { usedFields } from "./uses.ts";

export async function schemaOf(runtime: Runtime): Promise<Schema> {
  const { mapping } = runtime;
  try {
    const plain = await viewOf(mapping, (name, path) => introspectOrNull(runtime, name, path), null);
    const view = await withSamples(runtime, plain);
    const check = checkView(mapping, view);
    const live: Live = { mapping, view, fault() {}, unproven() {}, lacking() {} };
    const isOpen = (resource: Resource): boolean => !check.perResource.has(resource.name);
    const resources = new Map<string, ResourceSchema>();
    for (const [name, resource] of mapping.resources)
      resources.set(name, resourceSchema(live, resource, isOpen(resource)));
    return Object.freeze({
      plugin: mapping.plugin,
      self: fieldsOf(live, mapping.self, isOpen(mapping.self)),
      resources,
      // Made when a plan asks: a query does without, and without loading Node's crypto.
      get interfaces() {
        return new Map([[mapping.service, digestOf(runtime, view)]]);
      },
      notes: check.faults.map((fault) => `${fault.address ?? mapping.plugin}: ${fault.message}`),
      ...(check.faults.length === 0 ? {} : { misfits: check.faults }),
    });
  } catch (error) {
    throw unreachable(runtime, error);
  }
}

async function introspectOrNull(runtime: Runtime, name: string, path: string): Promise<Interfaces | null> {
  try {
    return await runtime.ctx.introspect(name, path);
  } catch (error) {
    if (error instanceof DBusError && ["absent", "unsupported"].includes(meaningOf(runtime.mapping, error)))
      return null;
    throw error;
  }
}

// ---- samples

async function withSamples(runtime: Runtime, view: LiveView): Promise<LiveView> {
  const { mapping, memory } = runtime;
  const spots = new Map(view.spots);
  for (const flow of mapping.flows.values()) {
    const known = memory.interfaces.get(flow.interface);
    if (flow.open !== null && known !== undefined)
      spots.set(flowTarget(mapping, flow.name).spot, new Map([[flow.interface, known]]));
  }
  for (const resource of mapping.resources.values()) {
    for (const place of new Set([resource.object, resource.place])) {
      const { spot, varied } = targetOf(mapping, place);
      const seen = varied && !spots.has(spot) ? await sample(runtime, resource, place) : null;
      if (seen !== null) spots.set(spot, seen);
    }
  }
  return { spots, actions: view.actions };
}

/** The interfaces that objects at this place have, together; null when there is none to look at. */
async function sample(runtime: Runtime, resource: Resource, placeName: string): Promise<Interfaces | null> {
  if (resource.list === null) return null;
  const reading = startReading(runtime);
  const listed = elementsOf(await new Subject(reading, resource, null, undefined).look(resource.list));
  const found = new Map<string, InterfaceInfo>();
  for (const [key, item] of kindsOf(resource, listed)) {
    const subject = new Subject(reading, resource, key, item);
    const path = await subject.path(subject.place(placeName));
    const there = path === undefined ? null : await introspectOrNull(runtime, runtime.mapping.service, path);
    for (const [name, info] of there ?? []) found.set(name, info);
  }
  return found.size === 0 ? null : found;
}

/** One item for each ending of the names (".service", ".slice"): things of one kind end alike. */
function kindsOf(resource: Resource, items: readonly Term[]): readonly (readonly [string | null, Term])[] {
  const kinds = new Map<string, readonly [string | null, Term]>();
  for (const item of items) {
    const key =
      resource.key?.kind === "reference" && resource.key.reference.root === "item"
        ? textOf(walk(item, resource.key.reference.path))
        : undefined;
    const name = key ?? textOf(wireOf(item)) ?? "";
    const kind = name.includes(".") && !name.startsWith("/") ? name.slice(name.lastIndexOf(".")) : "";
    if (!kinds.has(kind)) kinds.set(kind, [key ?? null, item]);
    if (kinds.size >= LIMITS.sampleObjectsMax) break;
  }
  return [...kinds.values()];
}

/** The interfaces that are used, of objects that always exist, and the first of each place besides: what happens to
 * exist at the moment must not change it. */
function digestOf(runtime: Runtime, view: LiveView): string {
  const { mapping } = runtime;
  const used = new Map<string, InterfaceInfo>();
  for (const place of mapping.places.values()) {
    const { spot, interfaces, varied } = targetOf(mapping, place.name);
    for (const name of varied ? interfaces.slice(0, 1) : interfaces) {
      const info = view.spots.get(spot)?.get(name);
      if (info !== undefined) used.set(name, info);
    }
  }
  return interfaceDigest(used.values());
}

// ---- fields

function resourceSchema(live: Live, resource: Resource, isOpen: boolean): ResourceSchema {
  const hasRecord = resource.record !== null;
  const record =
    resource.record === null ? null : shapeOfReference(live, resource.record, { resource }).signature;
  const canCreate = isOpen && resource.create !== null;
  return Object.freeze({
    name: resource.name ?? "",
    fields: fieldsOf(live, resource, isOpen),
    anyKey: resource.anyKey,
    canCreate,
    canDelete: isOpen && resource.delete !== null,
    canUpdate: canCreate && resource.candidate !== null && (resource.effects?.update.length ?? 0) > 0,
    openFields: hasRecord,
    ...(hasRecord ? { openLevels: record === null || record.startsWith("a{sa{") ? 2 : 1 } : {}),
  });
}

function fieldsOf(live: Live, resource: Resource, isOpen: boolean): ReadonlyMap<string, FieldSchema> {
  const fields = new Map<string, FieldSchema>();
  const created = resource.create === null ? new Set<string>() : usedFields(resource, resource.create);
  for (const field of resource.fields.values()) {
    fields.set(
      field.name,
      fieldSchema(
        resource,
        field.name,
        field,
        shapeOfField(live, resource, field).signature ?? "",
        isOpen,
        created,
      ),
    );
  }
  const target = targetOf(live.mapping, resource.object);
  if (resource.record !== null || (resource.name !== null && !target.varied)) return fields;
  if (resource.name === null && !live.mapping.hasSelf) return fields;
  for (const name of target.interfaces) {
    for (const property of live.view.spots.get(target.spot)?.get(name)?.properties.values() ?? []) {
      if (
        fields.has(property.name) ||
        property.access === "write" ||
        matchesAny(resource.ignore, property.name)
      )
        continue;
      fields.set(
        property.name,
        fieldSchema(resource, property.name, undefined, property.signature, false, created),
      );
    }
  }
  return fields;
}

function fieldSchema(
  resource: Resource,
  name: string,
  field: Field | undefined,
  signature: string,
  isOpen: boolean,
  created: ReadonlySet<string>,
): FieldSchema {
  const secret = isSecret(resource, name);
  const isWritten =
    field !== undefined &&
    field.write.kind !== "read-only" &&
    !(field.write.kind === "record" && resource.write === null);
  const createOnly = !isWritten && created.has(name);
  const names =
    field === undefined || field.values.length === 0 ? null : field.values.map((value) => value.name);
  const form = signature === "" ? null : formFor(resource, name, signature);
  return Object.freeze({
    name,
    kind: kindOfField(field, signature),
    signature,
    writable: isOpen && (isWritten || createOnly),
    createOnly,
    readable: field?.read.kind !== "none",
    secret,
    ...(names === null ? {} : { values: names }),
    ...(field !== undefined && field.default !== null ? { default: field.default.value } : {}),
    normalise(value: DocValue) {
      if (secret && isTable(value) && typeof value["secret"] === "string") return { value };
      const normal = form === null ? { value } : form.normalise(value);
      if ("fault" in normal || field === undefined || field.check === null) return normal;
      const fault = pureFault(field, field.check, normal.value);
      return fault === null
        ? normal
        : { fault: fault.message, ...(fault.hint === undefined ? {} : { hint: fault.hint }) };
    },
  });
}
