// A discovery as JSON and back. The file says what ends its validity: it is true for one bus (guid), and each service
// in it until its owner changes or its objects come and go. `discover` takes a service over only while its owner is
// the same. What was read is checked part by part: the file may be old or edited.

import type { DiscoveredName, Discovery } from "./discovery.ts";
import { interfaceFromJson, interfaceToJson, type InterfaceJson } from "./node-json.ts";
import type { InterfaceInfo } from "../../host/dbus/dbus.ts";
import type { DiscoveredObject } from "./walk.ts";

interface ObjectJson extends Omit<DiscoveredObject, "interfaces"> {
  /** Indexes into the file's `interfaces`: thousands of objects share a few. */
  readonly interfaces: readonly number[];
}
interface NameJson extends Omit<DiscoveredName, "objects"> {
  readonly objects: readonly ObjectJson[];
}
export interface DiscoveryJson {
  readonly format: "op-dbus-discovery";
  readonly version: 1;
  readonly guid: string;
  readonly takenAtMs: number;
  /** Signals after which an entry must be read again. */
  readonly valid_until: readonly string[];
  readonly interfaces: readonly InterfaceJson[];
  readonly names: readonly NameJson[];
}

const ENDS = Object.freeze([
  "org.freedesktop.DBus.NameOwnerChanged",
  "org.freedesktop.DBus.ObjectManager.InterfacesAdded",
  "org.freedesktop.DBus.ObjectManager.InterfacesRemoved",
]);

export function discoveryToJson(discovery: Discovery): DiscoveryJson {
  const interfaces: InterfaceJson[] = [];
  const indexes = new Map<string, number>();
  const indexOf = (info: InterfaceInfo): number => {
    const json = interfaceToJson(info);
    const text = JSON.stringify(json);
    const known = indexes.get(text);
    if (known !== undefined) return known;
    indexes.set(text, interfaces.length);
    return interfaces.push(json) - 1;
  };
  const names = discovery.names.map((name) => ({
    ...name,
    objects: name.objects.map((object) => ({
      ...object,
      interfaces: Array.from(object.interfaces.values(), indexOf),
    })),
  }));
  const { guid, takenAtMs } = discovery;
  return { format: "op-dbus-discovery", version: 1, guid, takenAtMs, valid_until: ENDS, interfaces, names };
}

/** null when the value is no discovery of this version. Entries that do not hold together are left out. */
export function discoveryFromJson(json: unknown): Discovery | null {
  const file = json as Partial<DiscoveryJson> | null;
  if (file?.format !== "op-dbus-discovery" || file.version !== 1) return null;
  if (typeof file.guid !== "string" || typeof file.takenAtMs !== "number") return null;
  if (!Array.isArray(file.interfaces) || !Array.isArray(file.names)) return null;
  const interfaces = file.interfaces.map(interfaceFromJson);
  const names = file.names.flatMap((name: unknown) => nameFromJson(name, interfaces) ?? []);
  return { guid: file.guid, takenAtMs: file.takenAtMs, names };
}

function nameFromJson(json: unknown, interfaces: readonly (InterfaceInfo | null)[]): DiscoveredName | null {
  const entry = json as Partial<NameJson> | null;
  if (typeof entry?.name !== "string" || !Array.isArray(entry.objects) || !isTexts(entry.notes)) return null;
  const objects = entry.objects.map((object: unknown) => objectFromJson(object, interfaces));
  if (objects.includes(null)) return null;
  return {
    name: entry.name,
    running: entry.running === true,
    activatable: entry.activatable === true,
    owner: textOrNull(entry.owner),
    pid: numberOrNull(entry.pid),
    uid: numberOrNull(entry.uid),
    unit: textOrNull(entry.unit),
    error: textOrNull(entry.error),
    notes: entry.notes,
    objects: objects as DiscoveredObject[],
  };
}

function objectFromJson(
  json: unknown,
  interfaces: readonly (InterfaceInfo | null)[],
): DiscoveredObject | null {
  const object = json as Partial<ObjectJson> | null;
  if (typeof object?.path !== "string" || !Array.isArray(object.interfaces)) return null;
  const { path, from } = object;
  if (from !== "tree" && from !== "manager" && from !== "both") return null;
  const own = object.interfaces.map(
    (at: unknown) => (typeof at === "number" ? interfaces[at] : null) ?? null,
  );
  if (own.includes(null)) return null;
  const byName = new Map((own as InterfaceInfo[]).map((info) => [info.name, info]));
  return { path, from, interfaces: byName, error: textOrNull(object.error) };
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}
