// What every plugin must do, whatever it is made of: the suite that generated, mapped and hand-written plugins all run,
// against a service in a test or a real one on a throw-away machine. Each check gives the problems it found; none is
// the pass. Reading stages may send only reads; an apply may send, besides reads, exactly the calls the plan showed.
//
//   schema -> observe, twice -> nothing to plan -> watch -> [plan changes -> apply -> observe -> undo -> observe]

import { readGuard, type Bus, type Call } from "../../src/host/dbus/dbus.ts";
import { equalDoc } from "../../src/plugin/equal.ts";
import type {
  Action,
  Change,
  FieldSchema,
  Item,
  Observed,
  Outcome,
  Plugin,
  PluginContext,
  Reading,
  Schema,
  Scope,
} from "../../src/plugin/plugin.ts";

export interface Harness {
  /** Its bus may be free: the suite wraps it and looks at what is sent. */
  readonly context: PluginContext;
  readonly scope: Scope;
  /** Changes that are real (what is observed differs) and can be undone; none for a read-only plugin. */
  readonly changes?: (observed: Observed) => readonly Change[];
  /** Fields that move by themselves: "resource.field", self fields as "field". */
  readonly volatile?: ReadonlySet<string>;
}

export interface Check {
  readonly name: string;
  readonly problems: readonly string[];
}

/** Runs the whole suite. Rejects only when the plugin's own members throw. */
export async function conformance(plugin: Plugin, harness: Harness): Promise<readonly Check[]> {
  const { bus, sent } = recorder(harness.context.bus);
  const ctx: PluginContext = { ...harness.context, bus };
  const checks: Check[] = [];
  const check = (name: string, problems: readonly string[]): void => void checks.push({ name, problems });
  const guard = readGuard(plugin.probes);
  const onlyReads = (): readonly string[] =>
    sent
      .splice(0)
      .filter((call) => !guard(call))
      .map((call) => `sent ${describe(call)}, which is no read`);

  check("says who it is", identity(plugin));
  const schema = await plugin.schema(ctx);
  check("schema is sound", schemaProblems(plugin, schema));
  check("schema only reads", onlyReads());

  const first = await plugin.observe(ctx, harness.scope);
  check("observe only reads", onlyReads());
  check("observed values are what the schema says", observedProblems(schema, first));
  const second = await plugin.observe(ctx, harness.scope);
  check("observing twice gives the same", differences(first, second, harness.volatile));
  sent.splice(0);

  const nothing = await plugin.observe(ctx, {});
  check("observes only what is asked", [
    ...(nothing.self === null || nothing.self.fields.size === 0 ? [] : ["gave fields of its own unasked"]),
    ...(nothing.resources.size === 0 ? [] : ["gave resources unasked"]),
  ]);
  const empty = await plugin.plan(ctx, first, []);
  check("no change, no action", [
    ...empty.actions.map(({ verb, field }) => `plans ${verb} ${field}`),
    ...empty.faults.map((fault) => fault.message),
  ]);
  const watching = await plugin.watch(ctx, harness.scope, () => undefined);
  watching.close();
  check("planning nothing and watching only read", onlyReads());

  const changes = harness.changes?.(first) ?? [];
  if (changes.length === 0) return checks;
  const plan = await plugin.plan(ctx, first, changes);
  check("planning only reads", onlyReads());
  check("the plan is sound", [
    ...plan.faults.map((fault) => fault.message),
    ...plan.actions.flatMap(actionProblems),
  ]);
  const groups = groupsOf(plan.actions);
  const applied: Outcome[] = [];
  for (const group of groups) applied.push(...(await plugin.apply(ctx, group)));
  check("every action is done", outcomeProblems(plan.actions, applied));
  check(
    "apply sends what the plan showed",
    writesProblems(
      sent.splice(0).filter((call) => !guard(call)),
      plan.actions,
    ),
  );
  const after = await plugin.observe(ctx, harness.scope);
  check(
    "what was asked for is there",
    changes.flatMap((change) => wantedProblems(schema, after, change)),
  );
  const undone: Outcome[] = [];
  for (const group of groups.toReversed()) undone.push(...(await plugin.undo(ctx, group)));
  check("every action is undone", outcomeProblems(groups.toReversed().flat(), undone));
  check("all is as before", differences(first, await plugin.observe(ctx, harness.scope), harness.volatile));
  return checks;
}

// ---- what is sent

/** The bus with a list of every method call that went through it. */
function recorder(bus: Bus): { readonly bus: Bus; readonly sent: Call[] } {
  const sent: Call[] = [];
  const recording: Bus = {
    get uniqueName() {
      return bus.uniqueName;
    },
    get connected() {
      return bus.connected;
    },
    guid: bus.guid,
    address: bus.address,
    call(call) {
      sent.push(call);
      return bus.call(call);
    },
    subscribe: (match, listener) => bus.subscribe(match, listener),
    watchName: (name, listener) => bus.watchName(name, listener),
    owner: (name) => bus.owner(name),
    close: () => bus.close(),
  };
  return { bus: recording, sent };
}

/** Calls that were sent and not shown, and the other way round. Arguments that only exist later are not compared. */
function writesProblems(writes: readonly Call[], actions: readonly Action[]): readonly string[] {
  const shown = actions
    .flatMap((action) => action.via)
    .map(({ interface: name, member }) => `${name}.${member}`);
  const did = writes.map(describe);
  return [
    ...[...new Set(did)]
      .filter((call) => !shown.includes(call))
      .map((call) => `sent ${call}, which the plan did not show`),
    ...[...new Set(shown)]
      .filter((call) => !did.includes(call))
      .map((call) => `the plan showed ${call}, which was not sent`),
  ];
}

function describe({ interface: name, member }: Call): string {
  return `${name}.${member}`;
}

// ---- soundness

function identity(plugin: Plugin): readonly string[] {
  return [
    ...(/^[a-z0-9][a-z0-9_-]*$/.test(plugin.name)
      ? []
      : [`the name ${plugin.name} cannot stand in a document`]),
    ...(plugin.services.length > 0 ? [] : ["names no service"]),
    ...(plugin.digest === "" || /^[0-9a-f]{64}$/.test(plugin.digest) ? [] : ["its digest is no SHA-256"]),
  ];
}

function schemaProblems(plugin: Plugin, schema: Schema): readonly string[] {
  const resources = [...schema.resources.values()];
  const fields = [...schema.self.values(), ...resources.flatMap((resource) => [...resource.fields.values()])];
  const canWrite =
    fields.some((field) => field.writable) || resources.some((r) => r.canCreate || r.canDelete);
  return [
    ...(schema.plugin === plugin.name ? [] : [`is the schema of ${schema.plugin}`]),
    ...(canWrite && !plugin.writable ? ["offers changes, but the plugin says it is read-only"] : []),
    ...plugin.services
      .slice(0, 1)
      .filter((name) => !schema.interfaces.has(name))
      .map((name) => `has no interface digest for ${name}`),
    ...[...schema.interfaces]
      .filter(([, digest]) => !/^[0-9a-f]{64}$/.test(digest))
      .map(([name]) => `the interface digest of ${name} is no SHA-256`),
  ];
}

function observedProblems(schema: Schema, observed: Observed): readonly string[] {
  const of = (
    item: Item,
    fields: ReadonlyMap<string, FieldSchema>,
    isOpen: boolean,
    where: string,
  ): readonly string[] =>
    [...item.fields].flatMap(([name, reading]) => {
      const field = fields.get(name);
      if (field === undefined) return isOpen ? [] : [`${where}${name} is not in the schema`];
      return readingProblems(field, reading).map((problem) => `${where}${name} ${problem}`);
    });
  const self = observed.self === null ? [] : of(observed.self, schema.self, false, "");
  const resources = [...observed.resources].flatMap(([name, { items }]) => {
    const resource = schema.resources.get(name);
    if (resource === undefined) return [`${name} is not in the schema`];
    return [...items].flatMap(([key, item]) => [
      ...(key === item.key ? [] : [`${name}/${key} holds the item ${item.key}`]),
      ...of(item, resource.fields, resource.openFields, `${name}/${key}.`),
    ]);
  });
  return [...self, ...resources];
}

/** A value is its own normal form, so that the output of `query` is a document that asks for nothing. */
function readingProblems(field: FieldSchema, reading: Reading): readonly string[] {
  if ("unknown" in reading) return reading.unknown === "" ? ["is unknown without a reason"] : [];
  if ("digest" in reading) return field.secret ? [] : ["is a digest, but no secret"];
  if (field.secret) return ["is a secret and shown"];
  const normal = field.normalise(reading.known);
  if ("fault" in normal) return [`is not valid as a document value: ${normal.fault}`];
  return equalDoc(normal.value, reading.known, field.kind) ? [] : ["is not in its normal form"];
}

function actionProblems(action: Action): readonly string[] {
  const what = `${action.verb} ${action.resource ?? ""}/${action.key ?? ""}.${action.field ?? ""}`;
  return [
    ...(action.via.length > 0 ? [] : [`${what}: shows no call`]),
    ...(action.risk === "read" ? [`${what}: a change is no read`] : []),
    ...(action.undo === "none" && action.risk !== "irreversible"
      ? [`${what}: cannot be undone, but is not irreversible`]
      : []),
    ...(action.group === "" ? [`${what}: belongs to no group`] : []),
  ];
}

// ---- before and after

/** Actions standing together with one group are one call of apply. */
function groupsOf(actions: readonly Action[]): readonly (readonly Action[])[] {
  const groups: Action[][] = [];
  for (const action of actions) {
    const last = groups.at(-1);
    if (last?.[0]?.group === action.group) last.push(action);
    else groups.push([action]);
  }
  return groups;
}

function outcomeProblems(actions: readonly Action[], outcomes: readonly Outcome[]): readonly string[] {
  const count =
    actions.length === outcomes.length ? [] : [`${actions.length} actions, ${outcomes.length} outcomes`];
  const bad = outcomes.flatMap((outcome, at) =>
    outcome.outcome === "done"
      ? []
      : [`${actions[at]?.field ?? actions[at]?.key}: ${outcome.outcome}, ${outcome.reason}`],
  );
  return [...count, ...bad];
}

function wantedProblems(schema: Schema, observed: Observed, change: Change): readonly string[] {
  const where = `${change.resource ?? ""}/${change.key ?? ""}.${change.field ?? ""}`;
  const item =
    change.resource === null
      ? observed.self
      : observed.resources.get(change.resource)?.items.get(change.key ?? "");
  if (change.verb === "delete") return item === undefined || item === null ? [] : [`${where} is still there`];
  if (item === undefined || item === null) return [`${where} is not there`];
  if (change.verb !== "update" || change.field === null) return [];
  const kind =
    (change.resource === null ? schema.self : schema.resources.get(change.resource)?.fields)?.get(
      change.field,
    )?.kind ?? "value";
  const reading = item.fields.get(change.field);
  const isThere = reading !== undefined && "known" in reading && equalDoc(change.after, reading.known, kind);
  return isThere ? [] : [`${where} is not what was asked for`];
}

function differences(
  before: Observed,
  after: Observed,
  volatile: ReadonlySet<string> = new Set(),
): readonly string[] {
  const itemsOf = (observed: Observed): Map<string, Item> => {
    const resources = [...observed.resources].flatMap(([name, { items }]) =>
      [...items].map(([key, item]) => [`${name}/${key}.`, item] as const),
    );
    return new Map([...(observed.self === null ? [] : [["", observed.self] as const]), ...resources]);
  };
  const old = itemsOf(before);
  const now = itemsOf(after);
  const gone = [...old.keys()].filter((where) => !now.has(where)).map((where) => `${where} is gone`);
  const came = [...now.keys()].filter((where) => !old.has(where)).map((where) => `${where} is new`);
  const moved = [...old].flatMap(([where, item]) => {
    const prefix = where === "" ? "" : `${where.slice(0, where.indexOf("/"))}.`;
    return [...item.fields].flatMap(([field, reading]) => {
      const other = now.get(where)?.fields.get(field);
      const isSame = volatile.has(prefix + field) || other === undefined || sameReading(reading, other);
      return isSame ? [] : [`${where}${field} moved`];
    });
  });
  return [...gone, ...came, ...moved];
}

function sameReading(a: Reading, b: Reading): boolean {
  if ("known" in a && "known" in b) return equalDoc(a.known, b.known, "value");
  if ("digest" in a && "digest" in b) return a.digest === b.digest;
  return "unknown" in a && "unknown" in b;
}
