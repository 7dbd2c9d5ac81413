// What one operation works with: the plugins it names, the contexts they run in, and a word to the person about services
// that are started to be read.

import { asOpError, OpError, type Fault } from "../base/error.ts";
import type { Clock } from "../base/clock.ts";
import { nearest } from "../base/nearest.ts";
import { visible } from "../base/visible.ts";
import { introspector, type Introspector } from "../plugin/discover/introspection.ts";
import type { Plugin, PluginContext, Schema, Scope } from "../plugin/plugin.ts";
import type { Bus } from "../host/dbus/dbus.ts";
import type { ContextOf } from "../state/state.ts";
import type { Talk } from "../api/api.ts";
import { namesOf } from "./bus-names.ts";
import type { Secrets } from "./secret.ts";
import type { PluginShelf } from "./shelf.ts";

export interface SessionOptions {
  /** Resolve first what a crash left; absent = yes. */
  readonly recover?: boolean;
  /** Ask polkit for every action, without interaction. */
  readonly checkAuth?: boolean;
  /** A person can be asked by polkit while changing. */
  readonly interactive?: boolean;
}

export interface Session {
  readonly talk: Talk;
  readonly bus: Bus;
  /** Contexts on the reading connection. */
  readonly contextOf: ContextOf;
  /** Contexts on a connection that may change things. */
  changing(bus: Bus): ContextOf;
  /** The plugins of these names; names that no plugin has are left out. `starts`: say which services are started. */
  pluginsFor(
    names: readonly string[],
    options: { readonly starts: boolean },
  ): Promise<ReadonlyMap<string, Plugin>>;
  /** Names of all plugins, for hints. */
  names(): Promise<readonly string[]>;
  /** Every plugin from a folder whose service runs now. */
  running(): Promise<ReadonlyMap<string, Plugin>>;
  /** The error for a name no plugin has, with the nearest one. */
  noPlugin(name: string): Promise<OpError>;
  /** `needs`: by plugin what will be asked for; absent = everything. */
  schemas(
    plugins: ReadonlyMap<string, Plugin>,
    needs?: ReadonlyMap<string, Scope>,
  ): Promise<{
    readonly schemas: ReadonlyMap<string, Schema>;
    readonly unreachable: ReadonlyMap<string, Fault>;
  }>;
  /** Services that were not running and are started by being read. */
  started(): readonly string[];
  /** Before documents with these texts are bound: what they refer to in a caller's environment is fetched. */
  learn(texts: readonly string[]): Promise<void>;
}

/** Throws OPD2123 when the person interrupted: what was read is not whole. */
export function refuseInterrupted({ signal }: Talk, doing: "reading" | "planning"): void {
  if (signal.aborted)
    throw new OpError("OPD2123", `interrupted while ${doing}`, { now: "nothing was changed" });
}

/** What all sessions share. */
export interface SessionParts {
  /** The connection that refuses to send anything but reads. */
  readonly bus: Bus;
  readonly shelf: PluginShelf;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly learn: Session["learn"];
}

export function openSession(parts: SessionParts, talk: Talk, options: SessionOptions): Session {
  const { bus, shelf } = parts;
  const cache = introspector(bus);
  const started: string[] = [];
  const contextOf = contexts(parts, bus, cache, talk, { ...options, interactive: false });
  const session: Session = {
    talk,
    bus,
    contextOf,
    changing: (free) => contexts(parts, free, cache, talk, options),
    async pluginsFor(names, { starts }) {
      const plugins = await shelf.named(names, bus);
      if (starts) {
        for (const service of await asleep(bus, [...plugins.values()])) {
          started.push(service);
          talk.tell({
            type: "diagnostic",
            severity: "note",
            message: `${service} is not running: it is started to be read`,
          });
        }
      }
      return plugins;
    },
    names: () => shelf.names(bus),
    async noPlugin(name) {
      const near = nearest(name, await session.names());
      const hint = near === null ? "op-dbus plugin list" : `did you mean ${near}?`;
      return new OpError("OPD9018", `no plugin ${visible(name)} here`, { hint });
    },
    async running() {
      const [folders, running] = await Promise.all([shelf.folders(), namesOf(bus, "ListNames")]);
      const awake = [...folders.values()].filter((plugin) => running.has(plugin.services[0] ?? ""));
      return await shelf.named(
        awake.map(({ name }) => name),
        bus,
      );
    },
    async schemas(plugins, needs) {
      const schemas = new Map<string, Schema>();
      const unreachable = new Map<string, Fault>();
      const read = async ([name, plugin]: readonly [string, Plugin]): Promise<void> => {
        try {
          schemas.set(name, await plugin.schema(contextOf(plugin), needs?.get(name)));
        } catch (error) {
          const { code, message, hint } = asOpError(error);
          unreachable.set(name, {
            code,
            message: `${name}: ${message}`,
            address: name,
            ...(hint === undefined ? {} : { hint }),
          });
        }
      };
      await Promise.all([...plugins].map(read));
      return { schemas, unreachable };
    },
    started: () => started,
    learn: parts.learn,
  };
  return session;
}

function contexts(
  parts: SessionParts,
  bus: Bus,
  cache: Introspector,
  talk: Talk,
  options: SessionOptions,
): ContextOf {
  const context: PluginContext = Object.freeze({
    bus,
    clock: parts.clock,
    interactive: options.interactive ?? false,
    signal: talk.signal,
    introspect: cache.introspect,
    secretDigest: parts.secrets.digest,
    secretValue: parts.secrets.value,
    checkAuth: options.checkAuth ?? false,
    progress: () => undefined,
  });
  return () => context;
}

/** Services that nobody owns now and that the bus will start when they are asked. */
async function asleep(bus: Bus, plugins: readonly Plugin[]): Promise<readonly string[]> {
  const services = plugins.flatMap((plugin) => plugin.services.slice(0, 1));
  const owners = await Promise.all(services.map((service) => bus.owner(service)));
  const without = services.filter((_service, i) => owners[i] === null);
  if (without.length === 0) return [];
  const activatable = await namesOf(bus, "ListActivatableNames");
  return without.filter((service) => activatable.has(service));
}
