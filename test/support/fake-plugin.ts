// A machine in memory behind the plugin contract, with a fault at any call: what state/ is tested against. It is a
// real machine as far as state can see: values change only by `apply`, `undo` and `poke`, and every call is recorded.
//
//   self fields: StaticHostname, Icon (read-only), Tags (set), Order (ordered), Env (record), Password (secret)
//   resource "things": fields size, color, tags; created, deleted, updated; aliases "NAME.alias"
//   resource "fixed": items that can be neither created nor deleted

import type {
  Action,
  Change,
  DocValue,
  FieldKind,
  FieldSchema,
  Item,
  Observed,
  Outcome,
} from "../../src/plugin/plugin.ts";
import type {
  Plugin,
  PluginContext,
  Reading,
  ResourceSchema,
  Schema,
  Scope,
  SideEffect,
} from "../../src/plugin/plugin.ts";
import { secretPlace, tableOf } from "../../src/plugin/plugin.ts";

export type Thing = Map<string, DocValue>;
export interface Machine {
  readonly self: Map<string, DocValue>;
  readonly things: Map<string, Thing>;
}

/** What happens to the action with this index (over all calls of the kind): refused before anything; silent = done,
 * no answer; lost = not done, no answer; half = only the first part done, then refused; ignored = said to be done;
 * thrown = the plugin itself breaks. */
export type Mishap = "refused" | "silent" | "lost" | "half" | "ignored" | "thrown";

export interface FakeOptions {
  readonly name?: string;
  readonly self?: Readonly<Record<string, DocValue>>;
  readonly things?: Readonly<Record<string, Readonly<Record<string, DocValue>>>>;
  /** Addresses within the plugin (`Field`, `things/key.field`) that cannot be read. */
  readonly unknown?: readonly string[];
  /** Index of the action among all that are applied (undone), from 0 -> what goes wrong. */
  readonly applyMishaps?: ReadonlyMap<number, Mishap>;
  readonly undoMishaps?: ReadonlyMap<number, Mishap>;
  /** Actions of one `apply` call; default 1. */
  readonly groupSize?: number;
  /** Key -> what creating it also brings. */
  readonly also?: Readonly<Record<string, readonly SideEffect[]>>;
  /** With a checkpoint of its own: "works", or what its calls do. */
  readonly checkpoint?: "works" | "create fails" | "commit fails" | "rollback fails";
  readonly change?: (action: Action, plain: Action) => Action;
  /** Called before every apply of a group. */
  readonly beforeApply?: (group: readonly Action[]) => void;
  readonly unavailable?: () => Error | null;
  readonly interfaceDigest?: () => string;
  readonly incomplete?: boolean;
  readonly newest?: readonly string[];
  /** Keys of the resource "fixed", whose items can be neither made nor removed. */
  readonly fixed?: readonly string[];
}

export interface FakePlugin extends Plugin {
  readonly machine: Machine;
  /** observe, plan, apply a1 a2, undo a1, checkpoint create ... */
  readonly calls: string[];
  /** Changes the machine behind our back and tells the watchers. */
  poke(change: (machine: Machine) => void): void;
  readonly watchers: number;
  options: FakeOptions;
}

const SELF: readonly (readonly [string, FieldKind, Partial<FieldSchema>])[] = [
  ["StaticHostname", "value", { default: "localhost" }],
  ["Icon", "value", { writable: false }],
  ["Tags", "set", {}],
  ["Order", "ordered", {}],
  ["Env", "record", {}],
  ["Password", "value", { secret: true }],
  ["Blind", "value", { readable: false }],
];
const FIELDS: typeof SELF = [
  ["size", "value", {}],
  ["color", "value", { default: "none" }],
  ["tags", "set", {}],
  ["material", "value", { writable: false, createOnly: true }],
  ["serial", "value", { writable: false }],
];

function fields(rows: typeof SELF): ReadonlyMap<string, FieldSchema> {
  return new Map(
    rows.map(([name, kind, more]) => [
      name,
      {
        name,
        kind,
        signature: "s",
        writable: true,
        createOnly: false,
        readable: true,
        secret: false,
        normalise: (value: DocValue) => ({ value }),
        ...more,
      },
    ]),
  );
}

export function fakePlugin(options: FakeOptions = {}): FakePlugin {
  const name = options.name ?? "fake";
  const machine: Machine = {
    self: new Map(Object.entries(options.self ?? {})),
    things: new Map(
      Object.entries(options.things ?? {}).map(([key, thing]) => [key, new Map(Object.entries(thing))]),
    ),
  };
  const calls: string[] = [];
  const watchers = new Set<() => void>();
  const counted = { apply: 0, undo: 0 };

  const things: ResourceSchema = {
    name: "things",
    fields: fields(FIELDS),
    anyKey: false,
    canCreate: true,
    canDelete: true,
    canUpdate: true,
    openFields: false,
  };
  const open: ResourceSchema = {
    ...things,
    name: "fixed",
    canCreate: false,
    canDelete: false,
    canUpdate: false,
  };

  const plugin: FakePlugin = {
    name,
    origin: "built-in",
    services: [`org.example.${name}`],
    bus: "system",
    digest: "",
    source: "test",
    writable: true,
    probes: [],
    machine,
    calls,
    options,
    get watchers() {
      return watchers.size;
    },
    poke(change) {
      change(machine);
      for (const changed of watchers) changed();
    },
    async schema(): Promise<Schema> {
      return {
        plugin: name,
        self: fields(SELF),
        resources: new Map([
          ["things", things],
          ["fixed", open],
        ]),
        interfaces: new Map([[`org.example.${name}`, plugin.options.interfaceDigest?.() ?? "d0"]]),
        notes: [],
      };
    },
    async observe(ctx, scope) {
      calls.push("observe");
      const error = plugin.options.unavailable?.() ?? null;
      if (error !== null) throw error;
      return observed(ctx, scope);
    },
    async plan(_ctx, _observed, changes) {
      calls.push("plan");
      const actions = changes.flatMap((change) => {
        if (change.verb === "latest" && (plugin.options.newest ?? []).includes(change.key!)) return [];
        return [actionOf(change)];
      });
      const size = plugin.options.groupSize ?? 1;
      const grouped = actions.map((action, n) => ({ ...action, group: `${name}-${Math.floor(n / size)}` }));
      return {
        actions: grouped.map((action) => plugin.options.change?.(action, action) ?? action),
        faults: [],
      };
    },
    async apply(_ctx, group) {
      plugin.options.beforeApply?.(group);
      return run("apply", group);
    },
    async undo(_ctx, group) {
      return run("undo", group);
    },
    async watch(_ctx, _scope, changed) {
      watchers.add(changed);
      return { close: () => void watchers.delete(changed) };
    },
    checkpoint: null,
  };
  return options.checkpoint === undefined ? plugin : Object.assign(plugin, { checkpoint: checkpoint() });

  function actionOf(change: Change): Action {
    const { resource, key, field, verb, after } = change;
    return {
      id: "",
      plugin: name,
      resource,
      key,
      field,
      verb: verb === "latest" ? "update" : verb,
      before:
        change.before === null
          ? null
          : "known" in change.before
            ? change.before.known
            : "unknown" in change.before
              ? change.before
              : null,
      after,
      signature: "s",
      via: [
        {
          destination: `org.example.${name}`,
          path: "/",
          interface: "org.example",
          member: "Set",
          args: [after],
        },
      ],
      risk: field === "Password" ? "irreversible" : verb === "delete" ? "needs-confirm" : "reversible",
      undo:
        field === "Password"
          ? "none"
          : plugin.options.checkpoint !== undefined
            ? "native"
            : verb === "update"
              ? "inverse"
              : "compensate",
      fidelity: "computed",
      authorization: "unchecked",
      polkit: [],
      depends_on: [],
      also: verb === "create" ? (plugin.options.also?.[key!] ?? []) : [],
      group: "",
      secret: field === "Password",
      detail: { change, item: verb === "delete" ? new Map(machine.things.get(key!) ?? []) : null },
    };
  }

  function run(kind: "apply" | "undo", group: readonly Action[]): readonly Outcome[] {
    calls.push(`${kind} ${group.map(({ id }) => id).join(" ")}`);
    const outcomes: Outcome[] = [];
    for (const action of group) {
      const index = counted[kind]++;
      const mishap = (kind === "apply" ? plugin.options.applyMishaps : plugin.options.undoMishaps)?.get(
        index,
      );
      if (outcomes.some(({ outcome }) => outcome !== "done") && kind === "apply") {
        outcomes.push({ outcome: "failed", reason: "not tried", meaning: "failed" });
        continue;
      }
      const write = kind === "apply" ? forth : back;
      if (mishap === "thrown") throw new Error("the plugin broke");
      if (mishap === undefined || mishap === "silent") write(action);
      if (mishap === "half") half(action);
      outcomes.push(
        mishap === undefined || mishap === "ignored"
          ? { outcome: "done" }
          : mishap === "silent" || mishap === "lost"
            ? { outcome: "unknown", reason: "no answer" }
            : { outcome: "failed", reason: `refused ${action.field ?? action.key}`, meaning: "failed" },
      );
    }
    return outcomes;
  }

  function forth(action: Action): void {
    const { resource, key, field, verb, after } = action;
    if (verb === "create") {
      machine.things.set(key!, new Map(Object.entries(after as Record<string, DocValue>)));
      for (const effect of action.also)
        if (effect.verb === "create") machine.things.set(effect.key, new Map());
    } else if (verb === "delete") machine.things.delete(key!);
    else if (field === null) machine.things.get(key!)!.set("size", "newest");
    else put(resource === null ? machine.self : machine.things.get(key!)!, field, after);
  }

  function half(action: Action): void {
    if (action.verb === "create") machine.things.set(action.key!, new Map());
    else if (action.verb === "update" && action.field !== null)
      put(action.resource === null ? machine.self : machine.things.get(action.key!)!, action.field, "half");
  }

  /** Looks first, as a plugin must: what is as before is done. */
  function back(action: Action): void {
    const { resource, key, field, verb, before } = action;
    const { item } = action.detail as { item: Thing | null };
    if (verb === "create") {
      machine.things.delete(key!);
      for (const effect of action.also) if (effect.verb === "create") machine.things.delete(effect.key);
    } else if (verb === "delete") machine.things.set(key!, new Map(item!));
    else if (field === null)
      machine.things.get(key!)!.set("size", (before as Record<string, DocValue>)["size"] ?? "old");
    else put(resource === null ? machine.self : machine.things.get(key!)!, field, before as DocValue);
  }

  function put(owner: Map<string, DocValue>, field: string, value: DocValue): void {
    if (value === null) owner.delete(field);
    else if (field === "Password" && typeof value === "object" && "secret" in value)
      owner.set(field, `value of ${String(value["secret"])}`);
    else owner.set(field, value);
  }

  function observed(ctx: PluginContext, scope: Scope): Observed {
    const self = scope.self === undefined ? null : item(ctx, "", machine.self, scope.self, SELF, []);
    const asked = scope.resources?.get("things");
    const resources = new Map<string, { complete: boolean; items: Map<string, Item> }>();
    if (asked !== undefined) {
      const items = new Map<string, Item>();
      for (const [key, thing] of machine.things) {
        const alias = `${key}.alias`;
        const wanted = asked.keys === "all" || asked.keys.includes(key) || asked.keys.includes(alias);
        if (wanted) items.set(key, item(ctx, key, thing, asked.fields, FIELDS, [alias]));
      }
      resources.set("things", {
        complete: asked.keys === "all" && plugin.options.incomplete !== true,
        items,
      });
    }
    const fixed = scope.resources?.get("fixed");
    if (fixed !== undefined) {
      const keys = (plugin.options.fixed ?? []).filter(
        (key) => fixed.keys === "all" || fixed.keys.includes(key),
      );
      const items = new Map(
        keys.map((key) => [key, item(ctx, key, new Map(), fixed.fields, FIELDS, [])] as const),
      );
      resources.set("fixed", { complete: fixed.keys === "all", items });
    }
    return { plugin: name, self, resources, owner: ":1.1" };
  }

  function item(
    ctx: PluginContext,
    key: string,
    values: ReadonlyMap<string, DocValue>,
    wanted: "all" | readonly string[],
    rows: typeof SELF,
    aliases: readonly string[],
  ): Item {
    const out = new Map<string, Reading>();
    for (const [field, , { secret, readable }] of rows) {
      if (wanted !== "all" && !wanted.includes(field)) continue;
      if (readable === false) continue;
      const place = key === "" ? field : `things/${key}.${field}`;
      const value = values.get(field);
      if (plugin.options.unknown?.includes(place) === true) out.set(field, { unknown: "access denied" });
      else if (value === undefined) out.set(field, { known: null });
      else if (secret === true)
        out.set(field, {
          digest: ctx.secretDigest(
            secretPlace(name, key === "" ? null : "things", key === "" ? null : key, field),
            String(value),
          ),
        });
      else out.set(field, { known: value });
    }
    return { key, aliases, fields: out, pending: values.get("pending") === true, detail: null };
  }

  function checkpoint(): NonNullable<Plugin["checkpoint"]> {
    const saved: Machine[] = [];
    const answer = (call: string): Outcome => {
      calls.push(`checkpoint ${call}`);
      return plugin.options.checkpoint === `${call} fails`
        ? { outcome: "failed", reason: `no ${call}`, meaning: "failed" }
        : { outcome: "done" };
    };
    return {
      covers: ["things"],
      async create() {
        const { outcome } = answer("create");
        if (outcome === "failed") throw new Error("no create");
        saved.push(copyOf(machine));
        return { handle: saved.length - 1 };
      },
      commit: async () => answer("commit"),
      async rollback(_ctx, handle) {
        const outcome = answer("rollback");
        const then = saved[handle as number]!;
        if (outcome.outcome === "done") restore(machine, then);
        return outcome;
      },
    };
  }
}

export function copyOf(machine: Machine): Machine {
  return {
    self: new Map(machine.self),
    things: new Map([...machine.things].map(([key, thing]) => [key, new Map(thing)])),
  };
}

function restore(machine: Machine, then: Machine): void {
  machine.self.clear();
  for (const [field, value] of then.self) machine.self.set(field, value);
  machine.things.clear();
  for (const [key, thing] of then.things) machine.things.set(key, new Map(thing));
}

/** The machine as one comparable value. */
export function valueOf(machine: Machine): DocValue {
  const things = [...machine.things].sort(([a], [b]) => (a < b ? -1 : 1));
  return tableOf([
    ["self", tableOf([...machine.self].sort(([a], [b]) => (a < b ? -1 : 1)))],
    [
      "things",
      tableOf(things.map(([key, thing]) => [key, tableOf([...thing].sort(([a], [b]) => (a < b ? -1 : 1)))])),
    ],
  ]);
}
