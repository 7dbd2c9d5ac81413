// A read-only plugin for any service, from what the service says of itself (or from a folder's introspection.xml,
// which then decides which interfaces are shown). It observes like every other plugin, so `query`, `verify` and drift
// work for services nobody wrote a mapping for; it plans and applies nothing. generated-schema.ts says what a service
// looks like as fields. What cannot be read, or cannot be said in a document, is unknown with its reason.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { DBusError, type Bus, type InterfaceInfo } from "../../host/dbus/dbus.ts";
import { readItem, readObjects } from "./generated-read.ts";
import {
  conventionalPath,
  generatedSchema,
  mainFieldsOf,
  mainPathOf,
  OBJECTS,
  propertiesOf,
} from "./generated-schema.ts";
import {
  secretPlace,
  type Action,
  type Change,
  type Observed,
  type ObservedResource,
  type Outcome,
  type Plugin,
  type PluginContext,
  type PluginPlan,
  type Schema,
  type Scope,
} from "../plugin.ts";
import { ownerOrStart } from "../discover/start-service.ts";
import { walkObjects, walkTo, type Walk, type WalkOptions } from "../discover/walk.ts";

export interface GeneratedOptions {
  /** Name in documents; pluginNames() finds one. */
  readonly name: string;
  readonly service: string;
  readonly bus: "system" | "session";
  /** Folder it came from; "" for one made on the spot. */
  readonly source?: string;
  /** Hex SHA-256 of introspection.xml; "" without one. */
  readonly digest?: string;
  /** From introspection.xml: only these interfaces are shown. */
  readonly interfaces?: ReadonlyMap<string, InterfaceInfo>;
}

const READ_ONLY =
  "this plugin is generated from introspection and only reads; a mapping can say how to change things";

export function generatedPlugin(options: GeneratedOptions): Plugin {
  const { name, service } = options;
  return Object.freeze({
    name,
    origin: "generated" as const,
    services: Object.freeze([service]),
    bus: options.bus,
    digest: options.digest ?? "",
    source: options.source ?? "",
    writable: false,
    probes: Object.freeze([]),
    checkpoint: null,

    async schema(ctx: PluginContext, need?: Scope): Promise<Schema> {
      const { walk } = await look(ctx, options, need);
      return generatedSchema(name, service, walk, differences(walk, options.interfaces));
    },

    async observe(ctx: PluginContext, scope: Scope): Promise<Observed> {
      const { owner, walk } = await look(ctx, options, scope);
      const bounded = { ...ctx, signal: within(ctx.signal) };
      const mainPath = mainPathOf(service, walk.objects);
      const main = walk.objects.find((object) => object.path === mainPath);
      const asked = scope.resources?.get(OBJECTS);
      const self =
        scope.self === undefined || main === undefined
          ? null
          : await readItem(
              bounded,
              owner,
              main,
              mainFieldsOf(main.interfaces.values()),
              scope.self,
              (field) => secretPlace(name, null, null, field),
            );
      const resources = new Map<string, ObservedResource>();
      if (asked !== undefined) {
        const others = walk.objects.filter((object) => object.path !== mainPath);
        resources.set(
          OBJECTS,
          await readObjects(
            bounded,
            name,
            { owner, walk: { ...walk, objects: others } },
            asked.keys,
            asked.fields,
          ),
        );
      }
      stopIfInterrupted(ctx);
      return { plugin: name, self, resources, owner };
    },

    async plan(_ctx: PluginContext, _observed: Observed, changes: readonly Change[]): Promise<PluginPlan> {
      const faults = changes.map((change) => ({
        code: "OPD6059" as const,
        message: READ_ONLY,
        change,
        hint: `op-dbus plugin create ${name} --from-dbus ${service}`,
        ...(change.at === undefined ? {} : { at: change.at }),
      }));
      return { actions: [], faults };
    },

    apply: refuse,
    undo: refuse,

    async watch(ctx: PluginContext, _scope: Scope, changed: () => void): Promise<{ close(): void }> {
      return watchService(ctx.bus, service, changed);
    },
  });
}

async function refuse(_ctx: PluginContext, group: readonly Action[]): Promise<readonly Outcome[]> {
  return group.map(() => ({ outcome: "failed", reason: READ_ONLY, meaning: "unsupported" }));
}

/** The objects as they are now, all of them or at least what `need` asks for; starts the service if need be. Throws
 * OPD6064 where it cannot be reached. */
async function look(
  ctx: PluginContext,
  { service, interfaces }: GeneratedOptions,
  need: Scope | undefined,
): Promise<{ owner: string; walk: Walk }> {
  try {
    const owner = await ownerOrStart(ctx.bus, service);
    const options = { signal: within(ctx.signal) };
    const near = await lookNear(ctx.bus, owner, service, need, options);
    const walk = near ?? (await walkObjects(ctx.bus, owner, options));
    stopIfInterrupted(ctx);
    return { owner, walk: interfaces === undefined ? walk : only(walk, interfaces) };
  } catch (error) {
    if (!(error instanceof DBusError)) throw error;
    throw new OpError("OPD6064", `${service} cannot be read: ${error.message}`, {
      where: service,
      cause: error,
    });
  }
}

/** The way to the objects that are asked for by name; null where that is not enough: all are asked for, or one is not in
 * the tree (an ObjectManager may know it), or does not tell its properties there. */
async function lookNear(
  bus: Bus,
  owner: string,
  service: string,
  need: Scope | undefined,
  options: WalkOptions,
): Promise<Walk | null> {
  const keys = need === undefined ? "all" : (need.resources?.get(OBJECTS)?.keys ?? []);
  if (keys === "all") return null;
  // The main object too where only others are asked for: it decides what is an object besides.
  const walk = await walkTo(bus, owner, [conventionalPath(service), ...keys], options);
  const has = new Set(
    walk.objects.flatMap(({ path, interfaces }) =>
      propertiesOf(interfaces.values()).length > 0 ? [path] : [],
    ),
  );
  const isThere = mainPathOf(service, walk.objects) !== null || need?.self === undefined;
  return isThere && keys.every((key) => has.has(key)) ? walk : null;
}

/** What was read until then is not the whole: nobody may take it for that. */
function stopIfInterrupted(ctx: PluginContext): void {
  if (ctx.signal.aborted) throw new OpError("OPD6062", "interrupted while reading; nothing was changed");
}

function within(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(LIMITS.generatedDeadlineMs)]);
}

/** The walk with the folder's interfaces: what the folder does not name is not shown. */
function only(walk: Walk, interfaces: ReadonlyMap<string, InterfaceInfo>): Walk {
  const objects = walk.objects.map((object) => {
    const known = [...object.interfaces.keys()].flatMap((name) => interfaces.get(name) ?? []);
    return { ...object, interfaces: new Map(known.map((info) => [info.name, info])) };
  });
  return { ...walk, objects };
}

function differences(walk: Walk, interfaces: GeneratedOptions["interfaces"]): readonly string[] {
  const live = new Set(walk.objects.flatMap((object) => [...object.interfaces.keys()]));
  const gone = [...(interfaces?.keys() ?? [])].filter((name) => !live.has(name));
  return gone.map((name) => `introspection.xml names ${name}, which no object has now`);
}

/** Changes that the service announces. Properties that never emit a signal can move without one. */
async function watchService(bus: Bus, service: string, changed: () => void): Promise<{ close(): void }> {
  const subscriptions = await Promise.all([
    bus.watchName(service, changed),
    bus.subscribe(
      { sender: service, interface: "org.freedesktop.DBus.Properties", member: "PropertiesChanged" },
      changed,
    ),
    bus.subscribe({ sender: service, interface: "org.freedesktop.DBus.ObjectManager" }, changed),
  ]);
  return {
    close() {
      for (const subscription of subscriptions) subscription.close();
    },
  };
}
