// Steps and recipes: the calls of a mapping that change something, with the defaults of the resource they stand in.

import type { Located } from "../../../base/text/text.ts";
import { isMemberName, isObjectPath } from "../../../host/dbus/dbus.ts";
import type { Risk } from "../../plugin.ts";
import type { Flow, Recipe, ReplyCheck, Step, Template } from "../model.ts";
import {
  childrenOf,
  deadlineAt,
  flagAt,
  hintFor,
  isList,
  isTable,
  listAt,
  openTable,
  requireKeys,
  textAt,
  textOf,
  wordAt,
  type FaultList,
  type Keys,
} from "./read-keys.ts";
import { literalOf, templateOf, type FieldNames } from "./reference.ts";

/** What the calls of one resource (or of the service, for flows and checkpoint) have in common. */
export interface Calls {
  readonly list: FaultList;
  /** `[resource.units]`, for messages. */
  readonly what: string;
  readonly names: FieldNames;
  readonly places: ReadonlySet<string>;
  readonly flows: ReadonlyMap<string, Pick<Flow, "deadlineMs">>;
  /** Defaults: place, deadline (resource, else service) and whole polkit action id. */
  readonly place: string;
  readonly deadlineMs: number;
  readonly action: string | null;
  /** Prefix of every action, with its dot. */
  readonly actions: string;
}

const RISK_WORDS = ["needs-confirm", "irreversible"] as const satisfies readonly Risk[];
const STEP_KEYS = ["call", "args", "at", "flow", "batch", "simulate", "ok", "action", "deadline", "risk"];
const isAction = (text: string): boolean => /^[A-Za-z0-9.-]+$/.test(text);

/** One step; null when it is no table at all. */
export function stepOf(located: Located, what: string, calls: Calls): Step | null {
  const keys = openTable(located, what, STEP_KEYS, calls.list);
  if (keys === null) return null;
  requireKeys(keys, "call");
  const flow = flowAt(keys, calls);
  return {
    call: callAt(keys) ?? "",
    args: templatesAt(keys, "args", calls),
    place: placeAt(keys, calls),
    flow,
    batch: flagAt(keys, "batch"),
    simulate: keys.entries.has("simulate") ? templatesAt(keys, "simulate", calls) : null,
    ok: replyChecks(keys),
    action: actionAt(keys, calls.actions) ?? calls.action,
    deadlineMs: deadlineAt(keys) ?? deadlineOf(flow, calls),
    risk: wordAt(keys, "risk", RISK_WORDS),
    at: located.at,
  };
}

/** A step, a list of steps, or the name of a recipe of the resource. */
export function recipeOf(
  located: Located,
  what: string,
  calls: Calls,
  named: ReadonlyMap<string, Recipe> | null,
): Recipe | null {
  const { value, at } = located;
  if (typeof value === "string" && named !== null) {
    const recipe = named.get(value);
    if (recipe !== undefined) return recipe;
    calls.list.add(
      at,
      `${what} names the recipe "${value}", which does not exist`,
      hintFor(value, named.keys()),
    );
    return null;
  }
  if (isList(value)) {
    if (value.length === 0) calls.list.add(at, `${what} has no steps`);
    const steps = value.map((step, index) => stepOf(step, `step ${index + 1} of ${what}`, calls));
    return { name: null, steps: steps.filter((step) => step !== null), at };
  }
  if (!isTable(value)) {
    calls.list.add(
      at,
      `${what} must be a step, a list of steps${named === null ? "" : " or the name of a recipe"}`,
    );
    return null;
  }
  const step = stepOf(located, what, calls);
  return { name: null, steps: step === null ? [] : [step], at };
}

/** `[....recipe]`: by name. */
export function recipesOf(keys: Keys, calls: Calls): ReadonlyMap<string, Recipe> {
  const recipes = new Map<string, Recipe>();
  for (const [name, located] of childrenOf(keys, "recipe")) {
    const recipe = recipeOf(located, `recipe "${name}" of ${calls.what}`, calls, null);
    recipes.set(name, { name, steps: recipe?.steps ?? [], at: located.keyAt ?? located.at });
  }
  return recipes;
}

function replyChecks(keys: Keys): readonly ReplyCheck[] {
  const entry = keys.entries.get("ok");
  const table = entry === undefined ? null : openTable(entry, `"ok" in ${keys.what}`, null, keys.list);
  return [...(table?.entries ?? [])].map(([text, values]) => {
    const at = values.keyAt ?? values.at;
    const path = text.split(".").map((part) => (/^(0|[1-9][0-9]{0,8})$/.test(part) ? Number(part) : part));
    if (typeof path[0] !== "number") {
      keys.list.add(at, `"${text}" in "ok" must begin with an argument number, as in "0" or "0.*"`);
    }
    if (!isList(values.value)) keys.list.add(values.at, `"${text}" in "ok" must be a list of values`);
    const literals = isList(values.value) ? values.value.map((value) => literalOf(value, keys.list)) : [];
    return { path, values: literals, at };
  });
}

/** An object path, or a reference to one. */
export function pathAt(keys: Keys, key: string, names: FieldNames): Template | null {
  const entry = keys.entries.get(key);
  if (entry === undefined || textOf(entry, `"${key}" in ${keys.what}`, keys.list) === null) return null;
  const template = templateOf(entry, names, keys.list);
  if (template.kind === "constant" && !(typeof template.value === "string" && isObjectPath(template.value))) {
    keys.list.add(entry.at, `"${key}" in ${keys.what} is not an object path: "${String(template.value)}"`);
  }
  return template;
}

/** The whole polkit action id under `key`, or null. */
export function actionAt(keys: Keys, prefix: string): string | null {
  const action = textAt(keys, "action", isAction, "a polkit action");
  return action === null ? null : prefix + action;
}

export function templatesAt(keys: Keys, key: string, calls: Calls): readonly Template[] {
  return listAt(keys, key).map((value) => templateOf(value, calls.names, calls.list));
}

export function callAt(keys: Keys): string | null {
  return textAt(keys, "call", isMemberName, "a method name");
}

/** The place a key names; it must exist. */
export function placeAt(keys: Keys, calls: Pick<Calls, "places" | "place">, key = "at"): string {
  const name = textAt(keys, key);
  if (name === null) return calls.place;
  if (calls.places.has(name)) return name;
  const at = keys.entries.get(key)?.at ?? keys.at;
  keys.list.add(at, `there is no place "${name}"`, hintFor(name, calls.places));
  return calls.place;
}

export function flowAt(keys: Keys, calls: Calls): string | null {
  const name = textAt(keys, "flow");
  if (name === null || calls.flows.has(name)) return name;
  keys.list.add(
    keys.entries.get("flow")?.at ?? keys.at,
    `there is no flow "${name}"`,
    hintFor(name, calls.flows.keys()),
  );
  return null;
}

export function deadlineOf(flow: string | null, calls: Calls): number {
  return (flow === null ? undefined : calls.flows.get(flow)?.deadlineMs) ?? calls.deadlineMs;
}
