// What a program gives to export an object, and what becomes of it: declarations checked against handlers once, then
// looked up in Maps, so that no name a caller invents reaches a prototype. Pure.

import { OpError } from "../../base/error.ts";
import { DBusError } from "./call.ts";
import type { InterfaceInfo, MethodInfo } from "./interface.ts";
import type { DBusValue } from "./value.ts";

/** Who calls, as the bus vouches for it. */
export interface Caller {
  readonly sender: string;
  readonly path: string;
  /** ALLOW_INTERACTIVE_AUTHORIZATION was set. */
  readonly interactive: boolean;
}

/** Gets the in-arguments, returns the out-arguments (nothing when there are none). To answer with an error of its own
 * it throws a DBusError: name and text go to the caller. Any other error becomes a bare ...Error.Failed. */
export type Handler = (
  args: readonly DBusValue[],
  caller: Caller,
) => readonly DBusValue[] | void | Promise<readonly DBusValue[] | void>;

export interface PropertyHandler {
  get?(): DBusValue | Promise<DBusValue>;
  /** The value has the declared type. PropertiesChanged is sent after it. */
  set?(value: DBusValue, caller: Caller): void | Promise<void>;
}

export interface Implementation {
  readonly info: InterfaceInfo;
  readonly methods?: Readonly<Record<string, Handler>>;
  readonly properties?: Readonly<Record<string, PropertyHandler>>;
}

/** What is exported at one path. Maps, so that no name of a caller reaches a prototype. */
export interface Exported {
  readonly path: string;
  readonly objectManager: boolean;
  readonly interfaces: ReadonlyMap<string, ExportedInterface>;
}
export interface ExportedInterface {
  readonly info: InterfaceInfo;
  readonly methods: ReadonlyMap<string, Handler>;
  readonly properties: ReadonlyMap<string, PropertyHandler>;
}

/** What answers a call: the declared method and its handler. */
export interface Route {
  readonly method: MethodInfo;
  readonly handler: Handler;
}

/** An error reply with this name and text. */
export function reject(dbusName: string, text: string): DBusError {
  return new DBusError("OPD3001", dbusName, text);
}

/** Throws OPD3015 when what is declared and what has a handler differ. */
export function checkImplementation({
  info,
  methods = {},
  properties = {},
}: Implementation): ExportedInterface {
  if (info.name.startsWith("org.freedesktop.DBus."))
    throw wrong(`${info.name} is served by the bus core itself`);
  const handlers = new Map(Object.entries(methods));
  const values = new Map(Object.entries(properties));
  for (const name of info.methods.keys()) {
    if (!handlers.has(name)) throw wrong(`${info.name}.${name} has no handler`);
  }
  for (const [name, { access }] of info.properties) {
    const handler = values.get(name);
    if (access !== "write" && handler?.get === undefined) throw wrong(`${info.name}.${name} has no get`);
    if (access !== "read" && handler?.set === undefined) throw wrong(`${info.name}.${name} has no set`);
  }
  for (const name of handlers.keys()) {
    if (!info.methods.has(name)) throw wrong(`${info.name}.${name} is not declared as a method`);
  }
  for (const name of values.keys()) {
    if (!info.properties.has(name)) throw wrong(`${info.name}.${name} is not declared as a property`);
  }
  return { info, methods: handlers, properties: values };
}

/** OPD3015. */
export function wrong(reason: string): OpError {
  return new OpError("OPD3015", `cannot export: ${reason}`);
}
