// The standard interfaces of exported objects: Properties with type and access checks, Introspectable, Peer (on every
// path, as the specification asks) and ObjectManager. (D-Bus specification, "Standard Interfaces".) They are found
// before the object's own interfaces, by the same descriptors that introspection shows.

import { readFile } from "node:fs/promises";
import { encodeBody } from "./encode.ts";
import { reject, type Exported, type ExportedInterface, type Handler, type Route } from "./implementation.ts";
import { describeInterface } from "./interface-literal.ts";
import type { InterfaceInfo, PropertyInfo } from "./interface.ts";
import { writeIntrospection } from "./introspect-write.ts";
import { Variant, type DBusDict, type DBusValue } from "./value.ts";

type Dict = Record<string, DBusValue>;

/** Where a call to a standard interface arrived. */
export interface Place {
  readonly path: string;
  /** What is exported at that path. */
  readonly object: Exported | undefined;
  readonly objects: ReadonlyMap<string, Exported>;
  /** Tells the listeners of the object that properties of one interface changed. */
  changed(interfaceName: string, names: readonly string[]): Promise<void>;
  report(error: unknown): void;
}

const PROPERTIES = describeInterface({
  name: "org.freedesktop.DBus.Properties",
  methods: {
    Get: {
      in: [
        ["interface_name", "s"],
        ["property_name", "s"],
      ],
      out: [["value", "v"]],
    },
    GetAll: { in: [["interface_name", "s"]], out: [["properties", "a{sv}"]] },
    Set: {
      in: [
        ["interface_name", "s"],
        ["property_name", "s"],
        ["value", "v"],
      ],
    },
  },
  signals: {
    PropertiesChanged: [
      ["interface_name", "s"],
      ["changed_properties", "a{sv}"],
      ["invalidated_properties", "as"],
    ],
  },
});
const INTROSPECTABLE = describeInterface({
  name: "org.freedesktop.DBus.Introspectable",
  methods: { Introspect: { out: [["xml_data", "s"]] } },
});
const PEER = describeInterface({
  name: "org.freedesktop.DBus.Peer",
  methods: { Ping: {}, GetMachineId: { out: [["machine_uuid", "s"]] } },
});
const OBJECT_MANAGER = describeInterface({
  name: "org.freedesktop.DBus.ObjectManager",
  methods: { GetManagedObjects: { out: [["objects", "a{oa{sa{sv}}}"]] } },
  signals: {
    InterfacesAdded: [
      ["object", "o"],
      ["interfaces", "a{sa{sv}}"],
    ],
    InterfacesRemoved: [
      ["object", "o"],
      ["interfaces", "as"],
    ],
  },
});

/** The route of a call to a standard interface that the place serves; null when it is none. Throws DBusError when a
 * standard interface has no such member. */
export function standardMethod(
  interfaceName: string | undefined,
  member: string,
  place: Place,
): Route | null {
  for (const info of servedAt(place)) {
    if (interfaceName !== undefined && interfaceName !== info.name) continue;
    const method = info.methods.get(member);
    if (method !== undefined) return { method, handler: handlerOf(info.name, member, place) };
    if (interfaceName !== undefined)
      throw reject("org.freedesktop.DBus.Error.UnknownMethod", `no method ${member}`);
  }
  return null;
}

/** PropertiesChanged for these properties: new values, and the names of those that only say that they changed. */
export async function changedProperties(
  object: Exported,
  interfaceName: string,
  names: readonly string[],
): Promise<{ changed: DBusDict; invalidated: readonly string[] }> {
  const changed: Dict = Object.create(null) as Dict;
  const invalidated: string[] = [];
  for (const name of names) {
    const { owner, info } = propertyOf(object, interfaceName, name);
    if (info.emits === "invalidates" || (info.emits === "true" && info.access === "write"))
      invalidated.push(name);
    else if (info.emits === "true") changed[name] = await read(owner, info);
  }
  return { changed, invalidated };
}

/** Interfaces and properties of one object, as ObjectManager shows them. */
export async function managedObject(object: Exported, report: (error: unknown) => void): Promise<DBusDict> {
  const interfaces: Dict = Object.create(null) as Dict;
  for (const [name, owner] of object.interfaces) interfaces[name] = await readAll(owner, report);
  return interfaces;
}

function servedAt({ path, object, objects }: Place): readonly InterfaceInfo[] {
  if (object !== undefined) {
    return [PROPERTIES, INTROSPECTABLE, PEER, ...(object.objectManager ? [OBJECT_MANAGER] : [])];
  }
  const isAbove = path === "/" || [...objects.keys()].some((other) => other.startsWith(`${path}/`));
  return isAbove ? [INTROSPECTABLE, PEER] : [PEER];
}

function handlerOf(interfaceName: string, member: string, place: Place): Handler {
  switch (member) {
    case "Ping":
      return () => [];
    case "GetMachineId":
      return async () => [await machineId()];
    case "Introspect":
      return () => [introspect(place)];
    case "GetManagedObjects":
      return async () => [await managedObjects(place)];
    default:
      if (place.object !== undefined) return propertyHandler(member, place.object, place);
      throw reject("org.freedesktop.DBus.Error.UnknownMethod", `no method ${interfaceName}.${member}`);
  }
}

function introspect(place: Place): string {
  const own = [...(place.object?.interfaces.values() ?? [])].map(({ info }) => info);
  const interfaces = new Map([...own, ...servedAt(place)].map((info) => [info.name, info]));
  return writeIntrospection({ interfaces, children: childrenOf(place) });
}

/** The machine's identity as 32 hex digits. (machine-id(5)) */
export async function machineId(): Promise<string> {
  for (const file of ["/etc/machine-id", "/var/lib/dbus/machine-id"]) {
    const text = await readFile(file, "latin1").catch(() => "");
    if (/^[0-9a-f]{32}$/.test(text.trim())) return text.trim();
  }
  throw reject("org.freedesktop.DBus.Error.FileNotFound", "this machine has no machine-id");
}

function propertyHandler(member: string, object: Exported, place: Place): Handler {
  return async ([interfaceName, name, given], caller) => {
    if (member === "GetAll") {
      const all: Dict = Object.create(null) as Dict;
      for (const owner of ownersOf(object, String(interfaceName))) {
        Object.assign(all, await readAll(owner, place.report));
      }
      return [all];
    }
    const { owner, info } = propertyOf(object, String(interfaceName), String(name));
    if (member === "Get") {
      if (info.access === "write")
        throw reject("org.freedesktop.DBus.Error.AccessDenied", "it cannot be read");
      return [await read(owner, info)];
    }
    if (info.access === "read") {
      throw reject("org.freedesktop.DBus.Error.PropertyReadOnly", `${info.name} cannot be set`);
    }
    const { signature, value } = given as Variant;
    if (signature !== info.signature) {
      const text = `${info.name} has the type '${info.signature}', not '${signature}'`;
      throw reject("org.freedesktop.DBus.Error.InvalidArgs", text);
    }
    await owner.properties.get(info.name)?.set?.(value, caller);
    await place.changed(owner.info.name, [info.name]);
    return [];
  };
}

/** An empty interface name means any. (D-Bus specification, "org.freedesktop.DBus.Properties") */
function ownersOf(object: Exported, interfaceName: string): readonly ExportedInterface[] {
  if (interfaceName === "") return [...object.interfaces.values()];
  const owner = object.interfaces.get(interfaceName);
  if (owner !== undefined) return [owner];
  throw reject("org.freedesktop.DBus.Error.UnknownInterface", "the object has no such interface");
}

function propertyOf(
  object: Exported,
  interfaceName: string,
  name: string,
): { owner: ExportedInterface; info: PropertyInfo } {
  for (const owner of ownersOf(object, interfaceName)) {
    const info = owner.info.properties.get(name);
    if (info !== undefined) return { owner, info };
  }
  throw reject("org.freedesktop.DBus.Error.UnknownProperty", "the object has no such property");
}

/** The value with its declared type. Throws when the getter fails or gives something else. */
async function read(owner: ExportedInterface, info: PropertyInfo): Promise<Variant> {
  const value = await owner.properties.get(info.name)?.get?.();
  const variant = new Variant(info.signature, value as DBusValue);
  encodeBody("v", [variant]);
  return variant;
}

/** All readable properties. One that cannot be read is left out and reported: it must not take the others with it. */
async function readAll(owner: ExportedInterface, report: (error: unknown) => void): Promise<DBusDict> {
  const values: Dict = Object.create(null) as Dict;
  for (const info of owner.info.properties.values()) {
    if (info.access === "write") continue;
    try {
      values[info.name] = await read(owner, info);
    } catch (error) {
      report(error);
    }
  }
  return values;
}

async function managedObjects({ path: manager, objects, report }: Place): Promise<DBusDict> {
  const prefix = manager === "/" ? "/" : `${manager}/`;
  const managed: Dict = Object.create(null) as Dict;
  for (const [path, object] of objects) {
    if (path !== manager && path.startsWith(prefix)) managed[path] = await managedObject(object, report);
  }
  return managed;
}

/** The next path segments below the place that lead to exported objects. */
function childrenOf({ path, objects }: Place): readonly string[] {
  const prefix = path === "/" ? "/" : `${path}/`;
  const names = new Set<string>();
  for (const other of objects.keys()) {
    if (other !== path && other.startsWith(prefix)) names.add(other.slice(prefix.length).split("/")[0]!);
  }
  return [...names];
}
