// Reading the properties of one interface: GetAll, and where that fails or leaves some out, one by one. What cannot be
// read is unknown with its reason, never missing. (D-Bus specification, "org.freedesktop.DBus.Properties".)

import { LIMITS } from "../../base/limits.ts";
import {
  DBusError,
  Variant,
  type Bus,
  type DBusValue,
  type InterfaceInfo,
  type PropertyInfo,
} from "../../host/dbus/dbus.ts";
import { inParallel } from "./in-parallel.ts";

export type WireReading = { readonly value: DBusValue } | { readonly unknown: string };

export interface Place {
  /** Bus name; a unique name starts nothing. */
  readonly name: string;
  readonly path: string;
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  readonly noAutoStart?: boolean;
}

const PROPERTIES = "org.freedesktop.DBus.Properties";

/** Every readable property that the interface declares, by name. Never throws for what the service says. */
export async function readProperties(
  bus: Bus,
  place: Place,
  info: InterfaceInfo,
): Promise<ReadonlyMap<string, WireReading>> {
  const readable = [...info.properties.values()].filter((property) => property.access !== "write");
  const readings = new Map<string, WireReading>();
  if (readable.length === 0) return readings;
  const all = await getAll(bus, place, info.name);
  if (all instanceof DBusError && isHopeless(all)) {
    for (const property of readable) readings.set(property.name, { unknown: all.message });
    return readings;
  }
  const values = all instanceof DBusError ? new Map<string, DBusValue>() : all;
  const rest = readable.filter((property) => !values.has(property.name));
  const singles = await inParallel(rest, LIMITS.discoverCallsParallelMax, (property) =>
    getOne(bus, place, info.name, property),
  );
  const single = new Map(rest.map((property, at) => [property.name, singles[at]]));
  for (const property of readable) {
    const value = values.get(property.name);
    const reading = value === undefined ? single.get(property.name) : typed(value, property);
    if (reading !== undefined) readings.set(property.name, reading);
  }
  return readings;
}

async function getAll(
  bus: Bus,
  place: Place,
  interfaceName: string,
): Promise<Map<string, DBusValue> | DBusError> {
  const { name, ...rest } = place;
  try {
    const call = {
      destination: name,
      ...rest,
      interface: PROPERTIES,
      member: "GetAll",
      signature: "s",
      body: [interfaceName],
      replySignature: "a{sv}",
    };
    const dict = (await bus.call(call)).body[0];
    const isDict = typeof dict === "object" && dict !== null && !Array.isArray(dict);
    return new Map(isDict ? Object.entries(dict as { readonly [key: string]: DBusValue }) : []);
  } catch (error) {
    if (error instanceof DBusError) return error;
    throw error;
  }
}

async function getOne(
  bus: Bus,
  place: Place,
  interfaceName: string,
  property: PropertyInfo,
): Promise<WireReading> {
  const { name, ...rest } = place;
  try {
    const call = {
      destination: name,
      ...rest,
      interface: PROPERTIES,
      member: "Get",
      signature: "ss",
      body: [interfaceName, property.name],
      replySignature: "v",
    };
    const [value] = (await bus.call(call)).body;
    return value === undefined ? { unknown: "the service answered without a value" } : typed(value, property);
  } catch (error) {
    if (error instanceof DBusError) return { unknown: error.message };
    throw error;
  }
}

/** The content of the variant, if it has the declared type. */
function typed(value: DBusValue, property: PropertyInfo): WireReading {
  if (!(value instanceof Variant)) return { unknown: "the service answered without a type" };
  if (value.signature === property.signature) return { value: value.value };
  return { unknown: `declared as ${property.signature}, but the service gives ${value.signature}` };
}

/** No answer, nobody there, or the connection is gone: asking for each property would only take longer. */
function isHopeless(error: DBusError): boolean {
  return error.code !== "OPD3001" && error.code !== "OPD3006" && error.code !== "OPD3021";
}
