// `[self]` and `[resource.NAME]`: where a resource is, how its items are found and named, and its fields.

import type { Position } from "../../../base/error.ts";
import type { Located } from "../../../base/text/text.ts";
import { isMemberName } from "../../../host/dbus/dbus.ts";
import { fieldOf } from "./load-field.ts";
import { conditionsOf, effectsOf, typesOf } from "./load-form.ts";
import { readAt, sourcesOf } from "./load-source.ts";
import { actionAt, placeAt, recipeOf, recipesOf, type Calls } from "./load-step.ts";
import type { Field, Recipe, Reference, Resource, SignalName } from "../model.ts";
import {
  childrenOf,
  deadlineAt,
  flagAt,
  listAt,
  openTable,
  requireKeys,
  textOf,
  textsAt,
  type Keys,
} from "./read-keys.ts";
import { referenceOf } from "./reference.ts";

/** What all resources of a mapping have in common: the calls of the service. */
export type ServiceCalls = Omit<Calls, "what" | "names" | "place" | "action">;

const SHARED_KEYS = [
  "at",
  "object",
  "record",
  "types",
  "ignore",
  "secret",
  "write",
  "refresh",
  "repair",
  "after",
  "changed",
  "action",
  "deadline",
  "source",
  "recipe",
  "fields",
];
const COLLECTION_KEYS = [
  "list",
  "key",
  "alias",
  "get",
  "candidate",
  "offers",
  "any_key",
  "absent",
  "pending",
  "create",
  "delete",
  "effects",
];

/** `name` null: the plugin's own fields; `located` undefined: the mapping has none. */
export function resourceOf(
  name: string | null,
  located: Located | undefined,
  file: Position,
  calls: ServiceCalls,
): Resource {
  const what = name === null ? "[self]" : `[resource.${name}]`;
  const allowed = name === null ? SHARED_KEYS : [...SHARED_KEYS, ...COLLECTION_KEYS];
  const opened = located === undefined ? null : openTable(located, what, allowed, calls.list);
  const keys: Keys = opened ?? { what, at: file, entries: new Map<string, Located>(), list: calls.list };
  const here = callsOf(keys, calls);
  if (name !== null && opened !== null) checkCollection(keys);

  const sources = sourcesOf(keys, here);
  const recipes = recipesOf(keys, here);
  const recipe = (key: string): Recipe | null => {
    const entry = keys.entries.get(key);
    return entry === undefined ? null : recipeOf(entry, `"${key}" in ${what}`, here, recipes);
  };
  const reference = (key: string): Reference | null => {
    const entry = keys.entries.get(key);
    return entry === undefined ? null : referenceOf(entry, `"${key}" in ${what}`, here.names, calls.list);
  };
  const record = reference("record");
  const fields = new Map<string, Field>();
  for (const [field, entry] of fieldEntries(keys)) {
    fields.set(field, fieldOf(field, entry, { calls: here, recipes, record: record !== null }));
  }
  return {
    name,
    place: here.place,
    object: placeAt(keys, here, "object"),
    list: reference("list"),
    key: readAt(keys, "key", here),
    alias: readAt(keys, "alias", here),
    get: reference("get"),
    candidate: reference("candidate"),
    offers: reference("offers"),
    anyKey: flagAt(keys, "any_key"),
    absent: conditionsOf(keys, "absent"),
    pending: conditionsOf(keys, "pending"),
    record,
    types: typesOf(keys),
    ignore: textsAt(keys, "ignore"),
    secret: textsAt(keys, "secret"),
    create: recipe("create"),
    delete: recipe("delete"),
    write: recipe("write"),
    refresh: recipe("refresh"),
    repair: recipe("repair"),
    effects: effectsOf(keys),
    after: textsAt(keys, "after"),
    changed: changedOf(keys),
    sources,
    recipes,
    fields,
    at: keys.at,
  };
}

function callsOf(keys: Keys, calls: ServiceCalls): Calls {
  const fields = new Set(fieldEntries({ ...keys, list: { faults: [], add() {} } }).map(([name]) => name));
  const place = placeAt(keys, { places: calls.places, place: "service" });
  return {
    ...calls,
    what: keys.what,
    names: { fields, open: keys.entries.has("record") },
    place,
    deadlineMs: deadlineAt(keys) ?? calls.deadlineMs,
    action: actionAt(keys, calls.actions),
  };
}

function checkCollection(keys: Keys): void {
  requireKeys(keys, "list");
  if (keys.entries.has("list")) requireKeys(keys, "key");
  if (keys.entries.has("write") && !keys.entries.has("record")) {
    keys.list.add(
      keys.entries.get("write")?.keyAt ?? keys.at,
      `"write" in ${keys.what} is for a "record", and there is none`,
    );
  }
}

function fieldEntries(keys: Keys): readonly (readonly [string, Located])[] {
  return childrenOf(keys, "fields");
}

function changedOf(keys: Keys): readonly SignalName[] {
  const names: SignalName[] = [];
  for (const member of listAt(keys, "changed")) {
    const text = textOf(member, `a member of "changed" in ${keys.what}`, keys.list);
    if (text === null) continue;
    const dot = text.lastIndexOf(".");
    const name = text.slice(dot + 1);
    if (!isMemberName(name)) keys.list.add(member.at, `"${text}" is no signal name`);
    names.push({ interface: dot < 0 ? null : text.slice(0, dot), member: name, at: member.at });
  }
  return names;
}
