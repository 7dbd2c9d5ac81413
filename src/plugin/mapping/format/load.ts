// A mapping's text -> the model, with every fault of the file at once: what TOML, the keys, the names and the references
// say, without a bus. A mapping with a fault is not used at all, so it comes back as null.

import { createHash } from "node:crypto";

import type { Fault, Position } from "../../../base/error.ts";
import { LIMITS } from "../../../base/limits.ts";
import { readText, type Located } from "../../../base/text/text.ts";
import { isBusName, isInterfaceName } from "../../../host/dbus/dbus.ts";
import { checkStatic } from "./check-static.ts";
import { errorsOf, flowsOf } from "./load-flow.ts";
import { resourceOf, type ServiceCalls } from "./load-resource.ts";
import { pathAt, recipeOf, type Calls } from "./load-step.ts";
import type { CheckpointRecipes, Mapping, Place, Recipe, Resource } from "../model.ts";
import {
  childrenOf,
  deadlineAt,
  faultList,
  flagAt,
  isList,
  openTable,
  requireKeys,
  textAt,
  textOf,
  textsAt,
  wordAt,
  type FaultList,
  type Keys,
} from "./read-keys.ts";
import type { FieldNames } from "./reference.ts";

const NO_FIELDS: FieldNames = { fields: new Set(), open: false };

/** The mapping, or null and every fault. `file` is only for messages, `deadlineMs` of a service whose mapping gives
 * none. Faults: the codes of base/text, OPD6100. */
export function loadMapping(
  file: string,
  text: string,
  deadlineMs: number = LIMITS.callDeadlineMs,
): { mapping: Mapping | null; faults: readonly Fault[] } {
  if (text.length > LIMITS.mappingCharsMax) {
    const at: Position = { file, line: 1, column: 1 };
    const message = `the mapping has ${text.length} characters; ${LIMITS.mappingCharsMax} is the most`;
    return { mapping: null, faults: [{ code: "OPD6100", message, at }] };
  }
  const read = readText(file, text, "toml");
  if (read.root === null || read.faults.length > 0) return { mapping: null, faults: read.faults };
  const list = faultList(text);
  let hashed: string | null = null;
  const digest = (): string => (hashed ??= createHash("sha256").update(text).digest("hex"));
  const mapping = mappingOf({ file, digest, deadlineMs }, read.root, list);
  if (mapping !== null) checkStatic(mapping, list);
  const faults = list.faults.toSorted((a, b) => order(a.at) - order(b.at));
  return { mapping: faults.length === 0 ? deepFreeze(mapping) : null, faults };
}

function mappingOf(
  given: Pick<Mapping, "file" | "digest" | "deadlineMs">,
  root: Located,
  list: FaultList,
): Mapping | null {
  const { file, digest } = given;
  const top = openTable(
    root,
    "mapping",
    ["format", "service", "at", "flow", "errors", "checkpoint", "self", "resource"],
    list,
  );
  if (top === null) return null;
  const start: Position = { file, line: 1, column: 1 };
  const keys: Keys = { ...top, at: start };
  requireKeys(keys, "format", "service");
  const format = keys.entries.get("format");
  if (format !== undefined && format.value !== 1) {
    list.add(format.at, "this version reads mappings of format 1 only");
  }
  const located = keys.entries.get("service");
  const service = located === undefined ? null : openTable(located, "[service]", SERVICE_KEYS, list);
  if (service === null) return null;
  requireKeys(service, "name", "path", "interface");
  const name = textAt(service, "name", isBusName, "a bus name") ?? "";
  const deadlineMs = deadlineAt(service) ?? given.deadlineMs;
  const places = placesOf(keys, service);
  const base: Omit<ServiceCalls, "flows"> = {
    list,
    places: new Set(places.keys()),
    deadlineMs,
    actions: `${textAt(service, "actions", isBusName, "a prefix of polkit actions") ?? name}.`,
  };
  const own: Calls = {
    ...base,
    flows: new Map(),
    what: "[service]",
    names: NO_FIELDS,
    place: "service",
    action: null,
  };
  const flows = flowsOf(keys, places.get("service")?.interfaces[0] ?? "", own);
  const calls: ServiceCalls = { ...base, flows };
  const resources = new Map<string, Resource>();
  for (const [resource, entry] of childrenOf(keys, "resource")) {
    resources.set(resource, resourceOf(resource, entry, start, calls));
  }
  return {
    file,
    digest,
    service: name,
    plugin: textAt(service, "plugin", isPluginName, "a name of letters, digits, _ and -") ?? pluginName(name),
    bus: wordAt(service, "bus", ["system", "session"]) ?? "system",
    deadlineMs,
    places,
    flows,
    errors: errorsOf(keys),
    checkpoint: checkpointOf(keys, { ...own, flows }),
    self: resourceOf(null, keys.entries.get("self"), start, calls),
    hasSelf: keys.entries.has("self"),
    resources,
  };
}

const SERVICE_KEYS = ["name", "path", "interface", "bus", "plugin", "actions", "deadline"];

function isPluginName(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_-]*$/.test(text);
}

function pluginName(service: string): string {
  return service.slice(service.lastIndexOf(".") + 1).toLowerCase();
}

function placesOf(keys: Keys, service: Keys): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>([["service", placeOf("service", service)]]);
  for (const [name, located] of childrenOf(keys, "at")) {
    const place = openTable(located, `[at.${name}]`, ["path", "interface"], keys.list);
    if (name === "service")
      keys.list.add(located.keyAt ?? located.at, '"service" is the place of [service] itself');
    if (place === null) continue;
    requireKeys(place, "path", "interface");
    places.set(name, placeOf(name, place));
  }
  return places;
}

function placeOf(name: string, keys: Keys): Place {
  const entry = keys.entries.get("interface");
  const what = `"interface" in ${keys.what}`;
  const several =
    entry !== undefined && isList(entry.value) ? entry.value : entry === undefined ? [] : [entry];
  if (entry !== undefined && several.length === 0) keys.list.add(entry.at, `${what} is an empty list`);
  const interfaces = several.map(
    (one) => textOf(one, what, keys.list, isInterfaceName, "an interface name") ?? "",
  );
  const path = pathAt(keys, "path", NO_FIELDS) ?? { kind: "constant" as const, value: "/", at: keys.at };
  if (name === "service" && path.kind !== "constant")
    keys.list.add(path.at, "the path of the service is no reference");
  return { name, path, interfaces: interfaces.length === 0 ? [""] : interfaces, at: keys.at };
}

function checkpointOf(keys: Keys, calls: Calls): CheckpointRecipes | null {
  const entry = keys.entries.get("checkpoint");
  const allowed = ["create", "commit", "rollback", "extend", "covers", "expires"];
  const table = entry === undefined ? null : openTable(entry, "[checkpoint]", allowed, keys.list);
  if (table === null) return null;
  requireKeys(table, "create", "commit", "rollback");
  const here = { ...calls, what: "[checkpoint]" };
  const recipe = (key: string): Recipe | null => {
    const located = table.entries.get(key);
    return located === undefined ? null : recipeOf(located, `"${key}" in [checkpoint]`, here, null);
  };
  const missing: Recipe = { name: null, steps: [], at: table.at };
  return {
    create: recipe("create") ?? missing,
    commit: recipe("commit") ?? missing,
    rollback: recipe("rollback") ?? missing,
    extend: recipe("extend"),
    covers: textsAt(table, "covers"),
    expires: flagAt(table, "expires"),
    at: table.at,
  };
}

function order(at: Position | undefined): number {
  return at === undefined ? 0 : at.line * 100_000 + at.column;
}

/** Freezes plain values all the way down; Maps are frozen as objects and never written by anybody. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of value instanceof Map ? value.values() : Object.values(value)) deepFreeze(inner);
  return value;
}
