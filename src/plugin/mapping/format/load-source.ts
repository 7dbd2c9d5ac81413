// Sources: the named reads of a resource, and what a field, key or alias reads.

import type { Located } from "../../../base/text/text.ts";
import { isInterfaceName, isMemberName } from "../../../host/dbus/dbus.ts";
import { parseTextForm } from "./load-form.ts";
import { callAt, deadlineOf, flowAt, pathAt, placeAt, templatesAt, type Calls } from "./load-step.ts";
import type { Read, Source, Template, TextForm } from "../model.ts";
import {
  childrenOf,
  deadlineAt,
  flagAt,
  isTable,
  openTable,
  textAt,
  textOf,
  textsAt,
  type Keys,
} from "./read-keys.ts";
import { checkSourceName, parseReference, templateOf } from "./reference.ts";

const SOURCE_KEYS = [
  "call",
  "args",
  "property",
  "objects",
  "of",
  "at",
  "path",
  "flow",
  "deadline",
  "columns",
  "parts",
  "where",
  "one",
];
const FETCHES = ["call", "property", "objects", "of"] as const;

/** `[....source]`: by name. */
export function sourcesOf(keys: Keys, calls: Calls): ReadonlyMap<string, Source> {
  const sources = new Map<string, Source>();
  for (const [name, located] of childrenOf(keys, "source")) {
    checkSourceName(name, located, calls.list);
    sources.set(name, sourceOf(located, `source "${name}" of ${calls.what}`, name, calls));
  }
  return sources;
}

/** A source in its table or in place (name null). What is wrong is reported and left empty. */
function sourceOf(located: Located, what: string, name: string | null, calls: Calls): Source {
  const at = located.keyAt ?? located.at;
  const opened = openTable(located, what, SOURCE_KEYS, calls.list);
  const keys = opened ?? { what, at, entries: new Map<string, Located>(), list: calls.list };
  const flow = flowAt(keys, calls);
  const source: Source = {
    name,
    fetch: opened === null ? { kind: "property", property: "" } : fetchAt(keys, calls),
    place: placeAt(keys, calls),
    path: pathAt(keys, "path", calls.names),
    flow,
    deadlineMs: deadlineAt(keys) ?? deadlineOf(flow, calls),
    columns: keys.entries.has("columns") ? textsAt(keys, "columns") : null,
    parts: partsAt(keys),
    where: whereAt(keys, calls),
    one: flagAt(keys, "one"),
    at,
  };
  if (flow !== null && source.fetch.kind !== "call")
    calls.list.add(at, `${what} has a flow, so it needs a "call"`);
  if (flow !== null && source.columns !== null) {
    calls.list.add(at, `${what} has a flow: its columns are those of the flow's "rows"`);
  }
  return source;
}

function fetchAt(keys: Keys, calls: Calls): Source["fetch"] {
  const found = FETCHES.filter((key) => keys.entries.has(key));
  const [kind] = found;
  if (found.length !== 1 || kind === undefined) {
    const all = FETCHES.map((key) => `"${key}"`).join(", ");
    keys.list.add(keys.at, `${keys.what} needs exactly one of ${all}`);
  }
  if (kind !== "call" && keys.entries.has("args"))
    keys.list.add(keys.at, `${keys.what} has "args" without a "call"`);
  if (kind === "objects") {
    return { kind, interface: textAt(keys, "objects", isInterfaceName, "an interface name") ?? "" };
  }
  if (kind === "of") return { kind, resource: textAt(keys, "of") ?? "" };
  if (kind === "property")
    return { kind, property: textAt(keys, "property", isMemberName, "a property name") ?? "" };
  return { kind: "call", call: callAt(keys) ?? "", args: templatesAt(keys, "args", calls) };
}

function whereAt(keys: Keys, calls: Calls): ReadonlyMap<string, Template> {
  const entry = keys.entries.get("where");
  if (entry === undefined) return new Map();
  const table = openTable(entry, `"where" in ${keys.what}`, null, keys.list);
  return new Map(
    [...(table?.entries ?? [])].map(([column, value]) => [column, templateOf(value, calls.names, keys.list)]),
  );
}

function partsAt(keys: Keys): ReadonlyMap<string, TextForm> {
  const parts = new Map<string, TextForm>();
  const entry = keys.entries.get("parts");
  const table = entry === undefined ? null : openTable(entry, `"parts" in ${keys.what}`, null, keys.list);
  for (const [column, located] of table?.entries ?? []) {
    const form = parseTextForm(located, `the parts of "${column}" in ${keys.what}`, keys.list);
    if (form !== null) parts.set(column, form);
  }
  return parts;
}

/** `key`, `alias`, `read`: a reference, a property name or an inline source. */
export function readAt(keys: Keys, key: string, calls: Calls): Read | null {
  const entry = keys.entries.get(key);
  if (entry === undefined) return null;
  const what = `"${key}" in ${keys.what}`;
  const { value, at } = entry;
  if (isTable(value)) return { kind: "source", source: sourceOf(entry, what, null, calls), at };
  const text = textOf(entry, what, keys.list);
  if (text === null) return { kind: "none", at };
  if (text.startsWith("$")) {
    const reference = parseReference(text, entry, calls.names, keys.list);
    return reference === null ? { kind: "none", at } : { kind: "reference", reference, at };
  }
  if (!isMemberName(text)) keys.list.add(at, `${what} is neither a reference nor a property name: "${text}"`);
  return { kind: "property", property: text, at };
}
