// What is on a bus: every name, running or only activatable, with its owner, process, user, unit and all its objects;
// and one object with its live values. Only reads; nothing is started unless `activate` says so. A service that does
// not answer is listed with the reason. Names of one owner share one walk.

import { systemClock, type Clock } from "../../base/clock.ts";
import { asOpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Bus, InterfaceInfo, NodeInfo } from "../../host/dbus/dbus.ts";
import type { DiscoveredName, Discovery } from "./discovery.ts";
import { isSecret } from "../generated/generated-schema.ts";
import { inParallel } from "./in-parallel.ts";
import { askNode } from "./introspection.ts";
import { ownerFacts } from "./owner-facts.ts";
import { readProperties, type WireReading } from "./read-properties.ts";
import { ownerOrStart } from "./start-service.ts";
import { walkObjects, type Walk } from "./walk.ts";

export { discoveryFromJson, discoveryToJson } from "./discovery-json.ts";
export type { Discovery } from "./discovery.ts";

export interface DiscoverOptions {
  /** Start services that are not running to look at them. Default false. */
  readonly activate?: boolean;
  /** Only these bus names; default all. A name that is not on the bus is listed with an error. */
  readonly names?: readonly string[];
  /** false: names and owners only, no service is asked. Default true. */
  readonly objects?: boolean;
  readonly objectsMax?: number;
  readonly depthMax?: number;
  /** Milliseconds for each service. */
  readonly deadlineMs?: number;
  /** An earlier discovery of the same bus: services whose owner is still the same are taken over from it. */
  readonly known?: Discovery;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** A live look at a bus. Throws DBusError only when the bus itself does not answer. */
export async function discover(bus: Bus, options: DiscoverOptions = {}): Promise<Discovery> {
  const [running, activatable] = await Promise.all([
    listNames(bus, "ListNames"),
    listNames(bus, "ListActivatableNames"),
  ]);
  const hasSystemd = running.has("org.freedesktop.systemd1");
  const all = [...new Set([...running, ...activatable])].filter((name) => !name.startsWith(":"));
  const wanted = (options.names === undefined ? all : [...new Set(options.names)]).sort();
  const walks = new Map<string, Promise<Walk>>();
  const names = await inParallel(
    wanted,
    LIMITS.discoverNamesParallelMax,
    async (name): Promise<DiscoveredName> => {
      const absent = {
        name,
        activatable: activatable.has(name),
        owner: null,
        pid: null,
        uid: null,
        unit: null,
        objects: [],
        notes: [],
      };
      if (options.signal?.aborted) return { ...absent, running: running.has(name), error: "interrupted" };
      if (!running.has(name) && !activatable.has(name))
        return { ...absent, running: false, error: "no such name on this bus" };
      try {
        const owner = options.activate
          ? await ownerOrStart(bus, name, deadlineOf(options))
          : await bus.owner(name);
        if (owner === null) return { ...absent, running: false, error: null };
        const facts = await ownerFacts(bus, owner, hasSystemd);
        const found = { ...absent, ...facts, running: true, owner };
        return await look(bus, found, walks, options);
      } catch (error) {
        return { ...absent, running: running.has(name), error: asOpError(error).message };
      }
    },
  );
  return { guid: bus.guid, takenAtMs: (options.clock ?? systemClock).wallMs(), names };
}

async function look(
  bus: Bus,
  found: Omit<DiscoveredName, "error"> & { readonly owner: string },
  walks: Map<string, Promise<Walk>>,
  options: DiscoverOptions,
): Promise<DiscoveredName> {
  if (options.objects === false) return { ...found, error: null };
  const before =
    options.known?.guid === bus.guid
      ? options.known.names.find(({ name }) => name === found.name)
      : undefined;
  if (before?.owner === found.owner && before.error === null && before.objects.length > 0) {
    return { ...found, objects: before.objects, notes: before.notes, error: null };
  }
  const walk = walks.get(found.owner) ?? walkObjects(bus, found.owner, walkOptions(options));
  walks.set(found.owner, walk);
  try {
    return { ...found, ...(await walk), error: null };
  } catch (error) {
    return { ...found, error: asOpError(error).message };
  }
}

function deadlineOf({ deadlineMs }: DiscoverOptions): number {
  return deadlineMs ?? LIMITS.discoverNameDeadlineMs;
}

function walkOptions(options: DiscoverOptions) {
  const { objectsMax, depthMax, signal } = options;
  const over = AbortSignal.timeout(deadlineOf(options));
  return {
    signal: signal === undefined ? over : AbortSignal.any([signal, over]),
    ...(objectsMax === undefined ? {} : { objectsMax }),
    ...(depthMax === undefined ? {} : { depthMax }),
  };
}

async function listNames(
  bus: Bus,
  member: "ListNames" | "ListActivatableNames",
): Promise<ReadonlySet<string>> {
  const call = {
    destination: "org.freedesktop.DBus",
    path: "/org/freedesktop/DBus",
    interface: "org.freedesktop.DBus",
    member,
    replySignature: "as",
  };
  const [names] = (await bus.call(call)).body;
  return new Set(
    Array.isArray(names) ? names.filter((name): name is string => typeof name === "string") : [],
  );
}

/** One object as it is now. */
export interface LiveObject {
  readonly name: string;
  readonly path: string;
  readonly owner: string;
  readonly node: NodeInfo;
  /** Interface -> property -> value, in the order of the introspection. */
  readonly values: ReadonlyMap<string, ReadonlyMap<string, WireReading>>;
  readonly notes: readonly string[];
}

/** Interfaces, members, children and live values of one object; secrets, and values that the service does not give in
 * time, are unknown. Starts the service if need be. Throws DBusError. */
export async function introspectObject(
  bus: Bus,
  name: string,
  path: string,
  signal?: AbortSignal,
): Promise<LiveObject> {
  const { owner, node, notes } = await askNode(bus, name, path, signal === undefined ? {} : { signal });
  const over = AbortSignal.timeout(LIMITS.discoverNameDeadlineMs);
  const place = {
    name: owner,
    path,
    deadlineMs: LIMITS.discoverCallDeadlineMs,
    signal: signal === undefined ? over : AbortSignal.any([signal, over]),
  };
  const infos = [...node.interfaces.values()];
  const readings = await inParallel(infos, LIMITS.discoverCallsParallelMax, (info) =>
    readProperties(bus, place, info),
  );
  const values = new Map(
    infos.map((info, at) => [
      info.name,
      withoutSecrets(info, readings[at] ?? new Map<string, WireReading>()),
    ]),
  );
  return { name, path, owner, node, values, notes };
}

/** What a generated plugin would show as a digest is not shown here either. */
function withoutSecrets(
  info: InterfaceInfo,
  readings: ReadonlyMap<string, WireReading>,
): ReadonlyMap<string, WireReading> {
  return new Map(
    [...readings].map(([name, reading]) => {
      const property = info.properties.get(name);
      return [name, property !== undefined && isSecret(property) ? { unknown: "a secret" } : reading];
    }),
  );
}
