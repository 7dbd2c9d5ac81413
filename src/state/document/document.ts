// Text into a raw document: syntax, version and shape, several files merged. What the names in it mean is decided
// later, against the plugins that are here (bind.ts). Pure; all faults of all files at once.

import type { Fault, Position } from "../../base/error.ts";
import { nearest } from "../../base/nearest.ts";
import { readText, type Located, type LocatedTable } from "../../base/text/text.ts";
import type { Scope } from "../../plugin/plugin.ts";
import { formatAddress, parseAddress, type Address } from "../address.ts";
import { DocumentFaults, kindName, namesHint } from "./document-faults.ts";
import { mergeTables } from "./merge.ts";
import type { DocumentSource } from "../model.ts";
import type { Probe } from "../probe.ts";
import { readProbes } from "./document-probes.ts";

export interface RawPlugin {
  readonly at: Position;
  /** Below `plugins.NAME`, in document order. More than one value: several files give the same name a list (and
   * perhaps a table), which is a conflict for a field and a union for a resource. */
  readonly entries: ReadonlyMap<string, readonly Located[]>;
}
export interface RawDocument {
  readonly plugins: ReadonlyMap<string, RawPlugin>;
  /** Of all files, in their order. */
  readonly probes: readonly Probe[];
}

const TOP = ["version", "plugins", "probes"];
/** What could not be read, in the output of `query`; ignored in a document. */
export const UNKNOWN_KEY = "_unknown";

/** `raw` holds what was understood, null if that is nothing. Faults: those of base/text, OPD2001, OPD2002, OPD2006,
 * OPD2130. */
export function parseDocument(sources: readonly DocumentSource[]): {
  readonly raw: RawDocument | null;
  readonly faults: readonly Fault[];
} {
  const faults = new DocumentFaults(sources);
  const plugins = new Map<string, { at: Position; entries: Map<string, Located[]> }>();
  const probes: Probe[] = [];
  let understood = false;
  for (const { file, format, text } of sources) {
    const { root, faults: found } = readText(file, text, format);
    faults.addAll(found);
    const sections = root === null ? null : sectionsOf(root, found.length > 0, faults);
    const asked = root?.value instanceof Map ? (root.value as LocatedTable).get("probes") : undefined;
    if (asked !== undefined) probes.push(...readProbes(asked, faults));
    if (sections === null) continue;
    understood = true;
    for (const [name, section] of sections) addPlugin(plugins, name, section, faults);
  }
  return { raw: understood ? { plugins, probes } : null, faults: faults.sorted() };
}

/** The table `plugins` of one file. `broken`: the reader found faults, so what is missing may be their consequence. */
function sectionsOf(root: Located, broken: boolean, faults: DocumentFaults): LocatedTable | null {
  if (!(root.value instanceof Map)) {
    faults.add("OPD2002", root.at, `a document is a table, this is ${kindName(root.value)}`);
    return null;
  }
  const top: LocatedTable = root.value;
  checkVersion(top.get("version"), root, broken, faults);
  for (const [name, { at, keyAt = at, value }] of top) {
    if (TOP.includes(name) || name.startsWith("_")) continue;
    const near = nearest(name, TOP);
    const hint =
      near === null && value instanceof Map
        ? `what a plugin manages stands below plugins: plugins.${name}`
        : namesHint(near, TOP);
    faults.add("OPD2002", keyAt, `a document has no ${JSON.stringify(name)}`, { hint });
  }
  const plugins = top.get("plugins");
  if (plugins === undefined) {
    if (!broken)
      faults.add("OPD2002", root.at, "`plugins` is missing", {
        hint: "what shall be stands in plugins.NAME",
      });
    return null;
  }
  if (plugins.value instanceof Map) return plugins.value;
  faults.add("OPD2002", plugins.at, `plugins is a table, this is ${kindName(plugins.value)}`);
  return null;
}

function checkVersion(
  version: Located | undefined,
  root: Located,
  broken: boolean,
  faults: DocumentFaults,
): void {
  if (version?.value === 1 || (version === undefined && broken)) return;
  const hint = 'write version = 1 (in JSON "version": 1)';
  if (version === undefined) faults.add("OPD2001", root.at, "`version` is missing", { hint });
  else faults.add("OPD2001", version.at, "the version of a document is the number 1", { hint });
}

function addPlugin(
  plugins: Map<string, { at: Position; entries: Map<string, Located[]> }>,
  name: string,
  section: Located,
  faults: DocumentFaults,
): void {
  const at = section.keyAt ?? section.at;
  if (!(section.value instanceof Map)) {
    const message = `a plugin's section is a table, this is ${kindName(section.value)}`;
    faults.add("OPD2002", section.at, message, { address: own(name, null) });
    return;
  }
  const plugin = plugins.get(name) ?? { at, entries: new Map<string, Located[]>() };
  plugins.set(name, plugin);
  for (const [entry, located] of section.value as LocatedTable) {
    const there = plugin.entries.get(entry);
    if (there === undefined) plugin.entries.set(entry, [located]);
    else addEntry(there, located, name, entry, faults);
  }
}

/** Tables become one; a list beside something else is kept beside it, for only a schema tells what it is. */
function addEntry(
  there: Located[],
  located: Located,
  plugin: string,
  entry: string,
  faults: DocumentFaults,
): void {
  const alike = there.findIndex(({ value }) => Array.isArray(value) === Array.isArray(located.value));
  const first = there[alike];
  if (first === undefined || Array.isArray(located.value)) {
    there.push(located);
    return;
  }
  const united = mergeTables(new Map([[entry, first]]), new Map([[entry, located]]), [], (path, one, two) => {
    const [, key = null, ...field] = path;
    const address: Address =
      key === null
        ? own(plugin, entry)
        : { plugin, resource: entry, key, field: field.length === 0 ? null : field.join(".") };
    conflict(faults, address, one, two);
  });
  there[alike] = united.get(entry) ?? first;
}

/** Reports the second of two values of one address, with the place of the first. */
export function conflict(faults: DocumentFaults, address: Address, first: Located, second: Located): void {
  const { file, line, column } = first.at;
  faults.add(
    "OPD2006",
    second.at,
    `${formatAddress(address)} has another value at ${file}:${line}:${column}`,
    {
      address,
      hint: "keep one of the two",
    },
  );
}

function own(plugin: string, field: string | null): Address {
  return { plugin, resource: null, key: null, field };
}

/** Names of the plugins that a document is about, those that only a probe asks among them. */
export function pluginsIn({ plugins, probes }: RawDocument): readonly string[] {
  const asked = probes.flatMap((probe) =>
    probe.kind === "value" ? [parseAddress(probe.address).plugin] : [],
  );
  return [...new Set([...plugins.keys(), ...asked])];
}

/** What a document asks of each plugin, before there is a schema: fields by their names, items by their keys where each
 * entry of a section is read as either. A plugin that a probe asks is left out: of it everything is needed. */
export function needsOf(raw: RawDocument): ReadonlyMap<string, Scope> {
  const asked = new Set(pluginsIn({ plugins: new Map(), probes: raw.probes }));
  const plugins = [...raw.plugins].filter(([name]) => !asked.has(name));
  return new Map(plugins.map(([name, { entries }]) => [name, needOf(entries)]));
}

function needOf(entries: RawPlugin["entries"]): Scope {
  const resources = new Map<string, { keys: "all" | readonly string[]; fields: "all" }>();
  for (const [name, values] of entries) {
    const tables = values.flatMap(({ value }) => (value instanceof Map ? [value] : []));
    const isItems = tables.length === values.length && tables.every(isAllTables);
    resources.set(name, {
      keys: isItems ? tables.flatMap((table) => [...table.keys()]) : "all",
      fields: "all",
    });
  }
  return { self: "all", resources };
}

/** No list, and no word about all items (`exclusive`). */
function isAllTables(table: LocatedTable): boolean {
  return [...table.values()].every(({ value }) => value instanceof Map);
}
