// `[....fields]`: how one field is read, written, named and checked.

import type { Located } from "../../../base/text/text.ts";
import { isMemberName } from "../../../host/dbus/dbus.ts";
import { checkOf, parseTextForm, valuesOf } from "./load-form.ts";
import { readAt } from "./load-source.ts";
import { actionAt, recipeOf, type Calls } from "./load-step.ts";
import { UNITS, type Field, type Read, type Recipe, type Write } from "../model.ts";
import { isTable, numberAt, openTable, textsAt, wordAt, type Keys } from "./read-keys.ts";
import { literalOf } from "./reference.ts";

const FIELD_KEYS = [
  "read",
  "write",
  "action",
  "add",
  "remove",
  "all",
  "values",
  "unit",
  "scale",
  "text",
  "check",
  "default",
  "after",
];

export interface FieldContext {
  readonly calls: Calls;
  readonly recipes: ReadonlyMap<string, Recipe>;
  /** The resource has a record: a field without `read` is a part of it. */
  readonly record: boolean;
}

export function fieldOf(name: string, located: Located, context: FieldContext): Field {
  const { calls } = context;
  const at = located.keyAt ?? located.at;
  const what = `field "${name}" of ${calls.what}`;
  const keys = openTable(located, what, FIELD_KEYS, calls.list) ?? {
    what,
    at,
    entries: new Map<string, Located>(),
    list: calls.list,
  };
  const read = readOf(keys, name, context);
  const text = keys.entries.get("text");
  const fallback = keys.entries.get("default");
  const scale = numberAt(keys, "scale");
  if (scale !== null && !(scale > 0))
    calls.list.add(keys.entries.get("scale")?.at ?? at, `"scale" in ${what} must be more than 0`);
  if (scale !== null && !keys.entries.has("unit"))
    calls.list.add(keys.entries.get("scale")?.at ?? at, `${what} has a "scale" without a "unit"`);
  return {
    name,
    read,
    write: writeOf(keys, read, context),
    values: valuesOf(keys),
    unit: wordAt(keys, "unit", UNITS),
    scale: scale === null || !(scale > 0) ? 1 : Number(scale),
    text: text === undefined ? null : parseTextForm(text, `"text" in ${what}`, calls.list),
    check: checkOf(keys, calls.names),
    default: fallback === undefined ? null : literalOf(fallback, calls.list),
    after: textsAt(keys, "after"),
    at,
  };
}

function readOf(keys: Keys, name: string, { calls, record }: FieldContext): Read {
  const entry = keys.entries.get("read");
  const at = keys.at;
  if (entry === undefined) {
    if (keys.entries.has("all")) return { kind: "all", at };
    if (record) return { kind: "record", path: name.split("."), at };
    if (!isMemberName(name)) keys.list.add(at, `${keys.what} needs a "read": its name is no property name`);
    return { kind: "property", property: name, at };
  }
  if (entry.value === false) return { kind: "none", at: entry.at };
  if (keys.entries.has("all"))
    keys.list.add(entry.at, `${keys.what} stands for others ("all"), so it has no "read"`);
  return readAt(keys, "read", calls) ?? { kind: "none", at };
}

function writeOf(keys: Keys, read: Read, context: FieldContext): Write {
  const { calls, recipes } = context;
  const { list } = calls;
  const ways = ["write", "add", "all"].filter(
    (key) => keys.entries.has(key) || (key === "add" && keys.entries.has("remove")),
  );
  if (ways.length > 1)
    list.add(
      keys.at,
      `${keys.what} can be written in one way only: ${ways.map((key) => `"${key}"`).join(", ")}`,
    );
  const entry = keys.entries.get("write");
  const action = actionAt(keys, calls.actions);
  if (action !== null && entry?.value !== true) {
    list.add(
      keys.entries.get("action")?.keyAt ?? keys.at,
      `${keys.what}: "action" stands beside "write = true", else in the step`,
    );
  }
  if (keys.entries.has("all")) return { kind: "all", fields: textsAt(keys, "all"), at: keys.at };
  if (keys.entries.has("add") || keys.entries.has("remove")) {
    const recipe = (key: string): Recipe | null => {
      const located = keys.entries.get(key);
      return located === undefined ? null : recipeOf(located, `"${key}" in ${keys.what}`, calls, recipes);
    };
    return { kind: "elements", add: recipe("add"), remove: recipe("remove"), at: keys.at };
  }
  if (entry === undefined) return read.kind === "record" ? { kind: "record" } : { kind: "read-only" };
  const what = `"write" in ${keys.what}`;
  if (entry.value === true) {
    if (read.kind !== "property")
      list.add(entry.at, `${what} is true, so the field must read a property of the object`);
    return { kind: "property", action: action ?? calls.action, at: entry.at };
  }
  if (isTable(entry.value) && entry.value.has("when")) return whenOf(entry, what, context);
  const recipe = recipeOf(entry, what, calls, recipes);
  return recipe === null ? { kind: "read-only" } : { kind: "recipe", recipe };
}

function whenOf(entry: Located, what: string, { calls, recipes }: FieldContext): Write {
  const when = openTable(entry, what, ["when"], calls.list)?.entries.get("when");
  const table = when === undefined ? null : openTable(when, `"when" in ${what}`, null, calls.list);
  const cases = new Map<string, Recipe>();
  for (const [value, located] of table?.entries ?? []) {
    const recipe = recipeOf(located, `"when ${value}" in ${what}`, calls, recipes);
    if (recipe !== null) cases.set(value, recipe);
  }
  return { kind: "when", cases, at: when?.at ?? entry.at };
}
