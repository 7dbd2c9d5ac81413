// What objects say of themselves, asked once: a cache of introspection by bus name and object path. An entry lives as
// long as the owner that gave it; it ends when another owner takes the name, and when the object appears or goes away
// (InterfacesAdded, InterfacesRemoved). A service that merely left when idle keeps its entries. Bounded; equal XML of
// many objects is parsed once. Matches are in place before the question, so no change slips between.

import { LIMITS } from "../../base/limits.ts";
import {
  readIntrospection,
  type Bus,
  type InterfaceInfo,
  type Introspection,
  type NodeInfo,
  type Subscription,
} from "../../host/dbus/dbus.ts";
import { nodeFromJson, nodeToJson, type NodeJson } from "./node-json.ts";

export interface Asking {
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  /** Do not start the service for this question. */
  readonly noAutoStart?: boolean;
}

export interface AskedNode {
  /** Unique name of who answered. */
  readonly owner: string;
  readonly node: NodeInfo;
  /** Where the object says it is: some services answer at "/" with the description of their one object elsewhere. */
  readonly path: string | null;
  /** Members that were left out because their names or types are not valid. */
  readonly notes: readonly string[];
  /** UTF-16 units of the text. */
  readonly chars: number;
}

const parsed = new Map<string, Introspection>();
let parsedChars = 0;

/** Asks one object, no cache. Throws DBusError, and OPD3013 where the answer cannot be read. */
export async function askNode(bus: Bus, name: string, path: string, asking: Asking = {}): Promise<AskedNode> {
  const reply = await bus.call({
    destination: name,
    path,
    interface: "org.freedesktop.DBus.Introspectable",
    member: "Introspect",
    replySignature: "s",
    ...asking,
  });
  const xml = reply.body[0];
  const text = typeof xml === "string" ? xml : "";
  return { owner: reply.sender, ...parse(text), chars: text.length };
}

function parse(xml: string): Introspection {
  const known = parsed.get(xml);
  if (known !== undefined) return known;
  const fresh = readIntrospection(xml);
  parsedChars += xml.length;
  if (parsed.size >= LIMITS.introspectionTextsMax || parsedChars > LIMITS.introspectionTextCharsMax) {
    parsed.clear();
    parsedChars = xml.length;
  }
  parsed.set(xml, fresh);
  return fresh;
}

export interface Introspector {
  /** Interfaces of one object. Starts the service if need be. Throws DBusError. */
  introspect(name: string, path: string): Promise<ReadonlyMap<string, InterfaceInfo>>;
  /** The same with the names of the children. */
  node(name: string, path: string): Promise<NodeInfo>;
  /** What is known now, for the next process; of use only on the same bus and to the same owners. */
  save(): SavedIntrospection;
  close(): void;
}

export interface SavedIntrospection {
  readonly version: 1;
  /** The bus it was read from: owners are names of this bus only. */
  readonly guid: string;
  readonly names: Readonly<
    Record<string, { readonly owner: string; readonly nodes: Readonly<Record<string, NodeJson>> }>
  >;
}

interface Asked {
  readonly name: string;
  readonly path: string;
  readonly promise: Promise<NodeInfo>;
  /** Once it is there. */
  node: NodeInfo | null;
}

/** One name: who answered last (null: nobody yet), and the matches that end what is known of it. */
interface Tracked {
  owner: string | null;
  readonly subscriptions: Subscription[];
  readonly ready: Promise<void>;
}

/** A cache for one connection. `saved` of an earlier process is used for names whose owner is still the same. */
export function introspector(bus: Bus, saved: SavedIntrospection | null = null): Introspector {
  const names = new Map<string, Tracked>();
  /** By name and path, oldest first. */
  const nodes = new Map<string, Asked>();
  let isClosed = false;

  function forget(name: string): void {
    for (const [key, asked] of nodes) if (asked.name === name) nodes.delete(key);
  }

  function keep(asked: Asked): void {
    if (nodes.size >= LIMITS.introspectionNodesMax) {
      for (const oldest of nodes.keys()) {
        nodes.delete(oldest);
        break;
      }
    }
    nodes.set(keyOf(asked.name, asked.path), asked);
  }

  function track(name: string): Tracked {
    const subscriptions: Subscription[] = [];
    const tracked: Tracked = { owner: null, subscriptions, ready: watch() };
    return tracked;

    async function watch(): Promise<void> {
      const both = await Promise.all([
        bus.watchName(name, ({ after }) => {
          const isOther = after !== null && tracked.owner !== null && after !== tracked.owner;
          if (isOther) forget(name);
        }),
        bus.subscribe(
          { sender: name, interface: "org.freedesktop.DBus.ObjectManager" },
          ({ body: [path] }) => {
            if (typeof path === "string") nodes.delete(keyOf(name, path));
          },
        ),
      ]);
      subscriptions.push(...both);
      if (isClosed) end(tracked);
      await restore(name, tracked);
    }
  }

  async function restore(name: string, tracked: Tracked): Promise<void> {
    const before =
      saved?.guid === bus.guid && Object.hasOwn(saved.names, name) ? saved.names[name] : undefined;
    if (before === undefined || (await bus.owner(name)) !== before.owner) return;
    tracked.owner = before.owner;
    for (const [path, json] of Object.entries(before.nodes)) {
      const node = nodeFromJson(json);
      if (node !== null) keep({ name, path, promise: Promise.resolve(node), node });
    }
  }

  async function node(name: string, path: string): Promise<NodeInfo> {
    const tracked = names.get(name) ?? track(name);
    names.set(name, tracked);
    try {
      await tracked.ready;
    } catch (error) {
      names.delete(name);
      throw error;
    }
    const known = nodes.get(keyOf(name, path));
    if (known !== undefined) return known.promise;
    const promise = askNode(bus, name, path).then((answer) => {
      tracked.owner = answer.owner;
      asked.node = answer.node;
      return answer.node;
    });
    const asked: Asked = { name, path, promise, node: null };
    keep(asked);
    promise.catch(() => {
      if (nodes.get(keyOf(name, path)) === asked) nodes.delete(keyOf(name, path));
    });
    return promise;
  }

  function save(): SavedIntrospection {
    const byName: Record<string, { owner: string; nodes: Record<string, NodeJson> }> = Object.create(null);
    for (const { name, path, node: known } of nodes.values()) {
      const owner = names.get(name)?.owner;
      if (known === null || owner === null || owner === undefined) continue;
      const entry = (byName[name] ??= { owner, nodes: Object.create(null) });
      entry.nodes[path] = nodeToJson(known);
    }
    return { version: 1, guid: bus.guid, names: byName };
  }

  return {
    node,
    introspect: async (name, path) => (await node(name, path)).interfaces,
    save,
    close() {
      isClosed = true;
      for (const tracked of names.values()) end(tracked);
      names.clear();
      nodes.clear();
    },
  };
}

/** Bus names hold no blank. */
function keyOf(name: string, path: string): string {
  return `${name} ${path}`;
}

function end(tracked: Tracked): void {
  for (const subscription of tracked.subscriptions.splice(0)) subscription.close();
}
