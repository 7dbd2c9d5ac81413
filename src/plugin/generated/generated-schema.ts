// What can be said of a service that only its introspection describes: one read-only field for each property.
//
//   self     properties of the main object, by their short name (`Hostname`); where two of its interfaces have one of
//            the same name, by `interface.Property`
//   objects  every other object with properties, keyed by its path; fields are always `interface.Property`, so that
//            no field is renamed because an object appears
//
// Main object: the conventional path (dots as slashes), else "/", whichever has properties; else there is none and
// `self` is empty. The rule does not look at other objects, so nothing moves when one appears.

import { interfaceDigest, type InterfaceInfo, type PropertyInfo } from "../../host/dbus/dbus.ts";
import { formOf } from "../value/field-form.ts";
import type { FieldSchema, ResourceSchema, Schema } from "../plugin.ts";
import type { DiscoveredObject, Walk } from "../discover/walk.ts";

export const OBJECTS = "objects";

/** A property with where it is and what it is called in documents. */
export interface NamedProperty {
  readonly field: string;
  readonly info: InterfaceInfo;
  readonly property: PropertyInfo;
}

/** Names that carry a secret as their value: shown as a digest only. PasswordMode or PinRequired are no secrets. */
const SECRET = /(password|passphrase|secret|psk|privatekey|token)$/i;

export function mainPathOf(service: string, objects: readonly DiscoveredObject[]): string | null {
  for (const path of [conventionalPath(service), "/"]) {
    const object = objects.find((candidate) => candidate.path === path);
    if (object !== undefined && propertiesOf(object.interfaces.values()).length > 0) return path;
  }
  return null;
}

/** org.example.Clock-1 -> /org/example/Clock_1: where nearly every service has its main object. */
export function conventionalPath(service: string): string {
  return `/${service.replaceAll(".", "/").replaceAll("-", "_")}`;
}

/** Readable properties of the interfaces, in their order. */
export function propertiesOf(interfaces: Iterable<InterfaceInfo>): readonly NamedProperty[] {
  const found: NamedProperty[] = [];
  for (const info of interfaces) {
    for (const property of info.properties.values()) {
      if (property.access !== "write") found.push({ field: `${info.name}.${property.name}`, info, property });
    }
  }
  return found;
}

/** The same with short names where only one of the interfaces has such a property. */
export function mainFieldsOf(interfaces: Iterable<InterfaceInfo>): readonly NamedProperty[] {
  const all = propertiesOf(interfaces);
  const counts = new Map<string, number>();
  for (const { property } of all) counts.set(property.name, (counts.get(property.name) ?? 0) + 1);
  return all.map((named) =>
    counts.get(named.property.name) === 1 ? { ...named, field: named.property.name } : named,
  );
}

export function isSecret(property: PropertyInfo): boolean {
  return SECRET.test(property.name) && ["s", "ay", "as"].includes(property.signature);
}

/** `drift`: notes about a folder's introspection that is not what the service says. */
export function generatedSchema(
  plugin: string,
  service: string,
  walk: Walk,
  drift: readonly string[],
): Schema {
  const mainPath = mainPathOf(service, walk.objects);
  const main = walk.objects.find((object) => object.path === mainPath);
  const self = new Map(
    mainFieldsOf(main?.interfaces.values() ?? []).map((named) => [named.field, fieldOf(named)]),
  );
  const fields = new Map<string, FieldSchema>();
  for (const object of walk.objects) {
    if (object.path === mainPath) continue;
    for (const named of propertiesOf(object.interfaces.values())) {
      if (!fields.has(named.field)) fields.set(named.field, fieldOf(named));
    }
  }
  const digest = interfaceDigest(main?.interfaces.values() ?? []);
  return {
    plugin,
    self,
    resources: new Map([[OBJECTS, objectsOf(fields)]]),
    interfaces: new Map([[service, digest]]),
    notes: ["everything is read-only: no mapping tells how to change this service", ...drift, ...walk.notes],
  };
}

function objectsOf(fields: ReadonlyMap<string, FieldSchema>): ResourceSchema {
  const cannot = { anyKey: false, canCreate: false, canDelete: false, canUpdate: false, openFields: false };
  return { name: OBJECTS, fields, ...cannot };
}

function fieldOf({ field, info, property }: NamedProperty): FieldSchema {
  const form = formOf({ signature: property.signature });
  return {
    name: field,
    kind: "value",
    signature: property.signature,
    writable: false,
    createOnly: false,
    readable: true,
    secret: isSecret(property),
    about: `property ${property.name} of ${info.name}`,
    normalise: (value) => form.normalise(value),
  };
}
