// Every object of one service: the tree that Introspect tells from "/", and what its ObjectManagers tell, merged (a
// manager gives objects and properties but no methods; the tree can leave objects out). Only reads; calls go to the
// unique name of the owner, so nothing is ever started. Bounded in objects, depth, parallel calls and time: what was
// left out is said in a note.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import {
  DBusError,
  Variant,
  type Bus,
  type DBusValue,
  type InterfaceInfo,
  type NodeInfo,
  type PropertyInfo,
} from "../../host/dbus/dbus.ts";
import { inParallel } from "./in-parallel.ts";
import { askNode } from "./introspection.ts";

export interface DiscoveredObject {
  readonly path: string;
  /** Who told: the tree of Introspect, an ObjectManager, or both. */
  readonly from: "tree" | "manager" | "both";
  readonly interfaces: ReadonlyMap<string, InterfaceInfo>;
  /** Why the object could not be introspected; its interfaces are then what a manager says, without methods. */
  readonly error: string | null;
}

export interface Walk {
  /** In path order. */
  readonly objects: readonly DiscoveredObject[];
  readonly notes: readonly string[];
}

export interface WalkOptions {
  readonly objectsMax?: number;
  readonly depthMax?: number;
  /** Milliseconds for one call. */
  readonly callDeadlineMs?: number;
  /** Ends the walk: what was found until then is given, with a note. */
  readonly signal?: AbortSignal;
}

const MANAGER = "org.freedesktop.DBus.ObjectManager";

/** Objects of `owner` (a unique name, or org.freedesktop.DBus). Throws DBusError when not even "/" answers. */
export async function walkObjects(bus: Bus, owner: string, options: WalkOptions = {}): Promise<Walk> {
  const walker = new Walker(bus, owner, options);
  await walker.tree();
  await walker.managers();
  return walker.result();
}

/** Only the objects at `paths`, as far as the tree leads to them from "/". */
export async function walkTo(
  bus: Bus,
  owner: string,
  paths: readonly string[],
  options: WalkOptions = {},
): Promise<Walk> {
  const walker = new Walker(bus, owner, options);
  await walker.tree((path) => paths.some((goal) => goal === path || goal.startsWith(`${path}/`)));
  return walker.result();
}

class Walker {
  readonly #bus: Bus;
  readonly #owner: string;
  readonly #options: WalkOptions;
  readonly #objects = new Map<string, DiscoveredObject>();
  readonly #notes = new Set<string>();
  /** Descriptions that were counted: objects of one kind share theirs. */
  readonly #nodes = new Set<NodeInfo>();
  #chars = 0;

  constructor(bus: Bus, owner: string, options: WalkOptions) {
    this.#bus = bus;
    this.#owner = owner;
    this.#options = options;
  }

  /** Breadth first, level by level. `isWanted`: of an object below "/"; what is not wanted is not entered. */
  async tree(isWanted: (path: string) => boolean = () => true): Promise<void> {
    const depthMax = this.#options.depthMax ?? LIMITS.discoverDepthMax;
    let level: readonly string[] = ["/"];
    for (let depth = 0; level.length > 0; depth++) {
      if (depth > depthMax) return this.#note(`objects more than ${depthMax} levels deep were left out`);
      const next = new Set<string>();
      await inParallel(this.#fitting(level), LIMITS.discoverCallsParallelMax, async (path) => {
        this.#gather(next, (await this.#visit(path, "tree")).filter(isWanted));
      });
      level = [...next].filter((path) => !this.#objects.has(path));
    }
  }

  /** Children of a level, up to one more than can be visited: each object may claim a hundred thousand. */
  #gather(next: Set<string>, children: readonly string[]): void {
    for (const child of children) {
      if (next.size > this.#objectsMax) return;
      if (child.length <= LIMITS.discoverPathCharsMax) next.add(child);
      else this.#note(`paths longer than ${LIMITS.discoverPathCharsMax} characters were left out`);
    }
  }

  get #objectsMax(): number {
    return this.#options.objectsMax ?? LIMITS.discoverObjectsMax;
  }

  /** Asks every ObjectManager in the tree; objects it adds are introspected for their methods. */
  async managers(): Promise<void> {
    const managers = [...this.#objects.values()].filter((object) => object.interfaces.has(MANAGER));
    for (const { path } of managers) {
      const managed = await this.#managed(path);
      const unseen = new Set<string>();
      this.#gather(
        unseen,
        [...managed.keys()].filter((known) => !this.#objects.has(known)),
      );
      await inParallel(this.#fitting([...unseen]), LIMITS.discoverCallsParallelMax, (added) =>
        this.#visit(added, "manager"),
      );
      for (const [known, interfaces] of managed) this.#merge(known, interfaces);
    }
  }

  result(): Walk {
    const objects = [...this.#objects.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    return { objects, notes: [...this.#notes] };
  }

  /** Introspects one object and gives the paths of its children. Only "/" may throw: then nothing is known. */
  async #visit(asked: string, from: "tree" | "manager"): Promise<readonly string[]> {
    if (this.#isFull()) return [];
    try {
      const answer = await askNode(this.#bus, this.#owner, asked, this.#asking());
      if (!this.#nodes.has(answer.node)) this.#chars += answer.chars;
      if (this.#chars <= LIMITS.discoverTextCharsMax) this.#nodes.add(answer.node);
      // Others were asked at the same time: what is beyond the bound is not kept either.
      if (this.#isFull()) return [];
      // A service with one object may describe it whatever path is asked: at the root its own word counts.
      const path = asked === "/" ? (answer.path ?? asked) : asked;
      if (path !== asked) this.#objects.set(asked, { path: asked, from, interfaces: new Map(), error: null });
      for (const note of answer.notes) this.#note(`${path}: ${note}`);
      this.#objects.set(path, { path, from, interfaces: answer.node.interfaces, error: null });
      return answer.node.children.map((child) => (path === "/" ? `/${child}` : `${path}/${child}`));
    } catch (error) {
      // An error reply is an answer: somebody is there. Anything else at the root means that nobody can be asked.
      if (
        !(error instanceof OpError) ||
        (asked === "/" && error.code !== "OPD3001" && error.code !== "OPD3013")
      )
        throw error;
      this.#objects.set(asked, { path: asked, from, interfaces: new Map(), error: error.message });
      return [];
    }
  }

  async #managed(path: string): Promise<ReadonlyMap<string, ReadonlyMap<string, InterfaceInfo>>> {
    try {
      const call = {
        destination: this.#owner,
        path,
        interface: MANAGER,
        member: "GetManagedObjects",
        replySignature: "a{oa{sa{sv}}}",
        ...this.#asking(),
      };
      return readManaged((await this.#bus.call(call)).body[0]);
    } catch (error) {
      if (!(error instanceof DBusError)) throw error;
      this.#note(`${path}: its ObjectManager did not answer: ${error.message}`);
      return new Map();
    }
  }

  /** Interfaces that introspection told win: they are complete. */
  #merge(path: string, managed: ReadonlyMap<string, InterfaceInfo>): void {
    const object = this.#objects.get(path);
    if (object === undefined) return;
    const interfaces = new Map([...managed, ...object.interfaces]);
    this.#objects.set(path, { ...object, interfaces, from: object.from === "tree" ? "both" : object.from });
  }

  /** As many as still fit under the cap; none once the time is over. */
  #fitting(paths: readonly string[]): readonly string[] {
    if (paths.length > 0 && this.#options.signal?.aborted) {
      this.#note("the time for this service was over before all objects were read");
      return [];
    }
    const room = this.#objectsMax - this.#objects.size;
    if (paths.length > room)
      this.#note(`${paths.length - room} or more objects beyond the cap were left out`);
    return paths.slice(0, Math.max(0, room));
  }

  #asking(): { readonly deadlineMs: number; readonly signal?: AbortSignal } {
    const { signal } = this.#options;
    const deadlineMs = this.#options.callDeadlineMs ?? LIMITS.discoverCallDeadlineMs;
    return signal === undefined ? { deadlineMs } : { deadlineMs, signal };
  }

  #isFull(): boolean {
    const charsMax = LIMITS.discoverTextCharsMax;
    if (this.#chars <= charsMax) return false;
    this.#note(`it describes itself in more than ${charsMax} characters: the rest was left out`);
    return true;
  }

  #note(text: string): void {
    if (this.#notes.size < LIMITS.discoverNotesMax) this.#notes.add(text);
  }
}

/** a{oa{sa{sv}}}: what a manager tells, as interfaces with properties only. */
function readManaged(reply: DBusValue | undefined): Map<string, ReadonlyMap<string, InterfaceInfo>> {
  const managed = new Map<string, ReadonlyMap<string, InterfaceInfo>>();
  for (const [path, interfaces] of entriesOf(reply)) {
    managed.set(
      path,
      new Map(entriesOf(interfaces).map(([name, properties]) => [name, interfaceOf(name, properties)])),
    );
  }
  return managed;
}

function interfaceOf(name: string, properties: DBusValue): InterfaceInfo {
  const none = new Map();
  const infos = entriesOf(properties).map(([property, value]): [string, PropertyInfo] => {
    const signature = value instanceof Variant ? value.signature : "v";
    return [property, { name: property, signature, access: "read", emits: "true", annotations: none }];
  });
  return { name, methods: none, signals: none, properties: new Map(infos), annotations: none };
}

function entriesOf(value: DBusValue | undefined): [string, DBusValue][] {
  const isDict =
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
  return isDict ? Object.entries(value as { readonly [key: string]: DBusValue }) : [];
}
