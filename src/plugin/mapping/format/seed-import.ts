// A semantic-mapping.toml of the first generation as a mapping of this format (docs/design/mapping.md, "Mappings of the
// first generation"). Every guess is a warning; what the old form leaves open is a fault and stands in the result as a
// reference to nothing, so that it cannot be loaded before a person has filled it in. Nothing is looked up.

import type { Fault, Position } from "../../../base/error.ts";
import { readText, type Located } from "../../../base/text/text.ts";
import { isWellKnownName } from "../../../host/dbus/dbus.ts";
import { childrenOf, faultList, isList, isTable, openTable, type FaultList, type Keys } from "./read-keys.ts";
import { flag, literal, quote, section, tableAt, tableIn, text, type Table } from "./seed-toml.ts";

/** What the old form does not say and the new one does. */
export interface SeedTarget {
  /** Name of the plugin. */
  readonly plugin: string;
  readonly bus: "system" | "session";
}

export interface SeedImport {
  /** null: nothing could be taken over. With faults it has to be completed by hand. */
  readonly toml: string | null;
  /** The bus name that it is for; null with `toml`. */
  readonly service: string | null;
  readonly warnings: readonly string[];
  readonly faults: readonly Fault[];
}

interface Work {
  readonly root: Keys;
  readonly list: FaultList;
  readonly canWrite: boolean;
  warn(at: Position, message: string): void;
}

/** Sections whose content has no counterpart here, with the reason. */
const DROPPED: Readonly<Record<string, string>> = Object.freeze({
  config: "is configuration of the program",
  capabilities: "is read from the service",
  security: "claims are not taken over",
  sandbox: "a mapping holds no code",
  signature: "belongs to the package",
  dependencies: "belongs to the package",
  metadata: "belongs to the package",
  plugin: "belongs to the package, except the names of the service",
});
const SAFETY_KEPT = new Set(["operation_timeout", "allow_writes"]);

/** Reads the old form; `file` is for messages. Faults: the codes of base/text, OPD6102. */
export function importSeedMapping(file: string, text: string, target: SeedTarget): SeedImport {
  const nothing = { toml: null, service: null };
  const read = readText(file, text, "toml");
  if (read.root === null || read.faults.length > 0) return { ...nothing, warnings: [], faults: read.faults };
  const list = faultList(text);
  const warnings: string[] = [];
  const root = openTable(read.root, "mapping", null, list);
  const faults = (): readonly Fault[] => list.faults.map((fault) => ({ ...fault, code: "OPD6102" as const }));
  if (root === null) return { ...nothing, warnings, faults: faults() };
  const warn = (at: Position, message: string): void =>
    void warnings.push(`${at.file}:${at.line}: ${message}`);
  const safety = tableAt(root, "safety");
  const isReadOnly =
    flag(safety, "allow_writes") === false || flag(tableAt(root, "plugin"), "read_only") === true;
  const work: Work = { root, list, warn, canWrite: !isReadOnly };
  const service = serviceName(work);
  if (service === null) return { ...nothing, warnings, faults: faults() };
  const head = serviceLines(work, service, safety, target);
  for (const [key, entry] of root.entries) {
    const reason = DROPPED[key];
    if (reason !== undefined) warn(entry.keyAt ?? entry.at, `[${key}] was left out: it ${reason}`);
  }
  for (const [key, entry] of safety ?? []) {
    if (!SAFETY_KEPT.has(key))
      warn(entry.keyAt ?? entry.at, `"${key}" was left out: the engine decides this itself`);
  }
  const body = bodyLines(work);
  return { toml: `${[...head, ...body].join("\n")}\n`, service, warnings, faults: faults() };
}

// ---- [service]

function serviceName({ root, list }: Work): string | null {
  const name =
    text(tableAt(root, "plugin"), "dbus_service") ??
    text(tableAt(root, "service"), "name") ??
    text(root.entries, "service");
  if (name !== null && isWellKnownName(name)) return name;
  list.add(
    root.at,
    "the bus name of the service is not said",
    'write [service] name = "org.example.Service"',
  );
  return null;
}

function serviceLines(
  { root, warn }: Work,
  name: string,
  safety: Table,
  { plugin: pluginName, bus }: SeedTarget,
): readonly string[] {
  const plugin = tableAt(root, "plugin");
  const path = text(plugin, "dbus_path");
  const main = text(plugin, "dbus_interface");
  if (path === null) warn(root.at, "the object path is a guess: the bus name with slashes");
  if (main === null) warn(root.at, "the interface is a guess: that of the bus name");
  const seconds = safety?.get("operation_timeout")?.value;
  return [
    "format = 1",
    "",
    "[service]",
    `name = ${quote(name)}`,
    `bus = ${quote(bus)}`,
    `path = ${quote(path ?? `/${name.replaceAll(".", "/")}`)}`,
    `interface = ${quote(main ?? name)}`,
    `plugin = ${quote(pluginName)}`,
    ...(typeof seconds === "number" ? [`deadline = "${seconds} s"`] : []),
  ];
}

// ---- [properties], [state_mapping]

function bodyLines(work: Work): readonly string[] {
  const fields = new Map<string, string>();
  const sources = new Map<string, string>();
  const resources: string[] = [];
  for (const [name, located] of childrenOf(work.root, "properties")) {
    const table = isTable(located.value) ? located.value : new Map<string, Located>();
    const property = pascal(work, name, located);
    fields.set(property, fieldOf(work, property, name, table, sources));
  }
  for (const [name, located] of childrenOf(work.root, "state_mapping")) {
    const table = isTable(located.value) ? located.value : new Map<string, Located>();
    const property = text(table, "property");
    const at = located.keyAt ?? located.at;
    if (table.has("transform")) work.list.add(at, `"${name}" has a transform: a mapping holds no code`);
    else if (property !== null) {
      const isKnown = fields.has(property) && !flag(table, "writable");
      if (!isKnown) fields.set(property, fieldOf(work, property, name, table, sources));
    } else if (text(table, "diff_strategy") === "set_difference")
      resources.push(...setLines(work, name, table, at));
    else if ([...table.keys()].some((key) => /^apply_(enabled|disabled|started|stopped)_method$/.test(key))) {
      resources.push(...unitLines(work, name, table, at));
    } else if (text(table, "diff_strategy") === "merge_strategy") {
      work.list.add(at, `"${name}" merges tables: write a resource with a "record"`);
    } else fields.set(name, queryField(work, name, table, at, sources));
  }
  return [...section("[self.source]", sources), ...section("[self.fields]", fields), ...resources];
}

function fieldOf(
  work: Work,
  property: string,
  name: string,
  table: NonNullable<Table>,
  sources: Map<string, string>,
): string {
  const keys: string[] = [];
  const getter = text(table, "getter_method");
  if (getter !== null) {
    sources.set(snake(getter), `{ call = ${quote(getter)} }`);
    keys.push(`read = ${quote(`$${snake(getter)}`)}`);
  }
  const setter = text(table, "setter_method");
  if (work.canWrite && setter !== null)
    keys.push(`write = ${stepOf(work, setter, [property, name, "value"], "$value")}`);
  else if (work.canWrite && flag(table, "writable") === true) keys.push("write = true");
  keys.push(...checkOf(work, table.get("validation")));
  return keys.length === 0 ? "{}" : `{ ${keys.join(", ")} }`;
}

function queryField(
  work: Work,
  name: string,
  table: NonNullable<Table>,
  at: Position,
  sources: Map<string, string>,
): string {
  const query = text(table, "query_method");
  const apply = text(table, "apply_method");
  if (query === null) {
    work.list.add(at, `"${name}" does not say how it is read`);
    return `{ read = "$${snake(name)}_read" }`;
  }
  sources.set(snake(query), `{ call = ${quote(query)} }`);
  const write =
    work.canWrite && apply !== null ? `, write = ${stepOf(work, apply, [name, "value"], "$value")}` : "";
  return `{ read = ${quote(`$${snake(query)}`)}${write} }`;
}

function setLines(work: Work, name: string, table: NonNullable<Table>, at: Position): readonly string[] {
  const query = text(table, "query_method");
  if (query === null) work.list.add(at, `"${name}" does not say how it is listed`);
  work.warn(at, `the key of "${name}" is a guess: the listed value itself`);
  const write = (key: string, method: string | null): readonly string[] =>
    method === null || !work.canWrite
      ? []
      : [`${key} = ${stepOf(work, method, [name, "name", "key", "id"], "$key")}`];
  return [
    "",
    `[resource.${name}]`,
    'list = "$listed"',
    'key = "$item"',
    ...write("create", text(table, "apply_method")),
    ...write("delete", text(table, "remove_method")),
    "",
    `[resource.${name}.source]`,
    ...(query === null ? [] : [`listed = { call = ${quote(query)} }`]),
  ];
}

/** enabled and started, each with its two methods; how they are read was never said. */
function unitLines(work: Work, name: string, table: NonNullable<Table>, at: Position): readonly string[] {
  const facets = [
    ["enabled", "apply_enabled_method", "apply_disabled_method"],
    ["started", "apply_started_method", "apply_stopped_method"],
  ] as const;
  const query = text(table, "query_method");
  work.list.add(at, `"${name}" does not say how its items are known nor how their state is read`);
  const fields = facets.flatMap(([facet, on, off]) => {
    const cases = [
      ["true", text(table, on)],
      ["false", text(table, off)],
    ] as const;
    const steps = cases.flatMap(([value, method]) =>
      method === null
        ? []
        : [`${value} = ${stepOf(work, method, [name, "name", "service", "unit"], "$key")}`],
    );
    if (steps.length === 0) return [];
    return [
      `${facet} = { read = "$${facet}"${work.canWrite ? `, write = { when = { ${steps.join(", ")} } }` : ""} }`,
    ];
  });
  return [
    "",
    `[resource.${name}]`,
    'list = "$listed"',
    'key = "$item.name"',
    "",
    `[resource.${name}.source]`,
    ...(query === null ? [] : [`listed = { call = ${quote(query)} }`]),
    "",
    `[resource.${name}.fields]`,
    ...fields,
  ];
}

// ---- [methods], validation

/** A step; the arguments named in `known` become `reference`, defaults constants, any other a fault to fill in. */
function stepOf(work: Work, method: string, known: readonly string[], reference: string): string {
  const methods = new Map(childrenOf(work.root, "methods"));
  const located = methods.get(method) ?? methods.get(snake(method));
  const table = located !== undefined && isTable(located.value) ? located.value : null;
  const names = table?.get("args_mapping")?.value;
  const defaults = tableIn(table, "defaults");
  const at = located?.keyAt ?? work.root.at;
  if (names === undefined) work.warn(at, `the arguments of ${method} are a guess: ${reference} alone`);
  const given = names !== undefined && isList(names) ? names : [];
  const args = given.map((one) => {
    const name = String(one.value);
    if (known.includes(name)) return quote(reference);
    if (name === "interactive") return quote("$interactive");
    const value = defaults?.get(name);
    if (value !== undefined) return literal(value);
    work.list.add(one.at, `argument "${name}" of ${method}: the old form does not say its value`);
    return quote(`$${snake(name)}`);
  });
  const mustAsk = flag(table, "requires_confirmation") === true || flag(table, "safe") === false;
  if (text(table, "dry_run_method") !== null)
    work.warn(at, `${method}: look whether it can be rehearsed ("simulate")`);
  const list = names === undefined ? quote(reference) : args.join(", ");
  return `{ call = ${quote(method)}, args = [${list}]${mustAsk ? ', risk = "needs-confirm"' : ""} }`;
}

function checkOf(work: Work, located: Located | undefined): readonly string[] {
  if (located === undefined || !isTable(located.value)) return [];
  const table = located.value;
  const allowed = table.get("allowed_values");
  const pattern = text(table, "pattern");
  const [least, most] = [table.get("min_length")?.value, table.get("max_length")?.value];
  const at = located.keyAt ?? located.at;
  if (allowed !== undefined) return [`check = { in = ${literal(allowed)} }`];
  if (pattern !== null) {
    if (least !== undefined || most !== undefined)
      work.warn(at, "the length bounds beside a pattern were left out");
    return [`check = { pattern = ${quote(pattern)} }`];
  }
  if (typeof least === "number" || typeof most === "number") {
    return [`check = { pattern = ".{${Number(least ?? 0)},${typeof most === "number" ? most : ""}}" }`];
  }
  work.warn(at, "a validation of several arguments was left out");
  return [];
}

// ---- names

/** `static_hostname` -> `StaticHostname`, as properties are called on the bus. */
function pascal(work: Work, name: string, located: Located): string {
  if (/^[A-Z]/.test(name)) return name;
  const property = name.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  work.warn(located.keyAt ?? located.at, `the property of "${name}" is a guess: ${property}`);
  return property;
}

/** `GetZoneByName` -> `get_zone_by_name`. */
function snake(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}
