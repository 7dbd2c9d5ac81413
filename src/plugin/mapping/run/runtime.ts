// What one operation of a mapped plugin works with: the mapping, the context it was handed, and what is remembered of
// the service while it stays the same (interfaces seen, flows prepared once). Finds members by introspection: nothing
// is sent whose signature was not read from the service itself.

import { OpError } from "../../../base/error.ts";
import type { InterfaceInfo, MethodInfo, PropertyInfo } from "../../../host/dbus/dbus.ts";
import type { Mapping } from "../model.ts";
import type { PluginContext } from "../../plugin.ts";

/** Lives as long as the plugin: keyed by connection and owner, so a restarted service starts anew. */
export interface Memory {
  /** `CONNECTION OWNER FLOW`: its `once` was sent. */
  readonly prepared: Set<string>;
  /** Interfaces of objects that come and go (transactions), by name. */
  readonly interfaces: Map<string, InterfaceInfo>;
  /** Deeds that were sent and not done: their way back may have to clear up what no listing shows. */
  readonly undone: WeakSet<object>;
}

export interface Runtime {
  readonly mapping: Mapping;
  readonly ctx: PluginContext;
  readonly memory: Memory;
  /** Reads may be given up when the person interrupts; a change under way is finished. */
  readonly reading: boolean;
}

export interface MethodAt {
  readonly path: string;
  readonly interface: string;
  readonly info: MethodInfo;
}
export interface PropertyAt {
  readonly path: string;
  readonly interface: string;
  readonly info: PropertyInfo;
}

/** The first of `interfaces` at `path` that has the method. Throws OPD6050, or DBusError when the object is away. */
export async function findMethod(
  runtime: Runtime,
  path: string,
  interfaces: readonly string[],
  member: string,
): Promise<MethodAt> {
  const there = await runtime.ctx.introspect(runtime.mapping.service, path);
  for (const name of interfaces) {
    const info = there.get(name)?.methods.get(member);
    if (info !== undefined) return { path, interface: name, info };
  }
  throw missing(runtime, path, interfaces, "method", member);
}

/** The first of `interfaces` at `path` that has the property; undefined where none has. */
export async function findProperty(
  runtime: Runtime,
  path: string,
  interfaces: readonly string[],
  property: string,
): Promise<PropertyAt | undefined> {
  const there = await runtime.ctx.introspect(runtime.mapping.service, path);
  for (const name of interfaces) {
    const info = there.get(name)?.properties.get(property);
    if (info !== undefined) return { path, interface: name, info };
  }
  return undefined;
}

/** An interface of an object that was just opened for us: asked of the first one, remembered for the next. */
export async function interfaceOf(runtime: Runtime, path: string, name: string): Promise<InterfaceInfo> {
  const known = runtime.memory.interfaces.get(name);
  if (known !== undefined) return known;
  const info = (await runtime.ctx.introspect(runtime.mapping.service, path)).get(name);
  if (info === undefined) throw missing(runtime, path, [name], "interface", name);
  runtime.memory.interfaces.set(name, info);
  return info;
}

export function missing(
  runtime: Runtime,
  path: string,
  interfaces: readonly string[],
  what: string,
  name: string,
): OpError {
  return new OpError("OPD6050", `${runtime.mapping.service} has no ${what} ${name} at ${path}`, {
    where: `${runtime.mapping.plugin}: ${interfaces.join(", ")}`,
    hint: `op-dbus plugin check ${runtime.mapping.plugin}`,
  });
}
